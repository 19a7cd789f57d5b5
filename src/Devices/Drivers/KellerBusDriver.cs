using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>What holds for a whole device on the Keller bus.</summary>
/// <param name="ReadValue">73 for channels as float, 74 for channels as integers.</param>
internal sealed record KellerBusSettings(byte ReadValue) : DriverSettings;

/// <summary>What is read for a field.</summary>
/// <param name="Function">30, 32, 73, 74 or 100.</param>
/// <param name="Number">The channel, coefficient, configuration or index.</param>
/// <param name="Byte">Which of the five parameters of function 100.</param>
internal sealed record KellerBusFieldSettings(byte Function, byte Number, int Byte) : FieldSettings;

/// <summary>How a command is written.</summary>
/// <param name="Function">31, 33, 66 or 95.</param>
/// <param name="Number">The coefficient, configuration or zero command.</param>
/// <param name="Value">What is always written; null for the number that is given, or none.</param>
internal sealed record KellerBusCommandSettings(byte Function, byte Number, double? Value) : CommandSettings(Answered: true);

/// <summary>The Keller bus (KELLER, Communication protocol for Series 30 and 40, v3.5, section 5), which the transmitters speak beside Modbus on the same port.</summary>
internal sealed class KellerBusDriver : IDeviceDriver
{
    private static readonly string[] Places = ["channel", "coefficient", "configuration", "parameters"];

    public string Name => "keller-bus";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new KellerBusCodec(profile, Address(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new KellerBusSimulator(profile, Address(at));

    public DriverSettings ReadSettings(YamlMap section) =>
        new KellerBusSettings(section.Choice("values", "float", "integer") == "integer" ? KellerBusFramer.ReadInteger : KellerBusFramer.ReadFloat);

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var given = Places.Where(field.Has).ToArray();
        var numbers = Places.ToDictionary(p => p, p => (byte)(field.Optional(p)?.Integer(0, byte.MaxValue) ?? 0));
        var which = field.Optional("byte");
        if (given.Length != 1)
        {
            field.Problem($"a field is read from exactly one of {string.Join(", ", Places)}");
            return new KellerBusFieldSettings(KellerBusFramer.ReadFloat, 0, 0) { Layout = new NumberLayout(NumberType.Float32, ByteOrder.Abcd) };
        }

        if (given[0] == "parameters" && which is null)
        {
            field.Problem("missing key 'byte': which of the five parameters, 0 to 4");
        }
        else if (given[0] != "parameters")
        {
            which?.Problem("only 'parameters' come five at once: leave 'byte' out");
        }

        var read = ((KellerBusSettings)settings).ReadValue;
        var (function, type) = given[0] switch
        {
            "coefficient" => (KellerBusFramer.ReadCoefficient, NumberType.Float32),
            "configuration" => (KellerBusFramer.ReadConfiguration, NumberType.UInt8),
            "parameters" => (KellerBusFramer.ReadParameters, NumberType.UInt8),
            _ => (read, read == KellerBusFramer.ReadInteger ? NumberType.Int32 : NumberType.Float32),
        };
        return new KellerBusFieldSettings(function, numbers[given[0]], which?.Integer(0, 4) ?? 0) { Layout = new NumberLayout(type, ByteOrder.Abcd) };
    }

    public CommandSettings ReadCommand(YamlMap command, DriverSettings settings)
    {
        var function = command.Choice("write", "zero", "coefficient", "configuration", "address") switch
        {
            "zero" => KellerBusFramer.Zero,
            "coefficient" => KellerBusFramer.WriteCoefficient,
            "configuration" => KellerBusFramer.WriteConfiguration,
            _ => KellerBusFramer.WriteAddress,
        };
        var number = command.Optional("number");
        var value = command.Optional("value");
        if (function == KellerBusFramer.WriteAddress)
        {
            number?.Problem("there is one address: leave 'number' out");
        }
        else if (number is null)
        {
            command.Problem("missing key 'number': which coefficient, configuration or zero command");
        }

        if (value is not null && command.Has("argument"))
        {
            command.Problem("value", "a command has either a 'value' that it always writes or an 'argument' that is given with it");
        }
        else if (value is null && !command.Has("argument") && function != KellerBusFramer.Zero)
        {
            command.Problem("a command has either a 'value' that it always writes or an 'argument' that is given with it");
        }

        return new KellerBusCommandSettings(function, (byte)(number?.Integer(0, byte.MaxValue) ?? 0), value?.Number());
    }

    private static byte Address(DeviceAddress at) => at.Number is >= 1 and <= KellerBusFramer.Transparent
        ? (byte)at.Number.Value
        : throw new ProfileException($"a device on the Keller bus needs its address, 1 to 249, or 250 when it is alone on the line; the address here is {at}");
}
