namespace MeetNet.Devices.Framing;

/// <summary>
/// Blocks of lines: a line with the number of samples in all and the number in each block, then the lines of the block (LumaSense 1314i/1412i/1512/3434i
/// interface manual BB6032-14, §2.3.24). Ends of lines before a block belong to it.
/// </summary>
internal sealed class InnovaFramer(int longest = InnovaFramer.Longest) : IFramer
{
    /// <summary>Ten lines of 150 characters are usual; there is room for more.</summary>
    public const int Longest = 16_384;

    /// <summary>More lines than a block has.</summary>
    public const int MostLines = 100;

    public int MaxFrame => longest;

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        var within = window[..Math.Min(window.Length, longest)];
        var text = within.IndexOfAnyExcept(LineFramer.Cr, LineFramer.Lf);
        var end = text < 0 ? -1 : within[text..].IndexOf(LineFramer.Lf);
        if (end < 0)
        {
            return Unfinished(within);
        }

        var at = text + end + 1;
        if (!TryHeader(within[text..at], out var lines) || lines > MostLines)
        {
            return FrameCut.Bad(FrameFault.Noise, at);
        }

        for (var line = 0; line < lines; line++)
        {
            var length = within[at..].IndexOf(LineFramer.Lf);
            if (length < 0)
            {
                return Unfinished(within);
            }

            at += length + 1;
        }

        return FrameCut.Frame(at);
    }

    /// <summary><c>total, in-block</c>: how many lines follow.</summary>
    public static bool TryHeader(ReadOnlySpan<byte> line, out int lines)
    {
        lines = 0;
        var text = LineFramer.TextOf(line);
        var comma = text.IndexOf((byte)',');
        if (comma is < 1 or > 6 || !Drivers.BayernHessenCodec.TryDigits(text[..comma], out var total) || text.Length - comma > 8
            || !Drivers.BayernHessenCodec.TryDigits(text[(comma + 1)..].Trim((byte)' '), out var block))
        {
            return false;
        }

        lines = Math.Min(total, block);
        return true;
    }

    private FrameCut Unfinished(ReadOnlySpan<byte> within) =>
        within.Length == longest ? FrameCut.Bad(FrameFault.Overlong, 1) : FrameCut.NeedMore;
}
