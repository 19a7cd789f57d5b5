using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Thermo C-Link: one command for each number, answered with the command, the number and its unit (Thermo 42i manual, appendix B). Over TCP it is the same, at
/// port 9880 (Thermo 5028i manual, p. B-1).
/// </summary>
internal sealed class ThermoCLinkDriver : IDeviceDriver
{
    public const int MaxId = 127;

    public string Name => "thermo-clink";

    public Carrier Carrier => Carrier.Stream;

    public bool IsPolled(DriverSettings settings) => true;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new ThermoCLinkCodec(profile, IdAt(profile, at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new ThermoCLinkSimulator(profile, IdAt(profile, at));

    public DriverSettings ReadSettings(YamlMap section) => new CLinkSettings(
        section.Integer("instrument", 0, MaxId),
        section.Boolean("gasMode"),
        StatusBits.Read(section.Optional("flags")),
        UnitWords.Read(section.Map("units")));

    public FieldSettings ReadField(YamlMap field, DriverSettings settings) => new CLinkFieldSettings(TextKeys.Ascii(field.Require("command"), 40));

    public CommandSettings? ReadCommand(YamlMap command, DriverSettings settings) => new CLinkCommandSettings(TextKeys.Ascii(command.Require("text"), 60));

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var command = ((CLinkFieldSettings)profile.Fields[i].Settings).Command;
            if (profile.Fields.Take(i).FirstOrDefault(f => ((CLinkFieldSettings)f.Settings).Command.AsSpan().SequenceEqual(command)) is { } other)
            {
                places.Field(i, "command", $"this command is field '{other.Name}' already");
            }
        }
    }

    private static int IdAt(DeviceProfile profile, DeviceAddress at) => at.Text is null && at.Number is null or (>= 0 and <= MaxId)
        ? at.Number ?? ((CLinkSettings)profile.Settings).Instrument
        : throw new ProfileException($"a C-Link instrument id is 0 to {MaxId}, not {at}");
}

/// <summary>How a model speaks C-Link.</summary>
/// <param name="Instrument">The id that it has from the factory; 0: it wants none before a command.</param>
/// <param name="GasMode">Whether it has the command <c>gas mode</c>, which says sample, zero or span.</param>
/// <param name="Flags">What the digits of the command <c>flags</c> mean; it is not asked when nothing is known of them.</param>
/// <param name="Units">The words for units.</param>
internal sealed record CLinkSettings(int Instrument, bool GasMode, IReadOnlyList<StatusBits> Flags, UnitWords Units) : DriverSettings
{
    /// <summary>Requests before the first number.</summary>
    public int StatusExchanges => (GasMode ? 1 : 0) + (Flags.Count > 0 ? 1 : 0);
}

/// <summary>The command that gives a number.</summary>
internal sealed record CLinkFieldSettings(byte[] Command) : FieldSettings;

/// <summary>A command that sets something; the argument, when there is one, is put behind it.</summary>
internal sealed record CLinkCommandSettings(byte[] Text) : CommandSettings(Answered: true);
