using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MeetNet.Observations;

namespace MeetNet.Ingest.Query;

/// <summary>How answers are written as JSON: instants as <c>2026-11-21T10:00:00Z</c>, durations as <c>PT10S</c>, numbers as short as they are exact, absent values as null.</summary>
internal static class QueryJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        // Served as application/json, never inside HTML: µ and – stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new InstantConverter(), new DurationConverter() },
    };

    private sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Iso8601.TryParse(reader.GetString(), out var instant) ? instant : throw new JsonException("An instant such as 2026-11-21T10:00:00Z is expected.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
        {
            Span<byte> text = stackalloc byte[Iso8601.MaximumLength];
            writer.WriteStringValue(text[..Iso8601.Write(text, value)]);
        }
    }

    private sealed class DurationConverter : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Iso8601.TryParseDuration(reader.GetString(), out var duration) ? duration : throw new JsonException("A duration such as PT10S is expected.");

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteStringValue(Iso8601.FormatDuration(value));
    }
}
