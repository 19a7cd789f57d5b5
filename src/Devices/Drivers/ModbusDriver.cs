using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Modbus RTU, ASCII and TCP: reads all four tables, and writes for commands (MODBUS Application Protocol V1.1b3; MODBUS over Serial Line V1.02; MODBUS
/// Messaging on TCP/IP V1.0b). RTU over TCP is RTU on a TCP line.
/// </summary>
internal sealed class ModbusDriver : IDeviceDriver
{
    private static readonly string[] Orders = ["abcd", "cdab", "badc", "dcba"];

    /// <summary>One list for all rules without values, so that equal rules are equal.</summary>
    private static readonly IReadOnlyList<ulong> NoValues = [];

    public string Name => "modbus";

    public Carrier Carrier => Carrier.Stream;

    public IReadOnlyList<string> Framings => ModbusFraming.Names;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new ModbusCodec(profile, ModbusFraming.Of(at.Framing), Unit(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new ModbusSimulator(profile, ModbusFraming.Of(at.Framing), Unit(at));

    public DriverSettings ReadSettings(YamlMap section) => new ModbusSettings(
        ModbusTables.Of(section.Choice("registers", "holding", "input")),
        section.Optional("maxRegisters")?.Integer(1, ModbusRtuFramer.MaxRegisters) ?? ModbusRtuFramer.MaxRegisters,
        section.Optional("maxBits")?.Integer(1, ModbusRtuFramer.MaxBits) ?? ModbusRtuFramer.MaxBits,
        section.Optional("maxGap")?.Integer(0, ModbusRtuFramer.MaxRegisters) ?? 0,
        section.Optional("oneFieldPerRead")?.Boolean() ?? false,
        section.Optional("looseExceptions")?.Boolean() ?? false);

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var usual = ((ModbusSettings)settings).Table;
        var table = field.Optional("table") is { } other ? ModbusTables.Of(other.Choice(ModbusTables.Words)) : usual;
        var register = field.Integer("register", 0, ushort.MaxValue);
        var layout = table.IsBits() ? NoLayout(field, ModbusFieldSettings.Bit, "type", "order", "mask", "shift") : LayoutKeys.ReadRegisters(field);
        var status = new List<ModbusStatusRule>();
        foreach (var item in field.Optional("status")?.List() ?? [])
        {
            var rule = item.Map();
            status.Add(ReadStatus(rule, table));
            rule.Done();
        }

        return new ModbusFieldSettings(table, register, status) { Layout = layout };
    }

    public CommandSettings ReadCommand(YamlMap command, DriverSettings settings)
    {
        var function = ModbusWrites.FunctionOf(command.Choice("write", ModbusWrites.Words));
        var register = command.Integer("register", 0, ushort.MaxValue);
        var count = command.Optional("count");
        if (function != ModbusWrites.Coils)
        {
            count?.Problem("only 'write: coils' has a count");
        }

        var isBits = function is ModbusWrites.Coil or ModbusWrites.Coils;
        var layout = isBits ? NoLayout(command, new NumberLayout(NumberType.UInt16, ByteOrder.Abcd), "type", "order") : LayoutKeys.ReadRegisterNumber(command);
        if (function == ModbusWrites.Register && layout.Size != 2)
        {
            command.Problem("type", "'write: register' writes one register; use 'write: registers' for a longer number");
        }

        var value = command.Optional("value");
        if (value is null != command.Has("argument"))
        {
            command.Problem("a command has either a 'value' that it always writes or an 'argument' that is given with it");
        }

        return new ModbusCommandSettings(function, register, layout, count?.Integer(1, ModbusWrites.MaxCoils) ?? 1, value?.Number());
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        var settings = (ModbusSettings)profile.Settings;
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var span = ((ModbusFieldSettings)profile.Fields[i].Settings).Span;
            if (span.End > ushort.MaxValue + 1)
            {
                places.Field(i, "register", "the number runs past register 65535");
            }

            if (span.Count > settings.MaxOf(span.Table))
            {
                places.Field(i, "type", $"the number takes {span.Count} registers and one answer has at most {settings.MaxRegisters} (maxRegisters)");
            }

            CheckOverlap(profile, i, places);
        }

        CheckStatus(profile, places);
    }

    private static void CheckStatus(DeviceProfile profile, ProfilePlaces places)
    {
        var plan = ModbusPlan.Of(profile);
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = (ModbusFieldSettings)profile.Fields[i].Settings;
            var read = plan.ReadOf(field.Span);
            if (field.Status.Any(s => s.Table == field.Table && (read < 0 || !plan.Reads[read].Span.Covers(s.Span))))
            {
                places.Field(i, "status", "the status must come in the same answer as the value, or the two would be of different moments: "
                    + "raise maxGap so that one read covers both, or use another copy of the registers");
            }
        }

        if (ModbusPlan.FlagsOf(profile).Count > ModbusPlan.MaxFlags)
        {
            places.Section("registers", $"the fields look at more than {ModbusPlan.MaxFlags} status numbers in other tables than their own");
        }
    }

    private static ModbusStatusRule ReadStatus(YamlMap rule, ModbusTable usual)
    {
        var table = rule.Optional("table") is { } other ? ModbusTables.Of(other.Choice(ModbusTables.Words)) : usual;
        var register = rule.Integer("register", 0, ushort.MaxValue - 1);
        var values = rule.Optional("values");
        if (table.IsBits())
        {
            NoLayout(rule, ModbusFieldSettings.Bit, "type", "order", "mask");
            return new ModbusStatusRule(table, register, ModbusFieldSettings.Bit, 1, Values(values, 1), ReadingWords.Means(rule));
        }

        var wide = rule.Choice("type", "uint16", "uint32") == "uint32";
        var order = wide ? LayoutKeys.OrderOf(rule.Choice("order", Orders)) : ByteOrder.Abcd;
        ulong all = wide ? uint.MaxValue : ushort.MaxValue;
        var mask = values is not null && !rule.Has("mask") ? all : (ulong)rule.Require("mask").Long(1, (long)all);
        var layout = new NumberLayout(wide ? NumberType.UInt32 : NumberType.UInt16, order);
        return new ModbusStatusRule(table, register, layout, mask, Values(values, mask), ReadingWords.Means(rule));
    }

    private static IReadOnlyList<ulong> Values(YamlValue? list, ulong mask)
    {
        if (list is null)
        {
            return NoValues;
        }

        var values = new List<ulong>();
        foreach (var item in list.List())
        {
            var value = (ulong)item.Long(0, uint.MaxValue);
            if ((value & ~mask) != 0)
            {
                item.Problem("this has bits that the mask takes away, so it can never be there");
            }

            values.Add(value);
        }

        return values;
    }

    private static NumberLayout NoLayout(YamlMap map, NumberLayout layout, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            map.Optional(key)?.Problem($"a coil or discrete input is one bit: leave '{key}' out");
        }

        return layout;
    }

    /// <summary>Two fields may share registers only when both cut bits out of the same number.</summary>
    private static void CheckOverlap(DeviceProfile profile, int index, ProfilePlaces places)
    {
        var field = (ModbusFieldSettings)profile.Fields[index].Settings;
        for (var i = 0; i < index; i++)
        {
            var other = (ModbusFieldSettings)profile.Fields[i].Settings;
            var sameNumber = field.Span == other.Span && !field.Table.IsBits() && field.Layout!.Value.IsBitField && other.Layout!.Value.IsBitField
                && field.Layout.Value.Type == other.Layout.Value.Type && field.Layout.Value.Order == other.Layout.Value.Order;
            if (field.Span.Overlaps(other.Span) && !sameNumber)
            {
                places.Field(index, "register", $"these registers overlap with field '{profile.Fields[i].Name}' (registers {other.Span.Start} to {other.Span.End - 1})");
                return;
            }
        }
    }

    private static byte Unit(DeviceAddress at)
    {
        if (at.Framing == "tcp")
        {
            // 0 and 255 mean the device itself (Messaging on TCP/IP V1.0b §4.4.2).
            return at.Number is >= 0 and <= 255
                ? (byte)at.Number.Value
                : throw new ProfileException($"a Modbus device on TCP needs its unit identifier, 0 to 255; the address here is {at}");
        }

        return at.Number switch
        {
            >= 1 and <= 247 => (byte)at.Number.Value,
            null => throw new ProfileException($"a Modbus device needs its slave address, 1 to 247; the address here is {at}"),
            _ => throw new ProfileException($"a Modbus slave address is 1 to 247 (0 is broadcast), not {at}"),
        };
    }
}
