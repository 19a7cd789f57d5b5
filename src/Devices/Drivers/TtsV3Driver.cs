using System.Text.RegularExpressions;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// LoRaWAN devices behind The Things Stack v3: one uplink JSON message is one frame. The envelope is the same for all; the
/// profile says whether the numbers are in <c>decoded_payload</c> (what the payload formatter made, by JSON pointer) or in
/// <c>frm_payload</c> (the device's own bytes, by position).
/// </summary>
internal sealed partial class TtsV3Driver : IDeviceDriver
{
    /// <summary>The longest LoRaWAN application payload (RP002-1.0.4, EU868, DR4 and above).</summary>
    public const int MaxPayload = 242;

    public string Name => "tts-v3";

    public Carrier Carrier => Carrier.Message;

    public bool IsPolled(DriverSettings settings) => false;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new TtsV3Codec(profile, Device(at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new TtsV3Simulator(profile, Device(at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var ports = section.Require("fPorts").List().Select(p => p.Integer(1, 223)).ToList();
        if (section.Optional("fPorts") is { IsList: true } list && ports.Count == 0)
        {
            list.Problem("at least one application port, 1 to 223");
        }

        var bytes = section.Choice("payload", "decoded", "bytes") == "bytes";
        var length = 0;
        var guards = new List<PayloadGuard>();
        if (bytes)
        {
            length = section.Integer("length", 1, MaxPayload);
            foreach (var item in section.Optional("match")?.List() ?? [])
            {
                guards.Add(ReadGuard(item.Map(), length));
            }
        }

        return new TtsV3Settings(ports, bytes, length, guards, ReadTime(section, bytes));
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var own = (TtsV3Settings)settings;
        if (!own.Bytes)
        {
            var optional = field.Optional("optional")?.Boolean() ?? false;
            return new TtsV3FieldSettings(ReadPointer(field.Require("pointer")), 0, optional);
        }

        var at = field.Integer("at", 0, MaxPayload - 1);
        var layout = LayoutKeys.ReadBytes(field);
        if (at + layout.Size > own.Length)
        {
            field.Problem("at", $"the number ends at byte {at + layout.Size} and the payload has {own.Length} (length)");
        }

        return new TtsV3FieldSettings(null, at, Optional: false) { Layout = layout };
    }

    private static PayloadGuard ReadGuard(YamlMap map, int length)
    {
        var at = map.Integer("at", 0, MaxPayload - 1);
        var hex = map.Require("hex").Matching(Hex(), "pairs of hexadecimal digits, in quotes");
        map.Done();
        var bytes = Hex().IsMatch(hex) ? Convert.FromHexString(hex) : [];
        if (at + bytes.Length > length)
        {
            map.Problem("at", $"these bytes end at byte {at + bytes.Length} and the payload has {length} (length)");
        }

        return new PayloadGuard(at, bytes);
    }

    private static PayloadTime? ReadTime(YamlMap section, bool bytes)
    {
        if (section.Optional("time") is not { } value)
        {
            return null;
        }

        if (bytes)
        {
            value.Problem("'time' is a pointer into decoded_payload, so it goes with 'payload: decoded'");
            return null;
        }

        var time = value.Map();
        var pointer = ReadPointer(time.Require("pointer"));
        var offset = time.Choice("offset", "none", "written") == "written";
        time.Done();
        return pointer is null ? null : new PayloadTime(pointer, offset);
    }

    private static JsonPointer? ReadPointer(YamlValue value)
    {
        var text = value.String();
        if (JsonPointer.TryParse(text, out var pointer))
        {
            return pointer;
        }

        value.Problem($"'{value.Name}' is '{text}'; allowed: a JSON pointer into decoded_payload such as /water_level (RFC 6901)");
        return null;
    }

    private static string Device(DeviceAddress at) => at.Text is { } text && DeviceId().IsMatch(text)
        ? text
        : throw new ProfileException($"a device behind The Things Stack needs its device id (lower-case letters, digits and '-', 2 to 36), not {at}");

    [GeneratedRegex("^[a-z0-9](?:[a-z0-9-]{0,34}[a-z0-9])$")]
    private static partial Regex DeviceId();

    [GeneratedRegex("^(?:[0-9A-Fa-f]{2})+$")]
    private static partial Regex Hex();
}

/// <summary>Where a device's numbers are in an uplink.</summary>
/// <param name="Ports">LoRaWAN application ports that carry measurements.</param>
/// <param name="Bytes">True: the numbers are in frm_payload; false: in decoded_payload.</param>
/// <param name="Length">Bytes only: how long the payload is at least.</param>
/// <param name="Guards">Bytes only: bytes that tell this layout from others of the device.</param>
/// <param name="Time">The device's own time stamp, or null when it has no clock.</param>
internal sealed record TtsV3Settings(IReadOnlyList<int> Ports, bool Bytes, int Length, IReadOnlyList<PayloadGuard> Guards, PayloadTime? Time) : DriverSettings;

/// <summary>Bytes that a payload must have at a place.</summary>
internal sealed record PayloadGuard(int At, byte[] Bytes);

/// <summary>Where the time stamp is, and whether the device writes an offset from UTC with it.</summary>
internal sealed record PayloadTime(JsonPointer Pointer, bool WithOffset);

/// <summary>Where a number is: a pointer into decoded_payload, or a position in frm_payload.</summary>
/// <param name="Pointer">Decoded only.</param>
/// <param name="At">Bytes only: the first byte.</param>
/// <param name="Optional">The device leaves it out of some messages by design; absent is then not missing.</param>
internal sealed record TtsV3FieldSettings(JsonPointer? Pointer, int At, bool Optional) : FieldSettings;
