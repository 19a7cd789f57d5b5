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
}
