namespace MeetNet.Devices.Framing;

/// <summary>
/// Modbus ASCII frames of either direction (MODBUS over Serial Line V1.02 §2.5.2): a colon, pairs of hexadecimal characters, the LRC as the last pair, CR LF.
/// A new colon begins a new frame, whatever was before it.
/// </summary>
internal sealed class ModbusAsciiFramer : IFramer
{
    /// <summary>Colon, unit, PDU and LRC as pairs, CR LF.</summary>
    public const int Longest = 1 + (2 * (1 + ModbusFraming.MaxPdu + 1)) + 2;

    /// <summary>Unit, function, one byte, LRC.</summary>
    private const int ShortestPairs = 4;

    public int MaxFrame => Longest;

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        if (window.IsEmpty)
        {
            return FrameCut.NeedMore;
        }

        if (window[0] != ':')
        {
            var noise = window.IndexOf((byte)':');
            return FrameCut.Bad(FrameFault.Noise, noise < 0 ? window.Length : noise);
        }

        var end = 1;
        while (end < window.Length && end < Longest - 2 && Hex.Digit(window[end]) >= 0)
        {
            end++;
        }

        if (end == window.Length)
        {
            return FrameCut.NeedMore;
        }

        if (window[end] != '\r')
        {
            return end == Longest - 2 ? FrameCut.Bad(FrameFault.Overlong, end) : FrameCut.Bad(FrameFault.BadLength, end);
        }

        if (end + 1 == window.Length)
        {
            return FrameCut.NeedMore;
        }

        var digits = end - 1;
        if (window[end + 1] != '\n' || digits % 2 != 0 || digits < 2 * ShortestPairs)
        {
            return FrameCut.Bad(FrameFault.BadLength, end + 1);
        }

        return Sum(window[1..end]) == 0 ? FrameCut.Frame(end + 2) : FrameCut.Bad(FrameFault.BadChecksum, end + 2);
    }

    /// <summary>The LRC is what makes the sum of all bytes zero.</summary>
    private static byte Sum(ReadOnlySpan<byte> pairs)
    {
        var sum = 0;
        for (var i = 0; i < pairs.Length; i += 2)
        {
            sum += (Hex.Digit(pairs[i]) << 4) | Hex.Digit(pairs[i + 1]);
        }

        return unchecked((byte)sum);
    }
}
