using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MeetNet.Devices.Decoding;

/// <summary>
/// A JSON pointer (RFC 6901) that is looked up in bytes from outside, without building a document. The bytes must have been
/// validated as JSON before; a member that occurs twice counts as not found, since nobody can say which one is meant.
/// </summary>
internal sealed class JsonPointer
{
    private readonly byte[][] _names;
    private readonly int[] _indexes;

    private JsonPointer(string text, string[] segments)
    {
        Text = text;
        Segments = segments;
        _names = [.. segments.Select(Encoding.UTF8.GetBytes)];
        _indexes = [.. segments.Select(s => int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var i) ? i : -1)];
    }

    /// <summary>The pointer as written.</summary>
    public string Text { get; }

    /// <summary>Its parts, unescaped.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>A pointer to something below the root: '/' and parts, with ~0 for '~' and ~1 for '/'.</summary>
    public static bool TryParse(string text, out JsonPointer? pointer)
    {
        pointer = null;
        if (text.Length < 2 || text[0] != '/')
        {
            return false;
        }

        var segments = text[1..].Split('/');
        if (segments.Any(s => s.Length == 0 || s.Replace("~0", "", StringComparison.Ordinal).Replace("~1", "", StringComparison.Ordinal).Contains('~', StringComparison.Ordinal)))
        {
            return false;
        }

        pointer = new JsonPointer(text, [.. segments.Select(s =>
            s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]);
        return true;
    }

    /// <summary>A pointer known when the program was written.</summary>
    public static JsonPointer Of(string text) =>
        TryParse(text, out var pointer) ? pointer! : throw new ArgumentException($"'{text}' is not a JSON pointer", nameof(text));

    /// <summary>Finds the value: its kind and its bytes (a string without the quotes, still escaped).</summary>
    public bool TryFind(ReadOnlySpan<byte> json, out JsonTokenType kind, out ReadOnlySpan<byte> value)
    {
        kind = JsonTokenType.None;
        value = default;
        var current = json;
        for (var depth = 0; depth < _names.Length; depth++)
        {
            if (!TryStep(current, depth, out kind, out var found))
            {
                return false;
            }

            current = found;
        }

        value = current;
        return true;
    }

    private bool TryStep(ReadOnlySpan<byte> json, int depth, out JsonTokenType kind, out ReadOnlySpan<byte> value)
    {
        kind = JsonTokenType.None;
        value = default;
        var reader = new Utf8JsonReader(json);
        if (!reader.Read())
        {
            return false;
        }

        var isObject = reader.TokenType == JsonTokenType.StartObject;
        if (!isObject && reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        var found = 0;
        for (var index = 0; reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray); index++)
        {
            var hit = isObject ? reader.ValueTextEquals(_names[depth]) : index == _indexes[depth];
            if (isObject)
            {
                reader.Read();
            }

            var type = reader.TokenType;
            var start = (int)reader.TokenStartIndex;
            var text = reader.ValueSpan;
            reader.Skip();
            if (hit)
            {
                found++;
                kind = type;
                value = type is JsonTokenType.StartObject or JsonTokenType.StartArray ? json[start..(int)reader.BytesConsumed] : text;
            }
        }

        return found == 1;
    }
}
