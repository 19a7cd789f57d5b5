using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>What holds for all reads of a Modbus device.</summary>
/// <param name="Function">3: holding registers, 4: input registers.</param>
/// <param name="MaxRegisters">The most registers that the device gives in one answer.</param>
/// <param name="MaxGap">How many registers that no field names may be read along to join two reads. 0: none, since some devices refuse them.</param>
internal sealed record ModbusRtuSettings(byte Function, int MaxRegisters, int MaxGap) : DriverSettings;

/// <summary>Where a field stands in the registers.</summary>
/// <param name="Register">The number as it goes on the wire, from 0.</param>
/// <param name="Status">Bits elsewhere in the registers that say whether the value is valid.</param>
internal sealed record ModbusFieldSettings(int Register, IReadOnlyList<ModbusStatusRule> Status) : FieldSettings
{
    /// <summary>The first register after the field.</summary>
    public int End => Register + (Layout!.Value.Size / 2);
}

/// <summary>When any bit of the mask is set in the status number, the field has this status.</summary>
internal sealed record ModbusStatusRule(int Register, NumberLayout Layout, uint Mask, ReadingStatus Means)
{
    /// <summary>The first register after the status number.</summary>
    public int End => Register + (Layout.Size / 2);
}
