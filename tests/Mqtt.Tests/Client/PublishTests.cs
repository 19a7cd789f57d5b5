using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Client;

public sealed class PublishTests
{
    private static readonly byte[] Payload = "x"u8.ToArray();

    [Fact]
    [Trait("mqtt", "4.3.2-3")]
    public async Task A_publish_completes_at_its_puback_with_the_reason_of_the_server()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        var (good, bad) = (scene.Client.PublishAsync("a", Payload), scene.Client.PublishAsync("b", Payload));
        var first = await peer.ReadAsync("PUBLISH");
        var second = await peer.ReadAsync("PUBLISH");
        Assert.Equal(("a", "b", 1, false), (first.Topic, second.Topic, first.QoS, first.Duplicate));
        Assert.False(good.IsCompleted);
        await peer.SendAsync(Wire.Puback(second.PacketId, 0x87), Wire.Puback(first.PacketId, 0x10));
        Assert.Equal(MqttReasonCode.NotAuthorized, (await bad.Soon()).ReasonCode);
        Assert.Equal(MqttReasonCode.NoMatchingSubscribers, (await good.Soon()).ReasonCode);
        var counters = scene.Client.Counters;
        Assert.Equal((1L, 1L, 2L, 0L), (counters.PublishesAccepted, counters.PublishesRefused, counters.PublishesSent, counters.PublishesPending));
    }

    [Fact]
    [Trait("mqtt", "3.3.4-7")]
    [Trait("mqtt", "4.9.0-2")]
    public async Task The_window_of_the_server_is_waited_for()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x21, 0, 2]));
        var all = Enumerable.Range(0, 3).Select(i => scene.Client.PublishAsync($"{i}", Payload)).ToList();
        var first = await peer.ReadAsync("PUBLISH");
        var second = await peer.ReadAsync("PUBLISH");
        Assert.Empty(peer.ReadAvailable());
        await peer.SendAsync(Wire.Puback(first.PacketId));
        var third = await peer.ReadAsync("PUBLISH");
        Assert.Equal("2", third.Topic);
        await peer.SendAsync(Wire.Puback(second.PacketId), Wire.Puback(third.PacketId));
        await Task.WhenAll(all).Soon();
    }

    [Fact]
    public async Task A_payload_is_the_callers_again_when_he_stops_waiting_and_yet_sent_again_as_it_was()
    {
        await using var scene = new Scene(Scene.Persistent);
        var peer = await scene.StartAsync(Wire.Connack(sessionPresent: true));
        using var patience = new CancellationTokenSource();
        var payload = "as it was"u8.ToArray();
        var publish = scene.Client.PublishAsync("a", payload, cancellationToken: patience.Token);
        await peer.ReadAsync("PUBLISH");
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publish.Soon());
        "something"u8.CopyTo(payload);
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        Assert.Equal("as it was", (await peer.ReadAsync("PUBLISH")).Payload);
    }

    [Fact]
    [Trait("mqtt", "3.1.2-4")]
    public async Task With_a_clean_start_pending_publishes_fail_when_the_connection_is_lost()
    {
        await using var scene = new Scene();
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => scene.Client.PublishAsync("early", Payload));
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x21, 0, 1]));
        var all = new[] { scene.Client.PublishAsync("in flight", Payload), scene.Client.PublishAsync("waiting", Payload) };
        await peer.ReadAsync("PUBLISH");
        peer.Close();
        foreach (var publish in all)
        {
            Assert.Equal(MqttDisconnectCause.ConnectionLost, (await Assert.ThrowsAsync<MqttConnectionLostException>(() => publish.Soon())).Cause);
        }

        peer = await scene.ReconnectAsync();
        Assert.True((await peer.AcceptAsync()).CleanStart);
        await scene.StateAsync<MqttConnectionState.Connected>();
        Assert.Empty(peer.ReadAvailable());
    }

    [Fact]
    [Trait("mqtt", "3.1.2-23")]
    [Trait("mqtt", "4.4.0-1")]
    public async Task With_a_kept_session_they_are_sent_again_and_complete()
    {
        await using var scene = new Scene(Scene.Persistent);
        var peer = await scene.StartAsync();
        var all = new[] { scene.Client.PublishAsync("a", Payload), scene.Client.PublishAsync("b", Payload) };
        var ids = new[] { (await peer.ReadAsync("PUBLISH")).PacketId, (await peer.ReadAsync("PUBLISH")).PacketId };
        peer.Close();
        var lost = await scene.StateAsync<MqttConnectionState.Disconnected>();
        var later = scene.Client.PublishAsync("c", Payload);
        peer = await scene.RetryAsync(lost.RetryAt);
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        foreach (var (topic, id) in new[] { ("a", ids[0]), ("b", ids[1]) })
        {
            var repeat = await peer.ReadAsync("PUBLISH");
            Assert.Equal((topic, id, true), (repeat.Topic, repeat.PacketId, repeat.Duplicate));
            await peer.SendAsync(Wire.Puback(id));
        }

        var last = await peer.ReadAsync("PUBLISH");
        Assert.Equal(("c", false), (last.Topic, last.Duplicate));
        await peer.SendAsync(Wire.Puback(last.PacketId));
        await Task.WhenAll([.. all, later]).Soon();
        Assert.Equal(2, scene.Client.Counters.PublishesResent);
    }

    [Fact]
    public async Task Cancelling_takes_back_what_waits_and_leaves_what_was_sent()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x21, 0, 1]));
        using var cancel = new CancellationTokenSource();
        var sent = scene.Client.PublishAsync("sent", Payload, cancellationToken: cancel.Token);
        var id = (await peer.ReadAsync("PUBLISH")).PacketId;
        var waiting = scene.Client.PublishAsync("waiting", Payload, cancellationToken: cancel.Token);
        var next = scene.Client.PublishAsync("next", Payload);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sent.Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        await peer.SendAsync(Wire.Puback(id));
        var packet = await peer.ReadAsync("PUBLISH");
        Assert.Equal("next", packet.Topic);
        await peer.SendAsync(Wire.Puback(packet.PacketId));
        await next.Soon();
    }

    [Fact]
    public async Task Too_many_pending_are_refused()
    {
        await using var scene = new Scene(o => Scene.Persistent(o) with { MaximumPendingPublishes = 1 });
        _ = scene.Client.PublishAsync("a", Payload);
        var e = await Assert.ThrowsAsync<MqttPublishRejectedException>(() => scene.Client.PublishAsync("b", Payload));
        Assert.Equal(MqttReasonCode.QuotaExceeded, e.ReasonCode);
    }

    [Fact]
    public async Task A_server_that_answers_pings_and_never_acknowledges_is_left()
    {
        await using var scene = new Scene(o => o with { KeepAlive = 30, AcknowledgeTimeout = TimeSpan.FromSeconds(60) });
        var peer = await scene.StartAsync();
        var publish = scene.Client.PublishAsync("a", Payload);
        await peer.ReadAsync("PUBLISH");
        for (var i = 0; i < 2; i++)
        {
            await scene.SleepAsync(TimeSpan.FromSeconds(29));
            scene.Time.Advance(TimeSpan.FromSeconds(1));
            if (i == 0)
            {
                await peer.ReadAsync("PINGREQ");
                var received = scene.Client.Counters.PacketsReceived;
                await peer.SendAsync(Wire.Pingresp());
                await Eventually.TrueAsync(() => scene.Client.Counters.PacketsReceived > received, "the PINGRESP is read");
            }
        }

        while ((await peer.ReadAsync()).Name != "DISCONNECT")
        {
            // A ping may be under way.
        }

        peer.Close();
        Assert.Equal(MqttDisconnectCause.AcknowledgeTimeout, (await Assert.ThrowsAsync<MqttConnectionLostException>(() => publish.Soon())).Cause);
    }

    [Fact]
    public async Task An_unknown_puback_and_leftovers_of_qos_2_are_tolerated()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.Puback(9), Wire.Packet(0x50, Wire.Two(8)), Wire.Packet(0x62, Wire.Two(7)), Wire.Packet(0x70, Wire.Two(6)));
        var (pubrel, pubcomp) = (await peer.ReadAsync("PUBREL"), await peer.ReadAsync("PUBCOMP"));
        Assert.Equal((8, 0x92, 7, 0x92), (pubrel.PacketId, pubrel.Reason, pubcomp.PacketId, pubcomp.Reason));
        Assert.Equal(4, scene.Client.Counters.UnknownAcknowledgements);
    }
}
