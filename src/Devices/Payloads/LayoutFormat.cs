using System.Text.RegularExpressions;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;
using MeetNet.Yaml;

namespace MeetNet.Devices.Payloads;

/// <summary>
/// Numbers at fixed places (Dragino, Netvox, Adeunis, Talkpool, SenseCAP S2120 and many others). A device may have several messages, told apart by
/// port, length and bytes at fixed places; a message may hold records of one form, each with its own time (data loggers).
/// </summary>
internal sealed partial class LayoutFormat : IPayloadFormat
{
    public string Name => "layout";

    public PayloadSettings ReadSettings(YamlMap section, IReadOnlyList<int> ports)
    {
        var messages = new List<LayoutMessage>();
        var list = section.Require("messages");
        foreach (var item in list.List())
        {
            var map = item.Map();
            var message = ReadMessage(map, ports);
            map.Done();
            if (messages.Any(m => m.Name == message.Name && message.Name.Length > 0))
            {
                map.Problem("name", $"message '{message.Name}' is here twice: names are unique within a profile");
            }

            messages.Add(message);
        }

        if (list.IsList && messages.All(m => m.Reason is not null))
        {
            list.Problem("at least one message with measurements");
        }

        return new LayoutSettings(ports, messages);
    }

    public PayloadField ReadField(YamlMap field, PayloadSettings settings, bool optional)
    {
        var messages = ((LayoutSettings)settings).Messages;
        LowBits? low = null;
        NumberLayout layout;
        if (field.Optional("low") is { } value)
        {
            var map = value.Map();
            low = new LowBits(map.Integer("at", 0, LoRaWan.MaxPayload - 1), map.Choice("nibble", "high", "low") == "high");
            map.Done();

            // Twelve bits: eight here, four elsewhere.
            layout = new NumberLayout(NumberType.UInt16, ByteOrder.Abcd, 0xFFF);
        }
        else
        {
            layout = LayoutKeys.ReadBytes(field);
        }

        var size = low is null ? layout.Size : 1;
        var at = new int[messages.Count];
        Array.Fill(at, LayoutField.Absent);
        var places = field.Require("at");
        if (places.IsMap)
        {
            var map = places.Map();
            for (var i = 0; i < messages.Count; i++)
            {
                if (messages[i].Reason is null && map.Optional(messages[i].Name) is { } place)
                {
                    at[i] = Place(place, size, low, messages[i]);
                }
            }

            map.Done();
        }
        else
        {
            for (var i = 0; i < messages.Count; i++)
            {
                if (messages[i].Reason is null)
                {
                    at[i] = Place(places, size, low, messages[i]);
                }
            }
        }

        return new LayoutField(at, low, optional) { Layout = layout };
    }

    public IPayload Bind(DeviceProfile profile, PayloadSettings settings) => new LayoutPayload(profile, (LayoutSettings)settings);

    private static int Place(YamlValue value, int size, LowBits? low, LayoutMessage message)
    {
        var at = value.Integer(0, LoRaWan.MaxPayload - 1);
        var end = Math.Max(at + size, (low?.At ?? -1) + 1);
        var room = message.Records?.Every ?? message.Length;
        if (end > room)
        {
            value.Problem($"the number ends at byte {end} and {(message.Records is null ? "message" : "a record of")} '{message.Name}' has {room}");
        }

        return at;
    }

    private static LayoutMessage ReadMessage(YamlMap map, IReadOnlyList<int> ports)
    {
        var name = map.Require("name").Matching(ProfileReader.Word(), "lower-case letters, digits and '_', at most 40");
        var port = map.Optional("fPort");
        var number = port?.Integer(1, 223);
        if (number is { } known && ports.Count > 0 && !ports.Contains(known))
        {
            port!.Problem($"port {known} is not among the profile's fPorts");
        }

        var length = map.Integer("length", 1, LoRaWan.MaxPayload);
        var exact = map.Optional("exact")?.Boolean() ?? false;
        var guards = new List<PayloadGuard>();
        foreach (var item in map.Optional("match")?.List() ?? [])
        {
            guards.Add(ReadGuard(item.Map(), length));
        }

        var reason = map.Optional("reason")?.Matching(ReasonWord(), "a reason in lower-case letters, digits and '-'");
        var records = ReadRecords(map.Optional("records"), length);
        return new LayoutMessage(name, number, length, exact, guards, reason, records, ReadTime(map.Optional("clock"), records?.Every ?? length));
    }

    private static PayloadGuard ReadGuard(YamlMap map, int length)
    {
        var at = map.Integer("at", 0, LoRaWan.MaxPayload - 1);
        var bytes = ReadHex(map.Require("hex"));
        var mask = map.Optional("mask");
        var bits = mask is null ? [] : ReadHex(mask);
        map.Done();
        if (at + bytes.Length > length)
        {
            map.Problem("at", $"these bytes end at byte {at + bytes.Length} and the message has {length} (length)");
        }

        if (mask is not null && bits.Length != bytes.Length)
        {
            mask.Problem($"'mask' has {bits.Length} bytes and 'hex' {bytes.Length}: they must be of one length");
            bits = [];
        }

        if (mask is null)
        {
            bits = [.. bytes.Select(_ => byte.MaxValue)];
        }

        return new PayloadGuard(at, bytes, bits);
    }

    private static byte[] ReadHex(YamlValue value)
    {
        var hex = value.Matching(Hex(), "pairs of hexadecimal digits, in quotes");
        return Hex().IsMatch(hex) ? Convert.FromHexString(hex) : [];
    }

    private static RecordPlaces? ReadRecords(YamlValue? value, int length)
    {
        if (value?.Map() is not { } map)
        {
            return null;
        }

        var records = new RecordPlaces(map.Integer("at", 0, LoRaWan.MaxPayload - 1), map.Integer("every", 1, LoRaWan.MaxPayload));
        map.Done();
        if (records.At + records.Every > length)
        {
            value.Problem($"the first record ends at byte {records.At + records.Every} and the message has {length} (length)");
        }

        return records;
    }

    /// <param name="room">The length of the message, or of a record.</param>
    private static MessageTime? ReadTime(YamlValue? value, int room)
    {
        if (value?.Map() is not { } map)
        {
            return null;
        }

        var at = map.Integer("at", 0, LoRaWan.MaxPayload - 1);
        var time = new MessageTime(at, map.Choice("order", "big", "little") == "little");
        map.Done();
        if (at + sizeof(uint) > room)
        {
            value.Problem($"the time ends at byte {at + sizeof(uint)} and the message, or its record, has {room}");
        }

        return time;
    }

    [GeneratedRegex("^(?:[0-9A-Fa-f]{2})+$")]
    private static partial Regex Hex();

    [GeneratedRegex("^[a-z0-9-]{1,40}$")]
    private static partial Regex ReasonWord();
}

/// <summary>The messages that a device has; the first that fits is the one.</summary>
internal sealed record LayoutSettings(IReadOnlyList<int> Ports, IReadOnlyList<LayoutMessage> Messages) : PayloadSettings(Ports);

/// <summary>One form of message.</summary>
/// <param name="Name">The name by which fields say where they are in it.</param>
/// <param name="Port">Its port; null for any of the profile.</param>
/// <param name="Length">How long it is at least.</param>
/// <param name="Exact">It is never longer.</param>
/// <param name="Guards">Bytes that tell it from others.</param>
/// <param name="Reason">It has no measurements, and this is why; null when it has some.</param>
/// <param name="Records">Where its records are, when it has several of one form.</param>
/// <param name="Time">Where the time is, in the message or in each record.</param>
internal sealed record LayoutMessage(
    string Name, int? Port, int Length, bool Exact, IReadOnlyList<PayloadGuard> Guards, string? Reason, RecordPlaces? Records, MessageTime? Time);

/// <summary>Bytes that a message must have at a place, where the mask has ones.</summary>
internal sealed record PayloadGuard(int At, byte[] Bytes, byte[] Mask);

/// <summary>Records of one length one after another.</summary>
internal sealed record RecordPlaces(int At, int Every);

/// <summary>Seconds since 1970, UTC, in four bytes.</summary>
internal sealed record MessageTime(int At, bool Little);

/// <summary>Where the lowest four of twelve bits are.</summary>
internal sealed record LowBits(int At, bool HighNibble);

/// <summary>Where a number is in each message; <see cref="Absent"/> where it is not.</summary>
internal sealed record LayoutField(int[] At, LowBits? Low, bool Optional) : PayloadField(Optional)
{
    public const int Absent = -1;
}
