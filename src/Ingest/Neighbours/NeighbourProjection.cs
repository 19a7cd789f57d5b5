using MeetNet.Ingest.Catalogue;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Series;
using MeetNet.Observations;
using MeetNet.Observations.Aggregation;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Neighbours;

/// <summary>What the neighbour test said of one observation.</summary>
/// <param name="Neighbour">What it was held beside.</param>
/// <param name="Flag">Good, suspect, or not evaluated.</param>
/// <param name="Around">What the neighbour measured in the window around it.</param>
internal sealed record NeighbourFinding(ChosenNeighbour Neighbour, QartodFlag Flag, NeighbourRange Around);

/// <summary>
/// Holds the values of each datastream beside those of its neighbour on the other side. What it says of a value follows from that value, the neighbour's values in the window around it, and who the neighbour is: never from
/// the order or the batches in which they came. So a late value, a correction or a new neighbour makes it judge again what they touch, and a replay of the log comes to the same.
/// It is an assessment of this hub, kept apart from the flags of the owners.
/// </summary>
internal sealed class NeighbourProjection : IProjection, IDisposable
{
    public const string DefaultName = "neighbours";

    /// <summary>Values are judged a day at a time: what is in memory stays small however much there is.</summary>
    private static readonly long Piece = TimeSpan.TicksPerDay;

    private readonly Lock _lock = new();
    private readonly NeighbourOptions _options;
    private readonly NeighbourFile _file;
    private readonly HashSet<string> _properties;
    private CatalogueModel _model = CatalogueModel.Empty;
    private readonly ReaderPool _readers;
    private volatile IReadOnlyDictionary<string, ChosenNeighbour> _chosen = new Dictionary<string, ChosenNeighbour>();
    private bool _stale;    // Memory is not what the file says.

    public NeighbourProjection(string path, NeighbourOptions options)
    {
        _options = options;
        _properties = options.Tests.Select(test => test.Property).ToHashSet(StringComparer.Ordinal);
        try
        {
            _file = new NeighbourFile(path);
        }
        catch (SqliteFault fault) when (fault.Kind == SqliteFaultKind.Corrupt)
        {
            // Nothing is in it that is not in the log.
            SqliteSeriesFile.Delete(path);
            _file = new NeighbourFile(path);
        }
        _readers = new ReaderPool(path);
        Load();
        // The options may be others than those that the stored assessments were made by.
        Change([], _file.Cursor);
    }

    public string Name => DefaultName;

    public long Cursor => _file.Cursor;

    public ValueTask ApplyAsync(IReadOnlyList<Fact> facts, CancellationToken stopping)
    {
        if (facts.Count > 0)
        {
            lock (_lock)
            {
                Change(facts, facts[^1].Position);
            }
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask ResetAsync(CancellationToken stopping)
    {
        lock (_lock)
        {
            _file.Reset();
            Load();
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>What was said of the observations of a datastream, by their begin, end and revision; those of which nothing was said are left out. From any thread.</summary>
    /// <param name="datastream">Its id.</param>
    /// <param name="from">First instant.</param>
    /// <param name="through">Last instant.</param>
    public IReadOnlyDictionary<SeriesKey, QartodFlag> Flags(string datastream, DateTimeOffset from, DateTimeOffset through) => !_chosen.ContainsKey(datastream)
        ? new Dictionary<SeriesKey, QartodFlag>()
        : _readers.Read(file => NeighbourFile.Values(file, datastream, from.UtcTicks, through.UtcTicks)).Where(value => value.Flag is not null).ToDictionary(
            value => new SeriesKey(new DateTimeOffset(value.Begin, TimeSpan.Zero), new DateTimeOffset(value.Begin + value.Length, TimeSpan.Zero), value.Revision), value => value.Flag!.Value);

    /// <summary>What was said of one observation, and why; null when nothing was. From any thread.</summary>
    public NeighbourFinding? Explain(string datastream, PhenomenonTime time)
    {
        var middle = NeighbourFile.MiddleOf(time);
        return !_chosen.TryGetValue(datastream, out var neighbour) ? null : _readers.Read(file =>
        {
            if (NeighbourFile.Values(file, datastream, middle, middle).FirstOrDefault(value => value.Begin == time.Begin.UtcTicks) is not { Flag: { } flag })
            {
                return null;
            }
            var range = new MovingRange();
            foreach (var (at, value) in Around((other, first, last) => NeighbourFile.Values(file, other, first, last), neighbour, middle, middle))
            {
                range.Add(at, value);
            }
            return new NeighbourFinding(neighbour, flag, range.Current);
        });
    }

    public void Dispose()
    {
        _readers.Dispose();
        _file.Dispose();
    }

    private void Change(IReadOnlyList<Fact> facts, long cursor)
    {
        if (_stale)
        {
            Load();
        }
        _stale = true;
        var touched = new Dictionary<string, List<long>>(StringComparer.Ordinal);
        _file.Write(() =>
        {
            foreach (var fact in facts)
            {
                if (fact.Kind == FactKind.Announcement && !fact.IsDamaged && Announcement.TryRead(fact.Payload.Span, out var announcement, out _))
                {
                    _file.Add(fact.Position, fact.Payload.Span);
                    _model = _model.With(announcement);
                }
                else if (fact.TryReadBatch(out var batch))
                {
                    Take(batch, fact, touched);
                }
            }
            var anew = Choose();
            foreach (var datastream in anew)
            {
                if (_file.Extent(datastream) is { } extent)
                {
                    Judge(datastream, extent.First, extent.Last);
                }
            }
            JudgeAround(touched, anew);
        }, cursor);
        _stale = false;
    }

    private void Load()
    {
        _file.Load();
        _model = CatalogueModel.Empty;
        foreach (var payload in _file.Announcements())
        {
            if (Announcement.TryRead(payload, out var announcement, out _))
            {
                _model = _model.With(announcement);
            }
        }
        _chosen = NeighbourChoice.Of(_model, _options);
        _stale = false;
    }

    private void Take(ObservationBatch batch, Fact fact, Dictionary<string, List<long>> touched)
    {
        foreach (var group in batch.Datastreams.Where(group => DatastreamId.TryParse(group.Datastream, out var id) && _properties.Contains(id.Property)))
        {
            foreach (var row in group.Rows)
            {
                if (fact.Accepted is null || fact.Accepts(row.Sequence))
                {
                    var time = row.PhenomenonTime;
                    _file.Put(group.Datastream, time, row.Revision, Usability.IsUsable(row.Result, row.Quality.Flag) && !IsTimeInDoubt(row.Quality.Tests) ? row.Result : null);
                    if (!touched.TryGetValue(group.Datastream, out var middles))
                    {
                        touched.Add(group.Datastream, middles = []);
                    }
                    middles.Add(NeighbourFile.MiddleOf(time));
                }
            }
        }
    }

    /// <summary>Chooses neighbours by what is announced now; gives the datastreams whose neighbour is not the one that they were held beside.</summary>
    private HashSet<string> Choose()
    {
        _chosen = NeighbourChoice.Of(_model, _options);
        var anew = new HashSet<string>(StringComparer.Ordinal);
        var stored = _file.Neighbours();
        foreach (var datastream in _chosen.Keys.Union(stored.Keys))
        {
            var fingerprint = _chosen.GetValueOrDefault(datastream)?.Fingerprint;
            if (stored.GetValueOrDefault(datastream) != fingerprint)
            {
                _file.SetNeighbour(datastream, fingerprint);
                anew.Add(datastream);
            }
        }
        return anew;
    }

    /// <summary>Judges what new values touch: themselves, and what is held beside them in the window around them.</summary>
    private void JudgeAround(Dictionary<string, List<long>> touched, HashSet<string> done)
    {
        foreach (var (datastream, neighbour) in _chosen.Where(pair => !done.Contains(pair.Key)))
        {
            var window = neighbour.Test.Test.Window.Ticks;
            var spans = new List<(long From, long Through)>();
            foreach (var middle in touched.GetValueOrDefault(datastream) ?? [])
            {
                spans.Add((middle, middle));
            }
            foreach (var middle in neighbour.Datastreams.SelectMany(other => touched.GetValueOrDefault(other) ?? []))
            {
                spans.Add((middle - window, middle + window));
            }
            spans.Sort();
            for (var i = 0; i < spans.Count;)
            {
                var (from, through) = spans[i];
                for (i++; i < spans.Count && spans[i].From <= through + window; i++)
                {
                    through = Math.Max(through, spans[i].Through);
                }
                Judge(datastream, from, through);
            }
        }
    }

    private void Judge(string datastream, long from, long through)
    {
        for (var begin = from; begin <= through; begin += Piece)
        {
            var end = Math.Min(through, begin + Piece - 1);
            var own = _file.Values(datastream, begin, end);
            if (own.Count == 0)
            {
                continue;
            }
            if (!_chosen.TryGetValue(datastream, out var neighbour))
            {
                foreach (var value in own.Where(value => value.Flag is not null))
                {
                    _file.SetFlag(datastream, value, null);
                }
                continue;
            }
            Judge(datastream, own, neighbour, Around((other, first, last) => _file.Values(other, first, last), neighbour, own[0].Middle, own[^1].Middle));
        }
    }

    private void Judge(string datastream, IReadOnlyList<ComparedValue> own, ChosenNeighbour neighbour, List<(long At, double Value)> others)
    {
        var (window, range, next) = (neighbour.Test.Test.Window.Ticks, new MovingRange(), 0);
        foreach (var value in own)
        {
            for (; next < others.Count && others[next].At <= value.Middle + window; next++)
            {
                range.Add(others[next].At, others[next].Value);
            }
            range.Forget(value.Middle - window);
            QartodFlag? flag = value.Value is { } number ? neighbour.Test.Test.Test(number, range.Current, neighbour.Difference) : null;
            if (flag != value.Flag)
            {
                _file.SetFlag(datastream, value, flag);
            }
        }
    }

    /// <summary>The usable values of a neighbour from a window before to a window after, in order of time.</summary>
    private static List<(long At, double Value)> Around(Func<string, long, long, IReadOnlyList<ComparedValue>> read, ChosenNeighbour neighbour, long from, long through)
    {
        var window = neighbour.Test.Test.Window.Ticks;
        var values = new List<(long At, double Value)>();
        foreach (var datastream in neighbour.Datastreams)
        {
            foreach (var value in read(datastream, from - window, through + window))
            {
                if (value.Value is { } number)
                {
                    values.Add((value.Middle, number));
                }
            }
        }
        values.Sort((left, right) => left.At.CompareTo(right.At));
        return values;
    }

    /// <summary>A value at a time that may be wrong by hours says nothing of what was measured around it, and is not judged.</summary>
    private static bool IsTimeInDoubt(string? tests) => tests is not null
        && (tests.Contains("clock:", StringComparison.Ordinal) || tests.Contains("stamp:", StringComparison.Ordinal));
}
