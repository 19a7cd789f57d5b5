using System.Text.Json;
using System.Text.Json.Serialization;
using MeetNet.Observations;

namespace MeetNet.Gateway.Health;

/// <summary>How <c>/healthz</c> and <c>/api/books</c> are written as JSON: instants as <c>2026-11-21T10:00:00Z</c>, like everywhere else.</summary>
internal static class HealthJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new InstantConverter() } };

    private sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Iso8601.TryParse(reader.GetString(), out var instant) ? instant : throw new JsonException("An instant such as 2026-11-21T10:00:00Z is expected.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(Iso8601.Format(value));
    }
}
