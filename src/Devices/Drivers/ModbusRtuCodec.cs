using System.Buffers.Binary;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>The master's side: one request per planned read, answers by slave, function and byte count.</summary>
internal sealed class ModbusRtuCodec : IDeviceCodec
{
    private const int DataOffset = 3;

    private readonly DeviceProfile _profile;
    private readonly ModbusFieldSettings[] _fields;
    private readonly ModbusPlan _plan;
    private readonly byte _slave;
    private readonly byte _function;

    public ModbusRtuCodec(DeviceProfile profile, byte slave)
    {
        _profile = profile;
        _fields = [.. profile.Fields.Select(f => (ModbusFieldSettings)f.Settings)];
        _plan = ModbusPlan.Of(profile);
        _slave = slave;
        _function = ((ModbusRtuSettings)profile.Settings).Function;
        Framer = new ModbusRtuFramer(slave, _function);
    }

    public IFramer Framer { get; }

    public int Exchanges => _plan.Reads.Count;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        var read = _plan.Reads[context.Exchange];
        destination[0] = _slave;
        destination[1] = _function;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)read.Start);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], (ushort)read.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], Checksums.Crc16Modbus(destination[..6]));
        return ModbusRequestFramer.Length;
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        var exchange = context.Exchange;
        if (exchange < 0 || exchange >= _plan.Reads.Count || frame.Length < ModbusRtuFramer.ExceptionLength
            || frame[0] != _slave || (frame[1] & 0x7F) != _function)
        {
            readings.Reason = "other-device";
            return DecodeStatus.Unexpected;
        }

        var read = _plan.Reads[exchange];
        if ((frame[1] & 0x80) != 0)
        {
            readings.Reason = ModbusExceptions.Reason(frame[2]);
            foreach (var field in read.Fields)
            {
                readings.Add(field, double.NaN, ReadingStatus.DeviceFault);
            }

            return DecodeStatus.DeviceFault;
        }

        if (frame[2] != 2 * read.Count || frame.Length != ModbusRtuFramer.Overhead + frame[2])
        {
            readings.Reason = "other-length";
            return DecodeStatus.Unexpected;
        }

        var data = frame.Slice(DataOffset, 2 * read.Count);
        for (var i = 0; i < read.Fields.Count; i++)
        {
            readings.Add(Reading(read.Fields[i], data, read.Start));
        }

        return DecodeStatus.Ok;
    }

    private RawReading Reading(int index, ReadOnlySpan<byte> data, int start)
    {
        var field = _fields[index];
        var reading = _profile.Fields[index].Value.Read(index, field.Layout!.Value.Read(data[(2 * (field.Register - start))..]));
        for (var i = 0; i < field.Status.Count; i++)
        {
            var rule = field.Status[i];
            if ((rule.Layout.Bits(data[(2 * (rule.Register - start))..]) & rule.Mask) != 0)
            {
                return reading with { Status = reading.Status == ReadingStatus.Missing ? ReadingStatus.Missing : rule.Means };
            }
        }

        return reading;
    }
}

/// <summary>The exception codes (MODBUS Application Protocol V1.1b3 §7).</summary>
internal static class ModbusExceptions
{
    public const byte IllegalFunction = 1;
    public const byte IllegalAddress = 2;
    public const byte IllegalValue = 3;
    public const byte DeviceFailure = 4;
    public const byte Busy = 6;

    private static readonly string[] Reasons = [.. Enumerable.Range(0, 256).Select(Name)];

    /// <summary>A stable word for a code; no allocation.</summary>
    public static string Reason(byte code) => Reasons[code];

    private static string Name(int code) => code switch
    {
        IllegalFunction => "exception-illegal-function",
        IllegalAddress => "exception-illegal-address",
        IllegalValue => "exception-illegal-value",
        DeviceFailure => "exception-device-failure",
        5 => "exception-acknowledge",
        Busy => "exception-busy",
        8 => "exception-memory-parity",
        10 => "exception-gateway-path",
        11 => "exception-gateway-target",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"exception-{code}"),
    };
}
