using MeetNet.Gateway.Outbox;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;
using MeetNet.TestKit;
using static MeetNet.Gateway.Tests.Outbox.OutboxContract;

namespace MeetNet.Gateway.Tests.Outbox;

/// <summary>An outbox file of the test's own, and ways to spoil it.</summary>
public abstract class SqliteOutboxFixture : IDisposable
{
    private protected readonly TemporaryFolder _folder = new();
    private protected readonly List<OutboxNotice> _notices = [];
    private protected long _freeDisk = long.MaxValue;
    private readonly ManualTimeProvider _time = new();

    private protected string Path => _folder.File("outbox.db");

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected SqliteOutbox Open(string? path = null, params string[] hubs) => SqliteOutbox.Open(
        TwoHubs with { Path = path ?? Path, Hubs = hubs.Length == 0 ? TwoHubs.Hubs : hubs, BallastBytes = 4096 }, _time, _notices.Add, () => _freeDisk);

    private protected void Fill(int rows, byte[]? padding = null)
    {
        using var outbox = Open();
        var entries = Entries(rows);
        outbox.Append([.. entries.Select(e => e with { Fragment = (byte[])[.. e.Fragment.Span, .. padding ?? []] })]);
        _notices.Clear();
    }

    /// <summary>The file and its log as a killed process leaves them.</summary>
    private protected void Crash()
    {
        File.Copy(Path, _folder.File("crashed.db"));
        File.Copy(Path + "-wal", _folder.File("crashed.db-wal"));
        _notices.Clear();
    }

    private protected void Tamper(string sql)
    {
        using var file = SqliteFile.OpenWriter(Path, OutboxSchema.Options(SqliteSynchronous.Full, () => default));
        file.Execute(sql);
    }

    private protected long Ask(string sql)
    {
        using var file = SqliteFile.OpenReader(Path);
        return file.Scalar(sql);
    }

    private protected List<OutboxRow> Read(string path)
    {
        using var outbox = Open(path);
        return Rest(outbox);
    }

    /// <summary>All rows, as an uplink reads them: an empty answer is asked again.</summary>
    private protected static List<OutboxRow> Rest(SqliteOutbox outbox)
    {
        for (var attempt = 0; ; attempt++)
        {
            var rows = new List<OutboxRow>();
            var (epoch, after) = (outbox.Epoch, 0L);
            while (after < outbox.Span.Highest)
            {
                var read = outbox.ReadAfter(after, 1000, 100_000);
                if (read.IsEmpty || read.Epoch != epoch)
                {
                    break;
                }
                rows.AddRange(read.Rows);
                after = read.Through;
            }
            if (after >= outbox.Span.Highest && outbox.Epoch == epoch)
            {
                return rows;
            }
            Assert.True(attempt < 3, "the outbox can't be read");
        }
    }
}
