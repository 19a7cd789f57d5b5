using System.Buffers.Binary;

namespace MeetNet.Mqtt.Tests.Capture;

/// <summary>
/// A capture file of one TCP connection, written rather than captured: classic pcap (draft-ietf-opsawg-pcap), Ethernet, IPv4, TCP without
/// options, one segment for each call. Checksums are 0; a dissector doesn't check them unless it is told to.
/// </summary>
internal sealed class PcapFile
{
    private const ushort ClientPort = 50_000;
    private const ushort MqttPort = 1883;

    private readonly List<byte> _file = [];
    private uint _clientSequence = 1;
    private uint _serverSequence = 1;
    private uint _microseconds;

    public PcapFile()
    {
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xA1B2C3D4); // Microseconds.
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 65_535);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1); // LINKTYPE_ETHERNET.
        _file.AddRange(header);
    }

    public byte[] ToArray() => [.. _file];

    public void FromClient(byte[] bytes)
    {
        Segment(bytes, fromClient: true, _clientSequence, _serverSequence);
        _clientSequence += (uint)bytes.Length;
    }

    public void FromServer(byte[] bytes)
    {
        Segment(bytes, fromClient: false, _serverSequence, _clientSequence);
        _serverSequence += (uint)bytes.Length;
    }

    private void Segment(byte[] bytes, bool fromClient, uint sequence, uint acknowledged)
    {
        const int headers = 14 + 20 + 20;
        var frame = new byte[headers + bytes.Length];
        frame[12] = 0x08; // EtherType IPv4.
        var ip = frame.AsSpan(14);
        ip[0] = 0x45; // Version 4, five words.
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(frame.Length - 14));
        ip[8] = 64; // Time to live.
        ip[9] = 6; // TCP.
        byte[] client = [192, 0, 2, 1], server = [192, 0, 2, 2]; // Addresses for documentation, RFC 5737.
        (fromClient ? client : server).CopyTo(ip[12..]);
        (fromClient ? server : client).CopyTo(ip[16..]);
        var tcp = ip[20..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, fromClient ? ClientPort : MqttPort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], fromClient ? MqttPort : ClientPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], acknowledged);
        tcp[12] = 0x50; // Five words.
        tcp[13] = 0x18; // PSH, ACK.
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], ushort.MaxValue); // Window.
        bytes.CopyTo(tcp[20..]);

        Span<byte> record = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], _microseconds++);
        BinaryPrimitives.WriteUInt32LittleEndian(record[8..], (uint)frame.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], (uint)frame.Length);
        _file.AddRange(record);
        _file.AddRange(frame);
    }
}
