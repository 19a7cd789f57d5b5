using System.Buffers.Binary;

namespace MeetNet.Devices.Framing;

/// <summary>
/// What sensors answer on an SDI-12 line: text that ends with CR LF, also as several lines between STX and ETX (SDI-12 specification 1.4 §4.4.13.1), or the
/// packets of the high-volume binary command (§5.2):
/// <code>
/// address · size (two bytes, low first) · type · payload (size bytes) · CRC (two bytes, low first)
/// </code>
/// A third byte of 0 to 3 is the high byte of a size; no line has such a character there.
/// </summary>
internal sealed class Sdi12Framer(Sdi12Answers answers) : IFramer
{
    /// <summary>Address, size, type, CRC.</summary>
    public const int PacketFrame = 6;

    /// <summary>The most that a packet carries (§5.2, table 14).</summary>
    public const int LargestPayload = 1000;

    /// <summary>A line has at most 75 characters beside address, CRC and end; an adapter's echo and noise may come before it.</summary>
    private const int LongestLine = 256;

    /// <summary>More text than any sensor's help.</summary>
    private const int LongestText = 4096;

    private const byte Stx = 2;
    private const byte Etx = 3;

    private readonly LineFramer _lines = new(LineEnding.Lf, answers == Sdi12Answers.Texts ? LongestText : answers == Sdi12Answers.Packets ? PacketFrame + LargestPayload : LongestLine);

    public int MaxFrame => _lines.MaxFrame;

    public FrameCut Cut(ReadOnlySpan<byte> window) => answers switch
    {
        Sdi12Answers.Packets => window.Length < 3 ? FrameCut.NeedMore : IsPacket(window) ? Packet(window) : _lines.Cut(window),
        Sdi12Answers.Texts => Text(window),
        _ => _lines.Cut(window),
    };

    /// <summary>Whether a frame is a binary packet and not a line.</summary>
    public static bool IsPacket(ReadOnlySpan<byte> frame) => frame.Length >= 3 && frame[2] <= LargestPayload >> 8;

    private static FrameCut Packet(ReadOnlySpan<byte> window)
    {
        var size = BinaryPrimitives.ReadUInt16LittleEndian(window[1..]);
        if (size > LargestPayload)
        {
            return FrameCut.Bad(FrameFault.BadLength, 1);
        }

        if (window.Length < PacketFrame + size)
        {
            return FrameCut.NeedMore;
        }

        var crc = BinaryPrimitives.ReadUInt16LittleEndian(window[(PacketFrame - 2 + size)..]);
        return crc == Checksums.Crc16Arc(window[..(PacketFrame - 2 + size)])
            ? FrameCut.Frame(PacketFrame + size)
            : FrameCut.Bad(FrameFault.BadChecksum, 1);
    }

    private FrameCut Text(ReadOnlySpan<byte> window)
    {
        var line = _lines.Cut(window);
        if (line.Result != CutResult.Frame || !window[..line.Consumed].Contains(Stx))
        {
            return line;
        }

        var within = window[..Math.Min(window.Length, MaxFrame)];
        var end = within[line.Consumed..].IndexOf(Etx);
        return end >= 0 ? FrameCut.Frame(line.Consumed + end + 1)
            : within.Length == MaxFrame ? FrameCut.Bad(FrameFault.Overlong, 1)
            : FrameCut.NeedMore;
    }
}

/// <summary>What kinds of answers are to be expected.</summary>
public enum Sdi12Answers
{
    /// <summary>Single lines.</summary>
    Lines,

    /// <summary>Single lines and binary packets.</summary>
    Packets,

    /// <summary>Single lines, or several between STX and ETX.</summary>
    Texts,
}
