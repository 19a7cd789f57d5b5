using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Connections;

/// <summary>Counts packets and bytes of one direction by type. One writer at a time; readers see recent values.</summary>
internal sealed class PacketTraffic
{
    private const int Types = 16; // Four bits, §2.1.2.

    private readonly long[] _packets = new long[Types];
    private readonly long[] _bytes = new long[Types];
    private long _duplicates;

    /// <summary>PUBLISH packets with DUP.</summary>
    public long Duplicates => Volatile.Read(ref _duplicates);

    /// <param name="first">First byte of the packet.</param>
    /// <param name="length">Its bytes.</param>
    public void Count(byte first, int length)
    {
        var type = first >> 4;
        Volatile.Write(ref _packets[type], _packets[type] + 1);
        Volatile.Write(ref _bytes[type], _bytes[type] + length);
        if ((first & 0b1111_1000) == ((int)PacketType.Publish << 4 | 0b1000))
        {
            Volatile.Write(ref _duplicates, _duplicates + 1);
        }
    }

    /// <summary>Counts whole, sound packets that follow each other.</summary>
    public void CountAll(ReadOnlySpan<byte> packets)
    {
        while (!packets.IsEmpty)
        {
            VariableByteInteger.Read(packets[1..], out var body, out var lengthOfLength);
            var length = 1 + lengthOfLength + (int)body;
            Count(packets[0], length);
            packets = packets[length..];
        }
    }

    /// <summary>The types seen so far.</summary>
    public MqttTraffic Snapshot()
    {
        var seen = new List<MqttPacketTotals>(Types);
        for (var type = 0; type < Types; type++)
        {
            if (Volatile.Read(ref _packets[type]) is > 0 and var packets)
            {
                seen.Add(new MqttPacketTotals(((PacketType)type).ToString().ToUpperInvariant(), packets, Volatile.Read(ref _bytes[type])));
            }
        }

        return new MqttTraffic([.. seen]);
    }
}
