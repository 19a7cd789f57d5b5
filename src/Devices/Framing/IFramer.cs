namespace MeetNet.Devices.Framing;

/// <summary>
/// Cuts frames out of a byte stream. Pure and stateless: the answer depends on the window alone. Laws, held by property tests:
/// <list type="bullet">
/// <item>progress: a window of <see cref="MaxFrame"/> bytes or more is never answered with NeedMore;</item>
/// <item>chunking invariance: however a stream is split into windows, the same frames come out, and per reason the same number
/// of faulty bytes;</item>
/// <item>books: bytes in = bytes in frames + bytes in faults + bytes still in the window;</item>
/// <item>no input makes it throw or read outside the window.</item>
/// </list>
/// </summary>
public interface IFramer
{
    /// <summary>The longest frame in bytes, and the window that the caller must be able to hold.</summary>
    int MaxFrame { get; }

    /// <summary>
    /// Looks at the start of the window. On a frame, it is <c>window[..Consumed]</c>; on a fault, <c>Consumed</c> bytes belong to
    /// no frame; on NeedMore nothing is consumed and the caller comes back with a longer window.
    /// </summary>
    FrameCut Cut(ReadOnlySpan<byte> window);
}

/// <summary>What is at the start of the window.</summary>
public enum CutResult
{
    /// <summary>Perhaps the start of a frame.</summary>
    NeedMore,

    /// <summary>A frame with a right checksum (where the protocol has one).</summary>
    Frame,

    /// <summary>Bytes that belong to no frame.</summary>
    Fault,
}

/// <summary>Why bytes belong to no frame.</summary>
public enum FrameFault
{
    /// <summary>Not a fault.</summary>
    None,

    /// <summary>Bytes where no frame starts.</summary>
    Noise,

    /// <summary>A start of frame with an impossible length, or cut short by the next start of frame.</summary>
    BadLength,

    /// <summary>A whole frame whose checksum is wrong.</summary>
    BadChecksum,

    /// <summary>A start of frame without an end within <see cref="IFramer.MaxFrame"/> bytes.</summary>
    Overlong,

    /// <summary>
    /// A start of frame whose rest did not come before the deadline, or before the line went away. Framers know no time: the
    /// caller, who throws the window away, counts this one.
    /// </summary>
    Incomplete,
}

/// <summary>The answer of <see cref="IFramer.Cut"/>.</summary>
/// <param name="Result">Frame, fault or need more.</param>
/// <param name="Consumed">Bytes used up from the start of the window: 0 on NeedMore, at least 1 otherwise.</param>
/// <param name="Fault">The reason, on a fault.</param>
public readonly record struct FrameCut(CutResult Result, int Consumed, FrameFault Fault)
{
    /// <summary>Nothing to cut yet.</summary>
    public static FrameCut NeedMore => default;

    /// <summary>A frame of that many bytes.</summary>
    public static FrameCut Frame(int length) => new(CutResult.Frame, length, FrameFault.None);

    /// <summary>That many bytes which belong to no frame.</summary>
    public static FrameCut Bad(FrameFault reason, int length) => new(CutResult.Fault, length, reason);
}
