using System.Buffers.Binary;
using System.Text;

namespace MeetNet.Mqtt.Tests.Peer;

/// <summary>A packet the client sent, taken apart by hand.</summary>
internal sealed record ClientPacket(byte First, byte[] Body)
{
    /// <summary>The whole packet as it came.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>Protocol level of its connection.</summary>
    public int Level { get; init; } = 5;

    /// <summary>All its fields, as the strict codec of the tests reads them.</summary>
    public WirePacket Fields => WireCodec.Decode(Bytes, Level, fromServer: false);

    public int Type => First >> 4;

    public bool Duplicate => (First & 8) != 0;

    public int QoS => (First >> 1) & 3;

    public bool Retain => (First & 1) != 0;

    public string Name => Type switch
    {
        1 => "CONNECT",
        3 => "PUBLISH",
        4 => "PUBACK",
        5 => "PUBREC",
        6 => "PUBREL",
        7 => "PUBCOMP",
        8 => "SUBSCRIBE",
        10 => "UNSUBSCRIBE",
        12 => "PINGREQ",
        14 => "DISCONNECT",
        15 => "AUTH",
        _ => $"type {Type}",
    };

    /// <summary>Topic of a PUBLISH.</summary>
    public string Topic => Encoding.UTF8.GetString(Body, 2, BinaryPrimitives.ReadUInt16BigEndian(Body));

    /// <summary>Packet identifier of a PUBLISH with QoS above 0, an acknowledgement or a SUBSCRIBE.</summary>
    public int PacketId => BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(Type == 3 ? 2 + Topic.Length : 0));

    /// <summary>Payload of a 5.0 PUBLISH without properties, as text.</summary>
    public string Payload
    {
        get
        {
            var start = 2 + Topic.Length + (QoS > 0 ? 2 : 0);
            Assert.Equal(0, Body[start]);
            return Encoding.UTF8.GetString(Body.AsSpan(start + 1));
        }
    }

    /// <summary>Properties of a 5.0 SUBSCRIBE or UNSUBSCRIBE, without their length.</summary>
    public byte[] RequestProperties => Body[3..(3 + Body[2])];

    /// <summary>Filters of a 5.0 SUBSCRIBE, each with its options in hexadecimal, or of an UNSUBSCRIBE without.</summary>
    public string[] Filters
    {
        get
        {
            var filters = new List<string>();
            for (var at = 3 + Body[2]; at < Body.Length;)
            {
                var length = BinaryPrimitives.ReadUInt16BigEndian(Body.AsSpan(at));
                var filter = Encoding.UTF8.GetString(Body, at + 2, length);
                at += 2 + length;
                filters.Add(Type == 8 ? $"{filter} {Body[at++]:X2}" : filter);
            }

            return [.. filters];
        }
    }

    /// <summary>Reason code of an acknowledgement or DISCONNECT; 0 when left out.</summary>
    public byte Reason => Type == 14 ? (Body.Length > 0 ? Body[0] : (byte)0) : Body.Length > 2 ? Body[2] : (byte)0;

    /// <summary>Clean Start bit of a CONNECT.</summary>
    public bool CleanStart => (Body[7] & 2) != 0;
}
