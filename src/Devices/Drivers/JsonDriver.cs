using System.Text.Json;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Devices that send JSON or plain numbers, each in its own form: citizens' nodes (sensor.community airRohr), Tasmota, ESPHome, Zigbee2MQTT, SensorThings observations,
/// and whatever a data logger is set up to publish. The profile says where each number is.
/// </summary>
internal sealed class JsonDriver : IDeviceDriver
{
    private static readonly string[] Ways = ["pointer", "key", "topic"];

    public string Name => "json";

    public Carrier Carrier => Carrier.Message;

    public bool IsPolled(DriverSettings settings) => false;

    public IDeviceCodec Bind(DeviceProfile profile, DeviceAddress at) => new JsonCodec(profile, Address(profile, at));

    public IDeviceSimulator Simulate(DeviceProfile profile, DeviceAddress at) => new JsonSimulator(profile, Address(profile, at));

    public DriverSettings ReadSettings(YamlMap section)
    {
        var topics = (section.Optional("topics")?.List() ?? []).Select(Topic).OfType<TopicTemplate>().ToList();
        var device = section.Optional("device") is { } pointer ? Pointer(pointer) : null;
        var wrapper = section.Optional("wrapper") is { } wrapped ? Pointer(wrapped) : null;
        JsonPairs? pairs = null;
        if (section.Optional("pairs")?.Map() is { } map)
        {
            var list = Pointer(map.Require("list"));
            pairs = list is null ? null : new JsonPairs(list, map.String("name"), map.String("value"));
            map.Done();
        }

        JsonTime? time = null;
        if (section.Optional("time")?.Map() is { } timeMap)
        {
            var at = Pointer(timeMap.Require("pointer"));
            var form = (StampForm)Array.IndexOf(StampForms.Words, timeMap.Choice("form", StampForms.Words));
            var required = timeMap.Optional("required")?.Boolean() ?? false;
            time = at is null ? null : new JsonTime(at, form, required);
            timeMap.Done();
        }

        JsonAvailability? availability = null;
        if (section.Optional("availability")?.Map() is { } said)
        {
            var topic = Topic(said.Require("topic"));
            var offline = said.String("offline");
            availability = topic is null ? null : new JsonAvailability(topic, offline);
            said.Done();
        }

        return new JsonSettings(topics, device, wrapper, pairs, time, availability);
    }

    public FieldSettings ReadField(YamlMap field, DriverSettings settings)
    {
        var own = (JsonSettings)settings;
        var ways = Ways.Where(field.Has).ToList();
        if (ways.Count != 1)
        {
            field.Problem("say where the number is: one of 'pointer' (into the message), 'key' (of a list of pairs) or 'topic' (the message is the number)");
        }

        var pointer = field.Optional("pointer") is { } path ? Pointer(path) : null;
        var key = field.Optional("key");
        if (key is not null && own.Pairs is null)
        {
            key.Problem("'key' needs the list of pairs that it is a key of: 'pairs' in the section of the driver");
        }

        var topic = field.Optional("topic") is { } text ? Topic(text) : null;
        var optional = field.Optional("optional")?.Boolean() ?? false;
        JsonUnit? unit = null;
        if (field.Optional("stated")?.Map() is { } stated)
        {
            var at = Pointer(stated.Require("pointer"));
            var expected = stated.String("text");
            unit = at is null ? null : new JsonUnit(at, expected);
            stated.Done();
        }

        return new JsonFieldSettings(pointer, key?.String(), topic, optional, unit);
    }

    public void Check(DeviceProfile profile, ProfilePlaces places)
    {
        var own = (JsonSettings)profile.Settings;
        for (var i = 0; i < profile.Fields.Count; i++)
        {
            var field = (JsonFieldSettings)profile.Fields[i].Settings;
            var twin = profile.Fields.Take(i).FirstOrDefault(f => ((JsonFieldSettings)f.Settings).Where == field.Where);
            if (twin is not null && field.Where.Length > 0)
            {
                places.Field(i, field.Pointer is not null ? "pointer" : field.Key is not null ? "key" : "topic", $"this number is field '{twin.Name}' already");
            }
        }

        if (own.Topics.Count > 0 && profile.Fields.Any(f => ((JsonFieldSettings)f.Settings).Topic is not null))
        {
            places.Section("topics", "a profile whose fields have topics of their own needs no 'topics'");
        }
    }

    private static string? Address(DeviceProfile profile, DeviceAddress at)
    {
        var settings = (JsonSettings)profile.Settings;
        var needed = settings.Device is not null || settings.Topics.Any(t => t.HasAddress)
            || profile.Fields.Any(f => ((JsonFieldSettings)f.Settings).Topic is { HasAddress: true });
        var text = at == DeviceAddress.None ? null : at.ToString();
        if (needed && text is null)
        {
            throw new ProfileException($"{profile.Maker} {profile.Model} is known by its name in the {(settings.Device is null ? "topic" : "message")}: give it as address (in quotes when it begins with 0)");
        }

        if (!needed && text is not null)
        {
            throw new ProfileException($"the messages of {profile.Maker} {profile.Model} don't say whose they are: leave the address {text} out and give the device a topic of its own");
        }

        return text is null || text.AsSpan().IndexOfAny("+#\0") < 0 ? text : throw new ProfileException($"'{text}' can't be part of a topic: no '+' and '#'");
    }

    private static TopicTemplate? Topic(YamlValue value)
    {
        if (TopicTemplate.TryParse(value.String(), out var template))
        {
            return template;
        }

        value.Problem($"'{value.Raw()}' is not a topic; allowed: one without wildcards, with {TopicTemplate.Place} where the device's address is, such as tele/{TopicTemplate.Place}/SENSOR");
        return null;
    }

    private static JsonPointer? Pointer(YamlValue value)
    {
        var text = value.String();
        if (JsonPointer.TryParse(text, out var pointer))
        {
            return pointer;
        }

        value.Problem($"'{value.Name}' is '{text}'; allowed: a JSON pointer such as /SDS0X1/PM2.5 (RFC 6901)");
        return null;
    }
}

/// <summary>How a device's messages are made.</summary>
/// <param name="Topics">The topics of the device's measurements; empty when every message of the line is looked at.</param>
/// <param name="Device">Where a message says whose it is; null when it doesn't.</param>
/// <param name="Wrapper">An object that some messages put around the numbers.</param>
/// <param name="Pairs">A list of names and values, for fields with a key.</param>
/// <param name="Time">The device's own time.</param>
/// <param name="Availability">How the broker tells that the device is gone.</param>
internal sealed record JsonSettings(
    IReadOnlyList<TopicTemplate> Topics, JsonPointer? Device, JsonPointer? Wrapper, JsonPairs? Pairs, JsonTime? Time, JsonAvailability? Availability) : DriverSettings;

/// <summary>A list of objects that each have a name and a value.</summary>
internal sealed record JsonPairs(JsonPointer List, string Name, string Value);

/// <param name="Required">A message without it says nothing, since nobody could say when its numbers applied.</param>
internal sealed record JsonTime(JsonPointer Pointer, StampForm Form, bool Required);

/// <param name="Offline">What the message says when the device is gone; anything else: it is there.</param>
internal sealed record JsonAvailability(TopicTemplate Topic, string Offline);

/// <summary>Where the message states the unit, and how it must be stated for the profile's unit to hold.</summary>
internal sealed record JsonUnit(JsonPointer Pointer, string Expected);

/// <param name="Optional">Left out of some messages by design; absent is then not missing.</param>
internal sealed record JsonFieldSettings(JsonPointer? Pointer, string? Key, TopicTemplate? Topic, bool Optional, JsonUnit? Unit) : FieldSettings
{
    public string Where => Pointer?.Text ?? Key ?? Topic?.Text ?? string.Empty;
}
