using System.Globalization;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// One exchange for each field. A device that has just been powered refuses them with code 32 until it is initialised (function 48), which is the exchange
/// past the fields: it is gone to when the device asks for it, and from there back.
/// </summary>
/// <remarks>The state of a poll: bits 0 to 7 the exchange that was refused, bit 8 that the device was initialised in this poll.</remarks>
internal sealed class KellerBusCodec : IDeviceCodec
{
    /// <summary>Exception codes (v3.5, section 3.3.2.2; 4: section 5.8).</summary>
    private const byte NoNumber = 4, NotInitialised = 32;

    private const int Initialised = 1 << 8;

    /// <summary>STAT bit 7: the device does not work as it measures usually; section 5.1 takes the value for invalid then.</summary>
    private const int NotStandard = 0x80;

    /// <summary>Channels that have a bit in STAT: CH0, P1, P2, T, TOB1, TOB2.</summary>
    private const int LastStatusChannel = 5;

    private static readonly string[] Reasons = [.. Enumerable.Range(0, 256).Select(ReasonOf)];

    private readonly DeviceProfile _profile;
    private readonly KellerBusFieldSettings[] _fields;
    private readonly byte _address;

    public KellerBusCodec(DeviceProfile profile, byte address)
    {
        _profile = profile;
        _fields = [.. profile.Fields.Select(f => (KellerBusFieldSettings)f.Settings)];
        _address = address;
    }

    public IFramer Framer { get; } = new KellerBusFramer(requests: false);

    public int Exchanges => _fields.Length + 1;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        destination[0] = _address;
        if (context.Exchange >= _fields.Length)
        {
            destination[1] = KellerBusFramer.Initialise;
            return KellerBusFramer.Close(destination, 2);
        }

        destination[1] = _fields[context.Exchange].Function;
        destination[2] = _fields[context.Exchange].Number;
        return KellerBusFramer.Close(destination, 3);
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        var index = context.Exchange;
        if (index < 0 || index > _fields.Length || frame.Length < 5 || frame[0] != _address)
        {
            readings.Reason = "other-device";
            return DecodeStatus.Unexpected;
        }

        var function = index == _fields.Length ? KellerBusFramer.Initialise : _fields[index].Function;
        if ((frame[1] & 0x7F) != function)
        {
            readings.Reason = "other-function";
            return DecodeStatus.Unexpected;
        }

        if ((frame[1] & 0x80) != 0)
        {
            return Refused(context, frame[2], ref readings);
        }

        if (index == _fields.Length)
        {
            // Back to what was refused.
            readings.Follow = new Follow(context.State & 0xFF, State: Initialised);
            return DecodeStatus.Ok;
        }

        if (frame.Length < 2 + _fields[index].Byte + _fields[index].Layout!.Value.Size + (function >= KellerBusFramer.ReadFloat ? 1 : 0) + 2)
        {
            readings.Reason = "other-length";
            return DecodeStatus.Unexpected;
        }

        readings.Add(Reading(index, frame));
        Next(context, ref readings);
        return DecodeStatus.Ok;
    }

    public int WriteCommand(int command, double? argument, Span<byte> destination)
    {
        var settings = Command(command);
        var value = settings.Value ?? argument;
        destination[0] = _address;
        destination[1] = settings.Function;
        destination[2] = settings.Number;
        switch (settings.Function)
        {
            case KellerBusFramer.WriteAddress:
                destination[2] = Whole(value);
                return KellerBusFramer.Close(destination, 3);
            case KellerBusFramer.WriteConfiguration:
                destination[3] = Whole(value);
                return KellerBusFramer.Close(destination, 4);
            case KellerBusFramer.Zero when value is null:
                return KellerBusFramer.Close(destination, 3);
            default:
                System.Buffers.Binary.BinaryPrimitives.WriteSingleBigEndian(destination[3..], (float)(value ?? 0));
                return KellerBusFramer.Close(destination, 7);
        }
    }

    public CommandAnswer DecodeCommand(int command, ReadOnlySpan<byte> frame, out string said)
    {
        said = string.Empty;
        if (frame.Length < 5 || frame[0] != _address || (frame[1] & 0x7F) != Command(command).Function)
        {
            return CommandAnswer.Unexpected;
        }

        if ((frame[1] & 0x80) != 0)
        {
            said = Reasons[frame[2]];
            return CommandAnswer.Refused;
        }

        if (frame[1] == KellerBusFramer.WriteAddress)
        {
            said = $"its address is {frame[2].ToString(CultureInfo.InvariantCulture)}";
        }

        return CommandAnswer.Done;
    }

    private DecodeStatus Refused(in FrameContext context, byte code, ref ReadingBuffer readings)
    {
        if (code == NotInitialised && context.Exchange < _fields.Length && (context.State & Initialised) == 0)
        {
            readings.Follow = new Follow(_fields.Length, State: context.Exchange);
            return DecodeStatus.Ok;
        }

        Next(context, ref readings);
        if (context.Exchange < _fields.Length)
        {
            var noNumber = code == NoNumber && _fields[context.Exchange].Function == KellerBusFramer.ReadInteger;
            readings.Add(context.Exchange, double.NaN, noNumber ? ReadingStatus.Missing : ReadingStatus.DeviceFault);
            if (noNumber)
            {
                return DecodeStatus.Ok;
            }
        }

        readings.Reason = Reasons[code];
        return DecodeStatus.DeviceFault;
    }

    /// <summary>After the last field the poll is over: nobody needs to be initialised.</summary>
    private void Next(in FrameContext context, ref ReadingBuffer readings)
    {
        if (context.Exchange >= _fields.Length - 1)
        {
            readings.Follow = new Follow(_fields.Length + 1);
        }
    }

    private RawReading Reading(int index, ReadOnlySpan<byte> frame)
    {
        var field = _fields[index];
        var reading = _profile.Fields[index].Value.Read(index, field.Layout!.Value.Read(frame[(2 + field.Byte)..]));
        if (field.Function is not (KellerBusFramer.ReadFloat or KellerBusFramer.ReadInteger) || reading.Status == ReadingStatus.Missing)
        {
            return reading;
        }

        var status = frame[6];
        var invalid = (status & NotStandard) != 0 || (field.Number <= LastStatusChannel && (status & (1 << field.Number)) != 0);
        return invalid ? reading with { Status = ReadingStatus.DeviceFault } : reading;
    }

    private KellerBusCommandSettings Command(int command) => (KellerBusCommandSettings)_profile.Commands[command].Settings;

    private static byte Whole(double? value) => (byte)Math.Clamp(Math.Round(value ?? 0), 0, byte.MaxValue);

    private static string ReasonOf(int code) => code switch
    {
        1 => "exception-illegal-function",
        2 => "exception-illegal-value",
        3 => "exception-bad-data",
        NoNumber => "exception-no-number",
        NotInitialised => "exception-not-initialised",
        _ => string.Create(CultureInfo.InvariantCulture, $"exception-{code}"),
    };
}
