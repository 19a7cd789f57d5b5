using System.Buffers;
using System.Globalization;
using System.Text.Json;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>Writes the uplink that The Things Stack would publish for a device that measured these values.</summary>
internal sealed class TtsV3Simulator : IDeviceSimulator
{
    private readonly DeviceProfile _profile;
    private readonly TtsV3Settings _settings;
    private readonly TtsV3FieldSettings[] _fields;
    private readonly string _device;

    public TtsV3Simulator(DeviceProfile profile, string device)
    {
        _profile = profile;
        _settings = (TtsV3Settings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (TtsV3FieldSettings)f.Settings)];
        _device = device;
    }

    public int MaxFrame => 4096;

    public IFramer? Requests => null;

    public int Emit(in SimulatedState state, Span<byte> frame)
    {
        if (state.Disturbance is Disturbance.Silence or Disturbance.WarmingUp)
        {
            return 0;
        }

        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, state);
        }

        buffer.WrittenSpan.CopyTo(frame);
        return Disturbances.Apply(state.Disturbance, state.Seed, frame, buffer.WrittenCount);
    }

    private void Write(Utf8JsonWriter json, in SimulatedState state)
    {
        json.WriteStartObject();
        json.WriteStartObject("end_device_ids");
        json.WriteString("device_id", _device);
        json.WriteStartObject("application_ids");
        json.WriteString("application_id", ApplicationOf(state.Topic));
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("received_at", Instant(state.NetworkTime));
        json.WriteStartObject("uplink_message");
        json.WriteNumber("f_port", _settings.Ports[0]);

        // The server leaves zeros out.
        if (state.Counter != 0)
        {
            json.WriteNumber("f_cnt", state.Counter);
        }

        // A formatter that fails leaves decoded_payload out; a device that can't read its sensor sends an empty payload.
        if (state.Disturbance != Disturbance.DeviceFault)
        {
            WritePayload(json, state);
        }

        json.WriteString("received_at", Instant(state.NetworkTime));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WritePayload(Utf8JsonWriter json, in SimulatedState state)
    {
        if (_settings.Bytes)
        {
            Span<byte> payload = stackalloc byte[TtsV3Driver.MaxPayload];
            if (TryFill(payload[.._settings.Length], state.Values))
            {
                json.WriteBase64String("frm_payload", payload[.._settings.Length]);
            }

            return;
        }

        var root = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < _fields.Length; i++)
        {
            var number = _profile.Fields[i].Value.Write(state.Values[i]);
            if (double.IsFinite(number) || !_fields[i].Optional)
            {
                Place(root, _fields[i].Pointer!.Segments, double.IsFinite(number) ? number : null);
            }
        }

        if (_settings.Time is { } time)
        {
            Place(root, time.Pointer.Segments, Stamp(state.DeviceTime, time.WithOffset));
        }

        json.WritePropertyName("decoded_payload");
        JsonSerializer.Serialize(json, root);
    }

    /// <summary>Fills the bytes; false when a value has no number and no sentinel to say so.</summary>
    private bool TryFill(Span<byte> payload, ReadOnlySpan<double> values)
    {
        payload.Clear();
        foreach (var guard in _settings.Guards)
        {
            guard.Bytes.CopyTo(payload[guard.At..]);
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            var rule = _profile.Fields[i].Value;
            var number = rule.Write(values[i]);
            if (!double.IsFinite(number))
            {
                var missing = rule.Sentinels.Where(s => s.Means == ReadingStatus.Missing).Select(s => (double?)s.Transmitted).FirstOrDefault();
                if (missing is null)
                {
                    return false;
                }

                number = missing.Value;
            }

            _fields[i].Layout!.Value.Write(number, payload[_fields[i].At..]);
        }

        return true;
    }

    private static void Place(SortedDictionary<string, object?> root, IReadOnlyList<string> path, object? value)
    {
        var at = root;
        for (var i = 0; i < path.Count - 1; i++)
        {
            if (!at.TryGetValue(path[i], out var next) || next is not SortedDictionary<string, object?> inner)
            {
                inner = new SortedDictionary<string, object?>(StringComparer.Ordinal);
                at[path[i]] = inner;
            }

            at = inner;
        }

        at[path[^1]] = value;
    }

    private static string Stamp(DeviceTime time, bool withOffset)
    {
        var local = time.Stamp.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        var offset = time.Offset ?? TimeSpan.Zero;
        return !withOffset ? local
            : offset == TimeSpan.Zero ? local + "Z"
            : local + (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture);
    }

    /// <summary>Nine digits of fraction, as the server writes them.</summary>
    private static string Instant(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    /// <summary>The application id out of <c>v3/{application}@{tenant}/devices/{device}/up</c>.</summary>
    private static string ApplicationOf(string? topic)
    {
        var parts = topic?.Split('/') ?? [];
        return parts.Length > 1 ? parts[1].Split('@')[0] : "simulation";
    }
}
