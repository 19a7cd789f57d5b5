using MeetNet.Devices.Framing;

namespace MeetNet.Devices;

/// <summary>
/// One device's bytes: what to ask and what the answers mean. Made by <see cref="IDeviceDriver.Bind"/>; stateless, so that one
/// may be used from any thread. No member throws, whatever the bytes.
/// </summary>
public interface IDeviceCodec
{
    /// <summary>Cuts the device's answers or unasked frames out of the stream.</summary>
    IFramer Framer { get; }

    /// <summary>
    /// How many requests make one poll; each is one exchange: one request, one answer. 0: the device talks unasked and
    /// <see cref="Decode"/> gets exchange 0.
    /// </summary>
    int Exchanges => 0;

    /// <summary>Writes the request of one exchange; at most <see cref="MaxRequest"/> bytes.</summary>
    /// <returns>The number of bytes written.</returns>
    int WriteRequest(int exchange, Span<byte> destination) => 0;

    /// <summary>Decodes one frame that <see cref="Framer"/> has cut.</summary>
    /// <param name="exchange">The exchange that the frame answers.</param>
    /// <param name="frame">The whole frame, as cut.</param>
    /// <param name="readings">Readings are added here. Several exchanges of one poll may fill one buffer.</param>
    DecodeStatus Decode(int exchange, ReadOnlySpan<byte> frame, ref ReadingBuffer readings);

    /// <summary>The room that a request needs at most.</summary>
    const int MaxRequest = 64;
}
