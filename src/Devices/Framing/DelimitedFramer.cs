namespace MeetNet.Devices.Framing;

/// <summary>Messages between a start and an end character, without a check. A new start inside a message means that the first one was cut short.</summary>
internal sealed class DelimitedFramer(byte start, byte end, int longest) : IFramer
{
    public int MaxFrame => longest;

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        if (window.IsEmpty)
        {
            return FrameCut.NeedMore;
        }

        if (window[0] != start)
        {
            var next = window.IndexOf(start);
            return FrameCut.Bad(FrameFault.Noise, next < 0 ? window.Length : next);
        }

        var within = window[..Math.Min(window.Length, longest)];
        var at = 1 + within[1..].IndexOfAny(start, end);
        return at == 0 ? (within.Length == longest ? FrameCut.Bad(FrameFault.Overlong, 1) : FrameCut.NeedMore)
            : within[at] == start ? FrameCut.Bad(FrameFault.BadLength, at)
            : FrameCut.Frame(at + 1);
    }
}
