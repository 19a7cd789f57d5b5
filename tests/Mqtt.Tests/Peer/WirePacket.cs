using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MeetNet.Mqtt.Tests.Peer;

/// <summary>A packet of either direction as plain fields: what <see cref="WireCodec"/> writes and reads, and what is compared.</summary>
/// <param name="Kind">Name of the packet type in lower case, "connect" to "auth".</param>
internal sealed record WirePacket(string Kind)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public bool Duplicate { get; init; }

    public int QoS { get; init; }

    public bool Retain { get; init; }

    /// <summary>0: none.</summary>
    public int PacketId { get; init; }

    public string? Topic { get; init; }

    public byte[]? Payload { get; init; }

    public bool SessionPresent { get; init; }

    /// <summary>Reason code, or the return code of a 3.1.1 CONNACK; 0 when it was left out.</summary>
    public int Code { get; init; }

    /// <summary>SUBACK and UNSUBACK: one for each filter.</summary>
    public int[]? Codes { get; init; }

    public WireProperty[] Properties { get; init; } = [];

    /// <summary>SUBSCRIBE, and UNSUBSCRIBE without options.</summary>
    public WireFilter[]? Filters { get; init; }

    public bool CleanStart { get; init; }

    public int KeepAlive { get; init; }

    public string? ClientId { get; init; }

    public string? UserName { get; init; }

    public byte[]? Password { get; init; }

    public WireWill? Will { get; init; }

    public static WirePacket FromJson(JsonElement json) => json.Deserialize<WirePacket>(Json)!;

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>All fields; equal packets show equally.</summary>
    public override string ToString() => ToJson();
}

/// <summary>A number, a text, bytes, or a user property's name and text.</summary>
internal sealed record WireProperty(int Id, uint Number = 0, string? Name = null, string? Text = null, byte[]? Data = null);

/// <summary>A topic filter and the byte of subscription options.</summary>
internal sealed record WireFilter(string Filter, int Options = 0);

internal sealed record WireWill(string Topic, byte[] Payload, int QoS, bool Retain, WireProperty[] Properties);

/// <summary>Bytes that are no packet; the message says why, with the clause.</summary>
internal sealed class WireException(string message) : Exception(message);
