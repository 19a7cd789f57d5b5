using System.Buffers;
using System.Text.Json;

namespace MeetNet.Observations.Wire;

/// <summary>How far a hub has a gateway's observations.</summary>
/// <param name="Hub">The hub.</param>
/// <param name="Epoch">The outbox the sequence is of, as the gateway named it.</param>
/// <param name="Acknowledged">
/// The highest sequence such that every one up to it is on the hub's disk, or declared lost, or rejected and kept; 0 for
/// an epoch the hub does not know.
/// </param>
public sealed record Acknowledgement(string Hub, Epoch Epoch, long Acknowledged)
{
    private static readonly WireMembers Members = new("v", "hub", "epoch", "acknowledged", "crc");

    /// <summary>Reads a message; never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out Acknowledgement message, out WireFault fault) =>
        WireEnvelope.TryRead(payload, Read, out message, out fault);

    /// <summary>Writes the message.</summary>
    public void Write(IBufferWriter<byte> destination) => WireEnvelope.Write(destination, WriteBody);

    /// <summary>The message as bytes.</summary>
    public byte[] ToUtf8() => WireEnvelope.ToUtf8(WriteBody);

    /// <summary>Whether the message names another hub than its topic.</summary>
    public bool Contradicts(WireTopic topic, out WireFault fault) =>
        WireContradiction.Find(topic, WireKind.Ack, null, null, Hub, out fault);

    private void WriteBody(Utf8JsonWriter json)
    {
        json.WriteString("hub"u8, Hub);
        json.WriteString("epoch"u8, Epoch.ToString());
        json.WriteNumber("acknowledged"u8, Acknowledged);
    }

    private static bool Read(ref WireCursor cursor, out Acknowledgement message)
    {
        message = null!;
        var (hub, epoch, acknowledged) = ("", default(Epoch), 0L);
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Members, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Name(out hub),
                2 => cursor.Epoch(out epoch),
                3 => cursor.Integer(0, WireLimits.HighestSequence, out acknowledged),
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

        message = new Acknowledgement(hub, epoch, acknowledged);
        return true;
    }
}
