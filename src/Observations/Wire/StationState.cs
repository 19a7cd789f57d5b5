using System.Buffers;
using System.Text.Json;

namespace MeetNet.Observations.Wire;

/// <summary>Whether a station's gateway is connected. Retained; the offline one is the gateway's last will.</summary>
/// <param name="Owner">The bronhouder.</param>
/// <param name="Station">The station.</param>
/// <param name="IsOnline">Online or offline.</param>
/// <param name="At">When the gateway connected, UTC, also in its last will.</param>
public sealed record StationState(string Owner, string Station, bool IsOnline, DateTimeOffset At)
{
    private static readonly WireMembers Members = new("v", "owner", "station", "state", "at", "crc");

    /// <summary>Reads a message; never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out StationState message, out WireFault fault) =>
        WireEnvelope.TryRead(payload, Read, out message, out fault);

    /// <summary>Writes the message.</summary>
    public void Write(IBufferWriter<byte> destination) => WireEnvelope.Write(destination, WriteBody);

    /// <summary>The message as bytes.</summary>
    public byte[] ToUtf8() => WireEnvelope.ToUtf8(WriteBody);

    /// <summary>Whether the message names another owner or station than its topic.</summary>
    public bool Contradicts(WireTopic topic, out WireFault fault) =>
        WireContradiction.Find(topic, WireKind.State, Owner, Station, null, out fault);

    private void WriteBody(Utf8JsonWriter json)
    {
        json.WriteString("owner"u8, Owner);
        json.WriteString("station"u8, Station);
        json.WriteString("state"u8, IsOnline ? "online"u8 : "offline"u8);
        json.WriteString("at"u8, Iso8601.Format(At));
    }

    private static bool Read(ref WireCursor cursor, out StationState message)
    {
        message = null!;
        var (owner, station, state, at) = ("", "", "", default(DateTimeOffset));
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Members, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Name(out owner),
                2 => cursor.Name(out station),
                3 => cursor.Choice(out state, "online", "offline"),
                4 => cursor.Instant(out at),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(Members, seen))
        {
            return false;
        }

        message = new StationState(owner, station, string.Equals(state, "online", StringComparison.Ordinal), at);
        return true;
    }
}
