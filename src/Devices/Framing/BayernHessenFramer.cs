namespace MeetNet.Devices.Framing;

/// <summary>How a Bayern-Hessen telegram ends. The instrument answers in the form it was asked in.</summary>
public enum HessenEnding
{
    /// <summary>ETX and two hexadecimal digits of block check: the XOR of STX to ETX inclusive.</summary>
    EtxBcc,

    /// <summary>A carriage return and no check.</summary>
    Cr,

    /// <summary>
    /// Teledyne's response mode TEXT: answers stand between two carriage returns, without STX and check, however they were asked for
    /// (Teledyne T200 manual 06858, table 6-5).
    /// </summary>
    Text,
}

/// <summary>
/// Bayern-Hessen telegrams: STX, text, then ETX and block check, or CR (Thermo 42i manual, appendix D; Acoem Serinus manuals,
/// appendix "Bayern-Hessen"); or CR, text, CR. A new STX inside a telegram means that the first one was cut short.
/// </summary>
internal sealed class BayernHessenFramer(HessenEnding ending) : IFramer
{
    public const byte Stx = 0x02;
    public const byte Etx = 0x03;
    public const byte Cr = 0x0D;

    /// <summary>
    /// Serinus text has at most 160 characters; the longest known answer is the BAM-1020's with 11 groups of 29, and the cap
    /// leaves room for 16.
    /// </summary>
    public const int Longest = 512;

    private const int BccDigits = 2;

    public int MaxFrame => Longest;

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        if (window.IsEmpty)
        {
            return FrameCut.NeedMore;
        }

        if (ending == HessenEnding.Text)
        {
            return CutText(window[..Math.Min(window.Length, Longest)]);
        }

        if (window[0] != Stx)
        {
            var start = window.IndexOf(Stx);
            return FrameCut.Bad(FrameFault.Noise, start < 0 ? window.Length : start);
        }

        var within = window[..Math.Min(window.Length, Longest)];
        var end = 1 + within[1..].IndexOfAny(Stx, ending == HessenEnding.EtxBcc ? Etx : Cr);
        if (end == 0)
        {
            return within.Length == Longest ? FrameCut.Bad(FrameFault.Overlong, 1) : FrameCut.NeedMore;
        }

        if (within[end] == Stx)
        {
            return FrameCut.Bad(FrameFault.BadLength, end);
        }

        return ending == HessenEnding.Cr ? FrameCut.Frame(end + 1) : Checked(within, end);
    }

    /// <summary>What stands before the text.</summary>
    public static byte Opening(HessenEnding ending) => ending == HessenEnding.Text ? Cr : Stx;

    /// <summary>Writes the ending after opening and text; returns the whole length.</summary>
    public static int Close(Span<byte> frame, int length, HessenEnding ending)
    {
        if (ending != HessenEnding.EtxBcc)
        {
            frame[length] = Cr;
            return length + 1;
        }

        frame[length] = Etx;
        var bcc = Checksums.Xor(frame[..(length + 1)]);
        frame[length + 1] = "0123456789ABCDEF"u8[bcc >> 4];
        frame[length + 2] = "0123456789ABCDEF"u8[bcc & 0xF];
        return length + 1 + BccDigits;
    }

    /// <summary>Text between carriage returns; more than one of them before it are the line's idle chatter and belong to it.</summary>
    private static FrameCut CutText(ReadOnlySpan<byte> within)
    {
        var text = within.IndexOfAnyExcept(Cr);
        var end = text < 0 ? -1 : within[text..].IndexOf(Cr);
        return end >= 0 ? FrameCut.Frame(text + end + 1)
            : within.Length == Longest ? FrameCut.Bad(FrameFault.Overlong, 1)
            : FrameCut.NeedMore;
    }

    private static FrameCut Checked(ReadOnlySpan<byte> within, int end)
    {
        var length = end + 1 + BccDigits;
        if (length > Longest)
        {
            return FrameCut.Bad(FrameFault.Overlong, 1);
        }

        if (within.Length < length)
        {
            return FrameCut.NeedMore;
        }

        var high = HexDigit(within[end + 1]);
        var low = HexDigit(within[end + 2]);
        return high >= 0 && low >= 0 && ((high << 4) | low) == Checksums.Xor(within[..(end + 1)])
            ? FrameCut.Frame(length)
            : FrameCut.Bad(FrameFault.BadChecksum, end + 1);
    }

    /// <summary>The value of a hexadecimal digit of either case, or -1.</summary>
    internal static int HexDigit(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        _ => -1,
    };
}
