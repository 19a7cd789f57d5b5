using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>PUBLISH as this client writes it (§3.3), at both protocol levels: flags, identifiers, and what is refused before anything is written.</summary>
public sealed class PublishPacketTests
{
    private static readonly byte[] Payload = "payload"u8.ToArray();

    [Theory]
    [Trait("mqtt", "2.2.1-2")]
    [Trait("mqtt", "3.3.1-2")]
    [Trait("mqtt", "3.3.2-1")]
    [Trait("mqtt", "4.3.1-1")]
    [InlineData(MqttVersion.V311, false)]
    [InlineData(MqttVersion.V311, true)]
    [InlineData(MqttVersion.V500, false)]
    [InlineData(MqttVersion.V500, true)]
    public async Task At_qos_0_it_has_neither_identifier_nor_dup(MqttVersion version, bool retain)
    {
        await using var scene = new Scene(o => o with { Version = version });
        var peer = await scene.StartAsync();
        await scene.Client.PublishAsync("été", Payload, MqttQualityOfService.AtMostOnce, retain).Soon();
        byte[] properties = version == MqttVersion.V500 ? [0] : [];
        Assert.Equal(
            Wire.Packet((byte)(retain ? 0x31 : 0x30), [.. Wire.Text("été"), .. properties, .. Payload]), (await peer.ReadAsync("PUBLISH")).Bytes);
    }

    [Theory]
    [Trait("mqtt", "2.2.1-3")]
    [Trait("mqtt", "3.3.1-1")]
    [Trait("mqtt", "4.3.2-1")]
    [Trait("mqtt", "4.3.2-2")]
    [Trait("mqtt", "4.3.3-1")]
    [Trait("mqtt", "4.3.3-2")]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task Identifiers_in_use_differ_and_what_is_sent_first_has_no_dup(MqttVersion version)
    {
        await using var scene = new Scene(o => o with { Version = version });
        var peer = await scene.StartAsync();
        var (inUse, random) = (new List<ClientPacket>(), new Random(3));
        for (var round = 0; round < 200; round++)
        {
            _ = scene.Client.PublishAsync("t", Payload);
            _ = scene.Client.PublishAsync("t", Payload, MqttQualityOfService.ExactlyOnce);
            _ = scene.Client.SubscribeAsync([new("s")]);
            _ = scene.Client.UnsubscribeAsync(["u"]);
            for (var i = 0; i < 4; i++)
            {
                var packet = await peer.ReadAsync();
                Assert.False(packet.Type == 3 && packet.Duplicate);
                Assert.DoesNotContain(packet.PacketId, inUse.Select(p => p.PacketId));
                inUse.Add(packet);
            }

            while (inUse.Count > 5)
            {
                var done = inUse[random.Next(inUse.Count)];
                inUse.Remove(done);
                await peer.SendAsync(Answer(done, version));
                if (done is { Type: 3, QoS: 2 })
                {
                    await peer.ReadAsync("PUBREL");
                    await peer.SendAsync(Wire.Pubcomp(done.PacketId));
                }
            }
        }
    }

    [Theory]
    [Trait("mqtt", "3.3.1-3")]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task What_came_with_dup_is_passed_on_without(MqttVersion version)
    {
        await using var scene = new Scene(o => o with { Version = version });
        var peer = await scene.StartAsync();
        foreach (var qos in new[] { 1, 2 })
        {
            await peer.SendAsync(new WirePacket("publish") { Topic = "t", Payload = Payload, QoS = qos, PacketId = qos, Duplicate = true });
            var message = await scene.Client.Messages.ReadAsync().AsTask().Soon();
            Assert.True(message.Duplicate);
            _ = scene.Client.PublishAsync(message.Topic, message.Payload, message.QualityOfService);
            Assert.False((await peer.ReadAsync("PUBLISH")).Duplicate);
        }
    }

    [Theory]
    [Trait("mqtt", "4.3.3-7")]
    [Trait("mqtt", "4.4.0-1")]
    [InlineData(MqttQualityOfService.AtLeastOnce)]
    [InlineData(MqttQualityOfService.ExactlyOnce)]
    public async Task What_was_sent_is_sent_again_after_it_has_expired(MqttQualityOfService qos)
    {
        await using var scene = new Scene(
            o => Scene.Persistent(o) with { ResumesStoredSession = false, KeepAlive = 0, AcknowledgeTimeout = TimeSpan.FromHours(2) });
        var peer = await scene.StartAsync();
        var expiry = new MqttProperties(MqttProperty.Of(MqttPropertyId.MessageExpiryInterval, 1));
        _ = scene.Client.PublishAsync("t", Payload, qos, false, expiry, CancellationToken.None);
        var first = await peer.ReadAsync("PUBLISH");
        scene.Time.Advance(TimeSpan.FromHours(1));
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        Assert.Equal((first.Fields with { Duplicate = true }).ToString(), (await peer.ReadAsync("PUBLISH")).Fields.ToString());
    }

    [Fact]
    [Trait("mqtt", "3.2.2-11")]
    [Trait("mqtt", "3.2.2-14")]
    [Trait("mqtt", "3.2.2-15")]
    public async Task What_the_server_said_it_does_not_take_is_refused_and_not_written()
    {
        await using var scene = new Scene();
        var client = scene.Client;
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x24, 1, 0x25, 0, 0x27, 0, 0, 0, 100])); // QoS 1, nothing retained, 100 bytes.
        var largest = new byte[100 - 2 - 3 - 2 - 1]; // Header, topic of a letter, identifier, no properties.
        var refused = new[]
        {
            (client.PublishAsync("a", default, MqttQualityOfService.ExactlyOnce), MqttReasonCode.QoSNotSupported),
            (client.PublishAsync("a", default, retain: true), MqttReasonCode.RetainNotSupported),
            (client.PublishAsync("a", new byte[largest.Length + 1]), MqttReasonCode.PacketTooLarge),
            (client.PublishAsync("a", new byte[largest.Length + 3], MqttQualityOfService.AtMostOnce), MqttReasonCode.PacketTooLarge),
        };
        foreach (var (publish, reason) in refused)
        {
            Assert.Equal(reason, (await Assert.ThrowsAsync<MqttPublishRejectedException>(() => publish.Soon())).ReasonCode);
        }

        _ = client.PublishAsync("a", largest);
        Assert.Equal(100, (await peer.ReadAsync("PUBLISH")).Bytes.Length);
    }

    /// <summary>They hold for what is sent again, too: a session may be resumed at a node of a cluster that takes less.</summary>
    [Fact]
    [Trait("mqtt", "3.2.2-15")]
    public async Task What_became_too_large_for_the_server_is_not_sent_again()
    {
        await using var scene = new Scene(Scene.Persistent);
        var peer = await scene.StartAsync();
        var (large, small) = (scene.Client.PublishAsync("a", new byte[100]), scene.Client.PublishAsync("b", default));
        await peer.ReadAsync("PUBLISH");
        await peer.ReadAsync("PUBLISH");
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true, properties: [0x27, 0, 0, 0, 100]));
        var again = await peer.ReadAsync("PUBLISH");
        Assert.Equal("b", again.Topic);
        Assert.Equal(MqttReasonCode.PacketTooLarge, (await Assert.ThrowsAsync<MqttPublishRejectedException>(() => large.Soon())).ReasonCode);
        await peer.SendAsync(Wire.Puback(again.PacketId));
        await small.Soon();
    }

    public static TheoryData<MqttProperty[]> Refused => new()
    {
        { [MqttProperty.Of(MqttPropertyId.SubscriptionIdentifier, 1)] }, // 3.3.4-6
        { [MqttProperty.Of(MqttPropertyId.TopicAlias, 1)] }, // 3.3.2-9: belongs to a connection, so the client alone gives it.
        { [MqttProperty.Of(MqttPropertyId.TopicAlias, 0)] }, // 3.3.2-8
        { [MqttProperty.Of(MqttPropertyId.ResponseTopic, "a/+")] }, // 3.3.2-14
        { [MqttProperty.Of(MqttPropertyId.ResponseTopic, "#")] },
        { [MqttProperty.Of(MqttPropertyId.ResponseTopic, "a\uD800")] }, // 3.3.2-13
        { [MqttProperty.Of(MqttPropertyId.ContentType, "a\uD800")] }, // 3.3.2-19
        { [MqttProperty.User("a\uD800", "v")] }, // 1.5.7-1
        { [MqttProperty.User("k", "a\uD800")] },
        { [MqttProperty.Of(MqttPropertyId.PayloadFormatIndicator, 2)] },
        { [MqttProperty.Of(MqttPropertyId.SessionExpiryInterval, 2)] }, // §2.2.2.2: of another packet.
        { [MqttProperty.Of(MqttPropertyId.ContentType, "a"), MqttProperty.Of(MqttPropertyId.ContentType, "a")] }, // §2.2.2.2: twice.
    };

    [Theory]
    [Trait("mqtt", "1.5.7-1")]
    [Trait("mqtt", "§2.2.2.2")]
    [Trait("mqtt", "3.3.2-8")]
    [Trait("mqtt", "3.3.2-9")]
    [Trait("mqtt", "3.3.2-13")]
    [Trait("mqtt", "3.3.2-14")]
    [Trait("mqtt", "3.3.2-19")]
    [Trait("mqtt", "3.3.4-6")]
    [MemberData(nameof(Refused))]
    public async Task Properties_that_no_client_may_send_are_refused_before_anything_is_written(MqttProperty[] properties)
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await Assert.ThrowsAsync<ArgumentException>(
            () => scene.Client.PublishAsync("a", default, MqttQualityOfService.AtLeastOnce, false, new MqttProperties(properties), CancellationToken.None));
        _ = scene.Client.PublishAsync("next", default);
        Assert.Equal("next", (await peer.ReadAsync("PUBLISH")).Topic);
    }

    [Theory]
    [Trait("mqtt", "3.3.2-1")]
    [Trait("mqtt", "3.3.2-2")]
    [Trait("mqtt", "4.7.0-1")]
    [Trait("mqtt", "4.7.3-1")]
    [Trait("mqtt", "4.7.3-2")]
    [Trait("mqtt", "4.7.3-3")]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task A_topic_that_is_none_is_refused_before_anything_is_written(MqttVersion version)
    {
        await using var scene = new Scene(o => o with { Version = version });
        var peer = await scene.StartAsync();
        foreach (var topic in new[] { "", "a/+", "#", "a#", "+", "a\0", "a\uD800", new string('a', 65_536), new string('é', 32_768) })
        {
            await Assert.ThrowsAsync<ArgumentException>(() => scene.Client.PublishAsync(topic, Payload));
        }

        var longest = new string('é', 32_767) + "a"; // 65,535 bytes.
        _ = scene.Client.PublishAsync(longest, Payload);
        Assert.Equal(longest, (await peer.ReadAsync("PUBLISH")).Fields.Topic);
    }

    private static WirePacket Answer(ClientPacket packet, MqttVersion version) => packet.Name switch
    {
        "PUBLISH" => new(packet.QoS == 1 ? "puback" : "pubrec") { PacketId = packet.PacketId },
        "SUBSCRIBE" => new("suback") { PacketId = packet.PacketId, Codes = [1] },
        _ => new("unsuback") { PacketId = packet.PacketId, Codes = version == MqttVersion.V500 ? [0] : null },
    };
}
