using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MeetNet.Observations;

namespace MeetNet.Ingest.Alerting;

/// <summary>What happened to a notification. The words are stored.</summary>
internal enum NotificationStatus
{
    /// <summary>To be told.</summary>
    Pending = 0,

    /// <summary>Told: in the log, and taken by the webhook when there is one.</summary>
    Told = 1,

    /// <summary>The webhook refused it for good (a 4xx answer); the answer is kept.</summary>
    Refused = 2,

    /// <summary>The transition was found in old facts (a replay): recorded, told to nobody.</summary>
    Replayed = 3,
}

/// <summary>Something to be told once: a transition of an alert, put into words when it happened.</summary>
/// <param name="Id">The same for the same transition of the same alert, however often it is computed: the idempotency key.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Logged">Whether the log line has been written.</param>
/// <param name="Body">The JSON that the webhook gets.</param>
internal sealed record Notification(string Id, NotificationStatus Status, bool Logged, ReadOnlyMemory<byte> Body)
{
    /// <summary>Puts a transition into words.</summary>
    public static Notification Of(string hub, AlertView alert, AlertTransition transition, DateTimeOffset now, bool replayed)
    {
        var (rule, state) = (alert.Rule, alert.State);
        var id = IdOf(rule.Name, alert.Datastream.ToString(), transition, state.Since!.Value);
        var text = AlertText.Of(alert, transition);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("v", 1);
            json.WriteString("id", id);
            json.WriteString("hub", hub);
            json.WriteString("transition", Word(transition));
            json.WriteString("rule", rule.Name);
            json.WriteString("kind", Word(rule.Kind));
            json.WriteString("severity", Word(rule.Severity));
            Write(json, "title", rule.Title);
            Write(json, "text", text);
            json.WriteString("datastream", alert.Datastream.ToString());
            json.WriteString("owner", alert.Datastream.Owner);
            json.WriteString("station", alert.Datastream.Station);
            json.WriteString("observedProperty", alert.Datastream.Property);
            json.WriteBoolean("simulated", alert.Station.Simulated);
            Write(json, "since", state.Since);
            Write(json, "firedAt", state.FiredAt);
            Write(json, "resolvedAt", state.ResolvedAt);
            if (state.Measured is { } measured && rule.Band is { } band)
            {
                json.WriteNumber("measured", measured);
                json.WriteString("unit", band.Unit);
            }
            Write(json, "created", now);
            json.WriteEndObject();
        }
        return new Notification(id, replayed ? NotificationStatus.Replayed : NotificationStatus.Pending, Logged: false, buffer.WrittenMemory);
    }

    public static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    /// <summary>The notification again as the JSON says it: rule, transition and the English text, for the log line.</summary>
    public (string Rule, string Transition, string Severity, string Text) Read()
    {
        using var json = JsonDocument.Parse(Body);
        var root = json.RootElement;
        return (root.GetProperty("rule").GetString()!, root.GetProperty("transition").GetString()!, root.GetProperty("severity").GetString()!,
            root.GetProperty("text").GetProperty("en").GetString()!);
    }

    internal static string IdOf(string rule, string datastream, AlertTransition transition, DateTimeOffset since)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{rule}|{datastream}|{Word(transition)}|{Iso8601.Format(since)}"));
        return $"n-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}";
    }

    private static void Write(Utf8JsonWriter json, string name, LocalizedText text)
    {
        json.WriteStartObject(name);
        json.WriteString("nl", text.Nl);
        json.WriteString("en", text.En);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } instant)
        {
            json.WriteString(name, Iso8601.Format(instant));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
