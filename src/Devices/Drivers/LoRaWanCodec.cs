using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Payloads;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>Reads the uplinks of one LoRaWAN node out of a network server's messages: envelope, port, then the payload in the profile's format.</summary>
internal sealed class LoRaWanCodec : IDeviceCodec
{
    /// <summary>An uplink heard by many gateways has a few hundred bytes of metadata for each; 128 KiB is beyond any of them.</summary>
    private const int LongestMessage = 128 * 1024;

    private static readonly MessageFramer SharedFramer = new(LongestMessage);

    private readonly LoRaWanSettings _settings;
    private readonly IReadOnlyList<ILoRaWanEnvelope> _envelopes;
    private readonly FieldTable<PayloadField> _fields;
    private readonly IPayload? _bytes;
    private readonly DecodedPayload? _decoded;
    private readonly byte[] _device;

    /// <param name="device">The node's id or EUI, in lower case.</param>
    /// <param name="envelopes">The forms in which its messages may come.</param>
    public LoRaWanCodec(DeviceProfile profile, string device, IReadOnlyList<ILoRaWanEnvelope> envelopes)
    {
        _settings = (LoRaWanSettings)profile.Settings;
        _envelopes = envelopes;
        _fields = new FieldTable<PayloadField>(profile);
        _bytes = _settings.Format?.Bind(profile, _settings.Payload);
        _decoded = _settings.Payload is DecodedSettings decoded ? new DecodedPayload(profile, decoded) : null;
        _device = Encoding.ASCII.GetBytes(device);
    }

    public IFramer Framer => SharedFramer;

    public int MaxReadings => _bytes?.MaxReadings ?? 0;

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (!IsJson(frame))
        {
            return PayloadEnd.Unexpected("not-json", ref readings);
        }

        if (EnvelopeOf(frame) is not { } envelope)
        {
            return PayloadEnd.Unexpected("other-envelope", ref readings);
        }

        if (envelope.Read(frame, _device, context.Topic, out var uplink) is { } reason)
        {
            return PayloadEnd.Unexpected(reason, ref readings);
        }

        readings.Counter = uplink.Counter;
        readings.NetworkTime = uplink.Time;
        return Decode(uplink, ref readings);
    }

    private DecodeStatus Decode(in LoRaWanUplink uplink, ref ReadingBuffer readings)
    {
        // Port 0 carries only the network's own commands (LoRaWAN 1.0.4 §4.3.2); what a formatter made shows that there was a payload all the same.
        if (uplink.Port == 0 && (_decoded is null || uplink.Decoded.IsEmpty))
        {
            return _fields.Nothing("no-payload", ref readings);
        }

        if (uplink.Port != 0 && !_settings.Payload.Ports.Contains((int)Math.Min(uplink.Port, byte.MaxValue)))
        {
            return PayloadEnd.Unexpected("other-port", ref readings);
        }

        return _decoded is not null ? _decoded.Decode(uplink.Decoded, ref readings) : DecodeBytes(uplink, ref readings);
    }

    private DecodeStatus DecodeBytes(in LoRaWanUplink uplink, ref ReadingBuffer readings)
    {
        if (uplink.Payload.IsEmpty)
        {
            return _fields.Nothing("no-payload", ref readings);
        }

        Span<byte> payload = stackalloc byte[LoRaWan.MaxPayload];
        if (Base64.DecodeFromUtf8(uplink.Payload, payload, out var used, out var length) != OperationStatus.Done || used != uplink.Payload.Length || length == 0)
        {
            return PayloadEnd.Unexpected("bad-base64", ref readings);
        }

        return _bytes!.Decode((int)uplink.Port, payload[..length], ref readings);
    }

    private ILoRaWanEnvelope? EnvelopeOf(ReadOnlySpan<byte> message)
    {
        for (var i = 0; i < _envelopes.Count; i++)
        {
            if (_envelopes[i].Is(message))
            {
                return _envelopes[i];
            }
        }

        return null;
    }

    /// <summary>One pass over the whole message, so that the look-ups after it can't meet broken JSON.</summary>
    private static bool IsJson(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new Utf8JsonReader(message);
            while (reader.Read())
            {
            }

            return reader.BytesConsumed > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
