using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Client;

public sealed class KeepAliveTests
{
    [Fact]
    [Trait("mqtt", "3.1.2-20")]
    [Trait("mqtt", "3.2.2-21")]
    public async Task The_server_is_pinged_at_its_own_interval()
    {
        await using var scene = new Scene(o => o with { KeepAlive = 600 });
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x13, 0, 10]));
        for (var i = 0; i < 3; i++)
        {
            await scene.SleepAsync(TimeSpan.FromSeconds(10));
            await peer.ReadAsync("PINGREQ");
            var packets = scene.Client.Counters.PacketsReceived;
            await peer.SendAsync(Wire.Pingresp());
            await Eventually.TrueAsync(() => scene.Client.Counters.PacketsReceived > packets, "the PINGRESP is read");
        }

        Assert.IsType<MqttConnectionState.Connected>(scene.Client.State);
    }

    [Fact]
    [Trait("mqtt", "3.12.4-1")]
    public async Task A_peer_that_does_not_answer_is_given_up_and_connected_to_again()
    {
        await using var scene = new Scene(o => o with { KeepAlive = 10 });
        var peer = await scene.StartAsync();
        await scene.SleepAsync(TimeSpan.FromSeconds(10));
        await peer.ReadAsync("PINGREQ");
        await Eventually.TrueAsync(() => scene.Client.Counters.Writes == 2, "the ping's write has ended");
        await scene.SleepAsync(TimeSpan.FromSeconds(5));
        await peer.ExpectCloseAsync();
        var state = await scene.StateAsync<MqttConnectionState.Disconnected>();
        Assert.Equal(MqttDisconnectCause.KeepAliveTimeout, state.Cause);
        await (await scene.RetryAsync(state.RetryAt)).AcceptAsync();
        await scene.Client.WaitConnectedAsync().Soon();
    }

    /// <summary>As a proxy or a masquerading router does it that has lost the other half: what is written goes away, nothing comes back, nothing ends.</summary>
    [Fact]
    [Trait("mqtt", "3.12.4-1")]
    public async Task A_peer_that_swallows_what_is_published_is_given_up_after_one_and_a_half_intervals()
    {
        await using var scene = new Scene(o => o with { KeepAlive = 10 });
        var began = scene.Time.GetUtcNow();
        var peer = await scene.StartAsync();
        await scene.SleepAsync(TimeSpan.FromSeconds(9));
        await scene.Client.PublishAsync("t", default, MqttQualityOfService.AtMostOnce).Soon();
        await scene.SleepAsync(TimeSpan.FromSeconds(1));
        await peer.ReadAsync("PUBLISH");
        await peer.ReadAsync("PINGREQ");
        await scene.SleepAsync(TimeSpan.FromSeconds(4));
        await scene.Client.PublishAsync("t", default, MqttQualityOfService.AtMostOnce).Soon();
        await peer.ReadAsync("PUBLISH");
        await scene.SleepAsync(TimeSpan.FromSeconds(1));
        await peer.ExpectCloseAsync();
        var state = await scene.StateAsync<MqttConnectionState.Disconnected>();
        Assert.Equal(MqttDisconnectCause.KeepAliveTimeout, state.Cause);
        Assert.Equal(TimeSpan.FromSeconds(15), state.At - began);
    }

    /// <summary>The server counts from CONNECT, not from its own answer.</summary>
    [Fact]
    [Trait("mqtt", "3.1.2-20")]
    [Trait("mqtt", "3.1.2-22")]
    public async Task A_slow_connack_does_not_put_the_first_ping_off()
    {
        await using var scene = new Scene(o => o with { KeepAlive = 10, ConnectTimeout = TimeSpan.FromSeconds(30) });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.ReadAsync("CONNECT");
        scene.Time.Advance(TimeSpan.FromSeconds(9));
        await peer.SendAsync(Wire.Connack());
        await scene.Client.WaitConnectedAsync().Soon();
        scene.Time.Advance(TimeSpan.FromSeconds(1));
        await peer.ReadAsync("PINGREQ");
    }

    /// <summary>A server that takes long over each block reads the ping in the second one, not after all of them.</summary>
    [Theory]
    [Trait("mqtt", "3.1.2-20")]
    [Trait("mqtt", "3.1.2-22")]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task A_ping_does_not_wait_behind_a_megabyte_of_publishes(MqttVersion version)
    {
        await using var scene = new Scene(o => o with { Version = version, KeepAlive = 10, ConnectTimeout = TimeSpan.FromHours(1) });
        var peer = await scene.StartAsync();
        var payload = new byte[1_000];
        var publishes = Enumerable.Range(0, 1_000).Select(_ => scene.Client.PublishAsync("t", payload)).ToList();
        await Eventually.TrueAsync(() => scene.Client.Counters.PublishesSent > 64, "the pipe is full");
        scene.Time.Advance(TimeSpan.FromSeconds(10));
        await Eventually.TrueAsync(() => scene.Time.PendingTimers > 1, "the ping is due, and the watch set again beside the deadline of CONNACK");

        var (before, read) = (0, 0);
        for (var packet = await peer.ReadAsync(); packet.Name != "PINGREQ"; packet = await peer.ReadAsync())
        {
            before += packet.Bytes.Length;
            read++;
            await peer.SendAsync(Wire.Puback(packet.PacketId));
        }

        // What the pipe takes, the block that did not fit, and no more.
        Assert.InRange(before, 1, 3 * 64 * 1024);
        await peer.SendAsync(Wire.Pingresp());
        while (read < 1_000)
        {
            read++;
            await peer.SendAsync(Wire.Puback((await peer.ReadAsync("PUBLISH")).PacketId));
        }

        await Task.WhenAll(publishes).Soon();
    }
}
