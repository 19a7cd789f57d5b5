using System.Buffers.Binary;
using System.Text;
using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Stores;

/// <summary>One record of a session file: a kind, and what it needs. A publish is kept as a PUBLISH packet of MQTT 5.0.</summary>
internal static class SessionRecord
{
    private const byte Begun = 1;
    private const byte Sent = 2;
    private const byte Released = 3;
    private const byte Done = 4;
    private const byte Received = 5;
    private const byte Forgotten = 6;

    /// <summary>Kind, serial, packet identifier, QoS.</summary>
    private const int SentHeader = 1 + sizeof(long) + sizeof(ushort) + 1;

    public static void Write(PacketBuffer output, MqttSessionChange change)
    {
        switch (change)
        {
            case MqttSessionChange.Begun:
                output.Byte(Begun);
                break;
            case MqttSessionChange.Sent { Publish: var publish }:
                output.Byte(Sent);
                Serial(output, publish.Serial);
                output.UInt16(publish.PacketId);
                output.Byte((byte)publish.QualityOfService);
                // As QoS 0: its packet identifier may be none.
                PacketWriter.Publish(
                    output, MqttVersion.V500, publish.Topic, publish.Payload.Span, MqttQualityOfService.AtMostOnce, publish.Retain, false, 0, publish.Properties);
                break;
            case MqttSessionChange.Released released:
                output.Byte(Released);
                Serial(output, released.Serial);
                break;
            case MqttSessionChange.Done done:
                output.Byte(Done);
                Serial(output, done.Serial);
                break;
            case MqttSessionChange.Received received:
                output.Byte(Received);
                output.UInt16(received.PacketId);
                break;
            case MqttSessionChange.Forgotten forgotten:
                output.Byte(Forgotten);
                output.UInt16(forgotten.PacketId);
                break;
            default:
                throw new ArgumentException($"A {change.GetType().Name} can't be stored.", nameof(change));
        }
    }

    /// <summary>Null when the bytes are no record.</summary>
    public static MqttSessionChange? Read(ReadOnlySpan<byte> record)
    {
        if (record.IsEmpty)
        {
            return null;
        }

        var rest = record[1..];
        return (record[0], rest.Length) switch
        {
            (Begun, 0) => new MqttSessionChange.Begun(),
            (Sent, _) => ReadSent(record),
            (Released, sizeof(long)) => new MqttSessionChange.Released(BinaryPrimitives.ReadInt64BigEndian(rest)),
            (Done, sizeof(long)) => new MqttSessionChange.Done(BinaryPrimitives.ReadInt64BigEndian(rest)),
            (Received, sizeof(ushort)) => new MqttSessionChange.Received(BinaryPrimitives.ReadUInt16BigEndian(rest)),
            (Forgotten, sizeof(ushort)) => new MqttSessionChange.Forgotten(BinaryPrimitives.ReadUInt16BigEndian(rest)),
            _ => null,
        };
    }

    private static MqttSessionChange.Sent? ReadSent(ReadOnlySpan<byte> record)
    {
        if (record.Length < SentHeader)
        {
            return null;
        }

        var serial = BinaryPrimitives.ReadInt64BigEndian(record[1..]);
        var packetId = BinaryPrimitives.ReadUInt16BigEndian(record[9..]);
        var qos = (MqttQualityOfService)record[11];
        if (qos is not (MqttQualityOfService.AtLeastOnce or MqttQualityOfService.ExactlyOnce)
            || PacketFramer.Cut(record[SentHeader..], uint.MaxValue, out var frame, out _) != CutResult.Packet
            || frame.Type != PacketType.Publish
            || frame.Length != record.Length - SentHeader)
        {
            return null;
        }

        var flags = frame.Flags;
        var body = record.Slice(SentHeader + frame.HeaderLength, frame.BodyLength);
        if (body is [0, 0, 0]) // What is left of a released one: no topic, no properties, no payload.
        {
            return new MqttSessionChange.Sent(new MqttStoredPublish(serial, packetId, "", default, qos, false, MqttProperties.Empty));
        }

        return !PacketReader.ReadPublish(flags, body, MqttVersion.V500, out var packet).IsOk ? null : new MqttSessionChange.Sent(new MqttStoredPublish(
            serial, packetId, Encoding.UTF8.GetString(packet.Topic), packet.Payload.ToArray(), qos, packet.Retain, packet.Properties));
    }

    private static void Serial(PacketBuffer output, long serial)
    {
        output.UInt32((uint)(serial >> 32));
        output.UInt32((uint)(serial & uint.MaxValue));
    }
}
