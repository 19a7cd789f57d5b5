using System.Text;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>QoS 2 from the server to this client.</summary>
public sealed class ReceiveOnceTests
{
    [Fact]
    [Trait("mqtt", "4.3.3-8")]
    [Trait("mqtt", "4.3.3-11")]
    [Trait("mqtt", "4.3.3-12")]
    public async Task Pubrec_waits_for_the_application_and_after_pubrel_the_identifier_means_a_new_message()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        for (var i = 0; i < 2; i++)
        {
            await peer.SendAsync(Wire.PublishOnce("a", $"{i}", 7, duplicate: i == 1));
            var message = await Next(scene);
            Assert.Equal((MqttQualityOfService.ExactlyOnce, $"{i}"), (message.QualityOfService, Encoding.UTF8.GetString(message.Payload.Span)));
            Assert.Empty(peer.ReadAvailable());
            scene.Client.Acknowledge(message);
            Assert.Equal(7, (await peer.ReadAsync("PUBREC")).PacketId);
            await peer.SendAsync(Wire.Pubrel(7));
            var pubcomp = await peer.ReadAsync("PUBCOMP");
            Assert.Equal((7, 0), (pubcomp.PacketId, pubcomp.Reason));
            scene.Client.Acknowledge(message);
        }

        var counters = scene.Client.Counters;
        Assert.Equal((2L, 2L, 2L, 0L), (counters.MessagesReceived, counters.MessagesAcknowledged, counters.AcknowledgementsIgnored, counters.UnknownAcknowledgements));
    }

    /// <summary>Neither side has more identifiers; who sends more and reads no answers is after the memory.</summary>
    [Theory]
    [InlineData(0x62)] // PUBREL
    [InlineData(0x50)] // PUBREC
    public async Task A_server_that_wants_more_answers_than_there_are_identifiers_is_told_to_go(byte first)
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        var asks = Enumerable.Range(1, 10_000).SelectMany(id => Wire.Packet(first, Wire.Two(id))).ToArray();
        for (var i = 0; i < 20; i++)
        {
            await peer.SendAsync(asks);
        }

        await Eventually.TrueAsync(() => scene.Time.PendingTimers > 2, "the farewell is waited for, beside the deadline of CONNACK and the watch");
        scene.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(MqttDisconnectCause.ProtocolError, (await scene.StateAsync<MqttConnectionState.Disconnected>()).Cause);
    }

    [Fact]
    [Trait("mqtt", "4.6.0-2")]
    [Trait("mqtt", "4.6.0-3")]
    public async Task Pubacks_and_pubrecs_leave_together_in_the_order_of_arrival()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.Publish("a", "1", 1), Wire.PublishOnce("a", "2", 2), Wire.Publish("a", "3", 3), Wire.PublishOnce("a", "4", 4));
        var messages = new List<MqttMessage>();
        for (var i = 0; i < 4; i++)
        {
            messages.Add(await Next(scene));
        }

        foreach (var i in new[] { 3, 1, 2, 0 })
        {
            Assert.Empty(peer.ReadAvailable());
            scene.Client.Acknowledge(messages[i]);
        }

        foreach (var (name, id) in new[] { ("PUBACK", 1), ("PUBREC", 2), ("PUBACK", 3), ("PUBREC", 4) })
        {
            Assert.Equal(id, (await peer.ReadAsync(name)).PacketId);
        }
    }

    [Fact]
    [Trait("mqtt", "4.3.3-10")]
    public async Task What_comes_again_before_pubrel_is_answered_and_not_delivered()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.PublishOnce("a", "1", 7), Wire.PublishOnce("a", "1", 7, duplicate: true));
        scene.Client.Acknowledge(await Next(scene));
        await peer.ReadAsync("PUBREC");
        await peer.SendAsync(Wire.PublishOnce("a", "1", 7, duplicate: true), Wire.Publish("a", "other"));
        await peer.ReadAsync("PUBREC");
        Assert.Equal("other", Encoding.UTF8.GetString((await Next(scene)).Payload.Span));
        await peer.SendAsync(Wire.Pubrel(7));
        await peer.ReadAsync("PUBCOMP");
        var counters = scene.Client.Counters;
        Assert.Equal((2L, 2L, 2L), (counters.MessagesReceived, counters.DuplicatesReceived, counters.MessagesAcknowledged));
    }

    [Theory]
    [Trait("mqtt", "4.3.3-10")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_acknowledgement_counts_beyond_its_connection(bool whileAway)
    {
        await using var scene = new Scene(Scene.Persistent);
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.PublishOnce("a", "1", 7));
        var message = await Next(scene);
        peer.Close();
        var lost = await scene.StateAsync<MqttConnectionState.Disconnected>();
        if (whileAway)
        {
            scene.Client.Acknowledge(message);
        }

        peer = await scene.RetryAsync(lost.RetryAt);
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        await peer.SendAsync(Wire.PublishOnce("a", "1", 7, duplicate: true), Wire.Publish("a", "other"));
        Assert.Equal("other", Encoding.UTF8.GetString((await Next(scene)).Payload.Span));
        if (!whileAway)
        {
            Assert.Empty(peer.ReadAvailable());
            scene.Client.Acknowledge(message);
        }

        Assert.Equal(7, (await peer.ReadAsync("PUBREC")).PacketId);
        Assert.Equal(0, scene.Client.Counters.AcknowledgementsIgnored);
    }

    [Fact]
    [Trait("mqtt", "3.1.2-23")]
    [Trait("mqtt", "4.3.3-10")]
    [Trait("mqtt", "4.1.0-1")]
    public async Task An_identifier_is_remembered_beyond_the_connection_on_which_it_was_answered()
    {
        await using var scene = new Scene(Scene.Persistent);
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.PublishOnce("a", "1", 7), Wire.PublishOnce("a", "2", 8));
        scene.Client.Acknowledge(await Next(scene));
        scene.Client.Acknowledge(await Next(scene));
        await peer.ReadAsync("PUBREC");
        await peer.ReadAsync("PUBREC");
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        await peer.SendAsync(Wire.Pubrel(8));
        Assert.Equal((8, 0), await Answer(peer, "PUBCOMP"));
        await peer.SendAsync(Wire.PublishOnce("a", "1", 7, duplicate: true));
        Assert.Equal(7, (await peer.ReadAsync("PUBREC")).PacketId);
        await peer.SendAsync(Wire.Pubrel(7));
        Assert.Equal((7, 0), await Answer(peer, "PUBCOMP"));
        Assert.Equal(2, scene.Client.Counters.MessagesReceived);
    }

    [Fact]
    [Trait("mqtt", "3.2.2-5")]
    public async Task With_the_session_the_identifiers_are_forgotten()
    {
        await using var scene = new Scene(Scene.Persistent);
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.PublishOnce("a", "old", 7));
        var old = await Next(scene);
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: false));
        await peer.SendAsync(Wire.PublishOnce("a", "new", 7));
        var message = await Next(scene);
        scene.Client.Acknowledge(old);
        Assert.Equal(1, scene.Client.Counters.AcknowledgementsIgnored);
        Assert.Empty(peer.ReadAvailable());
        scene.Client.Acknowledge(message);
        await peer.ReadAsync("PUBREC");
    }

    [Fact]
    [Trait("mqtt", "4.3.3-9")]
    public async Task A_refusal_ends_the_exchange()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.PublishOnce("a", "bad", 7));
        scene.Client.Acknowledge(await Next(scene), MqttReasonCode.PayloadFormatInvalid);
        Assert.Equal((7, 0x99), await Answer(peer, "PUBREC"));
        await peer.SendAsync(Wire.PublishOnce("a", "new", 7), Wire.Pubrel(9));
        Assert.Equal("new", Encoding.UTF8.GetString((await Next(scene)).Payload.Span));
        Assert.Equal((9, 0x92), await Answer(peer, "PUBCOMP"));
    }

    [Fact]
    public async Task A_refusal_has_no_code_in_mqtt_3_1_1_and_the_exchange_goes_on()
    {
        await using var scene = new Scene(o => o with { Version = MqttVersion.V311 });
        var peer = await scene.StartAsync(Wire.Connack311());
        await peer.SendAsync(Wire.Packet(0x34, [.. Wire.Text("a"), .. Wire.Two(7), 1]));
        scene.Client.Acknowledge(await Next(scene), MqttReasonCode.PayloadFormatInvalid);
        Assert.Equal(2, (await peer.ReadAsync("PUBREC")).Body.Length);
        await peer.SendAsync(Wire.Pubrel(7));
        await peer.ReadAsync("PUBCOMP");
        Assert.Equal(0, scene.Client.Counters.UnknownAcknowledgements);
    }

    [Fact]
    public async Task A_pubrel_before_pubrec_is_unknown_and_takes_nothing_away()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.PublishOnce("a", "1", 7), Wire.Pubrel(7));
        Assert.Equal((7, 0x92), await Answer(peer, "PUBCOMP"));
        scene.Client.Acknowledge(await Next(scene));
        await peer.ReadAsync("PUBREC");
        await peer.SendAsync(Wire.Pubrel(7));
        Assert.Equal((7, 0), await Answer(peer, "PUBCOMP"));
    }

    [Fact]
    [Trait("mqtt", "3.3.4-9")]
    public async Task An_exchange_counts_against_receive_maximum_until_pubrel()
    {
        await using var scene = new Scene(o => o with { ReceiveMaximum = 1, StrictReceiveMaximum = true });
        var peer = await scene.StartAsync();
        for (var i = 1; i <= 2; i++)
        {
            await peer.SendAsync(Wire.PublishOnce("a", "x", i));
            scene.Client.Acknowledge(await Next(scene));
            await peer.ReadAsync("PUBREC");
            if (i == 1)
            {
                await peer.SendAsync(Wire.Pubrel(i));
                await peer.ReadAsync("PUBCOMP");
            }
        }

        await peer.SendAsync(Wire.PublishOnce("a", "x", 3));
        Assert.Equal(0x93, (await peer.ReadAsync("DISCONNECT")).Reason);
    }

    private static async Task<(int PacketId, int Reason)> Answer(ScriptedPeer peer, string name)
    {
        var packet = await peer.ReadAsync(name);
        return (packet.PacketId, packet.Reason);
    }

    private static async Task<MqttMessage> Next(Scene scene) =>
        await scene.Client.Messages.ReadAsync().AsTask().Soon();
}
