using FsCheck;
using FsCheck.Fluent;
using MeetNet.Devices.Framing;

namespace MeetNet.Devices.Tests.Framing;

/// <summary>Frames of one shape, or of several that are told apart by how they begin.</summary>
public abstract class FixedFrameFramerLaws : FramerLaws
{
    private readonly FrameTemplate[] _shapes;
    private readonly FrameCheck _check;
    private readonly FixedFrameFramer _framer;

    private protected FixedFrameFramerLaws(FrameSum sum, int from, int start, params string[] shapes)
    {
        _shapes = [.. shapes.Select(s => FrameTemplate.Parse(s, out _))];
        _check = new FrameCheck(sum, from);
        _framer = new FixedFrameFramer(_shapes, _check, start);
    }

    private protected override IFramer Framer => _framer;

    private protected override byte[] Tempting => [.. _shapes.SelectMany(s => s.Leading.ToArray()), .. _shapes.SelectMany(s => s.Trailing.ToArray()), 0];

    private protected override Gen<byte[]> Frame =>
        from shape in Gen.Elements(_shapes)
        from bytes in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(shape.Length)
        select Closed(shape, bytes);

    private byte[] Closed(FrameTemplate shape, byte[] bytes)
    {
        shape.Leading.CopyTo(bytes);
        shape.Trailing.CopyTo(bytes.AsSpan(shape.Length - shape.Tail));
        _check.Write(shape, bytes);
        return bytes;
    }
}

public sealed class PlantowerFramerLaws() : FixedFrameFramerLaws(FrameSum.Sum16, 0, 2, "42 4D 00 1C ..*26 CK CK", "42 4D 00 04 E1 00 CK CK");

public sealed class NovaFramerLaws() : FixedFrameFramerLaws(FrameSum.Sum8, 2, 1, "AA C0 ..*6 CK AB", "AA C5 02 ..*5 CK AB");

public sealed class WinsenFramerLaws() : FixedFrameFramerLaws(FrameSum.NegatedSum8, 1, 1, "FF 86 ..*6 CK", "FF 78 01 ..*5 CK");

public sealed class UltrasonicFramerLaws() : FixedFrameFramerLaws(FrameSum.Sum8, 0, 1, "FF .. .. CK");

public sealed class HoneywellFramerLaws() : FixedFrameFramerLaws(FrameSum.NegatedSum8, 0, 1, "40 0D 04 ..*12 CK", "A5 A5", "96 96");
