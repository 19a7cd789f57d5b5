using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Intake;

/// <summary>
/// The ledger of every outbox, kept in the log's file and in the log's transactions. Belongs to the writer's loop. When a transaction
/// fails it is thrown away with its connection, and read again.
/// </summary>
internal sealed class SequenceLedger
{
    /// <summary>Ranges held per outbox. A gateway sends in order, 16 batches in flight at most, so that a handful is normal.</summary>
    public const int MaximumRanges = 4_096;

    /// <summary>Outboxes held in memory; beyond it they are read again when needed.</summary>
    private const int Held = 10_000;

    private const string Columns = """
        id, owner, station, epoch, logged, lost, rejected, hello_highest, duplicate_batches, duplicate_observations, conflicts, last_heard
        """;

    private readonly SqliteFile _file;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _update;
    private readonly Dictionary<(string Owner, string Station, ulong Epoch), OutboxLedger> _outboxes = [];
    private readonly HashSet<OutboxLedger> _touched = [];

    public SequenceLedger(SqliteFile file)
    {
        _file = file;
        _find = file.Prepare($"SELECT {Columns} FROM outboxes WHERE owner = ?1 AND station = ?2 AND epoch = ?3");
        _insert = file.Prepare("INSERT INTO outboxes(owner, station, epoch) VALUES(?1, ?2, ?3) RETURNING id");
        _update = file.Prepare("""
            UPDATE outboxes SET acknowledged = ?2, logged = ?3, lost = ?4, rejected = ?5, hello_highest = ?6,
                duplicate_batches = ?7, duplicate_observations = ?8, conflicts = ?9, last_heard = ?10
            WHERE id = ?1
            """);
    }

    /// <summary>The outboxes changed since <see cref="Save"/>.</summary>
    public IReadOnlyCollection<OutboxLedger> Touched => _touched;

    /// <summary>The ledger of an outbox, made within the open transaction when it is new, and marked as changed.</summary>
    public OutboxLedger Touch(string owner, string station, Epoch epoch, DateTimeOffset now)
    {
        if (!_outboxes.TryGetValue((owner, station, epoch.Value), out var outbox))
        {
            if (_outboxes.Count >= Held && _touched.Count == 0)
            {
                _outboxes.Clear();
            }
            outbox = Find(owner, station, epoch.ToString()) ?? Insert(owner, station, epoch.ToString());
            _outboxes.Add((owner, station, epoch.Value), outbox);
        }
        outbox.LastHeard = now;
        _touched.Add(outbox);
        return outbox;
    }

    /// <summary>The row that a station's announcements refer to: an outbox without an epoch, which has no sequences.</summary>
    public OutboxLedger ForAnnouncements(string owner, string station) => Find(owner, station, "") ?? Insert(owner, station, "");

    /// <summary>Writes what was touched, within the open transaction.</summary>
    public void Save()
    {
        foreach (var outbox in _touched)
        {
            _update.Bind(1, outbox.Id).Bind(2, outbox.Acknowledged)
                .Bind(3, outbox.Logged.ToBytes()).Bind(4, outbox.Lost.ToBytes()).Bind(5, outbox.Rejected.ToBytes())
                .Bind(6, outbox.HelloHighest).Bind(7, outbox.DuplicateBatches).Bind(8, outbox.DuplicateObservations)
                .Bind(9, outbox.Conflicts).Bind(10, outbox.LastHeard.Ticks);
            _update.Run();
        }
        _touched.Clear();
    }

    /// <summary>Every outbox, for the books; with a connection of the caller's.</summary>
    public static List<OutboxLedger> ReadAll(SqliteFile file)
    {
        using var query = file.Prepare($"SELECT {Columns} FROM outboxes WHERE epoch <> '' ORDER BY owner, station, last_heard");
        var all = new List<OutboxLedger>();
        while (query.Step())
        {
            all.Add(Read(query));
        }
        return all;
    }

    private OutboxLedger? Find(string owner, string station, string epoch)
    {
        _find.Bind(1, owner).Bind(2, station).Bind(3, epoch);
        try
        {
            return _find.Step() ? Read(_find) : null;
        }
        finally
        {
            _find.Reset();
        }
    }

    private OutboxLedger Insert(string owner, string station, string epoch)
    {
        _insert.Bind(1, owner).Bind(2, station).Bind(3, epoch);
        try
        {
            return new OutboxLedger(_insert.Step() ? _insert.Int64(0) : _file.Scalar("SELECT last_insert_rowid()"), owner, station, epoch);
        }
        finally
        {
            _insert.Reset();
        }
    }

    private static OutboxLedger Read(SqliteStatement row)
    {
        var outbox = new OutboxLedger(row.Int64(0), row.Text(1), row.Text(2), row.Text(3))
        {
            Logged = RangeSet.FromBytes(row.Bytes(4)),
            Lost = RangeSet.FromBytes(row.Bytes(5)),
            Rejected = RangeSet.FromBytes(row.Bytes(6)),
            HelloHighest = row.Int64(7),
            DuplicateBatches = row.Int64(8),
            DuplicateObservations = row.Int64(9),
            Conflicts = row.Int64(10),
            LastHeard = new DateTimeOffset(row.Int64(11), TimeSpan.Zero),
        };
        outbox.Advance();
        return outbox;
    }
}
