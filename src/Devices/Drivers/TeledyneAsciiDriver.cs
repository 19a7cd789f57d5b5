using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Teledyne API's own line-oriented protocol: one command for each test measurement (Teledyne 200A manual §5 "General output message format"; T703 manual
/// §7.1.7.2 for the syntax of commands).
/// </summary>
internal sealed class TeledyneAsciiDriver : IDeviceDriver
{
    public const int MaxId = 9999;

    public string Name => "teledyne-ascii";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new TeledyneAsciiCodec(profile, Checked(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new TeledyneAsciiSimulator(profile, Checked(at));

    public DriverSettings ReadSettings(YamlMap section) => new TeledyneAsciiSettings(section.Boolean("mode"), UnitWords.Read(section.Map("units")));

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var test = TextKeys.Ascii(field.Require("test"), 30);
        return new TeledyneAsciiFieldSettings(test, field.Optional("message") is { } message ? TextKeys.Ascii(message, 40) : test);
    }

    public CommandSettings? ReadCommand(YamlMap command, DriverSettings settings)
    {
        command.Optional("argument")?.Problem("this protocol's commands take no number: leave 'argument' out");
        var text = command.Require("text");
        var bytes = TextKeys.Ascii(text, 40);
        if (bytes.Length > 0 && (bytes.Length < 3 || bytes[1] != ' '))
        {
            text.Problem("'text' is the letter of the command type, a blank and the command, such as 'C ZERO'");
        }

        return new TeledyneAsciiCommandSettings(bytes);
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var test = ((TeledyneAsciiFieldSettings)profile.Fields[i].Settings).Test;
            if (profile.Fields.Take(i).FirstOrDefault(f => ((TeledyneAsciiFieldSettings)f.Settings).Test.AsSpan().SequenceEqual(test)) is { } other)
            {
                places.Field(i, "test", $"this measurement is field '{other.Name}' already");
            }
        }
    }

    private static int? Checked(DeviceAddress at) => at.Text is null && at.Number is null or (>= 0 and <= MaxId)
        ? at.Number
        : throw new ProfileException($"a Teledyne machine id is a number of at most four digits, not {at}");
}

/// <summary>How a model speaks it.</summary>
/// <param name="Mode">Whether it tells its mode when asked with <c>V MODE</c>.</param>
/// <param name="Units">The words for units.</param>
internal sealed record TeledyneAsciiSettings(bool Mode, UnitWords Units) : DriverSettings;

/// <summary>The name by which a measurement is asked for, and the one that stands in the message.</summary>
internal sealed record TeledyneAsciiFieldSettings(byte[] Test, byte[] Message) : FieldSettings;

/// <summary>A command: letter, blank, words; the machine id goes between.</summary>
internal sealed record TeledyneAsciiCommandSettings(byte[] Text) : CommandSettings(Answered: true);
