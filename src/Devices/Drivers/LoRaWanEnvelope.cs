using System.Buffers.Text;
using System.Text.Json;
using MeetNet.Devices.Decoding;

namespace MeetNet.Devices.Drivers;

/// <summary>What a network server says around a payload, whichever server it is.</summary>
internal readonly ref struct LoRaWanUplink
{
    /// <summary>The application port; 0 when there is none.</summary>
    public long Port { get; init; }

    /// <summary>The uplink counter; servers leave 0 out.</summary>
    public long Counter { get; init; }

    /// <summary>The payload in base64; empty for none.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>What a payload formatter made of it, a JSON object; empty for none.</summary>
    public ReadOnlySpan<byte> Decoded { get; init; }

    /// <summary>When the network had it; see <see cref="LoRaWanTime"/>.</summary>
    public DateTimeOffset? Time { get; init; }
}

/// <summary>A network server's way of saying it. No member throws; the message must have been validated as JSON before.</summary>
internal interface ILoRaWanEnvelope
{
    /// <summary>Its name as the form of the protocol (<see cref="DeviceAddress.Framing"/>).</summary>
    string Name { get; }

    /// <summary>Whether the message is in this form.</summary>
    bool Is(ReadOnlySpan<byte> message);

    /// <summary>Reads an uplink of one device.</summary>
    /// <param name="device">Its id or EUI, in lower case.</param>
    /// <param name="topic">The topic that it came on, when that is known.</param>
    /// <returns>Why it is not an uplink of this device; null when it is.</returns>
    string? Read(ReadOnlySpan<byte> message, ReadOnlySpan<byte> device, string? topic, out LoRaWanUplink uplink);
}

/// <summary>
/// Which of the times around an uplink holds. A node's own stamp is another matter (<see cref="ReadingBuffer.DeviceTime"/>) and goes before all of these.
/// First: the receive time of a gateway with satellite time, because a gateway that was cut off hands its uplinks over later. Then the network server's,
/// then the application server's. The clock of a gateway without satellite time is not believed: captured ones are after the server's.
/// </summary>
internal static class LoRaWanTime
{
    /// <summary>Clocks that are synchronised differ by less.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Longer than gateways keep uplinks, and shorter than the 1024 weeks by which a receiver with an old almanac is wrong (IS-GPS-200, 20.3.3.3.1.1).
    /// </summary>
    private static readonly TimeSpan Behind = TimeSpan.FromDays(7);

    /// <param name="satellite">The earliest receive time of a gateway with satellite time.</param>
    /// <param name="network">The network server's.</param>
    /// <param name="application">The application server's.</param>
    public static DateTimeOffset? Best(DateTimeOffset? satellite, DateTimeOffset? network, DateTimeOffset? application)
    {
        var server = network ?? application;
        return satellite is { } sky && (server is not { } known || (sky - known < Ahead && known - sky < Behind)) ? satellite : server;
    }

    public static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
}

/// <summary>Members of envelopes.</summary>
internal static class EnvelopeMembers
{
    public static bool TryText(JsonPointer pointer, ReadOnlySpan<byte> json, out ReadOnlySpan<byte> text) =>
        pointer.TryFind(json, out var kind, out text) && kind == JsonTokenType.String;

    public static bool TryObject(JsonPointer pointer, ReadOnlySpan<byte> json, out ReadOnlySpan<byte> value) =>
        pointer.TryFind(json, out var kind, out value) && kind == JsonTokenType.StartObject;

    public static bool Has(JsonPointer pointer, ReadOnlySpan<byte> json) => pointer.TryFind(json, out _, out _);

    /// <summary>A whole number from 0; absent is 0.</summary>
    public static bool TryWhole(JsonPointer pointer, ReadOnlySpan<byte> json, out long number)
    {
        number = 0;
        return !pointer.TryFind(json, out var kind, out var text) || kind == JsonTokenType.Null
            || (kind == JsonTokenType.Number && Utf8Parser.TryParse(text, out number, out var used) && used == text.Length && number >= 0);
    }

    public static DateTimeOffset? Instant(JsonPointer pointer, ReadOnlySpan<byte> json) =>
        TryText(pointer, json, out var text) && IsoStamp.TryParseInstant(text, out var instant) ? instant : null;

    /// <summary>Whether two names are the same but for the case of ASCII letters.</summary>
    public static bool Same(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        if (text.Length != lower.Length)
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i] is >= (byte)'A' and <= (byte)'Z' ? text[i] + ('a' - 'A') : text[i];
            if (letter != lower[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The earliest of the times that a pointer finds in the elements of an array, of those that also have another member.</summary>
    public static DateTimeOffset? Earliest(ReadOnlySpan<byte> array, JsonPointer time, JsonPointer? beside)
    {
        DateTimeOffset? earliest = null;
        var reader = new Utf8JsonReader(array);
        for (reader.Read(); reader.Read() && reader.TokenType != JsonTokenType.EndArray;)
        {
            var start = (int)reader.TokenStartIndex;
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            var element = array[start..(int)reader.BytesConsumed];
            if (isObject && (beside is null || Has(beside, element)))
            {
                earliest = LoRaWanTime.Earlier(earliest, Instant(time, element));
            }
        }

        return earliest;
    }
}
