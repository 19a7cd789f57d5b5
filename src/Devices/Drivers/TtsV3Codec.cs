using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>
/// Reads one uplink of The Things Stack v3 (lorawan-stack, pkg/applicationserver/io/formatters; field names of
/// <c>ttn.lorawan.v3.ApplicationUp</c>). Zero and empty members are left out by the server: a missing f_port is 0, a missing f_cnt is 0.
/// </summary>
internal sealed class TtsV3Codec : IDeviceCodec
{
    /// <summary>An uplink heard by many gateways has a few hundred bytes of metadata for each; 128 KiB is beyond any of them.</summary>
    private const int LongestMessage = 128 * 1024;

    private static readonly MessageFramer SharedFramer = new(LongestMessage);

    private static readonly JsonPointer DeviceId = JsonPointer.Of("/end_device_ids/device_id");
    private static readonly JsonPointer Uplink = JsonPointer.Of("/uplink_message");
    private static readonly JsonPointer RootReceivedAt = JsonPointer.Of("/received_at");
    private static readonly JsonPointer ReceivedAt = JsonPointer.Of("/received_at");
    private static readonly JsonPointer FPort = JsonPointer.Of("/f_port");
    private static readonly JsonPointer FCnt = JsonPointer.Of("/f_cnt");
    private static readonly JsonPointer FrmPayload = JsonPointer.Of("/frm_payload");
    private static readonly JsonPointer Decoded = JsonPointer.Of("/decoded_payload");

    private readonly DeviceProfile _profile;
    private readonly TtsV3Settings _settings;
    private readonly TtsV3FieldSettings[] _fields;
    private readonly byte[] _device;

    public TtsV3Codec(DeviceProfile profile, string device)
    {
        _profile = profile;
        _settings = (TtsV3Settings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (TtsV3FieldSettings)f.Settings)];
        _device = Encoding.ASCII.GetBytes(device);
    }

    public IFramer Framer => SharedFramer;

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (!IsJson(frame))
        {
            return Unexpected("not-json", ref readings);
        }

        if (!DeviceId.TryFind(frame, out var kind, out var device) || kind != JsonTokenType.String || !device.SequenceEqual(_device))
        {
            return Unexpected("other-device", ref readings);
        }

        if (!Uplink.TryFind(frame, out kind, out var uplink) || kind != JsonTokenType.StartObject)
        {
            return Unexpected("not-an-uplink", ref readings);
        }

        if (!TryWhole(FPort, uplink, out var port) || !TryWhole(FCnt, uplink, out var counter))
        {
            return Unexpected("bad-envelope", ref readings);
        }

        readings.Counter = counter;
        readings.NetworkTime = Received(ReceivedAt, uplink) ?? Received(RootReceivedAt, frame);
        if (port == 0)
        {
            // Port 0 carries only the network's own commands (LoRaWAN 1.0.4 §4.3.2).
            return Nothing("no-payload", ref readings);
        }

        if (!_settings.Ports.Contains((int)Math.Min(port, byte.MaxValue)))
        {
            return Unexpected("other-port", ref readings);
        }

        return _settings.Bytes ? DecodeBytes(uplink, ref readings) : DecodeObject(uplink, ref readings);
    }

    private DecodeStatus DecodeObject(ReadOnlySpan<byte> uplink, ref ReadingBuffer readings)
    {
        if (!Decoded.TryFind(uplink, out var kind, out var decoded) || kind != JsonTokenType.StartObject)
        {
            return Nothing("not-decoded", ref readings);
        }

        if (_settings.Time is { } time)
        {
            if (!time.Pointer.TryFind(decoded, out kind, out var text) || kind != JsonTokenType.String
                || !IsoStamp.TryParse(text, out var stamp) || stamp.HasOffset != time.WithOffset)
            {
                // Without the device's time nobody can say when the numbers applied.
                return Unexpected("no-device-time", ref readings);
            }

            readings.DeviceTime = stamp;
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].Pointer!.TryFind(decoded, out kind, out var value))
            {
                readings.Add(TryNumber(kind, value, out var number) ? _profile.Fields[i].Value.Read(i, number) : RawReading.Missing(i));
            }
            else if (!_fields[i].Optional)
            {
                readings.Add(RawReading.Missing(i));
            }
        }

        return DecodeStatus.Ok;
    }

    private DecodeStatus DecodeBytes(ReadOnlySpan<byte> uplink, ref ReadingBuffer readings)
    {
        Span<byte> payload = stackalloc byte[TtsV3Driver.MaxPayload];
        if (!FrmPayload.TryFind(uplink, out var kind, out var text) || kind != JsonTokenType.String || text.IsEmpty)
        {
            return Nothing("no-payload", ref readings);
        }

        if (Base64.DecodeFromUtf8(text, payload, out var used, out var length) != OperationStatus.Done || used != text.Length)
        {
            return Unexpected("bad-base64", ref readings);
        }

        payload = payload[..length];
        if (length < _settings.Length || !Matches(payload))
        {
            return Nothing("other-layout", ref readings);
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            readings.Add(_profile.Fields[i].Value.Read(i, _fields[i].Layout!.Value.Read(payload[_fields[i].At..])));
        }

        return DecodeStatus.Ok;
    }

    private bool Matches(ReadOnlySpan<byte> payload)
    {
        for (var i = 0; i < _settings.Guards.Count; i++)
        {
            var guard = _settings.Guards[i];
            if (!payload[guard.At..].StartsWith(guard.Bytes))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A message of this device without numbers: each field is missing, and the reason says why.</summary>
    private DecodeStatus Nothing(string reason, ref ReadingBuffer readings)
    {
        readings.Reason = reason;
        for (var i = 0; i < _fields.Length; i++)
        {
            if (!_fields[i].Optional)
            {
                readings.Add(RawReading.Missing(i));
            }
        }

        return DecodeStatus.Ok;
    }

    private static DecodeStatus Unexpected(string reason, ref ReadingBuffer readings)
    {
        readings.Reason = reason;
        return DecodeStatus.Unexpected;
    }

    /// <summary>A JSON number, or a number in a string as some formatters write it ("13.25"). Anything else is no number.</summary>
    private static bool TryNumber(JsonTokenType kind, ReadOnlySpan<byte> text, out double number)
    {
        number = 0;
        return kind is JsonTokenType.Number or JsonTokenType.String
            && Utf8Parser.TryParse(text, out number, out var used) && used == text.Length && double.IsFinite(number);
    }

    /// <summary>A whole number from 0; absent is 0.</summary>
    private static bool TryWhole(JsonPointer pointer, ReadOnlySpan<byte> json, out long number)
    {
        number = 0;
        return !pointer.TryFind(json, out var kind, out var text)
            || (kind == JsonTokenType.Number && Utf8Parser.TryParse(text, out number, out var used) && used == text.Length && number >= 0);
    }

    private static DateTimeOffset? Received(JsonPointer pointer, ReadOnlySpan<byte> json) =>
        pointer.TryFind(json, out var kind, out var text) && kind == JsonTokenType.String && IsoStamp.TryParseInstant(text, out var instant)
            ? instant
            : null;

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
