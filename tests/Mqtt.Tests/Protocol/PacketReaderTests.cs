using FsCheck;
using FsCheck.Fluent;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Protocol;

public sealed class PacketReaderTests
{
    /// <summary>Statement, packet in hexadecimal, and the reason code a DISCONNECT for it carries.</summary>
    public static TheoryData<string, string, MqttReasonCode> Faulty => new()
    {
        { "1.5.4-1 lone surrogate in a topic", "30 06 0003 EDA080 00", MqttReasonCode.MalformedPacket },
        { "1.5.4-1 overlong UTF-8", "30 05 0002 C080 00", MqttReasonCode.MalformedPacket },
        { "1.5.4-2 U+0000 in a topic", "30 06 0003 610062 00", MqttReasonCode.MalformedPacket },
        { "1.5.7-1 bad value of a user property", "30 0B 0001 61 07 26 0001 6B 0001 FF", MqttReasonCode.MalformedPacket },
        { "2.2.1-4 packet identifier 0", "32 06 0001 61 0000 00", MqttReasonCode.ProtocolError },
        { "2.2.2.2 property of another packet", "30 07 0001 61 03 13 003C", MqttReasonCode.MalformedPacket },
        { "2.2.2.2 unknown property", "30 06 0001 61 02 7E 00", MqttReasonCode.MalformedPacket },
        { "2.2.2.2 property twice", "30 08 0001 61 04 0100 0100", MqttReasonCode.ProtocolError },
        { "2.2.2.2 property length beyond the packet", "30 05 0001 61 20 01", MqttReasonCode.MalformedPacket },
        { "3.3.1-2 DUP with QoS 0", "38 04 0001 61 00", MqttReasonCode.MalformedPacket },
        { "3.3.1-4 both QoS bits", "36 06 0001 61 0001 00", MqttReasonCode.MalformedPacket },
        { "3.3.2-2 wildcard in a topic", "30 04 0001 23 00", MqttReasonCode.TopicNameInvalid },
        { "3.3.2 neither topic nor alias", "30 03 0000 00", MqttReasonCode.ProtocolError },
        { "3.3.2-8 topic alias 0", "30 07 0001 61 03 23 0000", MqttReasonCode.TopicAliasInvalid },
        { "3.3.2-14 wildcard in a response topic", "30 08 0001 61 04 08 0001 2B", MqttReasonCode.ProtocolError },
        { "3.3.2.3.2 payload format 2", "30 06 0001 61 02 0102", MqttReasonCode.ProtocolError },
        { "3.3.2.3.8 subscription identifier 0", "30 06 0001 61 02 0B00", MqttReasonCode.ProtocolError },
        { "3.3 topic beyond the packet", "30 03 0009 61", MqttReasonCode.MalformedPacket },
        { "3.2.2-1 reserved CONNACK flags", "20 03 02 00 00", MqttReasonCode.MalformedPacket },
        { "3.2.2-6 Session Present in a refusal", "20 03 01 87 00", MqttReasonCode.ProtocolError },
        { "3.2.2.3.3 Receive Maximum 0", "20 06 00 00 03 21 0000", MqttReasonCode.ProtocolError },
        { "3.2.2.3.4 Maximum QoS 2", "20 05 00 00 02 2402", MqttReasonCode.ProtocolError },
        { "3.2.2.3.6 Maximum Packet Size 0", "20 08 00 00 05 27 00000000", MqttReasonCode.ProtocolError },
        { "3.2.2.2 a code CONNACK has not", "20 03 00 8E 00", MqttReasonCode.ProtocolError },
        { "3.2 CONNACK with a tail", "20 04 00 00 00 00", MqttReasonCode.MalformedPacket },
        { "3.4.2-1 a code PUBACK has not", "40 03 0001 92", MqttReasonCode.ProtocolError },
        { "3.4 PUBACK for identifier 0", "40 02 0000", MqttReasonCode.ProtocolError },
        { "3.4 PUBACK of one byte", "40 01 00", MqttReasonCode.MalformedPacket },
        { "3.9.3 a code SUBACK has not", "90 04 0001 00 03", MqttReasonCode.ProtocolError },
        { "3.9.3 SUBACK without a code", "90 03 0001 00", MqttReasonCode.ProtocolError },
        { "3.13 PINGRESP with a body", "D0 01 00", MqttReasonCode.MalformedPacket },
        { "3.14.2-1 a code only clients send", "E0 01 04", MqttReasonCode.ProtocolError },
        { "3.14.2-2 Session Expiry in a server's DISCONNECT", "E0 07 8B 05 11 00000001", MqttReasonCode.ProtocolError },
    };

    [Theory]
    [MemberData(nameof(Faulty))]
    public void A_faulty_packet_gives_the_code_of_the_standard(string statement, string hex, MqttReasonCode expected)
    {
        var packet = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(CutResult.Packet, PacketFramer.Cut(packet, 1024, out var frame, out _));
        Assert.True(packet.Length == frame.Length, $"{statement}: the vector's length is wrong");
        var status = Read(packet, frame, MqttVersion.V500);
        Assert.True(expected == status.Code, $"{statement}: {status}");
    }

    [Fact]
    public void A_publish_with_every_property_is_read()
    {
        byte[] properties =
        [
            0x01, 1, 0x02, .. Wire.Four(60), 0x03, .. Wire.Text("text/plain"), 0x08, .. Wire.Text("re/ply"), 0x09, 0, 2, 0xCA, 0xFE,
            0x0B, 0x80, 0x01, 0x0B, 7, 0x23, .. Wire.Two(9), 0x26, .. Wire.Text("k"), .. Wire.Text("v"), 0x26, .. Wire.Text("k"), .. Wire.Text("w"),
        ];
        byte[] body = [.. Wire.Text("a/b"), .. Wire.Two(10), (byte)properties.Length, .. properties, .. "payload"u8];
        Assert.True(PacketReader.ReadPublish(0b1011, body, MqttVersion.V500, out var publish).IsOk);
        Assert.True(publish.Duplicate && publish.Retain);
        Assert.Equal(MqttQualityOfService.AtLeastOnce, publish.QualityOfService);
        Assert.Equal("a/b"u8, publish.Topic);
        Assert.Equal(10, publish.PacketId);
        Assert.Equal("payload"u8, publish.Payload);
        Assert.Equal(60u, publish.Properties.Number(MqttPropertyId.MessageExpiryInterval));
        Assert.Equal("re/ply", publish.Properties.Text(MqttPropertyId.ResponseTopic));
        Assert.Equal([0xCA, 0xFE], publish.Properties.Data(MqttPropertyId.CorrelationData)!.Value.ToArray());
        Assert.Equal([128u, 7u], publish.Properties.Where(p => p.Id == MqttPropertyId.SubscriptionIdentifier).Select(p => p.Number));
        Assert.Equal(["k=v", "k=w"], publish.Properties.Where(p => p.Id == MqttPropertyId.UserProperty).Select(p => $"{p.Name}={p.Text}"));
    }

    [Fact]
    [Trait("mqtt", "1.5.4-3")]
    public void A_byte_order_mark_is_kept()
    {
        Assert.True(PacketReader.ReadConnack([0, 0, 6, 0x1F, 0, 3, 0xEF, 0xBB, 0xBF], MqttVersion.V500, out var connack).IsOk);
        Assert.Equal("\uFEFF", connack.Properties.Text(MqttPropertyId.ReasonString));
    }

    [Theory]
    [InlineData(1, MqttReasonCode.UnsupportedProtocolVersion)]
    [InlineData(2, MqttReasonCode.ClientIdentifierNotValid)]
    [InlineData(3, MqttReasonCode.ServerUnavailable)]
    [InlineData(4, MqttReasonCode.BadUserNameOrPassword)]
    [InlineData(5, MqttReasonCode.NotAuthorized)]
    public void The_return_codes_of_3_1_1_are_told_in_the_words_of_5_0(byte code, MqttReasonCode expected)
    {
        Assert.True(PacketReader.ReadConnack([0, code], MqttVersion.V311, out var connack).IsOk);
        Assert.Equal(expected, connack.ReasonCode);
    }

    [Fact]
    public void Any_body_of_any_type_gives_a_packet_or_a_code_a_client_may_send() =>
        Prop.ForAll<byte, byte[]>((first, body) =>
        {
            foreach (var version in Enum.GetValues<MqttVersion>())
            {
                var status = Read([first, .. body], new Frame((PacketType)(first >> 4), (byte)(first & 15), 1, body.Length), version);
                Assert.True(status.IsOk || ReasonCodeSets.ClientDisconnect.Contains((byte)status.Code));
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_good_packet_with_bytes_changed_gives_a_packet_or_a_code_a_client_may_send()
    {
        byte[][] good =
        [
            Wire.Connack(true, 0, [0x21, 0, 20, 0x12, 0, 1, (byte)'c', 0x27, 0, 1, 0, 0]),
            Wire.Packet(0x32, [.. Wire.Text("a/b"), 0, 7, 9, 0x26, 0, 1, (byte)'k', 0, 2, (byte)'v', (byte)'w', 0x01, 1, .. "payload"u8]),
            Wire.Packet(0x40, [0, 7, 0x10, 4, 0x1F, 0, 1, (byte)'r']),
            Wire.Packet(0x90, [0, 7, 0, 1, 2, 0x80]),
            Wire.Packet(0xE0, [0x8B, 4, 0x1C, 0, 1, (byte)'s']),
            Wire.Packet(0xF0, [0x18, 4, 0x15, 0, 1, (byte)'m']),
        ];
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var packet = (byte[])good[random.Next(good.Length)].Clone();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                packet[random.Next(packet.Length)] = (byte)random.Next(256);
            }

            if (PacketFramer.Cut(packet, 1024, out var frame, out _) == CutResult.Packet)
            {
                var status = Read(packet, frame, random.Next(2) == 0 ? MqttVersion.V311 : MqttVersion.V500);
                Assert.True(status.IsOk || ReasonCodeSets.ClientDisconnect.Contains((byte)status.Code));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    private static ReadStatus Read(byte[] packet, Frame frame, MqttVersion version)
    {
        var body = packet.AsSpan(frame.HeaderLength, frame.BodyLength);
        return frame.Type switch
        {
            PacketType.Connack => PacketReader.ReadConnack(body, version, out _),
            PacketType.Publish => PacketReader.ReadPublish(frame.Flags, body, version, out _),
            PacketType.Puback or PacketType.Pubrec or PacketType.Pubrel or PacketType.Pubcomp =>
                PacketReader.ReadReply(frame.Type, body, version, out _),
            PacketType.Suback or PacketType.Unsuback => PacketReader.ReadSuback(frame.Type, body, version, out _),
            PacketType.Disconnect => PacketReader.ReadDisconnect(body, version, out _),
            PacketType.Auth => PacketReader.ReadAuth(body, version, out _),
            _ => PacketReader.ReadEmpty(body),
        };
    }
}
