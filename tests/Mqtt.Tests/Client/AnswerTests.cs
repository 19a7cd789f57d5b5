using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>How received messages are answered (§4.3, §4.5), at both protocol levels.</summary>
public sealed class AnswerTests
{
    [Theory]
    [Trait("mqtt", "2.2.1-5")]
    [Trait("mqtt", "3.3.4-1")]
    [Trait("mqtt", "4.3.2-4")]
    [Trait("mqtt", "4.3.3-8")]
    [Trait("mqtt", "4.3.3-11")]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task Each_message_is_answered_as_its_quality_of_service_says(MqttVersion version)
    {
        await using var scene = new Scene(o => o with { Version = version });
        var peer = await scene.StartAsync();
        await peer.SendAsync(Publish(0, 0), Publish(1, 500), Publish(2, 65_535));
        var messages = new[] { await Next(scene), await Next(scene), await Next(scene) };
        Assert.Empty(peer.ReadAvailable());
        foreach (var message in messages)
        {
            scene.Client.Acknowledge(message);
        }

        Assert.Equal([0x40, 2, 1, 0xF4], (await peer.ReadAsync()).Bytes);
        Assert.Equal([0x50, 2, 0xFF, 0xFF], (await peer.ReadAsync()).Bytes);
        await peer.SendAsync(Wire.Pubrel(65_535));
        Assert.Equal([0x70, 2, 0xFF, 0xFF], (await peer.ReadAsync()).Bytes);
    }

    [Theory]
    [Trait("mqtt", "4.3.2-5")]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task After_puback_its_identifier_is_a_new_message_whatever_dup_says(MqttVersion version)
    {
        await using var scene = new Scene(o => o with { Version = version });
        var peer = await scene.StartAsync();
        foreach (var duplicate in new[] { false, true, true, false })
        {
            await peer.SendAsync(Publish(1, 7) with { Duplicate = duplicate });
            scene.Client.Acknowledge(await Next(scene));
            Assert.Equal(7, (await peer.ReadAsync("PUBACK")).PacketId);
        }

        Assert.Equal((4L, 4L), (scene.Client.Counters.MessagesReceived, scene.Client.Counters.MessagesAcknowledged));
    }

    [Fact]
    [Trait("mqtt", "4.3.3-13")]
    public async Task An_exchange_goes_on_after_its_message_has_expired()
    {
        await using var scene = new Scene(o => Scene.Persistent(o) with { KeepAlive = 0 });
        var peer = await scene.StartAsync();
        var publish = Publish(2, 7) with { Properties = [new WireProperty(0x02, 1)] };
        await peer.SendAsync(publish);
        var message = await Next(scene);
        scene.Time.Advance(TimeSpan.FromHours(1));
        scene.Client.Acknowledge(message);
        Assert.Equal((7, 0), Answer(await peer.ReadAsync("PUBREC")));
        scene.Time.Advance(TimeSpan.FromHours(1));
        await peer.SendAsync(publish with { Duplicate = true });
        Assert.Equal((7, 0), Answer(await peer.ReadAsync("PUBREC")));
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        await peer.SendAsync(Wire.Pubrel(7));
        Assert.Equal((7, 0), Answer(await peer.ReadAsync("PUBCOMP")));
        Assert.Equal(1, scene.Client.Counters.MessagesReceived);
    }

    /// <summary>What no filter matches, what is refused, and what comes again is acknowledged like anything else.</summary>
    [Theory]
    [Trait("mqtt", "4.5.0-2")]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task What_nobody_wants_is_acknowledged_as_well(MqttVersion version)
    {
        await using var scene = new Scene(o => o with { Version = version, Subscriptions = [new("a")] });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync();
        await peer.SendAsync(new WirePacket("suback") { PacketId = (await peer.ReadAsync("SUBSCRIBE")).PacketId, Codes = [1] });
        await scene.Client.WaitConnectedAsync().Soon();
        await peer.SendAsync(Publish(1, 1) with { Topic = "unmatched" }, Publish(1, 2), Publish(2, 3));
        scene.Client.Acknowledge(await Next(scene));
        scene.Client.Acknowledge(await Next(scene), MqttReasonCode.PayloadFormatInvalid);
        scene.Client.Acknowledge(await Next(scene));
        var refused = version == MqttVersion.V500 ? 0x99 : 0; // 3.1.1 can't say so.
        Assert.Equal((1, 0), Answer(await peer.ReadAsync("PUBACK")));
        Assert.Equal((2, refused), Answer(await peer.ReadAsync("PUBACK")));
        Assert.Equal((3, 0), Answer(await peer.ReadAsync("PUBREC")));
        await peer.SendAsync(Publish(2, 3) with { Duplicate = true });
        Assert.Equal((3, 0), Answer(await peer.ReadAsync("PUBREC")));
        Assert.Equal(1, scene.Client.Counters.MessagesUnmatched);
    }

    /// <summary>Of the codes of PUBACK and PUBREC, "no matching subscribers" is for servers alone (§3.4.2.1).</summary>
    [Fact]
    [Trait("mqtt", "3.4.2-1")]
    [Trait("mqtt", "3.5.2-1")]
    public async Task An_acknowledgement_takes_the_codes_of_a_client_and_no_others()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        int[] listed = [0x00, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
        for (var code = 0; code < 256; code++)
        {
            var qos = 1 + (code % 2);
            await peer.SendAsync(Publish(qos, 1 + code));
            var message = await Next(scene);
            if (listed.Contains(code))
            {
                scene.Client.Acknowledge(message, (MqttReasonCode)code);
                Assert.Equal((1 + code, code), Answer(await peer.ReadAsync(qos == 1 ? "PUBACK" : "PUBREC")));
                continue;
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => scene.Client.Acknowledge(message, (MqttReasonCode)code));
            scene.Client.Acknowledge(message);
            Assert.Equal((1 + code, 0), Answer(await peer.ReadAsync(qos == 1 ? "PUBACK" : "PUBREC")));
        }
    }

    private static WirePacket Publish(int qos, int packetId) => new("publish") { Topic = "a", Payload = [1], QoS = qos, PacketId = packetId };

    private static (int PacketId, int Reason) Answer(ClientPacket packet) => (packet.PacketId, packet.Reason);

    private static async Task<MqttMessage> Next(Scene scene) => await scene.Client.Messages.ReadAsync().AsTask().Soon();
}
