using MeetNet.Devices.Framing;

namespace MeetNet.Gateway.Acquisition;

/// <summary>Why a frame gave no readings, or bytes no frame, beyond <see cref="FrameFault"/>.</summary>
internal static class AcquisitionFaults
{
    /// <summary>Bytes that waited on a polled line before anything was asked: a late answer, an echo, somebody else.</summary>
    public const string Unasked = "unasked";

    /// <summary>A sound frame that is not what was asked or not from this device.</summary>
    public const string Unexpected = "unexpected";
}

/// <summary>
/// The books of one line: every byte that was read is in a frame, in a fault, or still waiting. Written by the line's one loop, read by anyone.
/// </summary>
internal sealed class AcquisitionBooks
{
    private static readonly FrameFault[] Reasons = Enum.GetValues<FrameFault>();

    private readonly long[] _faults = new long[Reasons.Length];
    private readonly long[] _faultBytes = new long[Reasons.Length];
    private long _frames;
    private long _frameBytes;
    private long _unaskedBytes;
    private long _echoBytes;
    private long _decoded;
    private long _notReady;
    private long _unexpected;
    private long _repeats;
    private long _readings;
    private long _sets;
    private long _requests;
    private long _timeouts;
    private long _skipped;

    public void Frame(int bytes)
    {
        Interlocked.Increment(ref _frames);
        Interlocked.Add(ref _frameBytes, bytes);
    }

    public void Fault(FrameFault reason, long bytes)
    {
        Interlocked.Increment(ref _faults[(int)reason]);
        Interlocked.Add(ref _faultBytes[(int)reason], bytes);
    }

    public void Unasked(long bytes) => Interlocked.Add(ref _unaskedBytes, bytes);

    public void Echo(long bytes) => Interlocked.Add(ref _echoBytes, bytes);

    public void Decoded() => Interlocked.Increment(ref _decoded);

    public void NotReady() => Interlocked.Increment(ref _notReady);

    public void Unexpected() => Interlocked.Increment(ref _unexpected);

    public void Repeat() => Interlocked.Increment(ref _repeats);

    public void Request() => Interlocked.Increment(ref _requests);

    public void Timeout() => Interlocked.Increment(ref _timeouts);

    public void Skipped(long polls) => Interlocked.Add(ref _skipped, polls);

    /// <summary>A set was handed on.</summary>
    public void Set(int readings)
    {
        Interlocked.Increment(ref _sets);
        Interlocked.Add(ref _readings, readings);
    }

    public AcquisitionCounters Read()
    {
        var faults = new Dictionary<string, FaultCounter>(StringComparer.Ordinal);
        foreach (var reason in Reasons)
        {
            if (reason != FrameFault.None)
            {
                faults[Name(reason)] = new FaultCounter(Volatile.Read(ref _faults[(int)reason]), Volatile.Read(ref _faultBytes[(int)reason]));
            }
        }

        return new AcquisitionCounters(
            Volatile.Read(ref _frames), Volatile.Read(ref _frameBytes), Volatile.Read(ref _unaskedBytes), Volatile.Read(ref _echoBytes), faults, Volatile.Read(ref _decoded),
            Volatile.Read(ref _notReady), Volatile.Read(ref _unexpected), Volatile.Read(ref _repeats), Volatile.Read(ref _sets),
            Volatile.Read(ref _readings), Volatile.Read(ref _requests), Volatile.Read(ref _timeouts), Volatile.Read(ref _skipped));
    }

    private static string Name(FrameFault reason) => reason switch
    {
        FrameFault.Noise => "noise",
        FrameFault.BadLength => "bad_length",
        FrameFault.BadChecksum => "bad_checksum",
        FrameFault.Overlong => "overlong",
        FrameFault.Incomplete => "incomplete",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "A reason without a name."),
    };
}

/// <summary>Occurrences of a fault, and the bytes it took.</summary>
internal readonly record struct FaultCounter(long Count, long Bytes);

/// <summary>The books of one line as read. <c>bytes read = FrameBytes + UnaskedBytes + EchoBytes + all Faults.Bytes + waiting</c>; <c>Frames = Decoded + NotReady + Unexpected</c>.</summary>
/// <param name="EchoBytes">Requests that came back from the line's own adapter.</param>
/// <param name="Repeats">Sets that were the last one again, and were not handed on.</param>
/// <param name="Skipped">Polls left out because the line was busy.</param>
internal sealed record AcquisitionCounters(
    long Frames, long FrameBytes, long UnaskedBytes, long EchoBytes, IReadOnlyDictionary<string, FaultCounter> Faults, long Decoded, long NotReady, long Unexpected,
    long Repeats, long Sets, long Readings, long Requests, long Timeouts, long Skipped)
{
    public long FaultBytes => Faults.Values.Sum(f => f.Bytes);

    /// <summary>Bytes with a known fate.</summary>
    public long AccountedBytes => FrameBytes + UnaskedBytes + EchoBytes + FaultBytes;
}
