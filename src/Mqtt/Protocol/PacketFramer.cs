namespace MeetNet.Mqtt.Protocol;

/// <summary>What <see cref="PacketFramer.Cut"/> found at the start of the window.</summary>
internal enum CutResult
{
    /// <summary>Not a whole packet yet.</summary>
    NeedMore,

    /// <summary>A whole packet.</summary>
    Packet,

    /// <summary>Nothing that can be one.</summary>
    Fault,
}

/// <summary>Place of one packet in the window: fixed header first, then the body.</summary>
internal readonly record struct Frame(PacketType Type, byte Flags, int HeaderLength, int BodyLength)
{
    /// <summary>Bytes of the whole packet; 0 while the header is incomplete.</summary>
    public int Length => HeaderLength + BodyLength;
}

/// <summary>Cuts packets from a byte stream (MQTT 5.0 §2.1). Pure and stateless: any chunking of a stream gives the same packets.</summary>
internal static class PacketFramer
{
    /// <summary>
    /// Looks at the start of <paramref name="window"/>. With <see cref="CutResult.NeedMore"/>, <paramref name="frame"/> tells the length
    /// wanted if the header is complete. A packet larger than <paramref name="maximumPacketSize"/> is a fault (0x95) as soon as its
    /// header is read, before anything is kept for it ([MQTT-3.1.2-24]).
    /// </summary>
    public static CutResult Cut(ReadOnlySpan<byte> window, uint maximumPacketSize, out Frame frame, out ReadStatus fault)
    {
        frame = default;
        fault = default;
        if (window.IsEmpty)
        {
            return CutResult.NeedMore;
        }

        var type = (PacketType)(window[0] >> 4);
        var flags = (byte)(window[0] & 0x0F);
        if (type == 0)
        {
            fault = ReadStatus.Malformed("packet type 0 is reserved");
            return CutResult.Fault;
        }

        if (type != PacketType.Publish && flags != RequiredFlags(type))
        {
            fault = ReadStatus.Malformed("reserved flags of the fixed header are not as required [MQTT-2.1.3-1]");
            return CutResult.Fault;
        }

        switch (VariableByteInteger.Read(window[1..], out var bodyLength, out var lengthLength))
        {
            case VariableByteInteger.Outcome.NeedMore:
                return CutResult.NeedMore;
            case VariableByteInteger.Outcome.Malformed:
                fault = ReadStatus.Malformed("remaining length is not a minimal variable byte integer [MQTT-1.5.5-1]");
                return CutResult.Fault;
        }

        var header = 1 + lengthLength;
        if (bodyLength + (uint)header > maximumPacketSize)
        {
            fault = new ReadStatus(MqttReasonCode.PacketTooLarge, $"packet of {bodyLength + (uint)header} bytes, at most {maximumPacketSize} are accepted");
            return CutResult.Fault;
        }

        frame = new Frame(type, flags, header, (int)bodyLength);
        return window.Length < frame.Length ? CutResult.NeedMore : CutResult.Packet;
    }

    /// <summary>Flag bits of all types but PUBLISH, MQTT 5.0 table 2-2.</summary>
    private static byte RequiredFlags(PacketType type) =>
        type is PacketType.Pubrel or PacketType.Subscribe or PacketType.Unsubscribe ? (byte)0b0010 : (byte)0;
}
