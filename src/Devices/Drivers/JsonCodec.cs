using System.Text;
using System.Text.Json;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Drivers;

/// <summary>Finds the numbers of a message in place.</summary>
internal sealed class JsonCodec : IDeviceCodec
{
    /// <summary>Nodes send a few hundred bytes; what is larger is not from one.</summary>
    private const int LongestMessage = 64 * 1024;

    private static readonly MessageFramer OneMessage = new(LongestMessage);

    private readonly DeviceProfile _profile;
    private readonly JsonSettings _settings;
    private readonly JsonFieldSettings[] _fields;
    private readonly byte[]?[] _keys;
    private readonly string?[] _fieldTopics;
    private readonly HashSet<string> _topics;
    private readonly HashSet<string> _ownTopics;
    private readonly string? _availability;
    private readonly byte[]? _address;

    public JsonCodec(DeviceProfile profile, string? address)
    {
        _profile = profile;
        _settings = (JsonSettings)profile.Settings;
        _fields = [.. profile.Fields.Select(f => (JsonFieldSettings)f.Settings)];
        _keys = [.. _fields.Select(f => f.Key is { } key ? Encoding.UTF8.GetBytes(key) : null)];
        _fieldTopics = [.. _fields.Select(f => f.Topic?.At(address))];
        _topics = [.. _settings.Topics.Select(t => t.At(address)), .. _fieldTopics.OfType<string>()];
        _ownTopics = [.. _settings.Topics.Where(t => t.HasAddress).Select(t => t.At(address))];
        _availability = _settings.Availability?.Topic.At(address);
        _address = address is null ? null : Encoding.UTF8.GetBytes(address);
    }

    public IFramer Framer => OneMessage;

    public DecodeStatus Decode(in FrameContext context, ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (_availability is not null && context.Topic == _availability)
        {
            return Availability(frame, ref readings);
        }

        if (_topics.Count > 0 && (context.Topic is null || !_topics.Contains(context.Topic)))
        {
            return Unexpected("other-topic", ref readings);
        }

        if (PlainField(context.Topic) is var plain and >= 0)
        {
            readings.Add(JsonText.TryNumber(frame, out var value) ? _profile.Fields[plain].Value.Read(plain, value) : RawReading.Missing(plain));
            return DecodeStatus.Ok;
        }

        if (!JsonText.IsValid(frame))
        {
            return Unexpected("not-json", ref readings);
        }

        // A topic that has the address in it says whose the message is.
        if (_settings.Device is { } device && !_ownTopics.Contains(context.Topic ?? string.Empty) && (!device.TryFind(frame, out _, out var id) || !id.SequenceEqual(_address)))
        {
            return Unexpected("other-device", ref readings);
        }

        var message = _settings.Wrapper is { } wrapper && wrapper.TryFind(frame, out var wrapped, out var inner) && wrapped == JsonTokenType.StartObject ? inner : frame;
        if (_settings.Time is { } time)
        {
            if (time.Pointer.TryFind(message, out _, out var text) && StampForms.TryRead(time.Form, text, out var stamp))
            {
                readings.DeviceTime = stamp;
            }
            else if (time.Required)
            {
                return Unexpected("no-device-time", ref readings);
            }
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            Read(i, message, ref readings);
        }

        return DecodeStatus.Ok;
    }

    private DecodeStatus Availability(ReadOnlySpan<byte> frame, ref ReadingBuffer readings)
    {
        if (!frame.SequenceEqual(Encoding.UTF8.GetBytes(_settings.Availability!.Offline)))
        {
            return DecodeStatus.Ok;
        }

        readings.Reason = "offline";
        for (var i = 0; i < _fields.Length; i++)
        {
            readings.Add(i, double.NaN, ReadingStatus.DeviceFault);
        }

        return DecodeStatus.DeviceFault;
    }

    private int PlainField(string? topic)
    {
        for (var i = 0; i < _fieldTopics.Length; i++)
        {
            if (_fieldTopics[i] is { } own && own == topic)
            {
                return i;
            }
        }

        return -1;
    }

    private void Read(int index, ReadOnlySpan<byte> message, ref ReadingBuffer readings)
    {
        var field = _fields[index];
        if (field.Topic is not null)
        {
            return;
        }

        var found = field.Pointer is { } pointer ? pointer.TryFind(message, out var kind, out var text) : TryPair(_keys[index], message, out kind, out text);
        if (!found)
        {
            if (!field.Optional)
            {
                readings.Add(RawReading.Missing(index));
            }

            return;
        }

        if (field.Unit is { } unit && unit.Pointer.TryFind(message, out _, out var stated) && !stated.SequenceEqual(Encoding.UTF8.GetBytes(unit.Expected)))
        {
            // A number in another unit than the profile's would be a wrong number.
            readings.Reason = "other-unit";
            readings.Add(RawReading.Missing(index));
            return;
        }

        readings.Add(JsonText.TryNumber(kind, text, out var number) ? _profile.Fields[index].Value.Read(index, number) : RawReading.Missing(index));
    }

    /// <summary>The value of the one pair with that name; a name that is there twice counts as not found, since nobody can say which one is meant.</summary>
    private bool TryPair(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, out JsonTokenType kind, out ReadOnlySpan<byte> value)
    {
        kind = JsonTokenType.None;
        value = default;
        if (!_settings.Pairs!.List.TryFind(message, out var list, out var items) || list != JsonTokenType.StartArray)
        {
            return false;
        }

        var found = 0;
        var reader = new Utf8JsonReader(items);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var (mine, itemKind) = (false, JsonTokenType.None);
            var itemValue = default(ReadOnlySpan<byte>);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isName, isValue) = (reader.ValueTextEquals(_settings.Pairs.Name), reader.ValueTextEquals(_settings.Pairs.Value));
                reader.Read();
                mine |= isName && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(key);
                if (isValue)
                {
                    itemKind = reader.TokenType;
                    itemValue = reader.ValueSpan;
                }

                reader.Skip();
            }

            if (mine)
            {
                found++;
                kind = itemKind;
                value = itemValue;
            }
        }

        return found == 1;
    }

    private static DecodeStatus Unexpected(string reason, ref ReadingBuffer readings)
    {
        readings.Reason = reason;
        return DecodeStatus.Unexpected;
    }
}
