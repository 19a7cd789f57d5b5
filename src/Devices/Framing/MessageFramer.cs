namespace MeetNet.Devices.Framing;

/// <summary>
/// For carriers that deliver whole messages: one message is one window is one frame. Never split or join the windows given to
/// this one; chunking is the carrier's business.
/// </summary>
internal sealed class MessageFramer(int maxFrame) : IFramer
{
    public int MaxFrame => maxFrame;

    public FrameCut Cut(ReadOnlySpan<byte> window) => window.Length switch
    {
        0 => FrameCut.NeedMore,
        _ when window.Length > maxFrame => FrameCut.Bad(FrameFault.Overlong, window.Length),
        _ => FrameCut.Frame(window.Length),
    };
}
