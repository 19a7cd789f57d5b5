using System.Threading.Channels;
using MeetNet.Devices;
using MeetNet.Devices.Framing;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;

namespace MeetNet.Gateway.Acquisition;

/// <summary>What became of one message.</summary>
/// <param name="IsUnderstood">Whether it was of one of the instruments.</param>
/// <param name="Stored">Completes when everything that was made of it is on the disk; completed already when nothing was.</param>
/// <param name="Outgoing">What the instruments' protocols ask for because of it.</param>
internal readonly record struct TakenMessage(bool IsUnderstood, Task Stored, IReadOnlyList<OutgoingMessage> Outgoing);

/// <summary>
/// Offers each message of a line to all of its instruments: one message may carry the numbers of several, and a protocol may have to follow messages that are not its own
/// (the sequence numbers of a Sparkplug edge node). One caller at a time.
/// </summary>
internal sealed class MessageTaking
{
    private readonly DeviceSession[] _sessions;
    private readonly Dictionary<DeviceSession, Receipt> _latest = [];
    private readonly ChannelWriter<ReadingSet> _output;

    public MessageTaking(IReadOnlyList<Instrument> instruments, ChannelWriter<ReadingSet> output, ILogger log)
    {
        _sessions = [.. instruments.Select(i => new DeviceSession(i, log))];
        _output = output;
    }

    public AcquisitionBooks Books { get; } = new();

    public IReadOnlyList<InstrumentView> Instruments => [.. _sessions.Select(InstrumentView.Of)];

    /// <summary>Takes a message; what was made of it is in channel 1 when this completes.</summary>
    public async ValueTask<TakenMessage> TakeAsync(FrameContext context, ReadOnlyMemory<byte> payload, ArrivalTime arrival, CancellationToken stop)
    {
        var outgoing = new List<OutgoingMessage>();
        var stored = new List<Task>();
        var (framed, decoded, notReady) = (false, false, false);
        foreach (var session in _sessions)
        {
            var cut = session.Framer.Cut(payload.Span);
            if (cut.Result != CutResult.Frame || cut.Consumed != payload.Length)
            {
                continue;
            }

            framed = true;
            session.Begin();
            var fate = session.Take(context, payload.Span, arrival);
            if (session.TakeOutgoing() is { } asked)
            {
                outgoing.Add(asked);
            }

            if (fate == FrameFate.Unexpected)
            {
                continue;
            }

            decoded |= fate == FrameFate.Decoded;
            notReady |= fate == FrameFate.NotReady;
            await HandOnAsync(session, stored, stop);
        }

        Count(payload.Length, framed, decoded, notReady);
        return new TakenMessage(decoded || notReady, Task.WhenAll(stored), outgoing);
    }

    private async ValueTask HandOnAsync(DeviceSession session, List<Task> stored, CancellationToken stop)
    {
        var receipt = new Receipt();
        if (session.TryComplete(receipt, out var set, out var repeated))
        {
            _latest[session] = receipt;
            stored.Add(receipt.Stored);
            await _output.WriteAsync(set, stop);
            Books.Set(set.Readings.Length);
        }
        else if (repeated)
        {
            // A message comes again also because its connection was lost before it was stored. Acknowledged now, it would be nowhere but in memory.
            Books.Repeat();
            if (_latest.TryGetValue(session, out var first))
            {
                stored.Add(first.Stored);
            }
        }
    }

    private void Count(int length, bool framed, bool decoded, bool notReady)
    {
        if (!framed)
        {
            Books.Fault(length == 0 ? FrameFault.BadLength : FrameFault.Overlong, length);
            return;
        }

        Books.Frame(length);
        if (decoded)
        {
            Books.Decoded();
        }
        else if (notReady)
        {
            Books.NotReady();
        }
        else
        {
            Books.Unexpected();
        }
    }
}
