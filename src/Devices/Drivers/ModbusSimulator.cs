using System.Buffers.Binary;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>The slave's side: silent for other addresses, an exception for registers that the profile doesn't have, commands taken.</summary>
internal sealed class ModbusSimulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly ModbusFieldSettings[] _fields;
    private readonly ModbusStatusRule[] _rules;
    private readonly ModbusPlan _plan;
    private readonly ModbusFraming _framing;
    private readonly byte _unit;

    public ModbusSimulator(DeviceProfile profile, ModbusFraming framing, byte unit)
    {
        _profile = profile;
        _fields = [.. profile.Fields.Select(f => (ModbusFieldSettings)f.Settings)];
        _rules = [.. _fields.SelectMany(f => f.Status).Distinct()];
        _plan = ModbusPlan.Of(profile);
        _framing = framing;
        _unit = unit;
        Requests = framing.Requests();
    }

    public int MaxFrame => _framing.MaxFrame;

    public IFramer Requests { get; }

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        Span<byte> room = stackalloc byte[ModbusAsciiFramer.Longest / 2];
        if (!IsRequest(request) || !_framing.TryOpen(request, room, out var asked) || asked.Unit != _unit)
        {
            return 0;
        }

        Span<byte> pdu = stackalloc byte[ModbusFraming.MaxPdu];
        var length = asked.Pdu[0] <= (byte)ModbusTable.Input ? Read(asked.Pdu, state, pdu) : Write(asked.Pdu, pdu);
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, _framing.Wrap(_unit, asked.Transaction ?? 0, pdu[..length], reply));
    }

    /// <summary>Whether these bytes are one sound request.</summary>
    private bool IsRequest(ReadOnlySpan<byte> request) => Requests.Cut(request) is { Result: CutResult.Frame } cut && cut.Consumed == request.Length;

    private int Read(ReadOnlySpan<byte> asked, in SimulatedState state, Span<byte> pdu)
    {
        var table = (ModbusTable)asked[0];
        if (asked.Length != 5 || !_plan.Reads.Any(r => r.Span.Table == table))
        {
            return Refuse(asked[0], ModbusExceptions.IllegalFunction, pdu);
        }

        var start = BinaryPrimitives.ReadUInt16BigEndian(asked[1..]);
        var count = BinaryPrimitives.ReadUInt16BigEndian(asked[3..]);
        if (count == 0 || count > (table.IsBits() ? ModbusRtuFramer.MaxBits : ModbusRtuFramer.MaxRegisters))
        {
            return Refuse(asked[0], ModbusExceptions.IllegalValue, pdu);
        }

        var span = new ModbusSpan(table, start, start + count);
        if (_plan.ReadOf(span) < 0)
        {
            return Refuse(asked[0], ModbusExceptions.IllegalAddress, pdu);
        }

        if (state.Disturbance == Disturbance.WarmingUp && !_rules.Any(r => Says(r, Disturbance.WarmingUp)))
        {
            return Refuse(asked[0], ModbusExceptions.Busy, pdu);
        }

        var bytes = table.IsBits() ? (count + 7) / 8 : 2 * count;
        pdu[0] = asked[0];
        pdu[1] = (byte)bytes;
        var data = pdu.Slice(2, bytes);
        data.Clear();
        WriteStatus(span, state, data);
        return TryWriteValues(span, state, data) ? 2 + bytes : Refuse(asked[0], ModbusExceptions.DeviceFailure, pdu);
    }

    /// <summary>Takes a command of the profile and answers with its head, as all four writes do.</summary>
    private int Write(ReadOnlySpan<byte> asked, Span<byte> pdu)
    {
        var function = asked[0];
        var register = BinaryPrimitives.ReadUInt16BigEndian(asked[1..]);
        if (!_profile.Commands.Any(c => ((ModbusCommandSettings)c.Settings).Function == function))
        {
            return Refuse(function, ModbusExceptions.IllegalFunction, pdu);
        }

        if (!_profile.Commands.Any(c => c.Settings is ModbusCommandSettings s && s.Function == function && s.Register == register))
        {
            return Refuse(function, ModbusExceptions.IllegalAddress, pdu);
        }

        asked[..5].CopyTo(pdu);
        return 5;
    }

    private static int Refuse(byte function, byte code, Span<byte> pdu)
    {
        pdu[0] = (byte)(function | 0x80);
        pdu[1] = code;
        return 2;
    }

    /// <summary>All status numbers in the span: such that no rule holds, except those that say what is wrong now.</summary>
    private void WriteStatus(ModbusSpan span, in SimulatedState state, Span<byte> data)
    {
        foreach (var rule in _rules)
        {
            if (span.Covers(rule.Span))
            {
                span.SetBits(Good(rule), data, rule.Register, rule.Layout);
            }
        }

        foreach (var rule in _rules)
        {
            if (span.Covers(rule.Span) && Wanted(rule, state))
            {
                var bits = span.Bits(data, rule.Register, rule.Layout);
                span.SetBits(rule.Values.Count == 0 ? bits | rule.Mask : (bits & ~rule.Mask) | rule.Values[0], data, rule.Register, rule.Layout);
            }
        }
    }

    /// <summary>A status number for which no rule on it holds; zero for most devices.</summary>
    private ulong Good(ModbusStatusRule rule)
    {
        var same = _rules.Where(r => r.Span == rule.Span && r.Layout == rule.Layout).ToArray();
        var candidates = Enumerable.Range(0, 8 * rule.Layout.Size).Select(bit => 1UL << bit).Prepend(same.Aggregate(0UL, (all, r) => all | r.Mask)).Prepend(0UL);
        return candidates.FirstOrDefault(bits => !same.Any(r => r.Holds(bits)));
    }

    /// <summary>Whether some field needs this rule to say what it cannot say itself.</summary>
    private bool Wanted(ModbusStatusRule rule, in SimulatedState state)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            var disturbed = state.Disturbance is Disturbance.DeviceFault or Disturbance.WarmingUp ? state.Disturbance : Disturbance.None;
            var mute = !double.IsFinite(state.Values[i]) && !CanSayNothing(i);
            if ((disturbed != Disturbance.None && FlagFor(i, disturbed) == rule) || (mute && FlagFor(i, Disturbance.DeviceFault) == rule))
            {
                return true;
            }
        }

        return false;
    }

    private ModbusStatusRule? FlagFor(int field, Disturbance disturbance) => _fields[field].Status.FirstOrDefault(r => Says(r, disturbance));

    private static bool Says(ModbusStatusRule rule, Disturbance disturbance) => disturbance == Disturbance.WarmingUp
        ? rule.Means is ReadingStatus.WarmingUp or ReadingStatus.Calibrating
        : rule.Means is ReadingStatus.DeviceFault or ReadingStatus.Missing;

    /// <summary>Fills in the values; false when one can't be said and no status says so either.</summary>
    private bool TryWriteValues(ModbusSpan span, in SimulatedState state, Span<byte> data)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            var field = _fields[i];
            if (!span.Covers(field.Span))
            {
                continue;
            }

            var value = state.Values[i];
            if ((state.Disturbance == Disturbance.DeviceFault || !(double.IsFinite(value) || CanSayNothing(i))) && FlagFor(i, Disturbance.DeviceFault) is null)
            {
                return false;
            }

            if (state.Disturbance == Disturbance.WarmingUp && FlagFor(i, state.Disturbance) is null)
            {
                return false;
            }

            WriteValue(span, i, value, data);
        }

        return true;
    }

    private void WriteValue(ModbusSpan span, int index, double value, Span<byte> data)
    {
        var field = _fields[index];
        var layout = field.Layout!.Value;
        var rule = _profile.Fields[index].Value;
        Span<byte> number = stackalloc byte[8];
        layout.WriteBits(span.Bits(data, field.Register, layout), number);
        if (double.IsFinite(value))
        {
            layout.Write(rule.Write(value), number);
        }
        else if (CanSayNothing(index))
        {
            layout.Write(Nothing(rule) ?? double.NaN, number);
        }

        span.SetBits(layout.Bits(number), data, field.Register, layout);
    }

    /// <summary>Whether the number itself can say that there is none.</summary>
    private bool CanSayNothing(int field) =>
        _fields[field].Layout!.Value is { IsFloat: true } or { Type: Decoding.NumberType.Bcd16 or Decoding.NumberType.Bcd32 }
        || Nothing(_profile.Fields[field].Value) is not null;

    private static double? Nothing(ValueRule rule)
    {
        foreach (var sentinel in rule.Sentinels)
        {
            if (sentinel.Means == ReadingStatus.Missing)
            {
                return sentinel.Transmitted;
            }
        }

        return null;
    }
}
