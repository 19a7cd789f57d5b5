using System.Buffers.Binary;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>The master's side: one request per planned read, answers by slave, function and length, over TCP also by transaction.</summary>
/// <remarks>
/// The state of a poll: bits 0 to 23 the flags of <see cref="ModbusPlan"/>, bit 24 that the device would not tell them, bits 25 and 26 how often it was busy.
/// </remarks>
internal sealed class ModbusCodec : IDeviceCodec
{
    private const int FlagsUnknown = 1 << ModbusPlan.MaxFlags;
    private const int OnceBusy = FlagsUnknown << 1;

    /// <summary>A busy device is asked again as often in one poll; then the next poll is soon enough.</summary>
    private const int MostBusy = 3;

    private readonly DeviceProfile _profile;
    private readonly ModbusFieldSettings[] _fields;
    private readonly int[][] _flags;
    private readonly ModbusPlan _plan;
    private readonly ModbusFraming _framing;
    private readonly byte _unit;

    public ModbusCodec(DeviceProfile profile, ModbusFraming framing, byte unit)
    {
        var settings = (ModbusSettings)profile.Settings;
        _profile = profile;
        _fields = [.. profile.Fields.Select(f => (ModbusFieldSettings)f.Settings)];
        _plan = ModbusPlan.Of(profile);
        var flags = ModbusPlan.FlagsOf(profile).ToDictionary(f => f.Rule, f => f.Bit);
        _flags = [.. _fields.Select(f => f.Status.Select(s => flags.GetValueOrDefault(s, -1)).ToArray())];
        _framing = framing;
        _unit = unit;
        Framer = framing.Answers(unit, _plan.Reads.Aggregate(0u, (all, r) => all | (1u << (int)r.Span.Table)), settings.LooseExceptions);
    }

    public IFramer Framer { get; }

    public int Exchanges => _plan.Reads.Count;

    public int WriteRequest(in FrameContext context, Span<byte> destination)
    {
        var span = _plan.Reads[context.Exchange].Span;
        Span<byte> pdu = stackalloc byte[5];
        pdu[0] = (byte)span.Table;
        BinaryPrimitives.WriteUInt16BigEndian(pdu[1..], (ushort)span.Start);
        BinaryPrimitives.WriteUInt16BigEndian(pdu[3..], (ushort)span.Count);
        return _framing.Wrap(_unit, Transaction(context), pdu, destination);
    }

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        Span<byte> room = stackalloc byte[ModbusAsciiFramer.Longest / 2];
        if (context.Exchange < 0 || context.Exchange >= _plan.Reads.Count || !_framing.TryOpen(frame, room, out var answer) || answer.Unit != _unit)
        {
            readings.Reason = "other-device";
            return DecodeStatus.Unexpected;
        }

        if (answer.Transaction is { } transaction && transaction != Transaction(context))
        {
            readings.Reason = "late-answer";
            return DecodeStatus.Unexpected;
        }

        var read = _plan.Reads[context.Exchange];
        if ((answer.Pdu[0] & 0x7F) != (byte)read.Span.Table)
        {
            readings.Reason = "other-function";
            return DecodeStatus.Unexpected;
        }

        if ((answer.Pdu[0] & 0x80) != 0)
        {
            return Exception(context, read, answer.Pdu[1], ref readings);
        }

        var bytes = read.Span.Table.IsBits() ? (read.Span.Count + 7) / 8 : 2 * read.Span.Count;
        if (answer.Pdu[1] != bytes || answer.Pdu.Length != 2 + bytes)
        {
            readings.Reason = "other-length";
            return DecodeStatus.Unexpected;
        }

        var data = answer.Pdu[2..];
        for (var i = 0; i < read.Fields.Count; i++)
        {
            readings.Add(Reading(read.Fields[i], read.Span, data, context.State));
        }

        if (read.Flags.Count > 0)
        {
            readings.Follow = new Follow(context.Exchange + 1, State: context.State | FlagsIn(read, data));
        }

        return DecodeStatus.Ok;
    }

    public IFramer CommandFramer(int command) => _framing.Answers(_unit, 1u << Command(command).Function, ((ModbusSettings)_profile.Settings).LooseExceptions);

    public int WriteCommand(int command, double? argument, Span<byte> destination)
    {
        Span<byte> pdu = stackalloc byte[ModbusWrites.LongestPdu];
        var length = ModbusWrites.Write(Command(command), argument, pdu);
        return _framing.Wrap(_unit, 0, pdu[..length], destination);
    }

    public CommandAnswer DecodeCommand(int command, ReadOnlySpan<byte> frame, out string said)
    {
        said = string.Empty;
        Span<byte> room = stackalloc byte[ModbusAsciiFramer.Longest / 2];
        if (!_framing.TryOpen(frame, room, out var answer) || answer.Unit != _unit || answer.Transaction is not (null or 0)
            || (answer.Pdu[0] & 0x7F) != Command(command).Function)
        {
            return CommandAnswer.Unexpected;
        }

        if ((answer.Pdu[0] & 0x80) == 0)
        {
            return answer.Pdu.Length == 5 && BinaryPrimitives.ReadUInt16BigEndian(answer.Pdu[1..]) == Command(command).Register
                ? CommandAnswer.Done
                : CommandAnswer.Unexpected;
        }

        said = ModbusExceptions.Reason(answer.Pdu[1]);
        return answer.Pdu[1] == ModbusExceptions.Acknowledge ? CommandAnswer.Done : CommandAnswer.Refused;
    }

    /// <summary>A device that only wants time gets it, a few times; whatever else it says is why there is no value.</summary>
    private DecodeStatus Exception(in FrameContext context, ModbusRead read, byte code, ref ReadingBuffer readings)
    {
        var busy = context.State / OnceBusy;
        if (code is ModbusExceptions.Acknowledge or ModbusExceptions.Busy && busy < MostBusy)
        {
            readings.Follow = new Follow(context.Exchange, _profile.Timing.ReplyTimeout, FreesLine: true, State: context.State + OnceBusy);
            return DecodeStatus.Ok;
        }

        readings.Reason = ModbusExceptions.Reason(code);
        foreach (var field in read.Fields)
        {
            readings.Add(field, double.NaN, ReadingStatus.DeviceFault);
        }

        if (read.Flags.Count > 0)
        {
            readings.Follow = new Follow(context.Exchange + 1, State: context.State | FlagsUnknown);
        }

        return DecodeStatus.DeviceFault;
    }

    private RawReading Reading(int index, ModbusSpan span, ReadOnlySpan<byte> data, int state)
    {
        var field = _fields[index];
        var reading = _profile.Fields[index].Value.Read(index, span.Number(data, field.Register, field.Layout!.Value));
        if (reading.Status == ReadingStatus.Missing)
        {
            return reading;
        }

        for (var i = 0; i < field.Status.Count; i++)
        {
            var rule = field.Status[i];
            if (_flags[index][i] is var flag and >= 0)
            {
                if ((state & FlagsUnknown) != 0)
                {
                    return reading with { Status = ReadingStatus.DeviceFault };
                }

                if ((state & (1 << flag)) != 0)
                {
                    return reading with { Status = rule.Means };
                }
            }
            else if (rule.Holds(span.Bits(data, rule.Register, rule.Layout)))
            {
                return reading with { Status = rule.Means };
            }
        }

        return reading;
    }

    private static int FlagsIn(ModbusRead read, ReadOnlySpan<byte> data)
    {
        var state = 0;
        for (var i = 0; i < read.Flags.Count; i++)
        {
            var (bit, rule) = read.Flags[i];
            if (rule.Holds(read.Span.Bits(data, rule.Register, rule.Layout)))
            {
                state |= 1 << bit;
            }
        }

        return state;
    }

    private ModbusCommandSettings Command(int command) => (ModbusCommandSettings)_profile.Commands[command].Settings;

    private static ushort Transaction(in FrameContext context) => unchecked((ushort)context.Request);
}

/// <summary>The exception codes (MODBUS Application Protocol V1.1b3 §7).</summary>
internal static class ModbusExceptions
{
    public const byte IllegalFunction = 1;
    public const byte IllegalAddress = 2;
    public const byte IllegalValue = 3;
    public const byte DeviceFailure = 4;
    public const byte Acknowledge = 5;
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
        Acknowledge => "exception-acknowledge",
        Busy => "exception-busy",
        8 => "exception-memory-parity",
        10 => "exception-gateway-path",
        11 => "exception-gateway-target",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"exception-{code}"),
    };
}
