namespace MeetNet.Devices.Framing;

/// <summary>Whether sentences end with a checksum.</summary>
public enum NmeaChecksum
{
    /// <summary>Sentences without one are faults.</summary>
    Required,

    /// <summary>Checked where there is one: old devices leave it out.</summary>
    Optional,
}

/// <summary>
/// NMEA 0183 sentences: '$' or '!', text, '*' and two hexadecimal digits that are the XOR of everything between, and CR LF (NMEA 0183 §5.3). A new start inside a
/// sentence means that the first one was cut short.
/// </summary>
/// <param name="longest">82 characters by the standard (§5.3), more with some weather stations.</param>
internal sealed class NmeaFramer(NmeaChecksum checksum, int longest) : IFramer
{
    /// <summary>The longest sentence that the standard allows, from '$' to LF.</summary>
    public const int StandardLength = 82;

    public int MaxFrame => longest;

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        var start = window.IndexOfAny((byte)'$', (byte)'!');
        if (start != 0)
        {
            return window.IsEmpty ? FrameCut.NeedMore : FrameCut.Bad(FrameFault.Noise, start < 0 ? window.Length : start);
        }

        var within = window[..Math.Min(window.Length, longest)];
        var end = 1 + within[1..].IndexOfAny((byte)'$', (byte)'!', LineFramer.Lf);
        if (end == 0)
        {
            return within.Length == longest ? FrameCut.Bad(FrameFault.Overlong, 1) : FrameCut.NeedMore;
        }

        return within[end] != LineFramer.Lf ? FrameCut.Bad(FrameFault.BadLength, end)
            : IsSound(within[..end]) ? FrameCut.Frame(end + 1)
            : FrameCut.Bad(FrameFault.BadChecksum, end + 1);
    }

    /// <summary>What a sentence says, between its start and its checksum.</summary>
    public static ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> sentence)
    {
        var text = sentence.IsEmpty ? sentence : sentence[1..].TrimEnd("\r\n "u8);
        return text.Length >= 3 && text[^3] == (byte)'*' ? text[..^3] : text;
    }

    /// <summary>Writes the ending of a sentence that begins with '$'; returns the whole length.</summary>
    public static int Close(Span<byte> sentence, int length)
    {
        var xor = Checksums.Xor(sentence[1..length]);
        sentence[length] = (byte)'*';
        sentence[length + 1] = "0123456789ABCDEF"u8[xor >> 4];
        sentence[length + 2] = "0123456789ABCDEF"u8[xor & 0xF];
        sentence[length + 3] = LineFramer.Cr;
        sentence[length + 4] = LineFramer.Lf;
        return length + 5;
    }

    private bool IsSound(ReadOnlySpan<byte> sentence)
    {
        var text = sentence[1..].TrimEnd("\r "u8);
        if (text.Length < 3 || text[^3] != (byte)'*')
        {
            return checksum == NmeaChecksum.Optional && !text.Contains((byte)'*');
        }

        var (high, low) = (BayernHessenFramer.HexDigit(text[^2]), BayernHessenFramer.HexDigit(text[^1]));
        return high >= 0 && low >= 0 && ((high << 4) | low) == Checksums.Xor(text[..^3]);
    }
}
