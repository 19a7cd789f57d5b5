using System.Text.Json;

namespace MeetNet.Observations.Quality;

/// <summary>How parameters of tests are written.</summary>
internal static class QualityJson
{
    public static void WriteNumberOrNull(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteDurationOrNull(Utf8JsonWriter json, ReadOnlySpan<byte> name, TimeSpan? value)
    {
        if (value is { } duration)
        {
            json.WriteString(name, Iso8601.FormatDuration(duration));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteSpan(Utf8JsonWriter json, ReadOnlySpan<byte> name, ValueSpan span)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(span.Minimum);
        json.WriteNumberValue(span.Maximum);
        json.WriteEndArray();
    }
}
