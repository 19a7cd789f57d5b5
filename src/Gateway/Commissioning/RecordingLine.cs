using System.Buffers;
using System.IO.Pipelines;
using MeetNet.Devices;
using MeetNet.Devices.Framing;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;

namespace MeetNet.Gateway.Commissioning;

/// <summary>Bytes that passed a line in one direction.</summary>
/// <param name="Asked">The instrument that was asked and the context of the request, for what went out; null for what came in.</param>
internal sealed record RecordedBytes(ArrivalTime At, byte[] Bytes, (Instrument Instrument, FrameContext Context)? Asked);

/// <summary>A line that writes down everything that passes it, in both directions.</summary>
internal sealed class RecordingLine : ILine
{
    private readonly ILine _inner;
    private readonly TimeProvider _time;
    private readonly Pipe _pipe = new();
    private readonly Lock _lock = new();
    private readonly List<RecordedBytes> _record = [];
    private readonly Task _pump;
    private (Instrument Instrument, FrameContext Context)? _asking;

    public RecordingLine(ILine inner, TimeProvider time)
    {
        _inner = inner;
        _time = time;
        _pump = PumpAsync();
    }

    public string Name => _inner.Name;

    public PipeReader Input => _pipe.Reader;

    public LineCounters Counters => _inner.Counters;

    public Task<LineEnd> Ended => _inner.Ended;

    /// <summary>Everything so far, in its order.</summary>
    public IReadOnlyList<RecordedBytes> Record
    {
        get
        {
            lock (_lock)
            {
                return [.. _record];
            }
        }
    }

    /// <summary>The same instrument, whose requests are recorded with what they ask.</summary>
    public Instrument Listen(Instrument instrument) => instrument with { Codec = new ListeningCodec(instrument, this) };

    public ArrivalTime ArrivalOf(long offset) => _inner.ArrivalOf(offset);

    public ValueTask<LineWrite> BreakAsync(TimeSpan spacing, CancellationToken cancellationToken) => _inner.BreakAsync(spacing, cancellationToken);

    public ValueTask<LineWrite> WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        Add(new RecordedBytes(new ArrivalTime(_time.GetTimestamp(), _time.GetUtcNow()), bytes.ToArray(), _asking));
        return _inner.WriteAsync(bytes, deadline, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync();
        await _pump;
    }

    private void Add(RecordedBytes bytes)
    {
        lock (_lock)
        {
            _record.Add(bytes);
        }
    }

    private async Task PumpAsync()
    {
        var offset = 0L;
        while (true)
        {
            var read = await _inner.Input.ReadAsync();
            if (!read.Buffer.IsEmpty)
            {
                var bytes = read.Buffer.ToArray();
                offset += bytes.Length;
                Add(new RecordedBytes(_inner.ArrivalOf(offset - 1), bytes, null));
                await _pipe.Writer.WriteAsync(bytes);
            }

            _inner.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                await _pipe.Writer.CompleteAsync();
                return;
            }
        }
    }

    private sealed class ListeningCodec(Instrument instrument, RecordingLine line) : IDeviceCodec
    {
        private readonly IDeviceCodec _inner = instrument.Codec;

        public IFramer Framer => _inner.Framer;

        public int Exchanges => _inner.Exchanges;

        public int MaxReadings => _inner.MaxReadings;

        public LineBreak BreakBefore(in FrameContext context) => _inner.BreakBefore(context);

        public TimeSpan SilenceLimit(in FrameContext context, int requestLength) => _inner.SilenceLimit(context, requestLength);

        public int WriteRequest(in FrameContext context, Span<byte> destination)
        {
            line._asking = (instrument, context);
            return _inner.WriteRequest(context, destination);
        }

        public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings) => _inner.Decode(context, frame, ref readings);
    }
}
