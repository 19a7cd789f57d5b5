using System.Text;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Client;

public sealed class ReceiveTests
{
    [Fact]
    [Trait("mqtt", "4.3.2-4")]
    [Trait("mqtt", "4.6.0-2")]
    public async Task Nothing_is_acknowledged_before_the_application_says_so_and_then_in_order()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.Publish("a", "1", 11), Wire.Publish("a", "2", 12, duplicate: true, retain: true), Wire.Publish("b", "0"));
        var messages = new[] { await Next(scene), await Next(scene), await Next(scene) };
        Assert.Equal(["1", "2", "0"], messages.Select(m => Encoding.UTF8.GetString(m.Payload.Span)));
        Assert.Equal([false, true, false], messages.Select(m => m.Duplicate));
        Assert.Equal([false, true, false], messages.Select(m => m.Retain));
        Assert.Same(messages[0].Topic, messages[1].Topic);
        Assert.Equal(MqttQualityOfService.AtMostOnce, messages[2].QualityOfService);
        scene.Client.Acknowledge(messages[2]);
        scene.Client.Acknowledge(messages[1]);
        Assert.Empty(peer.ReadAvailable());
        scene.Client.Acknowledge(messages[0], MqttReasonCode.UnspecifiedError);
        var first = await peer.ReadAsync("PUBACK");
        Assert.Equal((11, 0x80), (first.PacketId, first.Reason));
        Assert.Equal(12, (await peer.ReadAsync("PUBACK")).PacketId);
        scene.Client.Acknowledge(messages[0]);
        Assert.Equal(1, scene.Client.Counters.AcknowledgementsIgnored);
    }

    /// <summary>Else a consumer that stands still and a server that comes and goes would fill the memory, a read for each connection.</summary>
    [Fact]
    public async Task What_comes_with_connack_waits_outside_while_the_buffer_is_full()
    {
        await using var scene = new Scene(o => Scene.Persistent(o) with { ReceiveBufferBytes = 1000, KeepAlive = 0, AcknowledgeTimeout = TimeSpan.FromHours(1) });
        var peer = await scene.StartAsync(Wire.Connack(sessionPresent: true));
        await peer.SendAsync(Wire.Publish("a", new string('x', 1000)));
        await Eventually.TrueAsync(() => scene.Client.Counters.ReceivePauses == 1, "the buffer is full");
        var full = scene.Client.Counters.ReceiveBufferBytes;
        for (var i = 2; i < 5; i++)
        {
            peer.Close();
            var timers = scene.Time.PendingTimers;
            _ = scene.Client.PublishAsync("p", default); // Nobody reads: that the connection is closed shows when something is written.
            await Eventually.TrueAsync(() => scene.Time.PendingTimers > timers, "the server's last word is waited for");
            scene.Time.Advance(TimeSpan.FromSeconds(5));
            peer = await scene.ReconnectAsync();
            await peer.AcceptAsync([.. Wire.Connack(sessionPresent: true), .. Wire.Publish("a", $"{i}"), .. Wire.Publish("b", $"{i}")]);
            await Eventually.TrueAsync(() => scene.Client.Counters.ReceivePauses == i, "the buffer is full still");
            Assert.Equal(full, scene.Client.Counters.ReceiveBufferBytes);
        }

        foreach (var expected in new[] { new string('x', 1000), "4", "4" })
        {
            Assert.Equal(expected, Encoding.UTF8.GetString((await Next(scene)).Payload.Span));
        }
    }

    [Fact]
    public async Task With_automatic_acknowledgement_taking_a_message_is_enough()
    {
        await using var scene = new Scene(o => o with { AcknowledgesAutomatically = true });
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.Publish("a", "1", 1), Wire.PublishOnce("a", "2", 2), Wire.Publish("a", "0"));
        Assert.True(await scene.Client.Messages.WaitToReadAsync().AsTask().Soon());
        Assert.Empty(peer.ReadAvailable());
        var first = await Next(scene);
        await Next(scene);
        await Next(scene);
        Assert.Equal(1, (await peer.ReadAsync("PUBACK")).PacketId);
        Assert.Equal(2, (await peer.ReadAsync("PUBREC")).PacketId);
        scene.Client.Acknowledge(first);
        Assert.Equal(0, scene.Client.Counters.AcknowledgementsIgnored);
    }

    [Fact]
    public async Task A_thousand_acknowledgements_leave_in_a_few_writes()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync([.. Enumerable.Range(1, 1000).Select(i => Wire.Publish("a", "payload", i))]);
        var writes = scene.Client.Counters.Writes;
        var messages = new List<MqttMessage>();
        while (messages.Count < 1000)
        {
            messages.Add(await Next(scene));
        }

        // The last one first: none may leave before the first of them, so the writer cannot run ahead of this loop and the
        // count of writes does not depend on how the threads are scheduled.
        foreach (var message in Enumerable.Reverse(messages))
        {
            scene.Client.Acknowledge(message);
        }

        for (var i = 1; i <= 1000; i++)
        {
            Assert.Equal(i, (await peer.ReadAsync("PUBACK")).PacketId);
        }

        Assert.InRange(scene.Client.Counters.Writes - writes, 1, 10);
    }

    [Fact]
    public async Task An_acknowledgement_among_unacknowledged_messages_leaves_after_a_moment()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.Publish("a", "1", 1), Wire.Publish("a", "2", 2));
        var first = await Next(scene);
        await Next(scene);
        scene.Client.Acknowledge(first);
        Assert.Empty(peer.ReadAvailable());
        scene.Time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(1, (await peer.ReadAsync("PUBACK")).PacketId);
    }

    [Fact]
    public async Task An_acknowledgement_for_a_lost_connection_is_ignored()
    {
        await using var scene = new Scene(Scene.Persistent);
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.Publish("a", "1", 1));
        var old = await Next(scene);
        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        await peer.SendAsync(Wire.Publish("a", "1", 1, duplicate: true));
        var again = await Next(scene);
        Assert.True(again.Duplicate);
        scene.Client.Acknowledge(old);
        Assert.Empty(peer.ReadAvailable());
        Assert.Equal(1, scene.Client.Counters.AcknowledgementsIgnored);
        scene.Client.Acknowledge(again);
        await peer.ReadAsync("PUBACK");
    }

    [Fact]
    [Trait("mqtt", "3.3.4-9")]
    public async Task A_server_beyond_our_receive_maximum_is_counted_and_tolerated()
    {
        await using var scene = new Scene(o => o with { ReceiveMaximum = 2 });
        var peer = await scene.StartAsync();
        await peer.SendAsync([.. Enumerable.Range(1, 5).Select(i => Wire.Publish("a", "x", i))]);
        for (var i = 1; i <= 5; i++)
        {
            scene.Client.Acknowledge(await Next(scene));
            Assert.Equal(i, (await peer.ReadAsync("PUBACK")).PacketId);
        }

        Assert.Equal(3, scene.Client.Counters.ReceiveMaximumExceeded);
    }

    [Fact]
    [Trait("mqtt", "3.3.4-9")]
    public async Task In_strict_mode_it_is_told_to_go()
    {
        await using var scene = new Scene(o => o with { ReceiveMaximum = 2, StrictReceiveMaximum = true });
        var peer = await scene.StartAsync();
        await peer.SendAsync([.. Enumerable.Range(1, 3).Select(i => Wire.Publish("a", "x", i))]);
        Assert.Equal(0x93, (await peer.ReadAsync("DISCONNECT")).Reason);
        peer.Close();
        Assert.Equal(MqttReasonCode.ReceiveMaximumExceeded, (await scene.StateAsync<MqttConnectionState.Disconnected>()).ReasonCode);
        Assert.Equal(2, scene.Client.Messages.Count);
    }

    [Fact]
    public async Task When_the_application_is_behind_the_socket_is_not_read_and_memory_stays_bounded()
    {
        const int messages = 2_000;
        var payload = new string('x', 1_000);
        await using var scene = new Scene(o => o with { ReceiveBufferBytes = 100_000, KeepAlive = 10 });
        var peer = await scene.StartAsync();
        var sending = Task.Run(async () =>
        {
            for (var i = 1; i <= messages; i++)
            {
                await peer.SendAsync(Wire.Publish("a", payload, i));
            }
        });
        await Eventually.TrueAsync(() => scene.Client.Counters.ReceivePauses > 0, "the limit is reached");

        // A silence of our own making is no reason to give the peer up; it still gets its pings.
        scene.Time.Advance(TimeSpan.FromSeconds(10));
        await peer.ReadAsync("PINGREQ");
        await scene.SleepAsync(TimeSpan.FromSeconds(9));
        Assert.False(sending.IsCompleted);

        var most = 0L;
        for (var i = 1; i <= messages; i++)
        {
            var message = await Next(scene);
            most = Math.Max(most, scene.Client.Counters.ReceiveBufferBytes + message.Cost);
            scene.Client.Acknowledge(message);
        }

        await sending.Soon();
        Assert.InRange(most, 100_000, 100_000 + (2 * 64 * 1024)); // The limit and one read.
        Assert.Equal(0, scene.Client.Counters.ReceiveBufferBytes);
        Assert.Equal(1, scene.Client.Counters.Connections);
    }

    [Fact]
    public async Task A_large_message_arrives_whole()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        var payload = new string('x', 900_000);
        var sending = peer.SendAsync(Wire.Publish("a", payload, 1), Wire.Publish("a", "small", 2));
        Assert.Equal(payload, Encoding.UTF8.GetString((await Next(scene)).Payload.Span));
        Assert.Equal("small", Encoding.UTF8.GetString((await Next(scene)).Payload.Span));
        await sending.Soon();
    }

    private static async Task<MqttMessage> Next(Scene scene) =>
        await scene.Client.Messages.ReadAsync().AsTask().Soon();
}
