namespace MeetNet.Devices;

/// <summary>
/// What the caller knows about the request that it is about to send, or about the frame that it has received, and the frame itself does not say.
/// </summary>
public readonly record struct FrameContext
{
    /// <summary>
    /// The exchange number of a frame that came while the line was only listened to, because the codec asked for that with
    /// <see cref="Follow.FrameEndsWait"/>.
    /// </summary>
    public const int Waiting = -1;

    /// <summary>Which exchange of the poll; 0 for what comes unasked.</summary>
    public int Exchange { get; init; }

    /// <summary>What the codec wrote into <see cref="Follow.State"/> earlier in this poll; 0 at its beginning.</summary>
    public int State { get; init; }

    /// <summary>How often this exchange was tried before, in this poll.</summary>
    public int Attempt { get; init; }

    /// <summary>Nothing at all came after the attempt before this one, and it was given up early: <see cref="IDeviceCodec.SilenceLimit"/>.</summary>
    public bool Silent { get; init; }

    /// <summary>Counts the requests on the line: the same for a request and its answer, another one for every other request.</summary>
    public uint Request { get; init; }

    /// <summary>The topic or path that a message came by; null on a byte stream.</summary>
    public string? Topic { get; init; }

    /// <summary>Whether the broker had kept the message: it says how things were, not that something happens now.</summary>
    public bool Retained { get; init; }

    /// <summary>When the frame arrived (UTC), for protocols that count time from now; the default where that is not known.</summary>
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The first attempt of an exchange, nothing else being known.</summary>
    public static FrameContext Of(int exchange) => new() { Exchange = exchange };
}

/// <summary>What is to happen next in a poll, when that is not simply the next exchange.</summary>
/// <param name="Exchange">The exchange that comes next; the one past the last ends the poll.</param>
/// <param name="After">How long to wait first.</param>
/// <param name="FrameEndsWait">
/// The device may say earlier that it is ready: frames that come during the wait are decoded as <see cref="FrameContext.Waiting"/>, and the first that
/// is not <see cref="DecodeStatus.Unexpected"/> ends the wait.
/// </param>
/// <param name="FreesLine">Other devices may be asked during the wait.</param>
/// <param name="State">Comes back as <see cref="FrameContext.State"/>.</param>
public readonly record struct Follow(int Exchange, TimeSpan After = default, bool FrameEndsWait = false, bool FreesLine = false, int State = 0);

/// <summary>The signal that wakes the devices of a line before a request: spacing (break), then marking (idle).</summary>
/// <param name="Spacing">How long the line is held in the break state; zero for no break.</param>
/// <param name="Marking">How long it is idle between the break and the request.</param>
public readonly record struct LineBreak(TimeSpan Spacing, TimeSpan Marking);

/// <summary>A message that a codec wants to have published, such as a request for what it missed.</summary>
public sealed record OutgoingMessage(string Topic, ReadOnlyMemory<byte> Payload);
