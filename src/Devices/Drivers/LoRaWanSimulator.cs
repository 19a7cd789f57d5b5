using System.Buffers;
using System.Globalization;
using System.Text.Json;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Payloads;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Drivers;

/// <summary>Writes the uplink that a network server would publish for a node that measured these values.</summary>
internal sealed class LoRaWanSimulator : IDeviceSimulator
{
    private readonly LoRaWanSettings _settings;
    private readonly IPayload? _bytes;
    private readonly DecodedPayload? _decoded;
    private readonly string _device;
    private readonly bool _chirpStack;

    public LoRaWanSimulator(DeviceProfile profile, string device, bool chirpStack)
    {
        _settings = (LoRaWanSettings)profile.Settings;
        _bytes = _settings.Format?.Bind(profile, _settings.Payload);
        _decoded = _settings.Payload is DecodedSettings decoded ? new DecodedPayload(profile, decoded) : null;
        _device = device;
        _chirpStack = chirpStack;
    }

    public int MaxFrame => 4096;

    public int Messages => _bytes?.Messages ?? 1;

    public IFramer? Requests => null;

    public int Emit(in SimulatedState state, Span<byte> frame)
    {
        if (state.Disturbance is Disturbance.Silence or Disturbance.WarmingUp)
        {
            return 0;
        }

        // A formatter that fails leaves its object out; a device that can't read its sensor sends an empty payload.
        Span<byte> payload = stackalloc byte[LoRaWan.MaxPayload];
        var port = _settings.Payload.Ports[0];
        var length = state.Disturbance == Disturbance.DeviceFault ? 0 : _bytes?.Write(state.Values, state.Counter, payload, out port) ?? 0;
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            if (_chirpStack)
            {
                WriteChirpStack(json, state, port, payload[..length]);
            }
            else
            {
                WriteTheThingsStack(json, state, port, payload[..length]);
            }
        }

        buffer.WrittenSpan.CopyTo(frame);
        return Disturbances.Apply(state.Disturbance, state.Seed, frame, buffer.WrittenCount);
    }

    private void WriteTheThingsStack(Utf8JsonWriter json, in SimulatedState state, int port, ReadOnlySpan<byte> payload)
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
        json.WriteNumber("f_port", port);

        // The server leaves zeros out.
        if (state.Counter != 0)
        {
            json.WriteNumber("f_cnt", state.Counter);
        }

        WritePayload(json, state, payload, "frm_payload", "decoded_payload");
        json.WriteString("received_at", Instant(state.NetworkTime));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteChirpStack(Utf8JsonWriter json, in SimulatedState state, int port, ReadOnlySpan<byte> payload)
    {
        json.WriteStartObject();
        json.WriteString("time", Instant(state.NetworkTime));
        json.WriteStartObject("deviceInfo");
        json.WriteString("applicationName", "simulation");
        json.WriteString("devEui", _device);
        json.WriteEndObject();
        json.WriteNumber("fCnt", state.Counter);
        json.WriteNumber("fPort", port);
        WritePayload(json, state, payload, "data", "object");
        json.WriteStartArray("rxInfo");
        json.WriteStartObject();
        json.WriteString("gatewayId", "0000000000000000");
        json.WriteString("nsTime", Instant(state.NetworkTime));
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WritePayload(Utf8JsonWriter json, in SimulatedState state, ReadOnlySpan<byte> payload, string bytes, string decoded)
    {
        if (payload.Length > 0)
        {
            json.WriteBase64String(bytes, payload);
        }

        if (_decoded is not null && state.Disturbance != Disturbance.DeviceFault)
        {
            json.WritePropertyName(decoded);
            _decoded.Write(json, state.Values, state.DeviceTime);
        }
    }

    /// <summary>Nine digits of fraction, as servers write them.</summary>
    private static string Instant(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    /// <summary>The application id out of <c>v3/{application}@{tenant}/devices/{device}/up</c>.</summary>
    private static string ApplicationOf(string? topic)
    {
        var parts = topic?.Split('/') ?? [];
        return parts.Length > 1 ? parts[1].Split('@')[0] : "simulation";
    }
}
