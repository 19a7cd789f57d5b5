using MeetNet.Observations;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Neighbours;

/// <summary>A value that is compared, or that others are compared with.</summary>
/// <param name="Middle">Middle of its phenomenon time, ticks UTC.</param>
/// <param name="Begin">Begin, ticks UTC.</param>
/// <param name="Length">Ticks; 0 for an instant.</param>
/// <param name="Revision">Revision of the observation; the newest is kept.</param>
/// <param name="Value">In the canonical unit; null when it is not usable, or its time is in doubt.</param>
/// <param name="Flag">What the test said of it; null for nothing.</param>
internal readonly record struct ComparedValue(long Middle, long Begin, long Length, int Revision, double? Value, QartodFlag? Flag);

/// <summary>
/// What the neighbour test remembers, in one file: the values of the properties that are tested, newest revision only, each with what the test said of it. One writer, the projection; a file that was lost is made again from the log.
/// </summary>
internal sealed class NeighbourFile : IDisposable
{
    /// <summary>"MNnb".</summary>
    private const int ApplicationId = 0x4D4E6E62;

    private const string Schema = """
        CREATE TABLE cursor (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL) STRICT;
        INSERT INTO cursor VALUES (1, 0);
        CREATE TABLE announcements (position INTEGER PRIMARY KEY, payload BLOB NOT NULL) STRICT;
        CREATE TABLE datastreams (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, neighbour TEXT) STRICT;
        CREATE TABLE compared (
            datastream INTEGER NOT NULL, middle INTEGER NOT NULL, begin INTEGER NOT NULL, length INTEGER NOT NULL, revision INTEGER NOT NULL, value REAL, flag INTEGER,
            PRIMARY KEY (datastream, middle, begin)) STRICT, WITHOUT ROWID;
        """;

    private readonly SqliteFile _file;
    private long _cursor;
    private readonly SqliteStatement _put;
    private readonly SqliteStatement _flag;
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);

    public NeighbourFile(string path)
    {
        _file = SqliteFile.OpenWriter(path, new SqliteOptions
        {
            ApplicationId = ApplicationId,
            Version = 1,
            Migrate = static (file, _) => file.Execute(Schema),
            Synchronous = SqliteSynchronous.Normal,     // what a power cut takes of it is derived again from the log
        });
        _put = _file.Prepare("""
            INSERT INTO compared VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)
            ON CONFLICT DO UPDATE SET length = ?4, revision = ?5, value = ?6, flag = NULL WHERE ?5 >= revision
            """);
        _flag = _file.Prepare("UPDATE compared SET flag = ?4 WHERE datastream = ?1 AND middle = ?2 AND begin = ?3");
        Load();
    }

    public long Cursor => Volatile.Read(ref _cursor);

    /// <summary>Reads again what is kept in memory: after a transaction that failed.</summary>
    public void Load()
    {
        Volatile.Write(ref _cursor, _file.Scalar("SELECT position FROM cursor"));
        _numbers.Clear();
        using var rows = _file.Prepare("SELECT id, number FROM datastreams");
        while (rows.Step())
        {
            _numbers.Add(rows.Text(0), rows.Int64(1));
        }
    }

    /// <summary>Every announcement, in the order of the log.</summary>
    public IReadOnlyList<byte[]> Announcements()
    {
        var all = new List<byte[]>();
        using var rows = _file.Prepare("SELECT payload FROM announcements ORDER BY position");
        while (rows.Step())
        {
            all.Add(rows.Bytes(0).ToArray());
        }
        return all;
    }

    /// <summary>Of each datastream the fingerprint of the neighbour that its values were held beside; null for none.</summary>
    public IReadOnlyDictionary<string, string?> Neighbours()
    {
        var all = new Dictionary<string, string?>(StringComparer.Ordinal);
        using var rows = _file.Prepare("SELECT id, neighbour FROM datastreams");
        while (rows.Step())
        {
            all.Add(rows.Text(0), rows.TextOrNull(1));
        }
        return all;
    }

    /// <summary>One transaction.</summary>
    public void Write(Action work, long cursor)
    {
        _file.Write(() =>
        {
            work();
            using var update = _file.Prepare("UPDATE cursor SET position = ?1");
            update.Bind(1, cursor).Run();
        });
        Volatile.Write(ref _cursor, cursor);
    }

    public void Add(long position, ReadOnlySpan<byte> announcement)
    {
        using var insert = _file.Prepare("INSERT OR REPLACE INTO announcements VALUES (?1, ?2)");
        insert.Bind(1, position).Bind(2, announcement).Run();
    }

    public void SetNeighbour(string datastream, string? fingerprint)
    {
        using var update = _file.Prepare("UPDATE datastreams SET neighbour = ?2 WHERE number = ?1");
        update.Bind(1, NumberOf(datastream)).Bind(2, fingerprint).Run();
    }

    /// <summary>Keeps a value unless a higher revision of it is there; of equal revisions the later counts. What was said of it has to be said anew.</summary>
    public void Put(string datastream, PhenomenonTime time, int revision, double? value) =>
        _put.Bind(1, NumberOf(datastream)).Bind(2, MiddleOf(time)).Bind(3, time.Begin.UtcTicks).Bind(4, time.Length.Ticks).Bind(5, (long)revision).Bind(6, value).Run();

    /// <summary>The values of one datastream, by their middle, as the transaction of the writer sees them.</summary>
    public IReadOnlyList<ComparedValue> Values(string datastream, long from, long through) => Values(_file, datastream, from, through);

    /// <summary>The values of one datastream, by their middle, by a connection to this file.</summary>
    public static IReadOnlyList<ComparedValue> Values(SqliteFile file, string datastream, long from, long through)
    {
        var values = new List<ComparedValue>();
        using var rows = file.Prepare("""
            SELECT middle, begin, length, revision, value, flag FROM compared
            WHERE datastream = (SELECT number FROM datastreams WHERE id = ?1) AND middle BETWEEN ?2 AND ?3 ORDER BY middle, begin
            """);
        rows.Bind(1, datastream).Bind(2, from).Bind(3, through);
        while (rows.Step())
        {
            values.Add(new ComparedValue(
                rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int32(3), rows.DoubleOrNull(4), rows.IsNull(5) ? null : (QartodFlag)rows.Int32(5)));
        }
        return values;
    }

    /// <summary>First and last middle of a datastream; null when it has no values.</summary>
    public (long First, long Last)? Extent(string datastream)
    {
        using var rows = _file.Prepare("SELECT min(middle), max(middle) FROM compared WHERE datastream = ?1");
        rows.Bind(1, NumberOf(datastream)).Step();
        return rows.IsNull(0) ? null : (rows.Int64(0), rows.Int64(1));
    }

    public void SetFlag(string datastream, in ComparedValue value, QartodFlag? flag) =>
        _flag.Bind(1, NumberOf(datastream)).Bind(2, value.Middle).Bind(3, value.Begin).Bind(4, (long?)flag).Run();

    public void Reset()
    {
        _file.Write(() => _file.Execute("DELETE FROM announcements; DELETE FROM datastreams; DELETE FROM compared; UPDATE cursor SET position = 0"));
        Load();
    }

    public void Dispose() => _file.Dispose();

    public static long MiddleOf(PhenomenonTime time) => time.Begin.UtcTicks + (time.Length.Ticks / 2);

    private long NumberOf(string datastream)
    {
        if (!_numbers.TryGetValue(datastream, out var number))
        {
            using var insert = _file.Prepare("INSERT INTO datastreams VALUES (?1, ?2, NULL)");
            insert.Bind(1, number = _numbers.Count + 1).Bind(2, datastream).Run();
            _numbers.Add(datastream, number);
        }
        return number;
    }
}
