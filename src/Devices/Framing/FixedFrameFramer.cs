using System.Buffers.Binary;

namespace MeetNet.Devices.Framing;

/// <summary>How the check of a frame is made.</summary>
internal enum FrameSum
{
    /// <summary>The low byte of the sum (Nova SDS011, A02YYUW).</summary>
    Sum8,

    /// <summary>The low byte of the negated sum, its two's complement (Winsen, Honeywell).</summary>
    NegatedSum8,

    /// <summary>The sum in 16 bits, high byte first (Plantower).</summary>
    Sum16,
}

/// <summary>The check of a protocol's frames.</summary>
/// <param name="Sum">How it is made.</param>
/// <param name="From">The first byte that counts, from 0; the last is the one before the check.</param>
internal readonly record struct FrameCheck(FrameSum Sum, int From)
{
    /// <summary>How many bytes it takes.</summary>
    public int Length => Sum == FrameSum.Sum16 ? 2 : 1;

    /// <summary>Whether the check of a whole frame is right; a template without check has none to be wrong.</summary>
    public bool IsRight(FrameTemplate template, ReadOnlySpan<byte> frame)
    {
        if (template.CheckAt < 0)
        {
            return true;
        }

        var transmitted = Length == 2 ? BinaryPrimitives.ReadUInt16BigEndian(frame[template.CheckAt..]) : frame[template.CheckAt];
        return transmitted == Of(frame[From..template.CheckAt]);
    }

    /// <summary>Writes the check into a frame that is complete but for it.</summary>
    public void Write(FrameTemplate template, Span<byte> frame)
    {
        if (template.CheckAt < 0)
        {
            return;
        }

        var check = Of(frame[From..template.CheckAt]);
        if (Length == 2)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame[template.CheckAt..], check);
        }
        else
        {
            frame[template.CheckAt] = (byte)check;
        }
    }

    private ushort Of(ReadOnlySpan<byte> bytes)
    {
        var sum = Checksums.Sum16(bytes);
        return Sum switch
        {
            FrameSum.Sum8 => (ushort)(sum & 0xFF),
            FrameSum.NegatedSum8 => unchecked((ushort)(-sum & 0xFF)),
            _ => sum,
        };
    }
}

/// <summary>
/// Frames of fixed shapes that are told apart by the bytes they begin with. Noise is what begins with none of the start bytes; a start that goes on as no known
/// frame is counted as a bad length: another model speaks, or a frame that was not asked for.
/// </summary>
internal sealed class FixedFrameFramer : IFramer
{
    private readonly FrameTemplate[] _shapes;
    private readonly FrameCheck _check;
    private readonly int _start;

    /// <param name="shapes">The frames; none begins as another does.</param>
    /// <param name="check">Their check.</param>
    /// <param name="start">How many bytes mark the start of a frame of any kind.</param>
    public FixedFrameFramer(IEnumerable<FrameTemplate> shapes, FrameCheck check, int start)
    {
        _shapes = [.. shapes];
        _check = check;
        _start = start;
        MaxFrame = _shapes.Max(s => s.Length);
    }

    public int MaxFrame { get; }

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

        if (!TryFindShape(window, out var shape))
        {
            return FrameCut.Bad(FrameFault.BadLength, 1);
        }

        if (shape is null || window.Length < shape.Length)
        {
            return FrameCut.NeedMore;
        }

        var frame = window[..shape.Length];
        return frame.EndsWith(shape.Trailing) && _check.IsRight(shape, frame)
            ? FrameCut.Frame(shape.Length)
            : FrameCut.Bad(FrameFault.BadChecksum, 1);
    }

    /// <summary>False when it goes on as none; null when it may still become one.</summary>
    private bool TryFindShape(ReadOnlySpan<byte> window, out FrameTemplate? found)
    {
        found = null;
        var open = false;
        foreach (var shape in _shapes)
        {
            var seen = Math.Min(window.Length, shape.Lead);
            if (window[..seen].SequenceEqual(shape.Leading[..seen]))
            {
                open = true;
                found = seen == shape.Lead ? shape : found;
            }
        }

        return open;
    }

    private bool CanStart(ReadOnlySpan<byte> bytes)
    {
        foreach (var shape in _shapes)
        {
            var seen = Math.Min(bytes.Length, Math.Min(_start, shape.Lead));
            if (bytes[..seen].SequenceEqual(shape.Leading[..seen]))
            {
                return true;
            }
        }

        return false;
    }
}
