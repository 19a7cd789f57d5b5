using System.Text.Json;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Intake;

/// <summary>The head of a batch: which outbox, which sequences.</summary>
internal sealed record Envelope(string Owner, string Station, Epoch Epoch, long First, long Last)
{
    /// <summary>
    /// Reads only the head of a batch whose checksum agrees but whose inside was refused. False when the head can't be believed either, or when
    /// the range is longer than a batch may be: then nothing of it may be settled.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out Envelope envelope)
    {
        envelope = null!;
        string? owner = null, station = null;
        Epoch? epoch = null;
        long? first = null, last = null;
        var json = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = WireLimits.Depth });
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var duplicate = false;
                if (json.ValueTextEquals("owner"u8))
                {
                    (duplicate, owner) = (owner is not null, Text(ref json));
                }
                else if (json.ValueTextEquals("station"u8))
                {
                    (duplicate, station) = (station is not null, Text(ref json));
                }
                else if (json.ValueTextEquals("epoch"u8))
                {
                    (duplicate, epoch) = (epoch is not null, Epoch.TryParse(Text(ref json), out var read) ? read : null);
                }
                else if (json.ValueTextEquals("first"u8))
                {
                    (duplicate, first) = (first is not null, Integer(ref json));
                }
                else if (json.ValueTextEquals("last"u8))
                {
                    (duplicate, last) = (last is not null, Integer(ref json));
                }
                else
                {
                    json.Skip();
                }
                if (duplicate)
                {
                    return false;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
        if (owner is null || station is null || epoch is null || first is not >= 1 || last is not <= WireLimits.HighestSequence || last < first
            || last - first >= WireLimits.BatchObservations)
        {
            return false;
        }
        envelope = new Envelope(owner, station, epoch.Value, first.Value, last.Value);
        return true;
    }

    private static string? Text(ref Utf8JsonReader json)
    {
        if (json.Read() && json.TokenType == JsonTokenType.String)
        {
            return json.GetString();
        }
        json.Skip();
        return null;
    }

    private static long? Integer(ref Utf8JsonReader json)
    {
        if (json.Read() && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var number))
        {
            return number;
        }
        json.Skip();
        return null;
    }
}
