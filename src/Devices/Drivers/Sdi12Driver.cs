using System.Text;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// SDI-12 sensors (SDI-12 specification 1.4, 20 February 2023), over a line that can send the break (<c>native</c>: 1200 baud, seven bits, even parity) or an
/// adapter that does so itself and passes commands and answers on as they are (<c>adapter</c>).
/// </summary>
internal sealed class Sdi12Driver : IDeviceDriver
{
    private const string Adapter = "adapter";

    public string Name => "sdi-12";

    public Carrier Carrier => Carrier.Stream;

    public IReadOnlyList<string> Framings { get; } = ["native", Adapter];

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at)
    {
        var breaks = at.Framing != Adapter;
        if (breaks && ((Sdi12Settings)profile.Settings).Measurements.Any(m => m.IsBinary))
        {
            throw new ProfileException("the packets of HB have eight bits and everything else on the line has seven: use an adapter that sees to it (framing: adapter), or HA");
        }

        return new Sdi12Codec(profile, Address(at), breaks);
    }

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new Sdi12Simulator(profile, Address(at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var list = section.Require("measurements");
        var measurements = new List<Sdi12Measurement>();
        foreach (var item in list.List())
        {
            var word = item.Matching(Sdi12Measurement.Pattern(), Sdi12Measurement.Allowed);
            if (measurements.Any(m => m.Command == word))
            {
                item.Problem($"measurement {word} is here twice");
            }

            measurements.Add(new Sdi12Measurement(word.Length > 0 ? word : "M"));
        }

        if (list.IsList && measurements.Count is 0 or > 10)
        {
            list.Problem("a poll has 1 to 10 measurements");
        }

        var rules = new List<Sdi12StatusRule>();
        foreach (var item in section.Optional("status")?.List() ?? [])
        {
            var rule = item.Map();
            var measurement = Measurement(rule, measurements);
            rules.Add(new Sdi12StatusRule(
                measurement, Value(rule, measurements, measurement), rule.Optional("mask")?.Integer(1, int.MaxValue), ReadingWords.Means(rule)));
            rule.Done();
        }

        return new Sdi12Settings(measurements, [.. rules]);
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var measurements = ((Sdi12Settings)settings).Measurements;
        var measurement = Measurement(field, measurements);
        return new Sdi12FieldSettings(measurement, Value(field, measurements, measurement));
    }

    public CommandSettings ReadCommand(YamlMap command, DriverSettings settings)
    {
        var send = command.Require("send");
        var text = send.String();
        if (text.Length is 0 or > 60 || text.Any(c => c is < ' ' or > '~' or '!'))
        {
            send.Problem("'send' is what stands between the address and '!': 1 to 60 ASCII characters, without '!'");
        }

        var takesNumber = text.Contains(Sdi12CommandSettings.Argument, StringComparison.Ordinal);
        if (takesNumber != command.Has("argument"))
        {
            send.Problem("'{}' in 'send' stands for the number that goes with the command: both 'argument' and '{}', or neither");
        }

        return new Sdi12CommandSettings(text, command.Optional("lines")?.Boolean() ?? false);
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        var settings = (Sdi12Settings)profile.Settings;
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            if (profile.Fields.Take(i).FirstOrDefault(f => f.Settings.Equals(profile.Fields[i].Settings)) is { } other)
            {
                places.Field(i, "value", $"this value is field '{other.Name}' already");
            }
        }

        for (var m = 0; m < settings.Measurements.Count; m++)
        {
            if (!profile.Fields.Any(f => ((Sdi12FieldSettings)f.Settings).Measurement == m) && settings.Status.All(s => s.Measurement != m))
            {
                places.Section("measurements", $"nothing is made of measurement {settings.Measurements[m].Command}");
            }
        }
    }

    private static int Measurement(YamlMap map, IReadOnlyList<Sdi12Measurement> measurements)
    {
        if (map.Optional("measurement") is not { } named)
        {
            if (measurements.Count > 1)
            {
                map.Problem("there are several measurements: say of which this is a value with 'measurement'");
            }

            return 0;
        }

        var word = named.Choice([.. measurements.Select(m => m.Command)]);
        return Math.Max(0, measurements.ToList().FindIndex(m => m.Command == word));
    }

    private static int Value(YamlMap map, IReadOnlyList<Sdi12Measurement> measurements, int measurement) =>
        map.Integer("value", 1, measurement < measurements.Count ? measurements[measurement].MostValues : Sdi12State.MostValues);

    private static byte Address(DeviceAddress at)
    {
        var text = at.ToString();
        return at is not { Number: null, Text: null } && text.Length == 1 && Sdi12Text.IsAddress((byte)(text[0] & 0x7F)) && text[0] < 0x80
            ? Encoding.ASCII.GetBytes(text)[0]
            : throw new ProfileException($"an SDI-12 sensor needs its address, one digit or letter; the address here is {at}");
    }
}
