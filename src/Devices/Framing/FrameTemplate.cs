using System.Globalization;

namespace MeetNet.Devices.Framing;

/// <summary>What stands at one place of a frame.</summary>
internal enum TemplateByte
{
    /// <summary>Always this byte.</summary>
    Constant,

    /// <summary>Any byte: <c>..</c>.</summary>
    Any,

    /// <summary>A byte of the check: <c>CK</c>.</summary>
    Check,

    /// <summary>A byte of the device's id: <c>ID</c>.</summary>
    Id,

    /// <summary>The low byte of a command's number: <c>AL</c>.</summary>
    ArgumentLow,

    /// <summary>The high byte of a command's number: <c>AH</c>.</summary>
    ArgumentHigh,
}

/// <summary>
/// A frame of fixed length as manuals draw it: one word for each byte, such as <c>FF 86 .. .. 00*4 CK</c>. Two hexadecimal digits are that byte, <c>..</c> is
/// any, <c>CK</c> the check, <c>ID</c> the device's id, <c>AH AL</c> the number of a command; <c>*n</c> repeats the word.
/// </summary>
internal sealed class FrameTemplate
{
    /// <summary>Longer than any frame of this shape that makers publish (Plantower: 44).</summary>
    public const int MaxLength = 128;

    private readonly TemplateByte[] _kinds;
    private readonly byte[] _bytes;

    private FrameTemplate(TemplateByte[] kinds, byte[] bytes)
    {
        _kinds = kinds;
        _bytes = bytes;
        CheckAt = Array.IndexOf(kinds, TemplateByte.Check);
        CheckLength = kinds.Count(k => k == TemplateByte.Check);
        Lead = kinds.TakeWhile(k => k == TemplateByte.Constant).Count();
        Tail = CheckAt < 0 ? 0 : kinds.Reverse().TakeWhile(k => k == TemplateByte.Constant).Count();
    }

    /// <summary>Bytes of the whole frame.</summary>
    public int Length => _kinds.Length;

    /// <summary>How many constant bytes it begins with.</summary>
    public int Lead { get; }

    /// <summary>How many constant bytes follow the check.</summary>
    public int Tail { get; }

    /// <summary>Where the check begins; -1 for none.</summary>
    public int CheckAt { get; }

    /// <summary>How many bytes the check has.</summary>
    public int CheckLength { get; }

    /// <summary>How many bytes of it are the device's id.</summary>
    public int IdLength => _kinds.Count(k => k == TemplateByte.Id);

    /// <summary>The constant bytes at its beginning.</summary>
    public ReadOnlySpan<byte> Leading => _bytes.AsSpan(0, Lead);

    /// <summary>The constant bytes behind the check.</summary>
    public ReadOnlySpan<byte> Trailing => _bytes.AsSpan(Length - Tail);

    /// <summary>Whether a command's number stands in it.</summary>
    public bool HasArgument => _kinds.Any(k => k is TemplateByte.ArgumentLow or TemplateByte.ArgumentHigh);

    /// <summary>What stands at a place.</summary>
    public TemplateByte this[int at] => _kinds[at];

    /// <summary>Reads the text.</summary>
    /// <param name="text">Words with blanks between them.</param>
    /// <param name="problem">What is wrong with it, for the writer of the profile; null when nothing is.</param>
    public static FrameTemplate Parse(string text, out string? problem)
    {
        var kinds = new List<TemplateByte>();
        var bytes = new List<byte>();
        problem = null;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var star = word.IndexOf('*', StringComparison.Ordinal);
            var times = 1;
            if (star >= 0 && (!int.TryParse(word.AsSpan(star + 1), NumberStyles.None, CultureInfo.InvariantCulture, out times) || times is 0 or > MaxLength))
            {
                problem = $"'{word}' does not say how often, for example 00*4";
                break;
            }

            if (KindOf(star < 0 ? word : word[..star], out var constant) is not { } kind)
            {
                problem = $"'{word}' is no byte; allowed: two hexadecimal digits, '..' (any), 'CK' (check), 'ID', 'AH', 'AL', each with '*n' behind it";
                break;
            }

            kinds.AddRange(Enumerable.Repeat(kind, times));
            bytes.AddRange(Enumerable.Repeat(constant, times));
        }

        var template = new FrameTemplate([.. kinds], [.. bytes]);
        problem ??= template.Flaw();
        return template;
    }

    /// <summary>This frame of one device: its id instead of the places for it.</summary>
    /// <param name="id">The id; empty when every device is meant.</param>
    /// <param name="sent">For a frame that is sent, every device is FF; for one that is received, any byte.</param>
    public FrameTemplate Of(ReadOnlySpan<byte> id, bool sent)
    {
        var kinds = (TemplateByte[])_kinds.Clone();
        var bytes = (byte[])_bytes.Clone();
        var next = 0;
        for (var i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] == TemplateByte.Id)
            {
                kinds[i] = id.IsEmpty && !sent ? TemplateByte.Any : TemplateByte.Constant;
                bytes[i] = id.IsEmpty ? (byte)0xFF : id[next++ % id.Length];
            }
        }

        return new FrameTemplate(kinds, bytes);
    }

    /// <summary>Whether the constant bytes are there; the check is the framer's business.</summary>
    public bool Matches(ReadOnlySpan<byte> frame)
    {
        if (frame.Length != Length)
        {
            return false;
        }

        for (var i = 0; i < frame.Length; i++)
        {
            if (_kinds[i] == TemplateByte.Constant && frame[i] != _bytes[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Writes the constant bytes and the number, and 0 everywhere else.</summary>
    public void Write(Span<byte> frame, ushort argument = 0)
    {
        for (var i = 0; i < Length; i++)
        {
            frame[i] = _kinds[i] switch
            {
                TemplateByte.ArgumentHigh => (byte)(argument >> 8),
                TemplateByte.ArgumentLow => (byte)(argument & 0xFF),
                _ => _bytes[i],
            };
        }
    }

    private string? Flaw()
    {
        if (Length is 0 or > MaxLength)
        {
            return $"a frame has 1 to {MaxLength} bytes, not {Length}";
        }

        if (Lead == 0)
        {
            return "a frame begins with at least one byte that is always the same, or its beginning could not be found";
        }

        return CheckAt >= 0 && _kinds.Skip(CheckAt + CheckLength).Any(k => k != TemplateByte.Constant)
            ? "behind the check (one piece) only bytes that are always the same can follow"
            : null;
    }

    private static TemplateByte? KindOf(string word, out byte constant)
    {
        constant = 0;
        return word switch
        {
            ".." => TemplateByte.Any,
            "CK" => TemplateByte.Check,
            "ID" => TemplateByte.Id,
            "AL" => TemplateByte.ArgumentLow,
            "AH" => TemplateByte.ArgumentHigh,
            { Length: 2 } when byte.TryParse(word, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out constant) => TemplateByte.Constant,
            _ => null,
        };
    }
}
