using System.Buffers;
using System.Text.Json;

namespace MeetNet.Observations.Wire;

/// <summary>What a gateway says on connecting: which sequences its outbox holds.</summary>
/// <param name="Owner">The bronhouder.</param>
/// <param name="Station">The station.</param>
/// <param name="Epoch">The outbox.</param>
/// <param name="Lowest">Lowest sequence held; <c>Highest + 1</c> when it holds none.</param>
/// <param name="Highest">Highest sequence ever issued; 0 before the first.</param>
public sealed record Hello(string Owner, string Station, Epoch Epoch, long Lowest, long Highest)
{
    private static readonly WireMembers Members = new("v", "owner", "station", "epoch", "lowest", "highest", "crc");

    /// <summary>Reads a message; never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out Hello message, out WireFault fault) =>
        WireEnvelope.TryRead(payload, Read, out message, out fault);

    /// <summary>Writes the message.</summary>
    public void Write(IBufferWriter<byte> destination) => WireEnvelope.Write(destination, WriteBody);

    /// <summary>The message as bytes.</summary>
    public byte[] ToUtf8() => WireEnvelope.ToUtf8(WriteBody);

    /// <summary>Whether the message names another owner or station than its topic.</summary>
    public bool Contradicts(WireTopic topic, out WireFault fault) =>
        WireContradiction.Find(topic, WireKind.Hello, Owner, Station, null, out fault);

    private void WriteBody(Utf8JsonWriter json)
    {
        json.WriteString("owner"u8, Owner);
        json.WriteString("station"u8, Station);
        json.WriteString("epoch"u8, Epoch.ToString());
        json.WriteNumber("lowest"u8, Lowest);
        json.WriteNumber("highest"u8, Highest);
    }

    private static bool Read(ref WireCursor cursor, out Hello message)
    {
        message = null!;
        var (owner, station, epoch, lowest, highest) = ("", "", default(Epoch), 0L, 0L);
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Members, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Name(out owner),
                2 => cursor.Name(out station),
                3 => cursor.Epoch(out epoch),
                4 => cursor.Integer(1, WireLimits.HighestSequence, out lowest),
                5 => cursor.Integer(0, WireLimits.HighestSequence - 1, out highest),
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

        if (lowest > highest + 1)
        {
            return cursor.Fail(WireReasons.BadSequence, $"expected lowest at most highest + 1, found {lowest} and {highest}");
        }

        message = new Hello(owner, station, epoch, lowest, highest);
        return true;
    }
}
