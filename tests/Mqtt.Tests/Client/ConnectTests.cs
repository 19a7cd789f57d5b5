using System.Text;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.Mqtt.Transport;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Client;

public sealed class ConnectTests
{
    [Fact]
    [Trait("mqtt", "3.1.0-1")]
    public async Task Connect_is_the_first_packet_and_nothing_follows_before_connack()
    {
        await using var scene = new Scene(o => Scene.Persistent(o) with { Subscriptions = [new("a/#")], UserName = "u", Password = "pw"u8.ToArray() });
        await scene.Client.StartAsync();
        var publish = scene.Client.PublishAsync("t", "waits"u8.ToArray());
        var peer = await scene.AcceptAsync();
        var connect = await peer.ReadAsync("CONNECT");
        Assert.False(connect.CleanStart);
        Assert.Contains("tester", Encoding.UTF8.GetString(connect.Body), StringComparison.Ordinal);
        Assert.Empty(peer.ReadAvailable());
        Assert.IsType<MqttConnectionState.Connecting>(scene.Client.State);

        await peer.SendAsync(Wire.Connack());
        var subscribe = await peer.ReadAsync("SUBSCRIBE");
        Assert.IsType<MqttConnectionState.Connecting>(scene.Client.State);
        var sent = await peer.ReadAsync("PUBLISH");
        await peer.SendAsync(Wire.Suback(subscribe.PacketId, 1), Wire.Puback(sent.PacketId));
        await scene.Client.WaitConnectedAsync().Soon();
        Assert.True((await publish.Soon()).Accepted);
    }

    [Theory]
    [Trait("mqtt", "3.1.2-17")]
    [Trait("mqtt", "3.1.2-19")]
    [InlineData(null, null, 0b0000_0010)]
    [InlineData("u", null, 0b1000_0010)]
    [InlineData("u", "p", 0b1100_0010)]
    [InlineData(null, "p", 0b0100_0010)]
    public async Task The_flags_say_which_credentials_follow(string? user, string? password, byte flags)
    {
        await using var scene = new Scene(o => o with { UserName = user, Password = Encoding.UTF8.GetBytes(password ?? "") });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        Assert.Equal(flags, (await peer.AcceptAsync()).Body[7]);
    }

    [Fact]
    [Trait("mqtt", "3.1.2-21")]
    public async Task The_limits_of_the_server_are_told()
    {
        await using var scene = new Scene();
        await scene.StartAsync(Wire.Connack(properties: [0x21, 0, 5, 0x24, 0, 0x25, 0, 0x27, 0, 0, 4, 0, 0x13, 0, 7, 0x12, 0, 1, (byte)'x']));
        var connected = Assert.IsType<MqttConnectionState.Connected>(scene.Client.State);
        Assert.False(connected.SessionPresent);
        Assert.Equal(
            new MqttServerLimits
            {
                ClientId = "x",
                KeepAlive = 7,
                MaximumPacketSize = 1024,
                MaximumQualityOfService = MqttQualityOfService.AtMostOnce,
                ReceiveMaximum = 5,
                RetainAvailable = false,
                SessionExpiryInterval = 0,
            },
            connected.Limits);
    }

    [Theory]
    [Trait("mqtt", "3.2.2-7")]
    [Trait("mqtt", "4.13.2-1")]
    [InlineData(0x86, true)]
    [InlineData(0x8A, true)]
    [InlineData(0x89, false)]
    public async Task A_refusal_is_told_and_a_lasting_one_is_retried_slowly(byte code, bool lasting)
    {
        await using var scene = new Scene();
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync(Wire.Connack(false, code, [0x1F, 0, 2, (byte)'n', (byte)'o']));
        await peer.ExpectCloseAsync();
        if (lasting)
        {
            var refused = await scene.StateAsync<MqttConnectionState.Refused>();
            Assert.Equal((MqttReasonCode)code, refused.ReasonCode);
            Assert.EndsWith(": no", refused.Detail, StringComparison.Ordinal);
            Assert.InRange((refused.RetryAt - refused.At).TotalSeconds, 30, 60);
            peer = await scene.RetryAsync(refused.RetryAt);
        }
        else
        {
            var disconnected = await scene.StateAsync<MqttConnectionState.Disconnected>();
            Assert.Equal((MqttReasonCode)code, disconnected.ReasonCode);
            Assert.InRange((disconnected.RetryAt - disconnected.At).TotalSeconds, 0, 1);
            peer = await scene.RetryAsync(disconnected.RetryAt);
        }

        await peer.AcceptAsync();
        await scene.Client.WaitConnectedAsync().Soon();
    }

    [Fact]
    public async Task A_refused_subscription_counts_as_a_refused_connection()
    {
        await using var scene = new Scene(o => o with { Subscriptions = [new("a"), new("b")] });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync();
        var subscribe = await peer.ReadAsync("SUBSCRIBE");
        await peer.SendAsync(Wire.Suback(subscribe.PacketId, 1, 0x87));
        var refused = await scene.StateAsync<MqttConnectionState.Refused>();
        Assert.Equal(MqttReasonCode.NotAuthorized, refused.ReasonCode);
        Assert.Contains("'b'", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("mqtt", "3.2.2-4")]
    public async Task A_stored_session_is_taken_over_by_default_and_the_filters_are_subscribed_to_on_every_connection()
    {
        await using var scene = new Scene(o => Scene.Persistent(o) with { Subscriptions = [new("a")] });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        Assert.False((await peer.AcceptAsync(Wire.Connack(sessionPresent: true))).CleanStart);
        await peer.SendAsync(Wire.Suback((await peer.ReadAsync("SUBSCRIBE")).PacketId, 1));
        Assert.True((await scene.Client.WaitConnectedAsync().Soon()).SessionPresent);

        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        await peer.SendAsync(Wire.Suback((await peer.ReadAsync("SUBSCRIBE")).PacketId, 1));
        await scene.StateAsync<MqttConnectionState.Connected>();

        peer.Close();
        peer = await scene.ReconnectAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: false));
        await peer.ReadAsync("SUBSCRIBE");
    }

    [Fact]
    [Trait("mqtt", "3.2.2-4")]
    public async Task A_stored_session_is_not_taken_over_when_it_is_not_owned()
    {
        await using var scene = new Scene(o => Scene.Persistent(o) with { ResumesStoredSession = false });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        Assert.True((await peer.AcceptAsync()).CleanStart);
        await scene.StateAsync<MqttConnectionState.Connected>();
        peer.Close();
        peer = await scene.ReconnectAsync();
        Assert.False((await peer.AcceptAsync(Wire.Connack(sessionPresent: true))).CleanStart);
    }

    /// <summary>What Clean Session 1 begins ends with its connection (3.1.1 §3.1.2.4): what the server would hold for this client later would be lost.</summary>
    [Fact]
    [Trait("mqtt", "3.2.2-4")]
    public async Task In_3_1_1_a_session_that_is_not_owned_is_discarded_by_a_connection_of_its_own()
    {
        await using var scene = new Scene(o => o with
        {
            Version = MqttVersion.V311,
            CleanStart = false,
            ResumesStoredSession = false,
            Subscriptions = [new("a")],
        });
        await scene.Client.StartAsync();
        var publish = scene.Client.PublishAsync("p", default, MqttQualityOfService.ExactlyOnce);
        var peer = await scene.AcceptAsync();
        Assert.True((await peer.AcceptAsync()).CleanStart);
        await peer.ReadAsync("DISCONNECT"); // Without it the server would publish the will.
        peer.Close();

        peer = await scene.AcceptAsync();
        Assert.False((await peer.AcceptAsync()).CleanStart);
        await peer.ReadAsync("SUBSCRIBE");
        var sent = await peer.ReadAsync("PUBLISH");
        Assert.False(sent.Duplicate);
        peer.Close();
        Assert.IsType<MqttConnectionState.Connecting>(await scene.Client.StateChanges.ReadAsync().AsTask().Soon());
        Assert.IsType<MqttConnectionState.Connecting>(await scene.Client.StateChanges.ReadAsync().AsTask().Soon());

        peer = await scene.ReconnectAsync();
        Assert.False((await peer.AcceptAsync(Wire.Connack311(sessionPresent: true))).CleanStart);
        await peer.ReadAsync("SUBSCRIBE");
        Assert.Equal((sent.PacketId, true), ((await peer.ReadAsync("PUBLISH")) is var again ? again.PacketId : 0, again.Duplicate));
        Assert.False(publish.IsCompleted);
    }

    [Fact]
    [Trait("mqtt", "3.2.2-2")]
    public async Task Session_present_after_clean_start_ends_the_connection()
    {
        await using var scene = new Scene();
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync(Wire.Connack(sessionPresent: true));
        await peer.ExpectCloseAsync();
        var state = await scene.StateAsync<MqttConnectionState.Disconnected>();
        Assert.Equal((MqttDisconnectCause.ProtocolError, MqttReasonCode.ProtocolError), (state.Cause, state.ReasonCode!.Value));
    }

    [Fact]
    public async Task Without_connack_the_attempt_ends_at_its_deadline()
    {
        await using var scene = new Scene(o => o with { ConnectTimeout = TimeSpan.FromSeconds(5) });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.ReadAsync("CONNECT");
        scene.Time.Advance(TimeSpan.FromSeconds(5));
        await peer.ExpectCloseAsync();
        Assert.Equal(MqttDisconnectCause.ConnectTimeout, (await scene.StateAsync<MqttConnectionState.Disconnected>()).Cause);
    }

    [Fact]
    public async Task Failures_to_connect_are_told_and_attempts_go_on()
    {
        await using var scene = new Scene();
        scene.Transport.Failures.Enqueue(new TransportException(MqttDisconnectCause.ConnectFailed, "no route", new IOException()));
        scene.Transport.Failures.Enqueue(new TransportException(MqttDisconnectCause.TlsFailed, "wrong name", new IOException()));
        scene.Transport.Failures.Enqueue(new InvalidOperationException("something unheard of"));
        await scene.Client.StartAsync();
        foreach (var expected in new[] { MqttDisconnectCause.ConnectFailed, MqttDisconnectCause.TlsFailed, MqttDisconnectCause.ConnectFailed })
        {
            var state = await scene.StateAsync<MqttConnectionState.Disconnected>();
            Assert.Equal(expected, state.Cause);
            await scene.PassUntilAsync(state.RetryAt);
        }

        await (await scene.AcceptAsync()).AcceptAsync();
        await scene.Client.WaitConnectedAsync().Soon();
        Assert.Equal(4, scene.Client.Counters.ConnectionAttempts);
    }

    [Fact]
    public async Task The_will_is_made_for_each_connect()
    {
        var connects = 0;
        await using var scene = new Scene(o => o with
        {
            Will = new MqttWill { Topic = "state", PayloadAtConnect = () => Encoding.UTF8.GetBytes($"will {++connects}") },
        });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        Assert.Contains("will 1", Encoding.UTF8.GetString((await peer.AcceptAsync()).Body), StringComparison.Ordinal);
        await scene.StateAsync<MqttConnectionState.Connected>();
        peer.Close();
        peer = await scene.ReconnectAsync();
        Assert.Contains("will 2", Encoding.UTF8.GetString((await peer.AcceptAsync()).Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_will_that_can_not_be_made_does_not_end_the_client()
    {
        var fails = true;
        await using var scene = new Scene(o => o with
        {
            Will = new MqttWill { Topic = "state", PayloadAtConnect = () => fails ? throw new FormatException("no time") : default(ReadOnlyMemory<byte>) },
        });
        await scene.Client.StartAsync();
        var state = await scene.StateAsync<MqttConnectionState.Disconnected>();
        Assert.Contains("no time", state.Detail, StringComparison.Ordinal);
        fails = false;
        await (await scene.RetryAsync(state.RetryAt)).AcceptAsync();
        await scene.Client.WaitConnectedAsync().Soon();
    }

    [Fact]
    [Trait("mqtt", "3.14.4-1")]
    public async Task Disconnect_writes_the_acknowledgements_given_and_says_goodbye()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.Publish("a", "1", 1), Wire.Publish("a", "2", 2));
        var first = await scene.Client.Messages.ReadAsync();
        scene.Client.Acknowledge(first);
        var leaving = scene.Client.DisconnectAsync(MqttReasonCode.DisconnectWithWill);
        Assert.Equal(1, (await peer.ReadAsync("PUBACK")).PacketId);
        Assert.Equal(0x04, (await peer.ReadAsync("DISCONNECT")).Reason);
        peer.Close();
        await leaving.Soon();
        Assert.IsType<MqttConnectionState.Stopped>(scene.Client.State);
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => scene.Client.WaitConnectedAsync());
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => scene.Client.PublishAsync("t", default));
        Assert.True(scene.Client.Messages.TryRead(out _));
        await scene.Client.Messages.Completion;
        Assert.Equal(1, scene.Transport.Opened);
        await scene.Client.DisposeAsync();
        await scene.Client.DisposeAsync();
    }

    [Fact]
    [Trait("mqtt", "3.14.4-2")]
    public async Task A_farewell_has_an_end_if_the_server_does_not_close()
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        var leaving = scene.Client.DisconnectAsync();
        await peer.ReadAsync("DISCONNECT");
        await Eventually.TrueAsync(() => scene.Time.PendingTimers > 2, "the farewell is waited for, beside the deadline of CONNACK and the watch");
        scene.Time.Advance(TimeSpan.FromSeconds(5));
        await leaving.Soon();
        await peer.ExpectCloseAsync();
    }

    [Fact]
    public async Task Disposing_a_client_that_was_never_started_is_fine()
    {
        var scene = new Scene(Scene.Persistent);
        var publish = scene.Client.PublishAsync("t", default);
        await scene.DisposeAsync();
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => publish.Soon());
        await Assert.ThrowsAsync<InvalidOperationException>(() => scene.Client.StartAsync());
    }
}
