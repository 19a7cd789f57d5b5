using MeetNet.Observations;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Alerting;

/// <summary>The stored state of one rule for one datastream.</summary>
internal sealed record StoredState(string Rule, string Datastream, AlertState State);

/// <summary>What a rule was when its states were stored.</summary>
internal sealed record StoredRule(string Name, string Fingerprint);

/// <summary>
/// Everything alerting remembers, in one file, so that the cursor, the states and what is still to be told move together. All
/// members lock: the projection, the silence watch and the sender of notifications share the one writer.
/// </summary>
internal sealed class AlertFile : IDisposable
{
    /// <summary>"MNal".</summary>
    private const int ApplicationId = 0x4D4E616C;

    /// <summary>Notifications kept as history; those still to be told are kept without limit.</summary>
    private const long NotificationsKept = 100_000;

    private const string Schema = """
        CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL, quiet_through INTEGER NOT NULL, born TEXT) STRICT;
        INSERT INTO progress VALUES (1, 0, 0, NULL);
        CREATE TABLE rules (name TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE stations (owner TEXT NOT NULL, station TEXT NOT NULL, name_nl TEXT NOT NULL, name_en TEXT NOT NULL,
            simulated INTEGER NOT NULL, surface_level REAL, PRIMARY KEY (owner, station)) STRICT, WITHOUT ROWID;
        CREATE TABLE datastreams (id TEXT PRIMARY KEY, interval TEXT, announced INTEGER NOT NULL, heard TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE states (rule TEXT NOT NULL, datastream TEXT NOT NULL, phase INTEGER NOT NULL, since TEXT, fired_at TEXT, resolved_at TEXT,
            calm_since TEXT, judged_until TEXT, measured REAL, PRIMARY KEY (rule, datastream)) STRICT, WITHOUT ROWID;
        CREATE TABLE notifications (place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, status INTEGER NOT NULL,
            logged INTEGER NOT NULL, body TEXT NOT NULL, answer TEXT) STRICT;
        CREATE INDEX notifications_pending ON notifications (place) WHERE status = 0;
        """;

    private readonly Lock _lock = new();
    private readonly SqliteFile _file;
    private long _cursor;

    internal static readonly SqliteOptions Options = new()
    {
        ApplicationId = ApplicationId,
        Version = 1,
        Migrate = static (file, _) => file.Execute(Schema),

        // What a power cut takes of this file is computed again from the log, cursor and all; only what people are told of is not (see Save).
        Synchronous = SqliteSynchronous.Normal,
    };

    public AlertFile(string path, DateTimeOffset now)
    {
        _file = Open(path);
        if (_file.ScalarText("SELECT born FROM progress") is null)
        {
            using var born = _file.Prepare("UPDATE progress SET born = ?1");
            born.Bind(1, Iso8601.Format(now)).Run();
        }
        _cursor = _file.Scalar("SELECT position FROM progress");
        QuietThrough = _file.Scalar("SELECT quiet_through FROM progress");
        Born = Instant(_file.ScalarText("SELECT born FROM progress"))!.Value;
    }

    public long Cursor => Volatile.Read(ref _cursor);

    /// <summary>Facts up to here have been judged before: what they lead to once more is told to nobody.</summary>
    public long QuietThrough { get; private set; }

    /// <summary>When this file was made: what was received earlier is history, not news.</summary>
    public DateTimeOffset Born { get; }

    public IReadOnlyList<StoredRule> Rules()
    {
        lock (_lock)
        {
            return Read("SELECT name, fingerprint FROM rules", row => new StoredRule(row.Text(0), row.Text(1)));
        }
    }

    public IReadOnlyList<WatchedStation> Stations()
    {
        lock (_lock)
        {
            return Read(
                "SELECT owner, station, name_nl, name_en, simulated, surface_level FROM stations",
                row => new WatchedStation(row.Text(0), row.Text(1), new LocalizedText(row.Text(2), row.Text(3)), row.Int64(4) == 1, row.DoubleOrNull(5)));
        }
    }

    public IReadOnlyList<WatchedDatastream> Datastreams()
    {
        lock (_lock)
        {
            return Read("SELECT id, interval, announced, heard FROM datastreams", row => new WatchedDatastream
            {
                Id = DatastreamId.TryParse(row.Text(0), out var id) ? id : throw new FormatException($"'{row.Text(0)}' is no datastream."),
                Name = row.Text(0),
                Interval = Iso8601.TryParseDuration(row.TextOrNull(1), out var interval) ? interval : null,
                Announced = row.Int64(2) == 1,
                Heard = Instant(row.Text(3))!.Value,
            });
        }
    }

    public IReadOnlyList<StoredState> States()
    {
        lock (_lock)
        {
            return Read("SELECT rule, datastream, phase, since, fired_at, resolved_at, calm_since, judged_until, measured FROM states", row =>
                new StoredState(row.Text(0), row.Text(1), new AlertState
                {
                    Phase = (AlertPhase)row.Int32(2),
                    Since = Instant(row.TextOrNull(3)),
                    FiredAt = Instant(row.TextOrNull(4)),
                    ResolvedAt = Instant(row.TextOrNull(5)),
                    CalmSince = Instant(row.TextOrNull(6)),
                    JudgedUntil = Instant(row.TextOrNull(7)),
                    Measured = row.DoubleOrNull(8),
                }));
        }
    }

    /// <summary>Writes a batch of changes in one transaction. The cursor stays when <see cref="AlertChanges.Cursor"/> is null.</summary>
    public void Save(AlertChanges changes)
    {
        lock (_lock)
        {
            // Nobody may be told of something that a power cut could make happen anew, under another cursor: told things are on the disk first.
            _file.Execute(changes.Notifications.Count > 0 ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
            _file.Write(() =>
            {
                SaveRules(changes);
                SaveWatched(changes);
                SaveStates(changes);
                SaveNotifications(changes);
                if (changes.Cursor is { } cursor)
                {
                    using var update = _file.Prepare("UPDATE progress SET position = ?1");
                    update.Bind(1, cursor).Run();
                }
            });
            Volatile.Write(ref _cursor, changes.Cursor ?? _cursor);
        }
    }

    /// <summary>Forgets everything derived. What has been told, or is still to be told, stays; so does how far it had been judged.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _file.Write(() => _file.Execute("""
                DELETE FROM rules; DELETE FROM stations; DELETE FROM datastreams; DELETE FROM states;
                UPDATE progress SET quiet_through = max(quiet_through, position), position = 0;
                """));
            QuietThrough = _file.Scalar("SELECT quiet_through FROM progress");
            Volatile.Write(ref _cursor, 0);
        }
    }

    /// <summary>The oldest notification that is still to be told; null when there is none.</summary>
    public Notification? NextPending()
    {
        lock (_lock)
        {
            return Read(
                "SELECT id, status, logged, body FROM notifications WHERE status = 0 ORDER BY place LIMIT 1",
                row => new Notification(row.Text(0), (NotificationStatus)row.Int32(1), row.Int64(2) == 1, row.Bytes(3).ToArray())).FirstOrDefault();
        }
    }

    public void MarkLogged(string id)
    {
        lock (_lock)
        {
            using var update = _file.Prepare("UPDATE notifications SET logged = 1 WHERE id = ?1");
            update.Bind(1, id).Run();
        }
    }

    public void Mark(string id, NotificationStatus status, string? answer)
    {
        lock (_lock)
        {
            using var update = _file.Prepare("UPDATE notifications SET status = ?2, answer = ?3 WHERE id = ?1");
            update.Bind(1, id).Bind(2, (long)status).Bind(3, answer).Run();
        }
    }

    /// <summary>How many notifications there are of each status.</summary>
    public IReadOnlyDictionary<NotificationStatus, long> NotificationCounts()
    {
        lock (_lock)
        {
            return Read("SELECT status, count(*) FROM notifications GROUP BY status", row => (Status: (NotificationStatus)row.Int32(0), Count: row.Int64(1)))
                .ToDictionary(row => row.Status, row => row.Count);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>
    /// A damaged file is set aside, for a person to look what had still to be told; the states are computed again, and what was received before
    /// now is history.
    /// </summary>
    private static SqliteFile Open(string path)
    {
        try
        {
            return SqliteFile.OpenWriter(path, Options);
        }
        catch (SqliteFault fault) when (fault.Kind == SqliteFaultKind.Corrupt)
        {
            foreach (var suffix in (ReadOnlySpan<string>)["", "-wal", "-shm"])
            {
                if (File.Exists(path + suffix))
                {
                    File.Move(path + suffix, $"{path}.damaged{suffix}", overwrite: true);
                }
            }
            return SqliteFile.OpenWriter(path, Options);
        }
    }

    private void SaveRules(AlertChanges changes)
    {
        if (changes.Rules is not { } rules)
        {
            return;
        }
        _file.Execute("DELETE FROM rules");
        using var insert = _file.Prepare("INSERT INTO rules VALUES (?1, ?2)");
        using var forget = _file.Prepare("DELETE FROM states WHERE rule = ?1");
        foreach (var rule in rules)
        {
            insert.Bind(1, rule.Name).Bind(2, rule.Fingerprint).Run();
        }
        foreach (var rule in changes.ForgottenRules)
        {
            forget.Bind(1, rule).Run();
        }
    }

    private void SaveWatched(AlertChanges changes)
    {
        using var station = _file.Prepare("INSERT OR REPLACE INTO stations VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        foreach (var changed in changes.Stations)
        {
            station.Bind(1, changed.Owner).Bind(2, changed.Station).Bind(3, changed.Name.Nl).Bind(4, changed.Name.En)
                .Bind(5, changed.Simulated ? 1 : 0).Bind(6, changed.SurfaceLevel).Run();
        }
        using var datastream = _file.Prepare("INSERT OR REPLACE INTO datastreams VALUES (?1, ?2, ?3, ?4)");
        foreach (var changed in changes.Datastreams)
        {
            datastream.Bind(1, changed.Name).Bind(2, changed.Interval is { } interval ? Iso8601.FormatDuration(interval) : null)
                .Bind(3, changed.Announced ? 1 : 0).Bind(4, Iso8601.Format(changed.Heard)).Run();
        }
    }

    private void SaveStates(AlertChanges changes)
    {
        using var insert = _file.Prepare("INSERT OR REPLACE INTO states VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
        foreach (var alert in changes.Alerts)
        {
            var state = alert.State;
            insert.Bind(1, alert.Rule.Name).Bind(2, alert.Datastream.Name).Bind(3, (long)state.Phase).Bind(4, Text(state.Since)).Bind(5, Text(state.FiredAt))
                .Bind(6, Text(state.ResolvedAt)).Bind(7, Text(state.CalmSince)).Bind(8, Text(state.JudgedUntil)).Bind(9, state.Measured).Run();
        }
    }

    private void SaveNotifications(AlertChanges changes)
    {
        // One that is there already has been told, or is being told: a replay comes to the same transition again.
        using var insert = _file.Prepare("INSERT OR IGNORE INTO notifications (id, status, logged, body) VALUES (?1, ?2, 0, ?3)");
        foreach (var notification in changes.Notifications)
        {
            insert.Bind(1, notification.Id).Bind(2, (long)notification.Status).BindText(3, notification.Body.Span).Run();
        }
        if (changes.Notifications.Count > 0)
        {
            using var forget = _file.Prepare("DELETE FROM notifications WHERE status <> 0 AND place <= (SELECT max(place) - ?1 FROM notifications)");
            forget.Bind(1, NotificationsKept).Run();
        }
    }

    private List<T> Read<T>(string sql, Func<SqliteStatement, T> make)
    {
        using var rows = _file.Prepare(sql);
        var list = new List<T>();
        while (rows.Step())
        {
            list.Add(make(rows));
        }
        return list;
    }

    private static string? Text(DateTimeOffset? time) => time is { } instant ? Iso8601.Format(instant) : null;

    private static DateTimeOffset? Instant(string? text) => text is null
        ? null
        : Iso8601.TryParse(text, out var instant) ? instant : throw new FormatException($"'{text}' is no instant.");
}

/// <summary>What one transaction writes.</summary>
internal sealed class AlertChanges
{
    public long? Cursor { get; set; }

    /// <summary>All rules there are now; null when they have not changed.</summary>
    public IReadOnlyList<StoredRule>? Rules { get; set; }

    /// <summary>Rules whose states mean nothing any more.</summary>
    public List<string> ForgottenRules { get; } = [];

    public List<WatchedStation> Stations { get; } = [];

    public List<WatchedDatastream> Datastreams { get; } = [];

    public List<Alert> Alerts { get; } = [];

    public List<Notification> Notifications { get; } = [];
}
