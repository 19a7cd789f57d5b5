using System.Text;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>One exchange for each field; a field whose processed file is absent is asked again for its raw ones.</summary>
internal sealed class IioCodec : IDeviceCodec
{
    /// <summary>In <see cref="FrameContext.State"/>: the raw files are asked for.</summary>
    private const int Raw = 1;

    private readonly DeviceProfile _profile;
    private readonly byte[] _head;
    private readonly IioField[] _fields;
    private readonly byte[][][] _files;
    private readonly byte[][][] _rawFiles;
    private readonly ValueRule?[] _otherRules;

    public IioCodec(DeviceProfile profile, byte[] head)
    {
        _profile = profile;
        _head = head;
        _fields = [.. profile.Fields.Select(f => (IioField)f.Settings)];
        _files = [.. _fields.Select(f => Names(f, raw: false))];
        _rawFiles = [.. _fields.Select(f => Names(f, raw: true))];
        _otherRules = [.. profile.Fields.Zip(_fields, (f, own) => own.OtherScale is { } scale ? f.Value with { Scale = scale } : null)];
    }

    public IFramer Framer { get; } = new LineFramer(LineEnding.Lf, IioText.MaxAnswer);

    public int Exchanges => _fields.Length;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        _head.CopyTo(destination);
        var length = _head.Length;
        foreach (var file in Files(context))
        {
            destination[length++] = (byte)IioText.Separator;
            file.CopyTo(destination[length..]);
            length += file.Length;
        }

        destination[length++] = LineFramer.Lf;
        return length;
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        var text = frame.TrimEnd("\r\n"u8);
        var field = context.Exchange;
        if (field < 0 || field >= _fields.Length || !text.StartsWith(_head) || text.Length == _head.Length || text[_head.Length] != IioText.Separator)
        {
            readings.Reason = "other-device";
            return DecodeStatus.Unexpected;
        }

        var parts = text[(_head.Length + 1)..];
        if (parts.StartsWith("!"u8))
        {
            readings.Follow = new Follow(_fields.Length);
            return Fault(field, ReadingStatus.DeviceFault, parts[1..].SequenceEqual("ENOTUNIQ"u8) ? "several-such-devices" : "no-such-device", ref readings);
        }

        var files = Files(context);
        if (!TryFind(parts, files[0], out var content, out var error))
        {
            readings.Reason = "other-files";
            return DecodeStatus.Unexpected;
        }

        if (!error.IsEmpty)
        {
            return error.SequenceEqual("ENOENT"u8) ? Absent(context, ref readings) : Error(field, error, ref readings);
        }

        if (files.Length == 1)
        {
            return Number(field, content, 0, 1, ref readings);
        }

        // The ABI: an absent offset is 0; a raw number without a scale has no unit.
        if (!TryFind(parts, files[2], out var scale, out var noScale) || !noScale.IsEmpty || !AsciiNumber.TryRead(scale, out var factor))
        {
            return Fault(field, ReadingStatus.DeviceFault, "no-scale", ref readings);
        }

        var shift = 0.0;
        return TryFind(parts, files[1], out var offset, out var noOffset) && noOffset.IsEmpty && !AsciiNumber.TryRead(offset, out shift)
            ? Fault(field, ReadingStatus.DeviceFault, "no-number", ref readings)
            : Number(field, content, shift, factor, ref readings);
    }

    private byte[][] Files(in FrameContext context) => (context.State == Raw ? _rawFiles : _files)[context.Exchange];

    private DecodeStatus Number(int field, ReadOnlySpan<byte> content, double offset, double scale, ref ReadingBuffer readings)
    {
        if (!AsciiNumber.TryRead(content, out var number))
        {
            return Fault(field, ReadingStatus.DeviceFault, "no-number", ref readings);
        }

        var transmitted = (number + offset) * scale;
        var reading = _profile.Fields[field].Value.Read(field, transmitted);
        if (reading.Status == ReadingStatus.OutOfRange && _otherRules[field]?.Read(field, transmitted) is { Status: ReadingStatus.Ok } other)
        {
            reading = other;
        }

        readings.Add(reading);
        return DecodeStatus.Ok;
    }

    /// <summary>The file is not there: the raw ones may be; or the kernel's driver has no such channel.</summary>
    private DecodeStatus Absent(in FrameContext context, ref ReadingBuffer readings)
    {
        if (_fields[context.Exchange].Form == IioForm.Input && context.State != Raw)
        {
            readings.Follow = new Follow(context.Exchange, State: Raw);
            return DecodeStatus.Ok;
        }

        readings.Reason = "no-such-file";
        readings.Add(RawReading.Missing(context.Exchange));
        readings.Follow = new Follow(context.Exchange + 1);
        return DecodeStatus.Ok;
    }

    private static DecodeStatus Error(int field, ReadOnlySpan<byte> error, ref ReadingBuffer readings) =>
        error.SequenceEqual("EAGAIN"u8) || error.SequenceEqual("EBUSY"u8) ? Fault(field, ReadingStatus.WarmingUp, "not-ready", ref readings)
        : error.SequenceEqual("ETIMEDOUT"u8) ? Fault(field, ReadingStatus.DeviceFault, "no-answer-on-the-bus", ref readings)
        : error.SequenceEqual("EIO"u8) || error.SequenceEqual("EREMOTEIO"u8) ? Fault(field, ReadingStatus.DeviceFault, "bus-error", ref readings)
        : error.SequenceEqual("EACCES"u8) ? Fault(field, ReadingStatus.DeviceFault, "no-permission", ref readings)
        : Fault(field, ReadingStatus.DeviceFault, "kernel-error", ref readings);

    private static DecodeStatus Fault(int field, ReadingStatus status, string reason, ref ReadingBuffer readings)
    {
        readings.Reason = reason;
        readings.Add(field, double.NaN, status);
        return status == ReadingStatus.WarmingUp ? DecodeStatus.WarmingUp : DecodeStatus.DeviceFault;
    }

    /// <summary>The part of a file: its content, or the error in its place.</summary>
    private static bool TryFind(ReadOnlySpan<byte> parts, ReadOnlySpan<byte> file, out ReadOnlySpan<byte> content, out ReadOnlySpan<byte> error)
    {
        content = error = default;
        while (!parts.IsEmpty)
        {
            var end = parts.IndexOf((byte)IioText.Separator);
            var part = end < 0 ? parts : parts[..end];
            parts = end < 0 ? default : parts[(end + 1)..];
            if (part.Length > file.Length && part.StartsWith(file) && part[file.Length] is (byte)'=' or (byte)'!')
            {
                var rest = part[(file.Length + 1)..];
                content = part[file.Length] == (byte)'=' ? rest.Trim((byte)' ') : default;
                error = part[file.Length] == (byte)'!' ? rest : default;
                return part[file.Length] == (byte)'=' || !rest.IsEmpty;
            }
        }

        return false;
    }

    private static byte[][] Names(IioField field, bool raw) => [.. field.Files(raw).Select(Encoding.ASCII.GetBytes)];
}
