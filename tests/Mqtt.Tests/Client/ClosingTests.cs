using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>How a connection ends (§3.14, §4.13), at both protocol levels.</summary>
public sealed class ClosingTests
{
    [Theory]
    [Trait("mqtt", "3.2.2-7")]
    [Trait("mqtt", "4.13.2-1")]
    [InlineData(1, MqttReasonCode.UnsupportedProtocolVersion)]
    [InlineData(2, MqttReasonCode.ClientIdentifierNotValid)]
    [InlineData(3, MqttReasonCode.ServerUnavailable)]
    [InlineData(4, MqttReasonCode.BadUserNameOrPassword)]
    [InlineData(5, MqttReasonCode.NotAuthorized)]
    public async Task After_a_refusal_of_3_1_1_the_connection_is_closed(byte code, MqttReasonCode meaning)
    {
        await using var scene = new Scene(o => o with { Version = MqttVersion.V311, Subscriptions = [new("a")] });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync(Wire.Connack311(code: code));
        await peer.ExpectCloseAsync();
        if (meaning == MqttReasonCode.ServerUnavailable)
        {
            Assert.Equal(meaning, (await scene.StateAsync<MqttConnectionState.Disconnected>()).ReasonCode);
        }
        else
        {
            Assert.Equal(meaning, (await scene.StateAsync<MqttConnectionState.Refused>()).ReasonCode);
        }
    }

    [Theory]
    [Trait("mqtt", "3.14.1-1")]
    [Trait("mqtt", "3.14.4-1")]
    [Trait("mqtt", "3.14.4-2")]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task After_disconnect_nothing_is_sent_and_the_connection_is_closed(MqttVersion version)
    {
        await using var scene = new Scene(o => o with { Version = version, KeepAlive = 2 });
        var peer = await scene.StartAsync();
        var publish = scene.Client.PublishAsync("a", default, MqttQualityOfService.ExactlyOnce);
        var sent = await peer.ReadAsync("PUBLISH");
        await peer.SendAsync(Wire.Publish("a", "1", 1, v5: version == MqttVersion.V500));
        var message = await scene.Client.Messages.ReadAsync().AsTask().Soon();
        var leaving = scene.Client.DisconnectAsync();
        Assert.Equal([0xE0, 0], (await peer.ReadAsync("DISCONNECT")).Bytes);

        // Each of these would have an answer on a connection that goes on.
        await peer.SendAsync(Wire.Pubrec(sent.PacketId), Wire.Pubrel(9), Wire.Publish("a", "2", 2, v5: version == MqttVersion.V500));
        scene.Client.Acknowledge(message);
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => scene.Client.PublishAsync("late", default));
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => scene.Client.SubscribeAsync([new("late")]));
        await Eventually.TrueAsync(() => scene.Time.PendingTimers > 2, "the farewell is waited for, beside the deadline of CONNACK and the watch");
        scene.Time.Advance(TimeSpan.FromSeconds(5));
        await peer.ExpectCloseAsync();
        await leaving.Soon();
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => publish.Soon());
    }

    /// <summary>Table of §3.14.2.1, the codes that a client may send.</summary>
    [Fact]
    [Trait("mqtt", "3.14.2-1")]
    public async Task A_goodbye_takes_the_codes_of_a_client_and_no_others()
    {
        int[] listed = [0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99];
        for (var code = 0; code < 256; code++)
        {
            if (!listed.Contains(code))
            {
                await using var refusing = new MqttClient(new MqttClientOptions { ClientId = "c" }, TimeProvider.System);
                await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => refusing.DisconnectAsync((MqttReasonCode)code));
                continue;
            }

            await using var scene = new Scene();
            var peer = await scene.StartAsync();
            var leaving = scene.Client.DisconnectAsync((MqttReasonCode)code);
            Assert.Equal(code, (await peer.ReadAsync("DISCONNECT")).Reason);
            peer.Close();
            await leaving.Soon();
        }
    }

    /// <summary>Whatever the code, and whether it is one of failure or not.</summary>
    [Fact]
    [Trait("mqtt", "4.13.2-1")]
    public async Task After_a_disconnect_of_the_server_the_connection_is_closed_without_a_word()
    {
        foreach (var code in WireTables.Codes("disconnect", 5, fromServer: true))
        {
            await using var scene = new Scene();
            var peer = await scene.StartAsync();
            _ = scene.Client.PublishAsync("a", default);
            await peer.ReadAsync("PUBLISH");
            await peer.SendAsync(Wire.Disconnect(code), Wire.Pubrel(1));
            await peer.ExpectCloseAsync();
        }
    }
}
