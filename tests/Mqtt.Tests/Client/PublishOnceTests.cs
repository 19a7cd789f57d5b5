using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>QoS 2 from this client to the server.</summary>
public sealed class PublishOnceTests
{
    private static readonly byte[] Payload = "x"u8.ToArray();

    private static MqttClientOptions Kept(MqttClientOptions options) => Scene.Persistent(options) with { ResumesStoredSession = false };

    [Fact]
    [Trait("mqtt", "3.6.1-1")]
    [Trait("mqtt", "4.3.3-1")]
    [Trait("mqtt", "4.3.3-2")]
    [Trait("mqtt", "4.3.3-3")]
    [Trait("mqtt", "4.3.3-4")]
    [Trait("mqtt", "4.3.3-5")]
    [Trait("mqtt", "2.2.1-5")]
    public async Task A_publish_goes_through_pubrec_and_pubrel_and_completes_at_pubcomp()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        var publish = Publish(scene, "a");
        var sent = await peer.ReadAsync("PUBLISH");
        Assert.Equal(("a", 2, false), (sent.Topic, sent.QoS, sent.Duplicate));
        await peer.SendAsync(Wire.Pubrec(sent.PacketId, 0x10));
        var pubrel = await peer.ReadAsync("PUBREL");
        Assert.Equal((sent.PacketId, 0x62, 2), (pubrel.PacketId, pubrel.First, pubrel.Body.Length));
        Assert.False(publish.IsCompleted);
        Assert.Equal(1, scene.Client.Counters.PublishesPending);
        await peer.SendAsync(Wire.Pubcomp(sent.PacketId));
        Assert.Equal(MqttReasonCode.NoMatchingSubscribers, (await publish.Soon()).ReasonCode);
        var counters = scene.Client.Counters;
        Assert.Equal((1L, 0L, 0L), (counters.PublishesAccepted, counters.PublishesRefused, counters.PublishesPending));
    }

    /// <summary>Mosquitto resets a connection of 3.1.1 at the 21st.</summary>
    [Fact]
    public async Task No_more_than_twenty_exchanges_at_once_where_the_server_cannot_say_its_limit()
    {
        await using var scene = new Scene(o => o with { Version = MqttVersion.V311 });
        var peer = await scene.StartAsync(Wire.Connack311());
        var publishes = Enumerable.Range(0, 21).Select(i => Publish(scene, $"{i}")).ToList();
        var sent = new List<ClientPacket>();
        while (sent.Count < 20)
        {
            sent.Add(await peer.ReadAsync("PUBLISH"));
        }

        // Still open after PUBREC: the 21st waits for a PUBCOMP.
        await peer.SendAsync(Wire.Pubrec(sent[0].PacketId));
        await peer.ReadAsync("PUBREL");
        await peer.SendAsync(Wire.Pubrec(sent[1].PacketId));
        await peer.ReadAsync("PUBREL");
        await peer.SendAsync(Wire.Pubcomp(sent[0].PacketId));
        Assert.Equal("20", (await peer.ReadAsync("PUBLISH")).Topic);
        Assert.True((await publishes[0].Soon()).Accepted);
    }

    [Fact]
    [Trait("mqtt", "4.4.0-2")]
    [Trait("mqtt", "4.9.0-2")]
    public async Task A_pubrec_that_refuses_ends_the_exchange_and_gives_its_place_to_the_next()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x21, 0, 1]));
        var refused = Publish(scene, "refused");
        var next = scene.Client.PublishAsync("next", Payload);
        var sent = await peer.ReadAsync("PUBLISH");
        Assert.Empty(peer.ReadAvailable());
        await peer.SendAsync(Wire.Pubrec(sent.PacketId, 0x87));
        var result = await refused.Soon();
        Assert.Equal((MqttReasonCode.NotAuthorized, false), (result.ReasonCode, result.Accepted));
        sent = await peer.ReadAsync("PUBLISH");
        Assert.Equal("next", sent.Topic);
        await peer.SendAsync(Wire.Puback(sent.PacketId));
        await next.Soon();
        Assert.Equal((1L, 1L), (scene.Client.Counters.PublishesAccepted, scene.Client.Counters.PublishesRefused));
    }

    [Fact]
    [Trait("mqtt", "4.9.0-1")]
    [Trait("mqtt", "4.9.0-3")]
    public async Task A_place_in_the_window_is_held_until_pubcomp_and_pubrel_does_not_wait_for_one()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x21, 0, 1]));
        var (once, next) = (Publish(scene, "once"), scene.Client.PublishAsync("next", Payload));
        var id = (await peer.ReadAsync("PUBLISH")).PacketId;
        await peer.SendAsync(Wire.Pubrec(id));
        await peer.ReadAsync("PUBREL");
        Assert.Empty(peer.ReadAvailable());
        await peer.SendAsync(Wire.Pubcomp(id));
        await once.Soon();
        var sent = await peer.ReadAsync("PUBLISH");
        Assert.NotEqual(id, sent.PacketId);
        await peer.SendAsync(Wire.Puback(sent.PacketId));
        await next.Soon();
    }

    [Fact]
    [Trait("mqtt", "4.4.0-1")]
    [Trait("mqtt", "4.3.3-6")]
    [Trait("mqtt", "4.6.0-1")]
    [Trait("mqtt", "4.6.0-4")]
    public async Task On_resume_pubrels_go_in_the_order_of_the_pubrecs_and_publishes_without_one_again()
    {
        await using var scene = new Scene(Kept);
        var peer = await scene.StartAsync();
        var all = new[] { Publish(scene, "a"), Publish(scene, "b"), Publish(scene, "c") };
        var ids = new List<int>();
        foreach (var _ in all)
        {
            ids.Add((await peer.ReadAsync("PUBLISH")).PacketId);
        }

        await peer.SendAsync(Wire.Pubrec(ids[2]), Wire.Pubrec(ids[0]));
        Assert.Equal([ids[2], ids[0]], [(await peer.ReadAsync("PUBREL")).PacketId, (await peer.ReadAsync("PUBREL")).PacketId]);
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        Assert.Equal([ids[2], ids[0]], [(await peer.ReadAsync("PUBREL")).PacketId, (await peer.ReadAsync("PUBREL")).PacketId]);
        var repeat = await peer.ReadAsync("PUBLISH");
        Assert.Equal(("b", ids[1], true), (repeat.Topic, repeat.PacketId, repeat.Duplicate));

        // The server had finished the first before the connection was lost: that it doesn't know it any more is no failure.
        await peer.SendAsync(Wire.Pubcomp(ids[2], 0x92), Wire.Pubcomp(ids[0]), Wire.Pubrec(ids[1]));
        await peer.ReadAsync("PUBREL");
        await peer.SendAsync(Wire.Pubcomp(ids[1]));
        Assert.All(await Task.WhenAll(all).Soon(), result => Assert.Equal(MqttReasonCode.Success, result.ReasonCode));
        Assert.Equal((1L, 0L), (scene.Client.Counters.PublishesResent, scene.Client.Counters.PublishesPending));
    }

    [Fact]
    [Trait("mqtt", "4.3.3-7")]
    public async Task After_pubrec_the_message_is_not_sent_again_even_if_pubrel_was_not()
    {
        await using var scene = new Scene(Kept);
        var peer = await scene.StartAsync();
        var publish = Publish(scene, "a");
        var id = (await peer.ReadAsync("PUBLISH")).PacketId;
        await peer.SendAsync(Wire.Pubrec(id));
        peer.Close(); // PUBREL may or may not get out.
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        Assert.Equal(id, (await peer.ReadAsync("PUBREL")).PacketId);
        await peer.SendAsync(Wire.Pubcomp(id));
        Assert.True((await publish.Soon()).Accepted);
        Assert.Equal(1, scene.Client.Counters.PublishesSent);
    }

    [Fact]
    [Trait("mqtt", "3.2.2-5")]
    public async Task If_the_server_lost_the_session_what_had_no_pubrec_is_new_and_what_had_one_is_told()
    {
        await using var scene = new Scene(Kept);
        var peer = await scene.StartAsync();
        var (owned, sent) = (Publish(scene, "owned"), Publish(scene, "sent"));
        var id = (await peer.ReadAsync("PUBLISH")).PacketId;
        await peer.ReadAsync("PUBLISH");
        await peer.SendAsync(Wire.Pubrec(id));
        await peer.ReadAsync("PUBREL");
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: false));
        var again = await peer.ReadAsync("PUBLISH");
        Assert.Equal(("sent", false), (again.Topic, again.Duplicate));
        Assert.Equal(MqttReasonCode.PacketIdentifierNotFound, (await owned.Soon()).ReasonCode);
        await peer.SendAsync(Wire.Pubrec(again.PacketId));
        await peer.ReadAsync("PUBREL");
        await peer.SendAsync(Wire.Pubcomp(again.PacketId));
        Assert.True((await sent.Soon()).Accepted);
    }

    [Fact]
    public async Task A_server_that_loses_the_exchange_within_a_connection_is_told_of()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        var publish = Publish(scene, "a");
        var id = (await peer.ReadAsync("PUBLISH")).PacketId;
        await peer.SendAsync(Wire.Pubrec(id));
        await peer.ReadAsync("PUBREL");
        await peer.SendAsync(Wire.Pubcomp(id, 0x92));
        Assert.Equal(MqttReasonCode.PacketIdentifierNotFound, (await publish.Soon()).ReasonCode);
        Assert.Equal(1, scene.Client.Counters.PublishesRefused);
    }

    [Fact]
    public async Task An_answer_of_the_other_quality_of_service_is_none()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        var (once, least) = (Publish(scene, "once"), scene.Client.PublishAsync("least", Payload));
        var ids = new[] { (await peer.ReadAsync("PUBLISH")).PacketId, (await peer.ReadAsync("PUBLISH")).PacketId };
        await peer.SendAsync(Wire.Puback(ids[0]), Wire.Pubcomp(ids[0]), Wire.Pubrec(ids[1]));
        Assert.Equal(0x92, (await peer.ReadAsync("PUBREL")).Reason);
        Assert.Equal(3, scene.Client.Counters.UnknownAcknowledgements);
        Assert.False(once.IsCompleted || least.IsCompleted);
        await peer.SendAsync(Wire.Pubrec(ids[0]), Wire.Puback(ids[1]));
        await least.Soon();
        await peer.ReadAsync("PUBREL");
        await peer.SendAsync(Wire.Pubcomp(ids[0]));
        await once.Soon();
    }

    [Fact]
    [Trait("mqtt", "4.3.3-4")]
    public async Task A_pubrec_that_comes_twice_is_answered_twice()
    {
        await using var scene = new Scene(o => o with { Version = MqttVersion.V311 });
        var peer = await scene.StartAsync(Wire.Connack311());
        var publish = Publish(scene, "a");
        var id = (await peer.ReadAsync("PUBLISH")).PacketId;
        for (var i = 0; i < 2; i++)
        {
            await peer.SendAsync(Wire.Pubrec(id));
            Assert.Equal(id, (await peer.ReadAsync("PUBREL")).PacketId);
        }

        await peer.SendAsync(Wire.Pubcomp(id));
        Assert.True((await publish.Soon()).Accepted);
    }

    [Fact]
    public async Task A_server_that_never_sends_pubcomp_is_left()
    {
        await using var scene = new Scene(o => o with { KeepAlive = 0, AcknowledgeTimeout = TimeSpan.FromSeconds(60) });
        var peer = await scene.StartAsync();
        var publish = Publish(scene, "a");
        var id = (await peer.ReadAsync("PUBLISH")).PacketId;
        await peer.SendAsync(Wire.Pubrec(id));
        await peer.ReadAsync("PUBREL");
        await scene.SleepAsync(TimeSpan.FromSeconds(60));
        await peer.ReadAsync("DISCONNECT");
        peer.Close();
        Assert.Equal(MqttDisconnectCause.AcknowledgeTimeout, (await Assert.ThrowsAsync<MqttConnectionLostException>(() => publish.Soon())).Cause);
    }

    [Fact]
    public async Task A_session_that_may_be_older_than_the_process_takes_no_qos_2()
    {
        await using var scene = new Scene(Scene.Persistent);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Publish(scene, "a"));
    }

    private static Task<MqttPublishResult> Publish(Scene scene, string topic) =>
        scene.Client.PublishAsync(topic, Payload, MqttQualityOfService.ExactlyOnce);
}
