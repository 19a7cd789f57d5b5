using MeetNet.Sqlite;

namespace MeetNet.Ingest.Series;

/// <summary>How far an InfluxDB has the log. If the last move is lost in a power cut, some points are written over with the same.</summary>
internal sealed class InfluxCursor : IDisposable
{
    /// <summary>"MNic" in ASCII.</summary>
    private const int ApplicationId = 0x4D4E6963;

    private readonly SqliteFile _file;
    private long _position;

    public InfluxCursor(string path)
    {
        _file = SqliteFile.OpenWriter(path, new SqliteOptions
        {
            ApplicationId = ApplicationId,
            Version = 1,
            Synchronous = SqliteSynchronous.Normal,
            Migrate = (file, _) => file.Execute("""
                CREATE TABLE cursor(one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL, observations INTEGER NOT NULL, beyond INTEGER NOT NULL) STRICT;
                INSERT INTO cursor VALUES(1, 0, 0, 0);
                """),
        });
        using var query = _file.Prepare("SELECT position, observations, beyond FROM cursor");
        query.Step();
        (_position, Observations, Beyond) = (query.Int64(0), query.Int64(1), query.Int64(2));
    }

    /// <summary>Position of the last fact the server has.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Observations of the log up to there.</summary>
    public long Observations { get; private set; }

    /// <summary>Those of them that InfluxDB can't hold.</summary>
    public long Beyond { get; private set; }

    public void Move(long position, long observations, long beyond)
    {
        using var update = _file.Prepare("UPDATE cursor SET position = ?1, observations = ?2, beyond = ?3");
        update.Bind(1, position).Bind(2, observations).Bind(3, beyond).Run();
        (Observations, Beyond) = (observations, beyond);
        Volatile.Write(ref _position, position);
    }

    public void Dispose() => _file.Dispose();
}
