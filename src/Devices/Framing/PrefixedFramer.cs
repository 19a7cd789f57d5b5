using System.Buffers.Binary;

namespace MeetNet.Devices.Framing;

/// <summary>
/// Frames that begin with fixed bytes and a length, and end with a 16-bit sum of all bytes before it:
/// <code>
/// prefix · length (big-endian, counts what follows it) · data … · sum (big-endian)
/// </code>
/// Only one length is right for a model; another length is a fault, since another model speaks.
/// </summary>
internal sealed class PrefixedFramer : IFramer
{
    private const int LengthBytes = 2;
    private const int SumBytes = 2;

    private readonly byte[] _prefix;
    private readonly int _length;

    /// <param name="prefix">The first bytes of every frame.</param>
    /// <param name="length">The value of the length field: data and sum, in bytes.</param>
    public PrefixedFramer(ReadOnlySpan<byte> prefix, int length)
    {
        _prefix = prefix.ToArray();
        _length = length;
        MaxFrame = prefix.Length + LengthBytes + length;
    }

    public int MaxFrame { get; }

    /// <summary>Where the data begin.</summary>
    public int DataOffset => _prefix.Length + LengthBytes;

    public FrameCut Cut(ReadOnlySpan<byte> window)
    {
        var noise = 0;
        while (noise < window.Length && !CanStart(window[noise..]))
        {
            noise++;
        }

        if (noise > 0)
        {
            return FrameCut.Bad(FrameFault.Noise, noise);
        }

        if (window.Length < DataOffset)
        {
            return FrameCut.NeedMore;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(window[_prefix.Length..]) != _length)
        {
            return FrameCut.Bad(FrameFault.BadLength, 1);
        }

        if (window.Length < MaxFrame)
        {
            return FrameCut.NeedMore;
        }

        var sum = BinaryPrimitives.ReadUInt16BigEndian(window[(MaxFrame - SumBytes)..]);
        return sum == Checksums.Sum16(window[..(MaxFrame - SumBytes)])
            ? FrameCut.Frame(MaxFrame)
            : FrameCut.Bad(FrameFault.BadChecksum, 1);
    }

    /// <summary>Writes prefix, length and sum around the data, which stand at <see cref="DataOffset"/> already.</summary>
    public int Close(Span<byte> frame)
    {
        _prefix.CopyTo(frame);
        BinaryPrimitives.WriteUInt16BigEndian(frame[_prefix.Length..], (ushort)_length);
        BinaryPrimitives.WriteUInt16BigEndian(frame[(MaxFrame - SumBytes)..], Checksums.Sum16(frame[..(MaxFrame - SumBytes)]));
        return MaxFrame;
    }

    private bool CanStart(ReadOnlySpan<byte> bytes)
    {
        var seen = Math.Min(bytes.Length, _prefix.Length);
        return bytes[..seen].SequenceEqual(_prefix.AsSpan(0, seen));
    }
}
