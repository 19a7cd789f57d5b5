using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MeetNet.Observations.Wire;

/// <summary>
/// Finds the JSON path of a byte offset by reading the payload once more. Readers therefore keep no path while all goes
/// well: only a refused message pays for saying where.
/// </summary>
internal static class WirePath
{
    /// <summary>The path of the value or member at the offset, or of the innermost container that was open there.</summary>
    public static string At(ReadOnlySpan<byte> payload, long offset)
    {
        var json = new Utf8JsonReader(payload, WireCursor.Options);
        var names = new string?[WireLimits.Depth + 2];
        var indexes = new int[WireLimits.Depth + 2];
        var depth = 0;
        try
        {
            while (json.Read())
            {
                switch (json.TokenType)
                {
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        if (json.TokenStartIndex >= offset)
                        {
                            return Text(names, indexes, depth);
                        }

                        names[depth] = null;
                        depth--;
                        break;

                    case JsonTokenType.PropertyName:
                        names[depth] = Encoding.UTF8.GetString(json.ValueSpan);
                        break;

                    default:
                        indexes[depth] += names[depth] is null ? 1 : 0;
                        break;
                }

                if (json.TokenStartIndex >= offset)
                {
                    return Text(names, indexes, depth + 1);
                }

                if (json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    depth++;
                    names[depth] = null;
                    indexes[depth] = -1;
                }
            }
        }
        catch (JsonException)
        {
            // The payload ends to be JSON here: the innermost open container is as near as it gets.
        }

        return Text(names, indexes, depth + 1);
    }

    private static string Text(string?[] names, int[] indexes, int levels)
    {
        var path = new StringBuilder("$");
        for (var level = 1; level < levels; level++)
        {
            if (names[level] is { } name)
            {
                path.Append('.').Append(name.Length <= 64 ? name : name[..64]);
            }
            else if (indexes[level] >= 0)
            {
                path.Append(CultureInfo.InvariantCulture, $"[{indexes[level]}]");
            }
        }

        return path.ToString();
    }
}
