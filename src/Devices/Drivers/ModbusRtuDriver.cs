using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Modbus RTU, reading holding (3) or input (4) registers (MODBUS Application Protocol V1.1b3; MODBUS over Serial Line V1.02).
/// </summary>
internal sealed class ModbusRtuDriver : IDeviceDriver
{
    public string Name => "modbus-rtu";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new ModbusRtuCodec(profile, Slave(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new ModbusRtuSimulator(profile, Slave(at));

    public DriverSettings ReadSettings(YamlMap section) => new ModbusRtuSettings(
        section.Choice("registers", "holding", "input") == "holding" ? (byte)3 : (byte)4,
        section.Optional("maxRegisters")?.Integer(1, ModbusRtuFramer.MaxRegisters) ?? ModbusRtuFramer.MaxRegisters,
        section.Optional("maxGap")?.Integer(0, ModbusRtuFramer.MaxRegisters) ?? 0);

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var register = field.Integer("register", 0, ushort.MaxValue);
        var layout = LayoutKeys.ReadRegisters(field);
        var status = new List<ModbusStatusRule>();
        foreach (var item in field.Optional("status")?.List() ?? [])
        {
            var rule = item.Map();
            status.Add(ReadStatus(rule));
            rule.Done();
        }

        return new ModbusFieldSettings(register, status) { Layout = layout };
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        var settings = (ModbusRtuSettings)profile.Settings;
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = (ModbusFieldSettings)profile.Fields[i].Settings;
            if (field.End > ushort.MaxValue + 1)
            {
                places.Field(i, "register", "the number runs past register 65535");
            }

            if (field.End - field.Register > settings.MaxRegisters)
            {
                places.Field(i, "type", $"the number takes {field.End - field.Register} registers and one answer has at most {settings.MaxRegisters} (maxRegisters)");
            }

            CheckOverlap(profile, i, field, places);
        }

        var plan = ModbusPlan.Of(profile);
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = (ModbusFieldSettings)profile.Fields[i].Settings;
            var read = plan.ReadOf(field.Register);
            if (field.Status.Any(s => plan.ReadOf(s.Register) != read))
            {
                places.Field(i, "status", "the status must come in the same answer as the value, or the two would be of different moments: "
                    + "raise maxGap so that one read covers both, or use another copy of the registers");
            }
        }
    }

    private static ModbusStatusRule ReadStatus(YamlMap rule)
    {
        var register = rule.Integer("register", 0, ushort.MaxValue - 1);
        var wide = rule.Choice("type", "uint16", "uint32") == "uint32";
        var order = ByteOrder.Abcd;
        if (wide)
        {
            order = rule.Choice("order", "abcd", "cdab", "badc", "dcba") switch
            {
                "cdab" => ByteOrder.Cdab,
                "badc" => ByteOrder.Badc,
                "dcba" => ByteOrder.Dcba,
                _ => ByteOrder.Abcd,
            };
        }

        var mask = (uint)rule.Require("mask").Long(1, wide ? uint.MaxValue : ushort.MaxValue);
        return new ModbusStatusRule(register, new NumberLayout(wide ? NumberType.UInt32 : NumberType.UInt16, order), mask, ReadingWords.Means(rule));
    }

    /// <summary>Two fields may share registers only when both cut bits out of the same number.</summary>
    private static void CheckOverlap(DeviceProfile profile, int index, ModbusFieldSettings field, ProfilePlaces places)
    {
        for (var i = 0; i < index; i++)
        {
            var other = (ModbusFieldSettings)profile.Fields[i].Settings;
            var overlap = field.Register < other.End && other.Register < field.End;
            var sameNumber = field.Register == other.Register && field.Layout!.Value.IsBitField && other.Layout!.Value.IsBitField
                && field.Layout.Value.Type == other.Layout.Value.Type && field.Layout.Value.Order == other.Layout.Value.Order;
            if (overlap && !sameNumber)
            {
                places.Field(index, "register", $"these registers overlap with field '{profile.Fields[i].Name}' (registers {other.Register} to {other.End - 1})");
                return;
            }
        }
    }

    private static byte Slave(DeviceAddress at) => at.Number switch
    {
        >= 1 and <= 247 => (byte)at.Number.Value,
        null => throw new ProfileException($"a Modbus device needs its slave address, 1 to 247; the address here is {at}"),
        _ => throw new ProfileException($"a Modbus slave address is 1 to 247 (0 is broadcast), not {at}"),
    };
}
