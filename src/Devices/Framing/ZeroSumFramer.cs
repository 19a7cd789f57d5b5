namespace MeetNet.Devices.Framing;

/// <summary>Frames of one length that begin with one byte and whose bytes add up to zero, modulo 256 (Aeroqual AQM60 user guide, appendix 1).</summary>
internal sealed class ZeroSumFramer(byte start, int length) : IFramer
{
    public int MaxFrame => length;

    /// <summary>The byte that makes the sum zero.</summary>
    public static byte CheckOf(ReadOnlySpan<byte> bytes) => unchecked((byte)-Checksums.Sum16(bytes));

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

        return window.Length < length ? FrameCut.NeedMore
            : CheckOf(window[..length]) == 0 ? FrameCut.Frame(length)
            : FrameCut.Bad(FrameFault.BadChecksum, 1);
    }
}
