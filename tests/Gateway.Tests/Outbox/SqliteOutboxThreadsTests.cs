using MeetNet.Gateway.Outbox;
using MeetNet.Sqlite;
using MeetNet.TestKit;
using static MeetNet.Gateway.Tests.Outbox.OutboxContract;

namespace MeetNet.Gateway.Tests.Outbox;

public sealed class SqliteOutboxThreadsTests
{
    [Fact]
    public async Task Appending_delivering_and_tidying_at_once_deliver_everything_once_and_in_order()
    {
        const int Rows = 4000;
        using var folder = new TemporaryFolder();
        var notices = new List<OutboxNotice>();
        using var outbox = SqliteOutbox.Open(
            TwoHubs with { Path = folder.File("outbox.db"), BallastBytes = 4096, Synchronous = SqliteSynchronous.Off }, TimeProvider.System, notices.Add);
        using var stop = new CancellationTokenSource();

        var appending = Task.Run(() =>
        {
            for (var next = 1; next <= Rows; next += 20)
            {
                Assert.Equal(AppendOutcome.Kept, outbox.Append(Entries(20, from: next)).Outcome);
            }
        });
        var tidying = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                outbox.Tidy();
            }
        });
        var delivering = Task.WhenAll(DeliverAsync(outbox, "nl", Rows), DeliverAsync(outbox, "be", Rows));

        await Eventually.DoneAsync(appending, "all is appended", TimeSpan.FromSeconds(60));
        var delivered = await Eventually.DoneAsync(delivering, "all is delivered", TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await Eventually.DoneAsync(tidying, "tidying ends");

        var expected = Enumerable.Range(1, Rows).Select(i => $"row {i}").ToList();
        Assert.Equal(expected, delivered[0]);
        Assert.Equal(expected, delivered[1]);
        TidyUp(outbox);
        AssertBooks(outbox, acknowledged: Rows, pending: 0);
        Assert.True(outbox.Span.IsEmpty);
        Assert.DoesNotContain(notices, n => n.IsLoss);
    }

    private static async Task<List<string>> DeliverAsync(SqliteOutbox outbox, string hub, int rows)
    {
        var got = new List<string>();
        for (var after = 0L; after < rows;)
        {
            await outbox.WaitForMoreAsync(outbox.Epoch, after, CancellationToken.None);
            var read = outbox.ReadAfter(after, 97, 100_000);
            Assert.Empty(read.Lost);
            got.AddRange(read.Rows.Select(Text));
            after = read.Through;
            Assert.Equal(CursorMove.Moved, outbox.Acknowledge(hub, read.Epoch, after));
        }
        return got;
    }
}
