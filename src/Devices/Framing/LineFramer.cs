namespace MeetNet.Devices.Framing;

/// <summary>Which character ends a line of text.</summary>
public enum LineEnding
{
    /// <summary>A carriage return; line feeds beside it belong to no text.</summary>
    Cr,

    /// <summary>A line feed; carriage returns beside it belong to no text.</summary>
    Lf,

    /// <summary>Whichever comes first.</summary>
    Any,
}

/// <summary>
/// Lines of text: everything up to and with the character that ends a line. Ends of lines before the text (the second half of CR LF, empty lines) belong to
/// the line that follows, so there are no empty lines.
/// </summary>
internal sealed class LineFramer(LineEnding ending, int longest) : IFramer
{
    public const byte Cr = 0x0D;
    public const byte Lf = 0x0A;

    public int MaxFrame => longest;

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        var within = window[..Math.Min(window.Length, longest)];
        var text = within.IndexOfAnyExcept(Cr, Lf);
        var end = text < 0 ? -1 : ending switch
        {
            LineEnding.Cr => within[text..].IndexOf(Cr),
            LineEnding.Lf => within[text..].IndexOf(Lf),
            _ => within[text..].IndexOfAny(Cr, Lf),
        };
        return end >= 0 ? FrameCut.Frame(text + end + 1)
            : within.Length == longest ? FrameCut.Bad(FrameFault.Overlong, 1)
            : FrameCut.NeedMore;
    }

    /// <summary>The text of a line: without its ends, and without blanks and NULs around it.</summary>
    public static ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> line) => line.Trim("\r\n \t\0"u8);
}
