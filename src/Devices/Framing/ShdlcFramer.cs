namespace MeetNet.Devices.Framing;

/// <summary>
/// Sensirion's serial frames (SPS30 data sheet V1.0, §5 "SHDLC"; Sensirion/python-shdlc-driver):
/// <code>
/// 7E · address · command · [state] · length · data … · check · 7E
/// </code>
/// Only answers have a state. Between the flags 7E, 7D, 11 and 13 are sent as 7D and the byte XOR 20; the check, the inverted low byte of the sum, counts before that.
/// </summary>
/// <param name="answers">Whether the frames are answers (with a state) or requests.</param>
internal sealed class ShdlcFramer(bool answers) : IFramer
{
    /// <summary>The flag at both ends.</summary>
    public const byte Flag = 0x7E;

    /// <summary>Address, command, state, length, check and the most data.</summary>
    public const int MaxContent = 5 + byte.MaxValue;

    /// <summary>Everything stuffed, between two flags.</summary>
    public const int MaxLength = (2 * MaxContent) + 2;

    private const byte Escape = 0x7D, EscapeBit = 0x20;

    public int MaxFrame => MaxLength;

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        var start = window.IndexOf(Flag);
        if (start != 0)
        {
            return window.IsEmpty ? FrameCut.NeedMore : FrameCut.Bad(FrameFault.Noise, start < 0 ? window.Length : start);
        }

        var end = window[1..Math.Min(window.Length, MaxLength)].IndexOf(Flag) + 1;
        if (end == 0)
        {
            return window.Length < MaxLength ? FrameCut.NeedMore : FrameCut.Bad(FrameFault.Overlong, MaxLength);
        }

        // A frame that is none may end with the flag that begins the next one: that is left in the window.
        Span<byte> content = stackalloc byte[MaxContent];
        var length = Unstuff(window[1..end], content);
        return (length < 0, length >= Overhead && content[Overhead - 2] == length - Overhead) switch
        {
            (true, _) => FrameCut.Bad(FrameFault.BadChecksum, end),
            (_, false) => FrameCut.Bad(FrameFault.BadLength, end),
            _ => content[length - 1] == CheckOf(content[..(length - 1)]) ? FrameCut.Frame(end + 1) : FrameCut.Bad(FrameFault.BadChecksum, end),
        };
    }

    /// <summary>What a whole frame holds, from the address to the last data byte.</summary>
    /// <param name="content">Room for <see cref="MaxContent"/> bytes.</param>
    /// <returns>The number of bytes without the check; 0 for bytes that are no frame.</returns>
    public static int Open(ReadOnlySpan<byte> frame, Span<byte> content) =>
        frame.Length < 2 || frame[0] != Flag || frame[^1] != Flag ? 0 : Math.Max(0, Unstuff(frame[1..^1], content) - 1);

    /// <summary>Writes a frame around the content.</summary>
    /// <returns>Its length.</returns>
    public static int Close(ReadOnlySpan<byte> content, Span<byte> frame)
    {
        frame[0] = Flag;
        var length = 1;
        foreach (var b in content)
        {
            length += Stuff(b, frame[length..]);
        }

        length += Stuff(CheckOf(content), frame[length..]);
        frame[length] = Flag;
        return length + 1;
    }

    private int Overhead => answers ? 5 : 4;

    private static byte CheckOf(ReadOnlySpan<byte> content) => unchecked((byte)~Checksums.Sum16(content));

    private static int Stuff(byte b, Span<byte> to)
    {
        if (b is not (Flag or Escape or 0x11 or 0x13))
        {
            to[0] = b;
            return 1;
        }

        to[0] = Escape;
        to[1] = (byte)(b ^ EscapeBit);
        return 2;
    }

    /// <summary>In one pass, or what was unstuffed once would be unstuffed again; -1 for an escape that stands for nothing, or too much.</summary>
    private static int Unstuff(ReadOnlySpan<byte> stuffed, Span<byte> content)
    {
        var length = 0;
        for (var i = 0; i < stuffed.Length; i++)
        {
            if (length == MaxContent)
            {
                return -1;
            }

            var b = stuffed[i];
            if (b == Escape)
            {
                if (++i == stuffed.Length || stuffed[i] is not (0x5E or 0x5D or 0x31 or 0x33))
                {
                    return -1;
                }

                b = (byte)(stuffed[i] ^ EscapeBit);
            }

            content[length++] = b;
        }

        return length;
    }
}
