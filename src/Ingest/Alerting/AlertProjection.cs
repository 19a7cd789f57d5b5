using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Import;
using MeetNet.Observations.Aggregation;
using MeetNet.Observations;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Alerting;

/// <summary>
/// Judges every observation of the log by the rules, once and in order. It takes what it needs to know of stations from the
/// announcements in the same log, so that the same log and the same rules always come to the same alerts, however often it is replayed.
/// Silence, which is of the moment and not of the log, comes in by <see cref="Tick"/>.
/// </summary>
internal sealed class AlertProjection : IProjection, IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _hub;
    private readonly IReadOnlyList<AlertRule> _rules;
    private readonly AlertFile _file;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, WatchedStation> _stations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WatchedDatastream> _datastreams = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Rule, string Datastream), AlertState> _stored = [];
    private AlertChanges _changes = new();
    private bool _stale; // Memory is not what the file says: the disk failed while it was being read again.

    public AlertProjection(AlertFile file, string hub, IReadOnlyList<AlertRule> rules, TimeProvider time)
    {
        _file = file;
        _hub = hub;
        _rules = rules;
        _time = time;
        AdoptRules();
    }

    public string Name => "alerting";

    public long Cursor => _file.Cursor;

    public IReadOnlyList<AlertRule> Rules => _rules;

    /// <summary>Called, on any thread, when something is to be told.</summary>
    public Action? Told { get; set; }

    public ValueTask ApplyAsync(IReadOnlyList<Fact> facts, CancellationToken stopping)
    {
        if (facts.Count == 0)
        {
            return ValueTask.CompletedTask;
        }
        lock (_lock)
        {
            Change(() =>
            {
                foreach (var fact in facts)
                {
                    if (fact.Kind == FactKind.Announcement && !fact.IsDamaged && Announcement.TryRead(fact.Payload.Span, out var announcement, out _))
                    {
                        Take(announcement, fact);
                    }
                    else if (fact.TryReadBatch(out var batch))
                    {
                        Take(batch, fact);
                    }
                }
                _changes.Cursor = facts[^1].Position;
            });
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask ResetAsync(CancellationToken stopping)
    {
        lock (_lock)
        {
            _file.Reset();
            AdoptRules();
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>Judges the silence rules at this moment.</summary>
    /// <param name="listeningSince">Since when this hub has been able to hear; null when it can't.</param>
    /// <param name="now">The moment; everything received until then has been applied.</param>
    public void Tick(DateTimeOffset? listeningSince, DateTimeOffset now)
    {
        lock (_lock)
        {
            Change(() =>
            {
                foreach (var datastream in _datastreams.Values.Where(datastream => datastream.Announced))
                {
                    foreach (var alert in datastream.Alerts)
                    {
                        if (alert.Rule.Silence is { } silence)
                        {
                            var step = SilenceMachine.Tick(silence, datastream.Interval, alert.State, datastream.Heard, listeningSince, now);
                            Follow(alert, step, replayed: false);
                        }
                    }
                }
            });
        }
    }

    /// <summary>Every alert that is not inactive, as it stands.</summary>
    public IReadOnlyList<AlertView> Views()
    {
        lock (_lock)
        {
            return [.. Alerts().Where(alert => alert.State.Phase != AlertPhase.Inactive).Select(View)];
        }
    }

    /// <summary>The datastreams that each rule watches, by rule name; and those it can't judge because a surface level is missing.</summary>
    public IReadOnlyList<(AlertRule Rule, string Datastream, bool CanJudge)> Watches()
    {
        lock (_lock)
        {
            return [.. Alerts().Where(alert => alert.Datastream.Announced).Select(alert => (alert.Rule, alert.Datastream.Name,
                alert.Rule.Band?.Of != BandMeasure.DepthBelowSurface || StationOf(alert.Datastream).SurfaceLevel is not null))];
        }
    }

    public void Dispose() => _file.Dispose();

    private IEnumerable<Alert> Alerts() => _datastreams.Values.SelectMany(datastream => datastream.Alerts);

    private AlertView View(Alert alert) => new(alert.Rule, alert.Datastream.Id, StationOf(alert.Datastream), alert.State);

    private WatchedStation StationOf(WatchedDatastream datastream) => _stations[$"{datastream.Id.Owner}/{datastream.Id.Station}"];

    /// <summary>Does the work and saves what it changed; when that fails, memory goes back to what the file says.</summary>
    private void Change(Action work)
    {
        if (_stale)
        {
            Load();
        }
        var changes = _changes = new AlertChanges();
        try
        {
            work();
            foreach (var datastream in _datastreams.Values)
            {
                if (datastream.Dirty)
                {
                    changes.Datastreams.Add(datastream);
                }
                changes.Alerts.AddRange(datastream.Alerts.Where(alert => alert.Dirty));
            }
            if (changes.Cursor is null && changes is { Alerts.Count: 0, Datastreams.Count: 0, Rules: null })
            {
                return;
            }
            _file.Save(changes);
        }
        catch
        {
            Load();
            throw;
        }
        changes.Datastreams.ForEach(datastream => datastream.Dirty = false);
        changes.Alerts.ForEach(alert => alert.Dirty = false);
        if (changes.Notifications.Exists(notification => notification.Status == NotificationStatus.Pending))
        {
            Told?.Invoke();
        }
    }

    private void Load()
    {
        _stale = true;
        _stations.Clear();
        _datastreams.Clear();
        _stored.Clear();
        foreach (var stored in _file.States())
        {
            _stored[(stored.Rule, stored.Datastream)] = stored.State;
        }
        foreach (var station in _file.Stations())
        {
            _stations[station.Id] = station;
        }
        foreach (var datastream in _file.Datastreams())
        {
            Watch(datastream);
        }
        _stale = false;
    }

    private void Watch(WatchedDatastream datastream)
    {
        foreach (var rule in _rules.Where(rule => rule.Select.Selects(datastream.Id.Owner, datastream.Id.Station, datastream.Id.Property)))
        {
            datastream.Alerts.Add(new Alert(rule, datastream, _stored.GetValueOrDefault((rule.Name, datastream.Name), AlertState.Initial)));
        }
        _datastreams[datastream.Name] = datastream;
    }

    /// <summary>Starts with these rules: an alert of a rule that is gone, or means something else now, is withdrawn.</summary>
    private void AdoptRules()
    {
        Load();
        var before = _file.Rules().ToDictionary(rule => rule.Name, rule => rule.Fingerprint, StringComparer.Ordinal);
        var now = _rules.Select(rule => new StoredRule(rule.Name, rule.Fingerprint)).ToList();
        var stale = before.Where(rule => !now.Contains(new StoredRule(rule.Key, rule.Value))).Select(rule => rule.Key).ToHashSet(StringComparer.Ordinal);
        if (stale.Count == 0 && now.Count == before.Count)
        {
            return;
        }

        Change(() =>
        {
            _changes.Rules = now;
            _changes.ForgottenRules.AddRange(stale);
            foreach (var ((rule, name), state) in _stored.Where(stored => stale.Contains(stored.Key.Rule) && stored.Value.Phase == AlertPhase.Firing))
            {
                if (_datastreams.TryGetValue(name, out var datastream))
                {
                    Tell(new AlertView(RuleOrStandIn(rule, state), datastream.Id, StationOf(datastream), state), AlertTransition.Withdrawn, replayed: false);
                }
            }
        });
        Load();
    }

    /// <summary>The rule as it is now; of one that is gone only the name is left.</summary>
    private AlertRule RuleOrStandIn(string name, AlertState state) => _rules.FirstOrDefault(rule => rule.Name == name) ?? new AlertRule
    {
        Name = name,
        Kind = state.Measured is null ? AlertKind.Silence : AlertKind.Band,
        Severity = AlertSeverity.Information,
        Title = new LocalizedText(name, name),
        Select = new AlertSelector(null, []),
    };

    private void Take(Announcement announcement, Fact fact)
    {
        var station = new WatchedStation(
            announcement.Owner, announcement.Station, announcement.Thing.Name, announcement.Thing.Simulated, announcement.Thing.SurfaceLevel?.Value);
        if (_stations.GetValueOrDefault(station.Id) != station)
        {
            _stations[station.Id] = station;
            _changes.Stations.Add(station);
        }

        // Imported series are history: nobody is to be woken by them, and nothing more is expected of them.
        var imported = announcement.Sensors.Where(ImportedStation.IsImported).Select(sensor => sensor.Id).ToHashSet(StringComparer.Ordinal);
        var announced = new HashSet<string>(StringComparer.Ordinal);
        foreach (var datastream in announcement.Datastreams.Where(datastream => !imported.Contains(datastream.Id.Sensor)))
        {
            var name = datastream.Id.ToString();
            announced.Add(name);
            if (!_datastreams.TryGetValue(name, out var watched))
            {
                watched = new WatchedDatastream { Id = datastream.Id, Name = name, Heard = fact.Received, Dirty = true };
                Watch(watched);
            }
            if (!watched.Announced || watched.Interval != datastream.Interval)
            {
                (watched.Announced, watched.Interval, watched.Dirty) = (true, datastream.Interval, true);
            }
        }

        foreach (var gone in _datastreams.Values.Where(d => d.Announced && d.Id.Owner == station.Owner && d.Id.Station == station.Station && !announced.Contains(d.Name)))
        {
            (gone.Announced, gone.Dirty) = (false, true);
            foreach (var alert in gone.Alerts.Where(alert => alert.State.Phase is AlertPhase.Firing or AlertPhase.Pending))
            {
                var step = new AlertStep(alert.State with { Phase = AlertPhase.Inactive }, alert.State.Phase == AlertPhase.Firing ? AlertTransition.Withdrawn : null);
                Follow(alert, step, IsReplay(fact));
            }
        }
    }

    private void Take(ObservationBatch batch, Fact fact)
    {
        var replayed = IsReplay(fact);
        foreach (var group in batch.Datastreams)
        {
            if (!_datastreams.TryGetValue(group.Datastream, out var datastream))
            {
                continue;       // observations that no announcement accounts for can't be judged
            }
            var surface = StationOf(datastream).SurfaceLevel;
            var heard = false;
            foreach (var row in group.Rows)
            {
                if (fact.Accepted is not null && !fact.Accepts(row.Sequence))
                {
                    continue;
                }
                heard |= row.Result is not null;
                Judge(datastream, row, surface, replayed);
            }
            if (heard)
            {
                Hear(datastream, fact.Received, replayed);
            }
        }
    }

    private void Judge(WatchedDatastream datastream, in ObservationRow row, double? surface, bool replayed)
    {
        foreach (var alert in datastream.Alerts)
        {
            if (alert.Rule.Band is { } band)
            {
                var measured = Usability.IsUsable(row.Result, row.Quality.Flag) ? band.Measure(row.Result!.Value, surface) : null;
                var sample = new BandSample(row.PhenomenonTime.Begin, row.PhenomenonTime.End, measured);
                Follow(alert, BandMachine.Step(band, datastream.Interval, alert.State, sample), replayed);
            }
        }
    }

    private void Hear(WatchedDatastream datastream, DateTimeOffset received, bool replayed)
    {
        (datastream.Heard, datastream.Dirty) = (received, true);
        foreach (var alert in datastream.Alerts)
        {
            if (alert.Rule.Kind == AlertKind.Silence)
            {
                Follow(alert, SilenceMachine.Heard(alert.State, received), replayed);
            }
        }
    }

    private void Follow(Alert alert, AlertStep step, bool replayed)
    {
        alert.State = step.State;
        if (step.Transition is { } transition)
        {
            Tell(View(alert), transition, replayed);
        }
    }

    private void Tell(AlertView alert, AlertTransition transition, bool replayed) =>
        _changes.Notifications.Add(Notification.Of(_hub, alert, transition, _time.GetUtcNow(), replayed));

    /// <summary>
    /// A fact that was judged before this projection was rebuilt, or that is older than alerting on this hub: people have been
    /// told, or it is history. Later facts are news, also when they are applied late.
    /// </summary>
    private bool IsReplay(Fact fact) => fact.Position <= _file.QuietThrough || fact.Received < _file.Born;
}
