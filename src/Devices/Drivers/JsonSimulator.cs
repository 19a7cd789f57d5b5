using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>Writes a profile's messages.</summary>
internal sealed class JsonSimulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly JsonSettings _settings;
    private readonly JsonFieldSettings[] _fields;
    private readonly string? _address;

    public JsonSimulator(DeviceProfile profile, string? address)
    {
        _profile = profile;
        _settings = (JsonSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (JsonFieldSettings)f.Settings)];
        _address = address;
        Topics = _fields.Any(f => f.Topic is not null)
            ? [.. _fields.Select(f => f.Topic!.At(address))]
            : [.. _settings.Topics.Take(1).Select(t => t.At(address))];
    }

    public int MaxFrame => 8192;

    public IFramer? Requests => null;

    public IReadOnlyList<string> Topics { get; }

    public int Emit(in SimulatedState state, Span<byte> frame)
    {
        if (state.Disturbance is Disturbance.Silence or Disturbance.WarmingUp or Disturbance.DeviceFault)
        {
            // Such a node has no way to say so: a sensor that fails is left out, and it says nothing else.
            return 0;
        }

        var text = PlainText(state) ?? Message(state).ToJsonString();
        var length = Encoding.UTF8.GetBytes(text, frame);
        return Disturbances.Apply(state.Disturbance, state.Seed, frame, length);
    }

    private string? PlainText(in SimulatedState state)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].Topic is { } topic && topic.At(_address) == state.Topic)
            {
                var number = _profile.Fields[i].Value.Write(state.Values[i]);
                return double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "nan";
            }
        }

        return null;
    }

    private JsonObject Message(in SimulatedState state)
    {
        var root = new JsonObject();
        if (_settings.Device is { } device)
        {
            Place(root, device, _address);
        }

        if (_settings.Time is { } time)
        {
            Place(root, time.Pointer, Stamp(time.Form, state.DeviceTime));
        }

        var pairs = new JsonArray();
        for (var i = 0; i < _fields.Length; i++)
        {
            var number = _profile.Fields[i].Value.Write(state.Values[i]);
            if (!double.IsFinite(number))
            {
                continue;
            }

            if (_fields[i].Pointer is { } pointer)
            {
                Place(root, pointer, number);
            }
            else if (_fields[i].Key is { } key)
            {
                // airRohr writes every value as a string.
                pairs.Add(new JsonObject { [_settings.Pairs!.Name] = key, [_settings.Pairs.Value] = number.ToString("R", CultureInfo.InvariantCulture) });
            }

            if (_fields[i].Unit is { } unit)
            {
                Place(root, unit.Pointer, unit.Expected);
            }
        }

        if (_settings.Pairs is { } list)
        {
            Place(root, list.List, pairs);
        }

        return root;
    }

    private static JsonNode? Stamp(StampForm form, DeviceTime time)
    {
        var utc = new DateTimeOffset(time.Stamp, time.Offset ?? TimeSpan.Zero);
        return form switch
        {
            StampForm.Local => time.Stamp.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
            StampForm.Iso => utc.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            StampForm.Unix => utc.ToUnixTimeSeconds(),
            _ => utc.ToUnixTimeMilliseconds(),
        };
    }

    private static void Place(JsonObject root, JsonPointer pointer, JsonNode? value)
    {
        var at = root;
        foreach (var part in pointer.Segments.SkipLast(1))
        {
            if (at[part] is not JsonObject inner)
            {
                at[part] = inner = [];
            }

            at = inner;
        }

        at[pointer.Segments[^1]] = value;
    }
}
