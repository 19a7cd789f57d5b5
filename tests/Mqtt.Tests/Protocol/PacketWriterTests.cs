using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Protocol;

public sealed class PacketWriterTests
{
    [Fact]
    [Trait("mqtt", "3.1.3-1")]
    public void Connect_has_its_fields_in_the_order_of_the_standard()
    {
        var connect = new ConnectPacket
        {
            Version = MqttVersion.V500,
            ClientId = "c",
            CleanStart = true,
            KeepAlive = 10,
            UserName = "u",
            Password = new byte[] { 1, 2 },
            Will = new MqttWill
            {
                Topic = "w",
                Retain = true,
                Properties = new MqttProperties(MqttProperty.Of(MqttPropertyId.WillDelayInterval, 5)),
            },
            WillPayload = new byte[] { 9 },
            Properties = new MqttProperties(MqttProperty.Of(MqttPropertyId.SessionExpiryInterval, 10)),
        };

        byte[] expected = Wire.Packet(
            0x10,
            [
                .. Wire.Text("MQTT"), 5, 0b1110_1110, 0, 10, 5, 0x11, 0, 0, 0, 10,
                .. Wire.Text("c"), 5, 0x18, 0, 0, 0, 5, .. Wire.Text("w"), 0, 1, 9, .. Wire.Text("u"), 0, 2, 1, 2,
            ]);
        Assert.Equal(expected, Written(output => PacketWriter.Connect(output, connect)));
    }

    [Fact]
    public void Connect_of_3_1_1_has_no_properties()
    {
        var connect = new ConnectPacket
        {
            Version = MqttVersion.V311, ClientId = "c", CleanStart = false, KeepAlive = 0, Will = new MqttWill { Topic = "w" },
        };
        byte[] expected = Wire.Packet(0x10, [.. Wire.Text("MQTT"), 4, 0b0000_1100, 0, 0, .. Wire.Text("c"), .. Wire.Text("w"), 0, 0]);
        Assert.Equal(expected, Written(output => PacketWriter.Connect(output, connect)));
    }

    [Fact]
    [Trait("mqtt", "3.8.1-1")]
    public void Subscribe_carries_its_options()
    {
        MqttSubscription[] filters =
        [
            new("a/#"), new("b", MqttQualityOfService.AtMostOnce, NoLocal: true, RetainAsPublished: true, MqttRetainHandling.DoNotSend),
        ];
        Assert.Equal(
            Wire.Packet(0x82, [0, 3, 0, .. Wire.Text("a/#"), 1, .. Wire.Text("b"), 0b0010_1100]),
            Written(output => PacketWriter.Subscribe(output, MqttVersion.V500, 3, filters)));
        Assert.Equal(
            Wire.Packet(0x82, [0, 3, .. Wire.Text("a/#"), 1, .. Wire.Text("b"), 0]),
            Written(output => PacketWriter.Subscribe(output, MqttVersion.V311, 3, filters)));
        Assert.Equal(
            Written(output => PacketWriter.Subscribe(output, MqttVersion.V500, 3, filters)).Length,
            PacketWriter.SubscribeLength(MqttVersion.V500, filters));
    }

    [Fact]
    [Trait("mqtt", "2.2.2-1")]
    public void The_small_packets_are_in_their_shortest_form()
    {
        Assert.Equal([0x40, 2, 0, 7], Written(o => PacketWriter.Reply(o, PacketType.Puback, MqttVersion.V500, 7, MqttReasonCode.Success)));
        Assert.Equal([0x40, 3, 0, 7, 0x87], Written(o => PacketWriter.Reply(o, PacketType.Puback, MqttVersion.V500, 7, MqttReasonCode.NotAuthorized)));
        Assert.Equal([0x40, 2, 0, 7], Written(o => PacketWriter.Reply(o, PacketType.Puback, MqttVersion.V311, 7, MqttReasonCode.NotAuthorized)));
        Assert.Equal([0x62, 2, 0, 7], Written(o => PacketWriter.Reply(o, PacketType.Pubrel, MqttVersion.V500, 7, MqttReasonCode.Success)));
        Assert.Equal([0xC0, 0], Written(PacketWriter.Pingreq));
        Assert.Equal([0xE0, 0], Written(o => PacketWriter.Disconnect(o, MqttVersion.V500, MqttReasonCode.Success)));
        Assert.Equal([0xE0, 1, 0x81], Written(o => PacketWriter.Disconnect(o, MqttVersion.V500, MqttReasonCode.MalformedPacket)));
        Assert.Equal([0xE0, 0], Written(o => PacketWriter.Disconnect(o, MqttVersion.V311, MqttReasonCode.MalformedPacket)));
    }

    private static byte[] Written(Action<PacketBuffer> write)
    {
        using var output = new PacketBuffer(16);
        write(output);
        return output.Written.ToArray();
    }
}
