using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;
using MeetNet.Ingest.Tests.Intake;
using MeetNet.Sqlite;
using MeetNet.TestKit;
using Microsoft.Extensions.Logging;

namespace MeetNet.Ingest.Tests.Facts;

public sealed class FactWriterTests : IDisposable
{
    private static readonly string Epoch = Messages.Epoch.ToString();
    private readonly FactFixture _log = new();
    private readonly CollectingLogger _logger = new();
    private readonly ManualTimeProvider _time = new();
    private readonly RecordedReplies _replies = new();
    private readonly CancellationTokenSource _abandon = new();

    public void Dispose()
    {
        _log.Dispose();
        _abandon.Dispose();
        _logger.Dispose();
    }

    [Fact]
    public async Task Replies_only_after_the_commit_in_order_and_once_per_outbox()
    {
        using var writer = Writer(_log.Open);
        writer.Open();
        Arrival[] arrivals = [Messages.BatchArrival(1, 2), Messages.BatchArrival(3, 4), Messages.HelloArrival(1, 9), Messages.BatchArrival(1, 2)];
        await FinishAsync(writer, arrivals);
        Assert.Equal(arrivals.Select(arrival => arrival.Message), _replies.Accepted);
        Assert.Equal(4, _replies.Told(Epoch));
        Assert.Equal((2L, 4L), (_log.Log.Head, _log.Log.Observations));
    }

    [Fact]
    public async Task What_is_queued_goes_into_one_transaction()
    {
        using var writer = Writer(_log.Open);
        writer.Open();
        await FinishAsync(writer, [.. Enumerable.Range(0, 50).Select(at => Messages.BatchArrival((at * 10) + 1, (at * 10) + 10))]);
        Assert.Equal(1, writer.Commits);
        Assert.Equal(500, _replies.Told(Epoch));
    }

    [Fact]
    public async Task A_full_disk_stops_everything_loses_nothing_and_goes_on_when_there_is_room()
    {
        var full = true;
        using var writer = Writer(() =>
        {
            var transaction = _log.Open();
            // The file may not grow: SQLite then says SQLITE_FULL as it does on a full disk.
            transaction.Connection.Execute(full ? "PRAGMA max_page_count=1" : "PRAGMA max_page_count=1000000");
            return transaction;
        });
        writer.Open();
        var running = writer.RunAsync(_abandon.Token);
        await writer.Arrivals.WriteAsync(Messages.BatchArrival(1, 1_000));
        await Eventually.TrueAsync(() => writer.Trouble is not null, "the writer says that the disk is full");
        Assert.Empty(_replies.Accepted);
        Assert.Equal(-1, _replies.Told(Epoch));
        Assert.Single(_logger.Entries, entry => entry.Level == LogLevel.Warning);

        full = false;
        writer.Arrivals.Complete();
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(5));
                return running.IsCompleted;
            },
            "the writer goes on");
        await running;
        Assert.Null(writer.Trouble);
        Assert.Single(_replies.Accepted);
        Assert.Equal(1_000, _replies.Told(Epoch));
        Assert.Equal(1_000, _log.Log.Observations);
    }

    [Fact]
    public async Task A_disk_that_cannot_be_used_at_the_start_is_waited_for()
    {
        var missing = true;
        using var writer = Writer(() => missing ? throw new SqliteFault(SqliteFaultKind.CannotOpen, 14, "no such folder") : _log.Open());
        writer.Open();
        Assert.NotNull(writer.Trouble);
        Assert.False(_log.Log.IsOpen);
        missing = false;
        await FinishAsync(writer, Messages.BatchArrival(1, 3));
        Assert.True(_log.Log.IsOpen);
        Assert.Equal(3, _replies.Told(Epoch));
    }

    [Fact]
    public void A_file_that_is_not_ours_stops_the_program()
    {
        using var writer = Writer(() => throw new SqliteFault(SqliteFaultKind.Foreign, 0, "of another program"));
        Assert.Throws<SqliteFault>(writer.Open);
    }

    [Fact]
    public async Task Stopping_while_the_disk_refuses_acknowledges_nothing()
    {
        using var writer = Writer(() => throw new SqliteFault(SqliteFaultKind.DiskFull, 13, "full"));
        writer.Open();
        var running = writer.RunAsync(_abandon.Token);
        await writer.Arrivals.WriteAsync(Messages.BatchArrival(1, 3));
        await _abandon.CancelAsync();
        await Eventually.DoneAsync(running, "the writer gives up");
        Assert.Empty(_replies.Accepted);
    }

    [Fact]
    public async Task A_message_beyond_the_program_is_set_aside_and_the_others_go_on()
    {
        _logger.Expect(entry => entry.Id.Id == 303);
        using var writer = Writer(_log.Open);
        writer.Open();
        // No gate lets this through: an announcement with nobody to belong to.
        var impossible = new Arrival { Message = Messages.Obs([1]), Received = Messages.Received, Owner = null!, Station = null!, AnnouncementDigest = [1] };
        await FinishAsync(writer, Messages.BatchArrival(1, 3), impossible, Messages.BatchArrival(4, 6));
        Assert.Equal(3, _replies.Accepted.Count);
        Assert.Equal(6, _replies.Told(Epoch));
        Assert.Equal(1, _log.Scalar("SELECT count(*) FROM rejects WHERE reason = 'internal-fault'"));
    }

    private FactWriter Writer(Func<FactTransaction> open) =>
        new(_log.Log, open, new GroupLimits(), _replies, _time, _logger.CreateLogger<FactWriter>());

    private async Task FinishAsync(FactWriter writer, params Arrival[] arrivals)
    {
        foreach (var arrival in arrivals)
        {
            await writer.Arrivals.WriteAsync(arrival);
        }
        writer.Arrivals.Complete();
        await Eventually.DoneAsync(writer.RunAsync(_abandon.Token), "everything is committed");
    }
}
