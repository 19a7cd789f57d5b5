using System.IO.Pipelines;
using MeetNet.Gateway.Lines;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Lines;

/// <summary>What every line keeps to, whatever is behind it.</summary>
public abstract class LineContract
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>An open line and the instrument at its other end.</summary>
    private protected abstract Rig Open(ManualTimeProvider time);

    [Fact]
    public async Task Every_byte_value_passes_both_ways_unchanged()
    {
        await using var rig = Open(new ManualTimeProvider());
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

        await rig.SendAsync(all);
        Assert.Equal(all, await ReadAsync(rig.Line, all.Length));

        Assert.Equal(LineWrite.Written, await rig.Line.WriteAsync(all, Soon, CancellationToken.None));
        Assert.Equal(all, await rig.ReceiveAsync(all.Length));
        Assert.Equal(new LineCounters(256, 256), rig.Line.Counters);
    }

    [Fact]
    public async Task A_hang_up_completes_the_reading_after_the_last_byte()
    {
        await using var rig = Open(new ManualTimeProvider());
        await rig.SendAsync(new byte[] { 1, 2, 3 });
        Assert.Equal([1, 2, 3], await ReadAsync(rig.Line, 3));

        rig.Unplug();

        var last = await Eventually.DoneAsync(rig.Line.Input.ReadAsync().AsTask(), "the reading completes");
        Assert.True(last.IsCompleted);
        Assert.True(last.Buffer.IsEmpty);
        Assert.Equal(LineEndKind.HungUp, (await Eventually.DoneAsync(rig.Line.Ended, "the line ends")).Kind);
    }

    [Fact]
    public async Task What_was_read_before_a_hang_up_can_still_be_consumed()
    {
        await using var rig = Open(new ManualTimeProvider());
        await rig.SendAsync(new byte[] { 7, 8 });
        await Eventually.TrueAsync(() => rig.Line.Counters.BytesRead == 2, "both bytes are read");
        rig.Unplug();
        await Eventually.DoneAsync(rig.Line.Ended, "the line ends");

        Assert.Equal([7, 8], await ReadAsync(rig.Line, 2));
    }

    [Fact]
    public async Task Disposing_ends_the_line_and_its_reading()
    {
        await using var rig = Open(new ManualTimeProvider());
        var reading = rig.Line.Input.ReadAsync().AsTask();

        await Eventually.DoneAsync(rig.Line.DisposeAsync().AsTask(), "the line is disposed");

        Assert.True((await Eventually.DoneAsync(reading, "the reading completes")).IsCompleted);
        Assert.Equal(LineEndKind.Closed, (await rig.Line.Ended).Kind);
        Assert.Equal(LineWrite.Ended, await rig.Line.WriteAsync(new byte[1], Soon, CancellationToken.None));
        await rig.Line.DisposeAsync();
    }

    [Fact]
    public async Task Arrival_is_known_for_each_byte()
    {
        var time = new ManualTimeProvider();
        await using var rig = Open(time);
        var (began, stamp) = (time.GetUtcNow(), time.GetTimestamp());
        await rig.SendAsync(new byte[3]);
        await Eventually.TrueAsync(() => rig.Line.Counters.BytesRead == 3, "three bytes are read");
        await ReadAsync(rig.Line, 3);

        time.Advance(TimeSpan.FromSeconds(10));
        await rig.SendAsync(new byte[2]);
        await ReadAsync(rig.Line, 2);

        Assert.Equal(new ArrivalTime(stamp, began), rig.Line.ArrivalOf(0));
        Assert.Equal(new ArrivalTime(stamp, began), rig.Line.ArrivalOf(2));
        Assert.Equal(began + TimeSpan.FromSeconds(10), rig.Line.ArrivalOf(3).Utc);
        Assert.Equal(began + TimeSpan.FromSeconds(10), rig.Line.ArrivalOf(4).Utc);
        Assert.Equal(TimeSpan.FromSeconds(10), time.GetElapsedTime(stamp, rig.Line.ArrivalOf(4).Monotonic));
    }

    [Fact]
    public async Task A_consumer_that_is_behind_stops_the_reading_and_loses_nothing()
    {
        await using var rig = Open(new ManualTimeProvider());
        var sent = new byte[200_000];
        new Random(1).NextBytes(sent);

        var sending = rig.SendAsync(sent);
        await Eventually.TrueAsync(() => rig.Line.Counters.BytesRead >= 64 << 10, "the pipe is full");
        Assert.False(sending.IsCompleted);
        // One read (4 KiB) may overshoot the limit.
        Assert.InRange(rig.Line.Counters.BytesRead, 64 << 10, (64 << 10) + 4096);

        Assert.Equal(sent, await ReadAsync(rig.Line, sent.Length));
        await Eventually.DoneAsync(sending, "all is sent");
        Assert.Equal(sent.Length, rig.Line.Counters.BytesRead);
    }

    [Fact]
    public async Task A_full_pipe_can_be_disposed()
    {
        await using var rig = Open(new ManualTimeProvider());
        var sending = rig.SendAsync(new byte[200_000]);
        await Eventually.TrueAsync(() => rig.Line.Counters.BytesRead >= 64 << 10, "the pipe is full");

        await Eventually.DoneAsync(rig.Line.DisposeAsync().AsTask(), "the line is disposed");
        await rig.Line.Input.CompleteAsync();
        Assert.True(rig.Line.Ended.IsCompletedSuccessfully);
        rig.Unplug();
        await Task.WhenAny(sending);
    }

    [Fact]
    public async Task A_write_that_is_not_taken_ends_at_its_deadline()
    {
        var time = new ManualTimeProvider();
        await using var rig = Open(time);
        rig.StopTaking();

        var writing = rig.Line.WriteAsync(new byte[1 << 20], Soon, CancellationToken.None).AsTask();
        time.Advance(Soon / 2);
        Assert.False(writing.IsCompleted);
        time.Advance(Soon);

        Assert.Equal(LineWrite.TimedOut, await Eventually.DoneAsync(writing, "the write ends"));
    }

    [Fact]
    public async Task A_write_that_is_not_taken_can_be_cancelled()
    {
        await using var rig = Open(new ManualTimeProvider());
        rig.StopTaking();
        using var cancel = new CancellationTokenSource();
        var writing = rig.Line.WriteAsync(new byte[1 << 20], Soon, cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.DoneAsync(writing, "the write ends"));
    }

    [Fact]
    public async Task A_write_in_the_way_of_a_hang_up_is_told_so()
    {
        await using var rig = Open(new ManualTimeProvider());
        rig.StopTaking();
        var writing = rig.Line.WriteAsync(new byte[1 << 20], Soon, CancellationToken.None).AsTask();

        rig.Unplug();

        Assert.Equal(LineWrite.Ended, await Eventually.DoneAsync(writing, "the write ends"));
    }

    private protected static async Task<byte[]> ReadAsync(ILine line, int count)
    {
        var read = new List<byte>(count);
        while (read.Count < count)
        {
            var result = await Eventually.DoneAsync(line.Input.ReadAsync().AsTask(), $"{count} bytes, {read.Count} came");
            foreach (var segment in result.Buffer)
            {
                read.AddRange(segment.Span);
            }
            line.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }
        return [.. read];
    }

    private protected abstract class Rig : IAsyncDisposable
    {
        public abstract ILine Line { get; }

        public abstract Task SendAsync(ReadOnlyMemory<byte> bytes);

        public abstract Task<byte[]> ReceiveAsync(int count);

        /// <summary>From now on the instrument does not take bytes.</summary>
        public abstract void StopTaking();

        public abstract void Unplug();

        public virtual ValueTask DisposeAsync() => Line.DisposeAsync();
    }
}
