using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Profiles;
using MeetNet.Yaml;

namespace MeetNet.Devices.Payloads;

/// <summary>
/// What a payload formatter in the network server made of the bytes: JSON, by pointer. A number may stand as text, alone or with its unit ("2799 mm"),
/// as some formatters write it; a unit that is not the profile's is no number.
/// </summary>
internal sealed partial class DecodedPayload
{
    /// <summary>A number of 17 digits with exponent and unit, all of the unit escaped, is no longer.</summary>
    private const int LongestText = 160;

    private readonly FieldTable<DecodedField> _fields;
    private readonly DecodedSettings _settings;
    private readonly DeviceProfile _profile;

    public DecodedPayload(DeviceProfile profile, DecodedSettings settings)
    {
        _profile = profile;
        _fields = new FieldTable<DecodedField>(profile);
        _settings = settings;
    }

    public static DecodedSettings ReadSettings(YamlMap section, IReadOnlyList<int> ports)
    {
        PayloadTime? own = null;
        if (section.Optional("time") is { } value)
        {
            var time = value.Map();
            var pointer = ReadPointer(time.Require("pointer"));
            var offset = time.Choice("offset", "none", "written") == "written";
            time.Done();
            own = pointer is null ? null : new PayloadTime(pointer, offset);
        }

        return new DecodedSettings(ports, own);
    }

    public static DecodedField ReadField(YamlMap field, bool optional)
    {
        var pointer = ReadPointer(field.Require("pointer"));
        var unit = field.Optional("unitText")?.Matching(UnitText(), "the unit as the formatter writes it after the number, at most 20 characters");
        return new DecodedField(pointer ?? JsonPointer.Of("/none"), unit is null ? null : Encoding.UTF8.GetBytes(unit), optional);
    }

    /// <param name="decoded">The formatter's object; empty for none.</param>
    public DecodeStatus Decode(scoped ReadOnlySpan<byte> decoded, ref ReadingBuffer readings)
    {
        if (decoded.IsEmpty)
        {
            return _fields.Nothing("not-decoded", ref readings);
        }

        if (_settings.Time is { } time)
        {
            if (!time.Pointer.TryFind(decoded, out var kind, out var text) || kind != JsonTokenType.String
                || !IsoStamp.TryParse(text, out var stamp) || stamp.HasOffset != time.WithOffset)
            {
                // Without the device's time nobody can say when the numbers applied.
                return PayloadEnd.Unexpected("no-device-time", ref readings);
            }

            readings.DeviceTime = stamp;
        }

        var seen = 0UL;
        for (var i = 0; i < _fields.Count; i++)
        {
            if (_fields[i].Pointer.TryFind(decoded, out var kind, out var value))
            {
                _fields.Add(i, Number(kind, value, _fields[i].UnitText), ref readings);
                seen |= FieldTable<DecodedField>.Bit(i);
            }
        }

        _fields.AddMissing(seen, ref readings);
        return DecodeStatus.Ok;
    }

    /// <summary>Writes the object as the formatter would.</summary>
    public void Write(Utf8JsonWriter json, ReadOnlySpan<double> values, DeviceTime time)
    {
        var root = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < _fields.Count; i++)
        {
            var number = _profile.Fields[i].Value.Write(values[i]);
            if (double.IsFinite(number) || !_fields[i].Optional)
            {
                Place(root, _fields[i].Pointer.Segments, Said(number, _fields[i].UnitText));
            }
        }

        if (_settings.Time is { } own)
        {
            Place(root, own.Pointer.Segments, Stamp(time, own.WithOffset));
        }

        JsonSerializer.Serialize(json, root);
    }

    /// <summary>A JSON number, or one in text, alone or with this unit. NaN for anything else.</summary>
    private static double Number(JsonTokenType kind, scoped ReadOnlySpan<byte> text, byte[]? unit)
    {
        if (kind is not (JsonTokenType.Number or JsonTokenType.String))
        {
            return double.NaN;
        }

        // Some write the degree sign as an escape.
        Span<byte> plain = stackalloc byte[LongestText];
        if (text.Contains((byte)'\\') && !TryUnescape(ref text, plain))
        {
            return double.NaN;
        }

        if (!Utf8Parser.TryParse(text, out double number, out var used))
        {
            return double.NaN;
        }

        var rest = text[used..].Trim((byte)' ');
        return rest.IsEmpty || (kind == JsonTokenType.String && unit is not null && rest.SequenceEqual(unit)) ? number : double.NaN;
    }

    private static bool TryUnescape(scoped ref ReadOnlySpan<byte> text, Span<byte> plain)
    {
        if (text.Length > LongestText - 2)
        {
            return false;
        }

        Span<byte> quoted = stackalloc byte[text.Length + 2];
        quoted[0] = (byte)'"';
        text.CopyTo(quoted[1..]);
        quoted[^1] = (byte)'"';
        var reader = new Utf8JsonReader(quoted);
        reader.Read();
        try
        {
            text = plain[..reader.CopyString(plain)];
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which the reader lets through.
            return false;
        }
    }

    private static JsonValue? Said(double number, byte[]? unit) =>
        !double.IsFinite(number) ? null
        : unit is null ? JsonValue.Create(number)
        : JsonValue.Create(number.ToString("R", CultureInfo.InvariantCulture) + " " + Encoding.UTF8.GetString(unit));

    private static JsonPointer? ReadPointer(YamlValue value)
    {
        var text = value.String();
        if (JsonPointer.TryParse(text, out var pointer))
        {
            return pointer;
        }

        value.Problem($"'{value.Name}' is '{text}'; allowed: a JSON pointer into what the formatter made, such as /water_level (RFC 6901)");
        return null;
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

    // No escapes: what is compared are the bytes as they stand in the message.
    [GeneratedRegex("^[^\"\\\\\\s](?:[^\"\\\\]{0,19})$")]
    private static partial Regex UnitText();
}

/// <summary>What holds for all of a formatter's messages.</summary>
/// <param name="Time">The device's own time stamp, or null when it has no clock.</param>
internal sealed record DecodedSettings(IReadOnlyList<int> Ports, PayloadTime? Time) : PayloadSettings(Ports);

/// <summary>Where the time stamp is, and whether the device writes an offset from UTC with it.</summary>
internal sealed record PayloadTime(JsonPointer Pointer, bool WithOffset);

/// <summary>Where a number is in what the formatter made.</summary>
/// <param name="UnitText">The unit that may stand after a number in text; null for none.</param>
internal sealed record DecodedField(JsonPointer Pointer, byte[]? UnitText, bool Optional) : PayloadField(Optional);
