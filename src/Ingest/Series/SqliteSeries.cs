using System.Runtime.InteropServices;
using MeetNet.Ingest.Facts;
using MeetNet.Observations;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Series;

/// <summary>
/// The embedded series store: one SQLite file. One connection writes; queries read with others and see whole transactions. The file can be thrown away: it is
/// made again from the log.
/// </summary>
internal sealed class SqliteSeries : ISeriesStore, IDisposable
{
    public const string DefaultName = "series";

    private readonly string _path;
    private readonly Lock _writing = new();
    private volatile SqliteSeriesFile _file;
    private volatile ReaderPool _readers;

    /// <summary>Opens the store, making it where it is missing and anew where it is damaged: the log has everything.</summary>
    /// <exception cref="SqliteFault">The file can't be opened or is of another program or a newer version.</exception>
    public SqliteSeries(string path)
    {
        _path = path;
        _file = SqliteSeriesFile.Open(path);
        _readers = new ReaderPool(path);
    }

    public string Name => DefaultName;

    public long Cursor => _file.Cursor;

    public ValueTask ApplyAsync(IReadOnlyList<Fact> facts, CancellationToken stopping)
    {
        lock (_writing)
        {
            try
            {
                _file.Apply(facts);
            }
            catch (Exception failure)
            {
                // What is in memory (names, counts, cursor) may be ahead of the disk now: read it again.
                Reopen(anew: failure is SqliteFault { Kind: SqliteFaultKind.Corrupt });
                throw;
            }
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask ResetAsync(CancellationToken stopping)
    {
        lock (_writing)
        {
            Reopen(anew: true);
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<SeriesPoint>> LatestAsync(IReadOnlyCollection<string>? datastreams, CancellationToken stopping) =>
        ValueTask.FromResult(_readers.Read<IReadOnlyList<SeriesPoint>>(file => SqliteSeriesReading.Latest(file, datastreams, stopping)));

    public ValueTask<SeriesPage> ReadAsync(SeriesRange range, CancellationToken stopping) =>
        ValueTask.FromResult(_readers.Read(file => SqliteSeriesReading.Page(file, range, stopping)));

    public ValueTask<SeriesBooks> BooksAsync(CancellationToken stopping) =>
        ValueTask.FromResult(_readers.Read(file => new SeriesBooks(
            file.Scalar("SELECT value FROM state WHERE name = 'projected'"), file.Scalar("SELECT value FROM state WHERE name = 'superseded'"))));

    public void Dispose()
    {
        _readers.Dispose();
        _file.Dispose();
    }

    private void Reopen(bool anew)
    {
        _file.Dispose();
        if (anew)
        {
            SqliteSeriesFile.Delete(_path);
        }
        _file = SqliteSeriesFile.Open(_path);
        if (_file.IsNew)
        {
            // Readers of the file that was there would see it for ever.
            var before = _readers;
            _readers = new ReaderPool(_path);
            before.Dispose();
        }
    }
}

/// <summary>The writing connection of <see cref="SqliteSeries"/>, with what it keeps in memory.</summary>
internal sealed class SqliteSeriesFile : IDisposable
{
    /// <summary>"MNse" in ASCII.</summary>
    private const int ApplicationId = 0x4D4E7365;

    private const int Version = 2;

    // Times are 100 ns ticks since 0001-01-01 UTC; `length` is end - begin, 0 for an instant. Datastreams, procedures and lists of tests are
    // said once and referred to. The key's order is the order of every query: a range of one datastream is one stretch of the file.
    private const string Tables = """
        CREATE TABLE names(ref INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE(kind, name)) STRICT;
        CREATE TABLE observations(
            datastream INTEGER NOT NULL,
            begin INTEGER NOT NULL,
            length INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            result REAL,
            flag INTEGER NOT NULL,
            tests INTEGER,
            raw REAL,
            procedure INTEGER NOT NULL,
            result_time INTEGER,
            received INTEGER NOT NULL,
            input1 REAL,
            input2 REAL,
            PRIMARY KEY(datastream, begin, length, revision)) STRICT, WITHOUT ROWID;
        CREATE TABLE state(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """ + View;

    private const string View = """

        CREATE VIEW observations_readable AS
            SELECT d.name AS datastream, o.begin, o.begin + o.length AS "end", o.revision, o.result, o.flag, t.name AS tests, o.raw,
                p.name AS procedure, o.result_time, o.received, o.input1, o.input2
            FROM observations o JOIN names d ON d.ref = o.datastream JOIN names p ON p.ref = o.procedure LEFT JOIN names t ON t.ref = o.tests;
        """;

    /// <summary>From version 1, which did not keep the inputs of procedures.</summary>
    private const string Inputs = """
        ALTER TABLE observations ADD COLUMN input1 REAL;
        ALTER TABLE observations ADD COLUMN input2 REAL;
        DROP VIEW observations_readable;
        """ + View;

    private readonly SqliteFile _connection;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _replace;
    private readonly SqliteStatement _setState;
    private readonly SqliteStatement _addName;
    private readonly Dictionary<(NameKind Kind, string Name), long> _names = [];
    private readonly List<Row> _rows = [];
    private long _cursor;
    private long _projected;
    private long _superseded;

    private SqliteSeriesFile(SqliteFile connection)
    {
        _connection = connection;
        connection.Execute("PRAGMA wal_autocheckpoint=4096; PRAGMA cache_size=-65536");
        using (var names = connection.Prepare("SELECT ref, kind, name FROM names"))
        {
            while (names.Step())
            {
                _names.Add(((NameKind)names.Int32(1), names.Text(2)), names.Int64(0));
            }
        }
        _cursor = connection.Scalar("SELECT value FROM state WHERE name = 'cursor'");
        _projected = connection.Scalar("SELECT value FROM state WHERE name = 'projected'");
        _superseded = connection.Scalar("SELECT value FROM state WHERE name = 'superseded'");
        const string Columns = "observations(datastream, begin, length, revision, result, flag, tests, raw, procedure, result_time, received, input1, input2)";
        _insert = connection.Prepare($"INSERT INTO {Columns} VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING");
        _replace = connection.Prepare($"REPLACE INTO {Columns} VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
        _setState = connection.Prepare("REPLACE INTO state(name, value) VALUES(?1, ?2)");
        _addName = connection.Prepare("INSERT INTO names(ref, kind, name) VALUES(?1, ?2, ?3)");
    }

    public long Cursor => Volatile.Read(ref _cursor);

    public bool IsNew => _connection.IsNew;

    public static SqliteSeriesFile Open(string path)
    {
        try
        {
            return new SqliteSeriesFile(SqliteFile.OpenWriter(path, Options));
        }
        catch (SqliteFault fault) when (fault.Kind == SqliteFaultKind.Corrupt)
        {
            Delete(path);
            return new SqliteSeriesFile(SqliteFile.OpenWriter(path, Options));
        }
    }

    public static void Delete(string path)
    {
        foreach (var suffix in (ReadOnlySpan<string>)["", "-wal", "-shm"])
        {
            File.Delete(path + suffix);
        }
    }

    /// <summary>Applies facts and moves the cursor in one transaction.</summary>
    public void Apply(IReadOnlyList<Fact> facts)
    {
        if (facts.Count == 0)
        {
            return;
        }
        _connection.Begin();
        _rows.Clear();
        foreach (var fact in facts)
        {
            Gather(fact);
        }
        // Written in the order of the key: neighbours in the file then share pages, which is ten times faster over many datastreams.
        // The place in the log is the last word, so that of two with the same key the later one stays.
        CollectionsMarshal.AsSpan(_rows).Sort();
        var (added, superseded) = (0L, 0L);
        var rows = CollectionsMarshal.AsSpan(_rows);
        for (var at = 0; at < rows.Length; at++)
        {
            Put(_insert, in rows[at], in rows[Math.Max(0, at - 1)], bindAll: at == 0);
            if (_connection.Changes == 1)
            {
                added++;
            }
            else
            {
                Put(_replace, in rows[at], in rows[at], bindAll: true);
                superseded++;
            }
        }
        var cursor = facts[^1].Position;
        _setState.Bind(1, "cursor").Bind(2, cursor).Run();
        _setState.Bind(1, "projected").Bind(2, _projected + added).Run();
        _setState.Bind(1, "superseded").Bind(2, _superseded + superseded).Run();
        _connection.Commit();
        (_projected, _superseded) = (_projected + added, _superseded + superseded);
        Volatile.Write(ref _cursor, cursor);
        if (_rows.Capacity > KeptRows)
        {
            _rows.Clear();
            _rows.Capacity = KeptRows;
        }
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>Rows of buffer kept between transactions.</summary>
    private const int KeptRows = 65_536;

    /// <summary>Synchronous NORMAL: a power cut may take the last transactions, cursor and rows together, and the log gives them again.</summary>
    internal static SqliteOptions Options => new()
    {
        ApplicationId = ApplicationId,
        Version = Version,
        Synchronous = SqliteSynchronous.Normal,
        Migrate = (file, version) => file.Execute(version == 0 ? Tables : Inputs),
        JournalSizeLimit = 64L << 20,
        CheckAfterUncleanStop = false,
    };

    private void Gather(Fact fact)
    {
        if (!fact.TryReadBatch(out var batch))
        {
            return;
        }
        foreach (var group in batch.Datastreams)
        {
            var datastream = Reference(NameKind.Datastream, group.Datastream);
            var procedure = Reference(NameKind.Procedure, group.Procedure);
            for (var at = 0; at < group.Rows.Count; at++)
            {
                var row = group.Rows[at];
                if (fact.Accepted is null || fact.Accepts(row.Sequence))
                {
                    var quality = row.Quality;
                    _rows.Add(new Row(
                        datastream, row.PhenomenonTime.Begin.Ticks, row.PhenomenonTime.Length.Ticks, row.Revision, _rows.Count,
                        row.Result, (int)quality.Flag, quality.Tests is null ? null : Reference(NameKind.Tests, quality.Tests), row.Raw, procedure,
                        row.ResultTime?.Ticks, fact.Received.Ticks, row.Inputs));
                }
            }
        }
    }

    private long Reference(NameKind kind, string name)
    {
        if (!_names.TryGetValue((kind, name), out var reference))
        {
            reference = _names.Count + 1;
            _addName.Bind(1, reference).Bind(2, (long)kind).Bind(3, name).Run();
            _names.Add((kind, name), reference);
        }
        return reference;
    }

    /// <summary>
    /// Binds and runs. A value that is the one of the row before stays bound: in the order of the key most are, and binding is a good part of the cost.
    /// </summary>
    private static void Put(SqliteStatement statement, in Row row, in Row before, bool bindAll)
    {
        if (bindAll || row.Datastream != before.Datastream)
        {
            statement.Bind(1, row.Datastream);
        }
        statement.Bind(2, row.Begin);
        if (bindAll || row.Length != before.Length)
        {
            statement.Bind(3, row.Length);
        }
        if (bindAll || row.Revision != before.Revision)
        {
            statement.Bind(4, (long)row.Revision);
        }
        statement.Bind(5, row.Result);
        if (bindAll || row.Flag != before.Flag)
        {
            statement.Bind(6, (long)row.Flag);
        }
        if (bindAll || row.Tests != before.Tests)
        {
            statement.Bind(7, row.Tests);
        }
        statement.Bind(8, row.Raw);
        if (bindAll || row.Procedure != before.Procedure)
        {
            statement.Bind(9, row.Procedure);
        }
        statement.Bind(10, row.ResultTime);
        if (bindAll || row.Received != before.Received)
        {
            statement.Bind(11, row.Received);
        }
        if (bindAll || row.Inputs != before.Inputs)
        {
            statement.Bind(12, row.Inputs.First).Bind(13, row.Inputs.Second);
        }
        statement.Run();
    }

    private readonly record struct Row(
        long Datastream, long Begin, long Length, int Revision, int Order, double? Result, int Flag, long? Tests, double? Raw, long Procedure,
        long? ResultTime, long Received, ProcedureInputs Inputs) : IComparable<Row>
    {
        public int CompareTo(Row other)
        {
            var by = Datastream.CompareTo(other.Datastream);
            by = by != 0 ? by : Begin.CompareTo(other.Begin);
            by = by != 0 ? by : Length.CompareTo(other.Length);
            by = by != 0 ? by : Revision.CompareTo(other.Revision);
            return by != 0 ? by : Order.CompareTo(other.Order);
        }
    }
}

/// <summary>What a name in the table of names is.</summary>
internal enum NameKind
{
    Datastream = 1,
    Procedure = 2,
    Tests = 3,
}
