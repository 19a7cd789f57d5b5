using FsCheck;
using FsCheck.Fluent;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Protocol;

public sealed class PacketReaderTests
{
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
    public void A_refusal_in_the_form_of_3_1_1_is_told_as_what_it_means()
    {
        Assert.True(PacketReader.ReadConnack([0, 1], MqttVersion.V500, out var connack).IsOk);
        Assert.Equal(MqttReasonCode.UnsupportedProtocolVersion, connack.ReasonCode);
    }

    [Fact]
    public void Any_body_of_any_type_gives_a_packet_or_a_code_a_client_may_send() =>
        Prop.ForAll<byte, byte[]>((first, body) =>
        {
            foreach (var version in Enum.GetValues<MqttVersion>())
            {
                var status = LibraryCodec.ReadBody(new Frame((PacketType)(first >> 4), (byte)(first & 15), 1, body.Length), body, version, out _);
                Assert.True(status.IsOk || ReasonCodeSets.ClientDisconnect.Contains((byte)status.Code));
            }
        }).QuickCheckThrowOnFailure();
}
