using System.Buffers.Binary;
using System.Text;

namespace MeetNet.Mqtt.Tests.Peer;

/// <summary>
/// Server packets, byte by byte from the standard; shares no code with the library so that both can't be wrong in the same way.
/// </summary>
internal static class Wire
{
    public static byte[] Packet(byte first, params ReadOnlySpan<byte> body) => [first, .. Variable(body.Length), .. body];

    /// <summary>Variable byte integer, §1.5.5.</summary>
    public static byte[] Variable(int value)
    {
        var bytes = new List<byte>();
        do
        {
            var digit = value % 128;
            value /= 128;
            bytes.Add((byte)(value > 0 ? digit | 128 : digit));
        }
        while (value > 0);
        return [.. bytes];
    }

    public static byte[] Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return [.. Two(utf8.Length), .. utf8];
    }

    public static byte[] Two(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }

    public static byte[] Four(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>CONNACK 5.0; properties without their length.</summary>
    public static byte[] Connack(bool sessionPresent = false, byte code = 0, params byte[] properties) =>
        Packet(0x20, [(byte)(sessionPresent ? 1 : 0), code, (byte)properties.Length, .. properties]);

    public static byte[] Connack311(bool sessionPresent = false, byte code = 0) =>
        Packet(0x20, [(byte)(sessionPresent ? 1 : 0), code]);

    public static byte[] Publish(string topic, string payload, int packetId = 0, bool duplicate = false, bool retain = false, bool v5 = true)
    {
        var flags = (duplicate ? 8 : 0) | (packetId > 0 ? 2 : 0) | (retain ? 1 : 0);
        byte[] id = packetId > 0 ? Two(packetId) : [];
        byte[] properties = v5 ? [0] : [];
        return Packet((byte)(0x30 | flags), [.. Text(topic), .. id, .. properties, .. Encoding.UTF8.GetBytes(payload)]);
    }

    public static byte[] Puback(int packetId) => Packet(0x40, Two(packetId));

    public static byte[] Puback(int packetId, byte code) => Packet(0x40, [.. Two(packetId), code]);

    /// <summary>PUBLISH 5.0 with QoS 2.</summary>
    public static byte[] PublishOnce(string topic, string payload, int packetId, bool duplicate = false) =>
        Packet((byte)(duplicate ? 0x3C : 0x34), [.. Text(topic), .. Two(packetId), 0, .. Encoding.UTF8.GetBytes(payload)]);

    public static byte[] Pubrec(int packetId, byte code = 0) => code == 0 ? Packet(0x50, Two(packetId)) : Packet(0x50, [.. Two(packetId), code]);

    public static byte[] Pubrel(int packetId) => Packet(0x62, Two(packetId));

    public static byte[] Pubcomp(int packetId, byte code = 0) => code == 0 ? Packet(0x70, Two(packetId)) : Packet(0x70, [.. Two(packetId), code]);

    public static byte[] Suback(int packetId, params byte[] codes) => Packet(0x90, [.. Two(packetId), 0, .. codes]);

    public static byte[] Unsuback(int packetId, params byte[] codes) => Packet(0xB0, [.. Two(packetId), 0, .. codes]);

    public static byte[] Pingresp() => [0xD0, 0];

    public static byte[] Disconnect(byte code) => [0xE0, 1, code];
}
