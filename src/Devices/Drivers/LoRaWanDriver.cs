using System.Text.RegularExpressions;
using MeetNet.Devices.Payloads;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// LoRaWAN nodes behind a network server that publishes JSON: one message is one frame. Which server it is shows in the message, or is said as the form of
/// the protocol; the profile says how the numbers stand in the payload, so that one profile serves all servers.
/// </summary>
internal sealed partial class LoRaWanDriver : IDeviceDriver
{
    private const string Decoded = "decoded";

    private static readonly ILoRaWanEnvelope[] Envelopes = [new TheThingsStackEnvelope(), new ChirpStackEnvelope()];

    public string Name => "lorawan";

    public Carrier Carrier => Carrier.Message;

    public IReadOnlyList<string> Framings { get; } = [.. Envelopes.Select(e => e.Name)];

    public bool IsPolled(DriverSettings settings) => false;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) =>
        new LoRaWanCodec(profile, Device(at), at.Framing is { } name ? [.. Envelopes.Where(e => e.Name == name)] : Envelopes);

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) =>
        new LoRaWanSimulator(profile, Device(at), at.Framing == ChirpStack());

    public DriverSettings ReadSettings(YamlMap section)
    {
        var list = section.Require("fPorts");
        var ports = list.List().Select(p => p.Integer(1, 223)).ToList();
        if (list.IsList && ports.Count == 0)
        {
            list.Problem("at least one application port, 1 to 223");
        }

        var word = section.Choice("payload", [Decoded, .. PayloadFormats.All.Select(f => f.Name)]);
        var format = PayloadFormats.All.FirstOrDefault(f => f.Name == word);
        return new LoRaWanSettings(format, format?.ReadSettings(section, ports) ?? DecodedPayload.ReadSettings(section, ports));
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var own = (LoRaWanSettings)settings;
        var optional = field.Optional("optional")?.Boolean() ?? false;
        return own.Format?.ReadField(field, own.Payload, optional) ?? DecodedPayload.ReadField(field, optional);
    }

    private static string ChirpStack() => Envelopes[1].Name;

    private static string Device(DeviceAddress at)
    {
        var isEui = at.Text is { } name && Eui().IsMatch(name);
        if (at.Framing == ChirpStack() && !isEui)
        {
            throw new ProfileException($"behind ChirpStack a LoRaWAN node is named by its device EUI (16 hexadecimal digits, in quotes), not {at}");
        }

        return isEui || (at.Text is { } id && DeviceId().IsMatch(id))
            ? at.Text!.ToLowerInvariant()
            : throw new ProfileException(
                $"a LoRaWAN node needs its device EUI (16 hexadecimal digits, in quotes) or its id in The Things Stack (lower-case letters, digits and '-', 2 to 36), not {at}");
    }

    [GeneratedRegex("^[a-z0-9](?:[a-z0-9-]{0,34}[a-z0-9])$")]
    private static partial Regex DeviceId();

    [GeneratedRegex("^[0-9A-Fa-f]{16}$")]
    private static partial Regex Eui();
}

/// <summary>Where a node's numbers are.</summary>
/// <param name="Format">How they stand in its bytes; null when a formatter in the network server has decoded them.</param>
/// <param name="Payload">The format's settings.</param>
internal sealed record LoRaWanSettings(IPayloadFormat? Format, PayloadSettings Payload) : DriverSettings;
