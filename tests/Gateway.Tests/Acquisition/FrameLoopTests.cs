using FsCheck;
using FsCheck.Fluent;
using MeetNet.Devices.Framing;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Tests.Lines;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Acquisition;

public sealed class FrameLoopTests
{
    private static readonly IFramer Framer = new LengthFramer();
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Frames_come_out_whole_however_the_bytes_arrive()
    {
        // '#', length, content; 0x00 between frames is noise.
        byte[] stream = [(byte)'#', 3, 1, 2, 3, 0, 0, (byte)'#', 0, (byte)'#', 2, 9, 8];
        for (var chunk = 1; chunk <= stream.Length; chunk++)
        {
            await using var line = new ScriptedLine(_time);
            using var loop = new FrameLoop(line.Input, new AcquisitionBooks(), _time);
            var feeding = FeedAsync(line, stream, chunk);
            Assert.Equal([(byte)'#', 3, 1, 2, 3], (await loop.NextAsync(Framer, null, default)).Frame.ToArray());
            Assert.Equal([(byte)'#', 0], (await loop.NextAsync(Framer, null, default)).Frame.ToArray());
            var last = await loop.NextAsync(Framer, null, default);
            Assert.Equal([(byte)'#', 2, 9, 8], last.Frame.ToArray());
            Assert.Equal(stream.Length - 1, last.LastByte);
            await feeding;
        }
    }

    [Fact]
    public void Every_byte_has_a_fate()
    {
        Prop.ForAll<byte[], int>((bytes, seed) =>
        {
            var books = new AcquisitionBooks();
            RunAsync(bytes, books, new Random(seed)).GetAwaiter().GetResult();
            return books.Read().AccountedBytes == bytes.Length;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task A_deadline_ends_the_waiting_and_leaves_the_half_frame_to_be_dropped()
    {
        await using var line = new ScriptedLine(_time);
        var books = new AcquisitionBooks();
        using var loop = new FrameLoop(line.Input, books, _time);
        await line.ReceiveAsync(new byte[] { (byte)'#', 5, 1 });
        var waiting = loop.NextAsync(Framer, _time.GetTimestamp() + _time.TimestampFrequency, default).AsTask();
        await Eventually.TrueAsync(() => _time.PendingTimers > 0, "the loop to wait");
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(FrameReadKind.Deadline, (await Eventually.DoneAsync(waiting, "the deadline")).Kind);
        loop.DropIncomplete();
        var counters = books.Read();
        Assert.Equal(new FaultCounter(1, 3), counters.Faults["incomplete"]);

        // The rest of it, come late, is no frame of the next exchange.
        await line.ReceiveAsync(new byte[] { 2, 3, 4, 5, (byte)'#', 1, 7 });
        loop.DropUnasked();
        Assert.Equal(7, books.Read().UnaskedBytes);
    }

    [Fact]
    public async Task A_deadline_of_the_exchange_before_does_not_end_the_next_one()
    {
        await using var line = new ScriptedLine(_time);
        using var loop = new FrameLoop(line.Input, new AcquisitionBooks(), _time);
        await line.ReceiveAsync(new byte[] { (byte)'#', 0 });
        Assert.Equal(FrameReadKind.Frame, (await loop.NextAsync(Framer, _time.GetTimestamp() + 10, default)).Kind);
        line.Input.CancelPendingRead();
        var next = loop.NextAsync(Framer, _time.GetTimestamp() + _time.TimestampFrequency, default).AsTask();
        await line.ReceiveAsync(new byte[] { (byte)'#', 1, 7 });
        Assert.Equal(FrameReadKind.Frame, (await Eventually.DoneAsync(next, "the frame")).Kind);
    }

    [Fact]
    public async Task The_end_of_the_line_ends_the_loop_and_counts_what_was_begun()
    {
        await using var line = new ScriptedLine(_time);
        var books = new AcquisitionBooks();
        using var loop = new FrameLoop(line.Input, books, _time);
        await line.ReceiveAsync(new byte[] { (byte)'#', 1, 7, (byte)'#', 9, 1 });
        line.Unplug();
        Assert.Equal(FrameReadKind.Frame, (await loop.NextAsync(Framer, null, default)).Kind);
        Assert.Equal(FrameReadKind.Ended, (await loop.NextAsync(Framer, null, default)).Kind);
        Assert.Equal(new FaultCounter(1, 3), books.Read().Faults["incomplete"]);
    }

    private async Task RunAsync(byte[] bytes, AcquisitionBooks books, Random random)
    {
        await using var line = new ScriptedLine(_time);
        using var loop = new FrameLoop(line.Input, books, _time);
        var feeding = FeedAsync(line, bytes, random.Next(1, 20));
        while ((await loop.NextAsync(Framer, null, default)).Kind == FrameReadKind.Frame)
        {
        }

        await feeding;
    }

    private static async Task FeedAsync(ScriptedLine line, byte[] bytes, int chunk)
    {
        foreach (var part in bytes.Chunk(chunk))
        {
            await line.ReceiveAsync(part);
        }

        line.Unplug();
    }

    /// <summary><c>#</c>, a length, and so many bytes.</summary>
    private sealed class LengthFramer : IFramer
    {
        public int MaxFrame => 257;

        public FrameCut Cut(ReadOnlySpan<byte> window)
        {
            var start = window.IndexOf((byte)'#');
            if (start != 0)
            {
                return window.IsEmpty ? FrameCut.NeedMore : FrameCut.Bad(FrameFault.Noise, start < 0 ? window.Length : start);
            }

            return window.Length < 2 || window.Length < 2 + window[1] ? FrameCut.NeedMore : FrameCut.Frame(2 + window[1]);
        }
    }
}
