using MeetNet.Devices.Framing;

namespace MeetNet.Devices;

/// <summary>
/// One device's bytes: what to ask and what the answers mean. Made by <see cref="IDeviceDriver.Bind"/>. Used by one caller at a time; it remembers at most
/// what its protocol makes it remember (the aliases of a Sparkplug birth), never the course of a poll, which the caller holds
/// (<see cref="FrameContext"/>). No member throws, whatever the bytes.
/// </summary>
public interface IDeviceCodec
{
    /// <summary>The room that a request needs at most: a Modbus frame (MODBUS over Serial Line V1.02 §2.3).</summary>
    const int MaxRequest = 256;

    /// <summary>Cuts the device's answers or unasked frames out of the stream.</summary>
    IFramer Framer { get; }

    /// <summary>
    /// How many requests make one poll; each is one exchange: one request, one answer. 0: the device talks unasked and
    /// <see cref="Decode"/> gets exchange 0.
    /// </summary>
    int Exchanges => 0;

    /// <summary>The most readings that one frame or poll can give, where that is more than one for each field of the profile; 0: it is not.</summary>
    int MaxReadings => 0;

    /// <summary>The break that must come before a request; none for most.</summary>
    LineBreak BreakBefore(in FrameContext context) => default;

    /// <summary>
    /// How long after a request the line may stay silent before the device counts as not answering, for protocols that want the request repeated soon. The
    /// device's whole answer has its usual deadline; an echo of the request is no answer. Zero: as long as the deadline.
    /// </summary>
    /// <param name="requestLength">The length of the request in bytes, which have yet to go out.</param>
    TimeSpan SilenceLimit(in FrameContext context, int requestLength) => TimeSpan.Zero;

    /// <summary>Writes the request of one exchange; at most <see cref="MaxRequest"/> bytes.</summary>
    /// <returns>The number of bytes written; 0 for an exchange that only listens.</returns>
    int WriteRequest(in FrameContext context, Span<byte> destination) => 0;

    /// <summary>Decodes one frame that <see cref="Framer"/> has cut.</summary>
    /// <param name="context">The exchange that the frame answers, and how it came.</param>
    /// <param name="frame">The whole frame, as cut.</param>
    /// <param name="readings">Readings are added here. Several exchanges of one poll may fill one buffer.</param>
    DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings);

    /// <summary>Cuts the answer of a command; the same framer as for measurements unless the protocol answers in another form.</summary>
    IFramer CommandFramer(int command) => Framer;

    /// <summary>Writes a command of the profile (<see cref="Profiles.DeviceProfile.Commands"/>).</summary>
    /// <param name="command">Its index.</param>
    /// <param name="argument">The number given with it, for a command that takes one.</param>
    /// <returns>The number of bytes written.</returns>
    int WriteCommand(int command, double? argument, Span<byte> destination) => 0;

    /// <summary>What the device answered to a command.</summary>
    /// <param name="said">The answer in words, for people; empty when there is nothing to say.</param>
    CommandAnswer DecodeCommand(int command, ReadOnlySpan<byte> frame, out string said)
    {
        said = string.Empty;
        return CommandAnswer.Unexpected;
    }
}

/// <summary>How a device took a command.</summary>
public enum CommandAnswer
{
    /// <summary>It does, or did, what was asked.</summary>
    Done,

    /// <summary>It will not; what it said tells why.</summary>
    Refused,

    /// <summary>A sound frame that is not the answer; the answer may still come.</summary>
    Unexpected,
}
