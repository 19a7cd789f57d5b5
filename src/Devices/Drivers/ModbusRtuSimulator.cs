using System.Buffers.Binary;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>The slave's side: silent for other addresses, an exception for registers that the profile doesn't have.</summary>
internal sealed class ModbusRtuSimulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly ModbusPlan _plan;
    private readonly byte _slave;
    private readonly byte _function;

    public ModbusRtuSimulator(DeviceProfile profile, byte slave)
    {
        _profile = profile;
        _plan = ModbusPlan.Of(profile);
        _slave = slave;
        _function = ((ModbusRtuSettings)profile.Settings).Function;
    }

    public int MaxFrame => ModbusRtuFramer.Overhead + (2 * ModbusRtuFramer.MaxRegisters);

    public IFramer Requests { get; } = new ModbusRequestFramer();

    public int Answer(ReadOnlySpan<byte> request, in SimulatedState state, Span<byte> reply)
    {
        if (request.Length != ModbusRequestFramer.Length || request[0] != _slave
            || BinaryPrimitives.ReadUInt16LittleEndian(request[6..]) != Checksums.Crc16Modbus(request[..6]))
        {
            return 0;
        }

        var start = BinaryPrimitives.ReadUInt16BigEndian(request[2..]);
        var count = BinaryPrimitives.ReadUInt16BigEndian(request[4..]);
        var exception = Refusal(request[1], start, count, state.Disturbance);
        if (exception == 0 && !TryWriteData(start, count, state, reply[3..]))
        {
            exception = ModbusExceptions.DeviceFailure;
        }

        reply[0] = _slave;
        var length = exception == 0 ? 3 + (2 * count) : 3;
        reply[1] = exception == 0 ? request[1] : (byte)(request[1] | 0x80);
        reply[2] = exception == 0 ? (byte)(2 * count) : exception;
        BinaryPrimitives.WriteUInt16LittleEndian(reply[length..], Checksums.Crc16Modbus(reply[..length]));
        return Disturbances.Apply(state.Disturbance, state.Seed, reply, length + 2);
    }

    private byte Refusal(byte function, int start, int count, Disturbance disturbance)
    {
        if (function != _function)
        {
            return ModbusExceptions.IllegalFunction;
        }

        if (count is 0 or > ModbusRtuFramer.MaxRegisters)
        {
            return ModbusExceptions.IllegalValue;
        }

        var read = _plan.ReadOf(start);
        if (read < 0 || start + count > _plan.Reads[read].Start + _plan.Reads[read].Count)
        {
            return ModbusExceptions.IllegalAddress;
        }

        return disturbance == Disturbance.WarmingUp ? ModbusExceptions.Busy : (byte)0;
    }

    /// <summary>Fills the registers; false when a value can't be said and no status bit or sentinel says so either.</summary>
    private bool TryWriteData(int start, int count, in SimulatedState state, Span<byte> data)
    {
        data[..(2 * count)].Clear();
        for (var i = 0; i < _profile.Fields.Count; i++)
        {
            var field = (ModbusFieldSettings)_profile.Fields[i].Settings;
            if (field.Register < start || field.End > start + count)
            {
                continue;
            }

            var broken = state.Disturbance == Disturbance.DeviceFault;
            var flagged = broken && TryFlag(field, start, count, data);
            if (broken && !flagged)
            {
                return false;
            }

            var place = data[(2 * (field.Register - start))..];
            var value = state.Values[i];
            if (double.IsFinite(value))
            {
                field.Layout!.Value.Write(_profile.Fields[i].Value.Write(value), place);
            }
            else if (!TryWriteNothing(_profile.Fields[i].Value, field, place) && !flagged && !TryFlag(field, start, count, data))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryWriteNothing(ValueRule rule, ModbusFieldSettings field, Span<byte> place)
    {
        foreach (var sentinel in rule.Sentinels)
        {
            if (sentinel.Means == ReadingStatus.Missing)
            {
                field.Layout!.Value.Write(sentinel.Transmitted, place);
                return true;
            }
        }

        if (field.Layout!.Value.IsFloat)
        {
            field.Layout.Value.Write(double.NaN, place);
            return true;
        }

        return false;
    }

    private static bool TryFlag(ModbusFieldSettings field, int start, int count, Span<byte> data)
    {
        foreach (var rule in field.Status)
        {
            if (rule.Means is ReadingStatus.DeviceFault or ReadingStatus.Missing && rule.Register >= start && rule.End <= start + count)
            {
                var place = data[(2 * (rule.Register - start))..];
                rule.Layout.WriteBits(rule.Layout.Bits(place) | rule.Mask, place);
                return true;
            }
        }

        return false;
    }
}
