using System.Threading.Channels;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Outbox;
using MeetNet.Hosting;
using MeetNet.Observations;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Outbox;

public sealed class OutboxWriterTests : IDisposable
{
    private const int ChannelLimit = 8;

    private readonly ManualTimeProvider _time = new();
    private readonly Channel<Harmonised> _channel = Channel.CreateBounded<Harmonised>(ChannelLimit);
    private readonly InMemoryOutbox _outbox;
    private readonly OutboxWriter _writer;

    public OutboxWriterTests()
    {
        _outbox = new InMemoryOutbox(_time, "hub");
        _writer = new OutboxWriter(_outbox, new Backoff(BackoffLimits.Disk, new Random(1), _time), _time, ChannelLimit);
    }

    public void Dispose() => _outbox.Dispose();

    [Fact]
    public async Task What_waits_is_kept_as_it_will_be_sent_and_receipts_are_given()
    {
        var receipt = new Receipt();
        receipt.Take();
        receipt.Done();
        await _channel.Writer.WriteAsync(new Harmonised(Observation(1.5), receipt));
        await _channel.Writer.WriteAsync(new Harmonised(Observation(2.5)));
        _channel.Writer.Complete();

        await Eventually.DoneAsync(_writer.RunAsync(_channel.Reader, CancellationToken.None), "the channel is drained");

        var read = _outbox.ReadAfter(0, 10, 10_000);
        Assert.Equal(
            ["\"2026-11-21T10:00:00Z\",\"2026-11-21T10:00:01Z\",1.5,1,null,3,0]", "\"2026-11-21T10:00:00Z\",\"2026-11-21T10:00:01Z\",2.5,1,null,3,0]"],
            read.Rows.Select(OutboxContract.Text));
        Assert.Equal(("vmm/a/nh3-1/nh3", "p-0000000000000001"), (read.Rows[0].Datastream, read.Rows[0].Procedure));
        Assert.True(receipt.Stored.IsCompletedSuccessfully);
        Assert.Equal(new OutboxWriterBooks(2, 2, 0), _writer.Books);
    }

    [Fact]
    public async Task A_failing_disk_is_tried_again_and_costs_nothing_while_there_is_room()
    {
        _outbox.FailWith = "disk full";
        var receipt = new Receipt();
        receipt.Take();
        receipt.Done();
        var running = _writer.RunAsync(_channel.Reader, CancellationToken.None);
        await _channel.Writer.WriteAsync(new Harmonised(Observation(1), receipt));
        await Eventually.TrueAsync(() => _writer.Trouble == "disk full", "the trouble is seen");
        Assert.False(receipt.Stored.IsCompleted);
        Assert.Equal(1, _writer.Books.Waiting);

        _outbox.FailWith = null;
        await AdvanceUntilAsync(() => _writer.Books.Kept == 1);

        Assert.Null(_writer.Trouble);
        await Eventually.DoneAsync(receipt.Stored, "the receipt is given");
        _channel.Writer.Complete();
        await Eventually.DoneAsync(running, "the channel is drained");
    }

    [Fact]
    public async Task When_the_channel_is_full_the_oldest_are_refused_but_not_what_its_source_sends_again()
    {
        _outbox.FailWith = "disk full";
        var receipt = new Receipt();
        receipt.Take();
        receipt.Done();
        await _channel.Writer.WriteAsync(new Harmonised(Observation(0), receipt));
        var running = _writer.RunAsync(_channel.Reader, CancellationToken.None);
        // A full batch waits in the writer, and the channel is full behind it.
        const int Last = OutboxWriter.BatchLimit + (2 * ChannelLimit);
        for (var i = 1; i <= Last; i++)
        {
            var next = new Harmonised(Observation(i));
            await AdvanceUntilAsync(() => _channel.Writer.TryWrite(next));
        }
        Assert.Equal(OutboxWriter.BatchLimit - 1, _writer.Books.Refused);
        Assert.Equal(0, _writer.Books.Kept);

        _outbox.FailWith = null;
        _channel.Writer.Complete();
        await AdvanceUntilAsync(() => running.IsCompleted);
        await running;

        var books = _writer.Books;
        Assert.Equal((Last + 1, 0), (books.Taken, books.Waiting));
        Assert.Equal(books.Kept, _outbox.Books.Issued);
        Assert.True(receipt.Stored.IsCompletedSuccessfully);
        var rows = _outbox.ReadAfter(0, 100, 100_000).Rows.Select(OutboxContract.Text).ToList();
        Assert.Contains(",0,1,null", rows[0], StringComparison.Ordinal);
        Assert.Contains($",{Last},1,null", rows[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_that_can_not_wait_counts_what_it_leaves()
    {
        _outbox.FailWith = "disk full";
        using var stop = new CancellationTokenSource();
        for (var i = 0; i < ChannelLimit; i++)
        {
            await _channel.Writer.WriteAsync(new Harmonised(Observation(i)));
        }
        _channel.Writer.Complete();
        var running = _writer.RunAsync(_channel.Reader, stop.Token);
        await Eventually.TrueAsync(() => _writer.Trouble is not null, "the trouble is seen");

        await stop.CancelAsync();
        await Eventually.DoneAsync(running, "the writer stops");

        Assert.Equal(new OutboxWriterBooks(ChannelLimit, 0, ChannelLimit), _writer.Books);
    }

    [Fact]
    public async Task Delivered_rows_are_forgotten_while_nothing_is_written()
    {
        var running = _writer.RunAsync(_channel.Reader, CancellationToken.None);
        await _channel.Writer.WriteAsync(new Harmonised(Observation(1)));
        await Eventually.TrueAsync(() => _outbox.Span.Highest == 1, "it is kept");
        _outbox.Acknowledge("hub", _outbox.Epoch, 1);

        await AdvanceUntilAsync(() => _outbox.Span.IsEmpty);

        _channel.Writer.Complete();
        await Eventually.DoneAsync(running, "the channel is drained");
    }

    private static Observation Observation(double value)
    {
        var time = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
        return new Observation(
            "vmm/a/nh3-1/nh3", "p-0000000000000001", PhenomenonTime.Instant(time), time.AddSeconds(1), value, ResultQuality.Good, 3, 0);
    }

    private Task AdvanceUntilAsync(Func<bool> condition) => Eventually.TrueAsync(
        () =>
        {
            if (condition())
            {
                return true;
            }
            _time.Advance(TimeSpan.FromMilliseconds(200));
            return condition();
        },
        "time passes until then");
}
