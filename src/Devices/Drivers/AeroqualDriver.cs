using System.Buffers.Binary;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Aeroqual AQM stations: four bytes ask one sensor, fifteen answer; all bytes of each add up to zero (AQM60 user guide, appendix 1, RS232 protocol 6.0).
/// </summary>
internal sealed class AeroqualDriver : IDeviceDriver
{
    public string Name => "aeroqual";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new AeroqualCodec(profile, IdOf(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new AeroqualSimulator(profile, IdOf(at));

    public DriverSettings ReadSettings(YamlMap section) => new AeroqualSettings(section.Choice("order", "big", "little") == "big", StatusBits.Read(section.Optional("status")));

    public FieldSettings ReadField(YamlMap field, DriverSettings settings) => new AeroqualFieldSettings((byte)field.Integer("code", 1, 255));

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            if (profile.Fields.Take(i).FirstOrDefault(f => f.Settings.Equals(profile.Fields[i].Settings)) is { } other)
            {
                places.Field(i, "code", $"this sensor is field '{other.Name}' already");
            }
        }
    }

    private static byte IdOf(DeviceAddress at) => at.Number is >= 1 and <= 255
        ? (byte)at.Number.Value
        : throw new ProfileException($"an Aeroqual station needs its AQM id, 1 to 255; the address here is {at}");
}

/// <param name="BigEndian">
/// The order of the float. The IQM60 manual says low byte first (section 4), and its example of an offset has the high byte first: try, only one makes sense.
/// </param>
/// <param name="Status">What the bits of the sensor's status mean.</param>
internal sealed record AeroqualSettings(bool BigEndian, IReadOnlyList<StatusBits> Status) : DriverSettings;

/// <summary>The code of the sensor.</summary>
internal sealed record AeroqualFieldSettings(byte Code) : FieldSettings;

internal sealed class AeroqualCodec(DeviceProfile profile, byte id) : IDeviceCodec
{
    private const int DataAt = 3;
    private const int StatusAt = 7;
    private const int TimeAt = 8;

    private static readonly ZeroSumFramer Replies = new(0xAA, 15);

    private readonly AeroqualSettings _settings = (AeroqualSettings)profile.Settings;
    private readonly AeroqualFieldSettings[] _fields = [.. profile.Fields.Select(f => (AeroqualFieldSettings)f.Settings)];

    public IFramer Framer => Replies;

    public int Exchanges => _fields.Length;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        destination[0] = 0x55;
        destination[1] = id;
        destination[2] = _fields[context.Exchange].Code;
        destination[3] = ZeroSumFramer.CheckOf(destination[..3]);
        return 4;
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (context.Exchange < 0 || context.Exchange >= _fields.Length || frame.Length != Replies.MaxFrame || frame[2] != _fields[context.Exchange].Code)
        {
            readings.Reason = "other-sensor";
            return DecodeStatus.Unexpected;
        }

        if (frame[1] != id)
        {
            readings.Reason = "other-device";
            return DecodeStatus.Unexpected;
        }

        var data = frame.Slice(DataAt, 4);
        var number = _settings.BigEndian ? BinaryPrimitives.ReadSingleBigEndian(data) : BinaryPrimitives.ReadSingleLittleEndian(data);
        var reading = profile.Fields[context.Exchange].Value.Read(context.Exchange, number);
        var status = StatusBits.Of(_settings.Status, frame[StatusAt]);
        readings.Add(status == ReadingStatus.Ok || reading.Status == ReadingStatus.Missing ? reading : reading with { Status = status });
        readings.DeviceTime = TimeOf(frame.Slice(TimeAt, 6)) ?? readings.DeviceTime;
        return DecodeStatus.Ok;
    }

    /// <summary>Second, minute, hour, day, month, and year since 1900 (IQM60 manual p. 32: RTC); local time without a zone. Null when that is no time.</summary>
    private static DeviceTime? TimeOf(ReadOnlySpan<byte> clock)
    {
        var (second, minute, hour, day, month, year) = (clock[0], clock[1], clock[2], clock[3], clock[4], 1900 + clock[5]);
        return second > 59 || minute > 59 || hour > 23 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            ? null
            : new DeviceTime(new DateTime(year, month, day, hour, minute, second, DateTimeKind.Unspecified), null);
    }
}

internal sealed class AeroqualSimulator(DeviceProfile profile, byte id) : IDeviceSimulator
{
    private readonly AeroqualSettings _settings = (AeroqualSettings)profile.Settings;

    public int MaxFrame => 15;

    public IFramer? Requests { get; } = new ZeroSumFramer(0x55, 4);

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            if (request[1] == id && request[2] == ((AeroqualFieldSettings)profile.Fields[i].Settings).Code)
            {
                return Reply(i, request[2], state, reply);
            }
        }

        return 0;
    }

    private int Reply(int field, byte code, in SimulatedState state, Span<byte> reply)
    {
        var means = state.Disturbance switch { Disturbance.DeviceFault => ReadingStatus.DeviceFault, Disturbance.WarmingUp => ReadingStatus.Calibrating, _ => ReadingStatus.Ok };
        var rule = _settings.Status.FirstOrDefault(r => r.Means == means);
        if (means != ReadingStatus.Ok && rule is null)
        {
            return 0;
        }

        var stamp = state.DeviceTime.Stamp;
        ReadOnlySpan<byte> head = [0xAA, id, code];
        head.CopyTo(reply);
        var number = (float)profile.Fields[field].Value.Write(state.Values[field]);
        if (_settings.BigEndian)
        {
            BinaryPrimitives.WriteSingleBigEndian(reply[3..], number);
        }
        else
        {
            BinaryPrimitives.WriteSingleLittleEndian(reply[3..], number);
        }

        ReadOnlySpan<byte> tail = [(byte)(rule?.Example ?? 0), (byte)stamp.Second, (byte)stamp.Minute, (byte)stamp.Hour, (byte)stamp.Day, (byte)stamp.Month, (byte)Math.Clamp(stamp.Year - 1900, 0, 255)];
        tail.CopyTo(reply[7..]);
        reply[14] = ZeroSumFramer.CheckOf(reply[..14]);
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, 15);
    }
}
