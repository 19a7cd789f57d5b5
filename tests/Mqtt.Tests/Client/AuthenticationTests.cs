using MeetNet.Mqtt.Tests.Peer;
using static MeetNet.Mqtt.Tests.Peer.ScriptedAuthentication;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>Enhanced authentication, MQTT 5.0 §4.12.</summary>
public sealed class AuthenticationTests
{
    private const string Method = "SCRAM-TEST";
    private readonly ScriptedAuthentication _authentication = new(Method);

    [Fact]
    [Trait("mqtt", "4.12.0-3")]
    [Trait("mqtt", "4.12.0-5")]
    [Trait("mqtt", "3.1.2-30")]
    [Trait("mqtt", "3.15.1-1")]
    [Trait("mqtt", "3.15.2-1")]
    public async Task Challenges_are_answered_before_connack_and_nothing_else_is_sent_until_then()
    {
        await using var scene = Scene(o => Peer.Scene.Persistent(o) with { Subscriptions = [new("a")] });
        await scene.Client.StartAsync();
        var publish = scene.Client.PublishAsync("t", default);
        var peer = await scene.AcceptAsync();
        var connect = await peer.ReadAsync("CONNECT");
        Assert.True(connect.Body.AsSpan().IndexOf(Properties(Method, "first")) > 0);
        foreach (var challenge in new[] { "one", "two" })
        {
            await peer.SendAsync(Auth(0x18, Method, challenge));
            var answer = await peer.ReadAsync("AUTH");
            Assert.Equal(Auth(0x18, Method, $"re:{challenge}"), Wire.Packet(answer.First, answer.Body));
        }

        await peer.SendAsync(Wire.Connack(properties: Properties(Method, "proof")));
        Assert.Equal("SUBSCRIBE", (await peer.ReadAsync()).Name);
        var sent = await peer.ReadAsync("PUBLISH");
        Assert.Equal("begin continue:one continue:two finish:proof", _authentication.Asked);
        await peer.SendAsync(Wire.Puback(sent.PacketId));
        await publish.Soon();
    }

    [Fact]
    public async Task A_proof_in_connect_may_be_enough_and_is_made_anew_for_the_next_connection()
    {
        await using var scene = Scene();
        var peer = await scene.StartAsync(Wire.Connack(properties: Properties(Method)));
        Assert.Equal("begin finish:", _authentication.Asked);
        await scene.StateAsync<MqttConnectionState.Connected>();
        _authentication.First = "second";
        peer.Close();
        peer = await scene.ReconnectAsync();
        Assert.True((await peer.ReadAsync("CONNECT")).Body.AsSpan().IndexOf(Properties(Method, "second")) > 0);
    }

    public static TheoryData<string, byte[]> BreachesBefore => new()
    {
        { "4.12.0-5 AUTH of another method", Auth(0x18, "other", "x") },
        { "AUTH without a method", [0xF0, 2, 0x18, 0] },
        { "success is said by CONNACK", Auth(0x00, Method) },
        { "3.15.2-1 only a client re-authenticates", Auth(0x19, Method) },
        { "4.12.0-5 CONNACK of another method", Wire.Connack(properties: Properties("other")) },
        { "4.12.0-5 CONNACK without a method", Wire.Connack() },
        { "DISCONNECT before CONNACK", Wire.Disconnect(0x87) },
        { "a property that AUTH doesn't have", Wire.Packet(0xF0, 0x18, 2, 0x25, 0) },
    };

    [Theory]
    [Trait("mqtt", "4.12.0-5")]
    [Trait("mqtt", "3.14.0-1")]
    [MemberData(nameof(BreachesBefore))]
    public async Task A_breach_before_connack_ends_the_attempt(string what, byte[] packet)
    {
        await using var scene = Scene();
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync(packet);
        await peer.ExpectCloseAsync();
        var state = await scene.StateAsync<MqttConnectionState.Disconnected>();
        Assert.True(state.Cause == MqttDisconnectCause.ProtocolError, what);
    }

    [Fact]
    [Trait("mqtt", "4.12.0-6")]
    public async Task Without_a_method_neither_auth_nor_a_method_in_connack_is_accepted()
    {
        foreach (var packet in new[] { Auth(0x18, Method), Wire.Connack(properties: Properties(Method)) })
        {
            await using var scene = new Scene();
            await scene.Client.StartAsync();
            var peer = await scene.AcceptAsync();
            await peer.AcceptAsync(packet);
            await peer.ExpectCloseAsync();
            var state = await scene.StateAsync<MqttConnectionState.Disconnected>();
            Assert.Equal((MqttDisconnectCause.ProtocolError, MqttReasonCode.ProtocolError), (state.Cause, state.ReasonCode!.Value));
        }
    }

    [Fact]
    public async Task A_server_that_does_not_accept_it_is_a_refusal()
    {
        await using var scene = Scene();
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync(Wire.Connack(false, 0x8C));
        Assert.Equal(MqttReasonCode.BadAuthenticationMethod, (await scene.StateAsync<MqttConnectionState.Refused>()).ReasonCode);
    }

    [Theory]
    [InlineData("Begin")]
    [InlineData("Continue")]
    [InlineData("Finish")]
    public async Task When_it_fails_on_our_side_the_attempt_ends_and_is_made_again(string fails)
    {
        _authentication.Fails = fails;
        await using var scene = Scene();
        await scene.Client.StartAsync();
        if (fails != "Begin")
        {
            var first = await scene.AcceptAsync();
            await first.AcceptAsync(fails == "Continue" ? Auth(0x18, Method, "x") : Wire.Connack(properties: Properties(Method)));
            await first.ExpectCloseAsync();
        }

        var state = await scene.StateAsync<MqttConnectionState.Disconnected>();
        Assert.Equal(MqttDisconnectCause.AuthenticationFailed, state.Cause);
        Assert.Contains("no proof", state.Detail, StringComparison.Ordinal);
        _authentication.Fails = null;
        var peer = await scene.RetryAsync(state.RetryAt);
        await peer.AcceptAsync(Wire.Connack(properties: Properties(Method)));
        await scene.Client.WaitConnectedAsync().Soon();
    }

    [Fact]
    public async Task A_first_proof_that_does_not_come_is_waited_for_no_longer_than_a_connection()
    {
        _authentication.Token = new TaskCompletionSource().Task;
        await using var scene = Scene(o => o with { ConnectTimeout = TimeSpan.FromSeconds(5) });
        await scene.Client.StartAsync();
        await scene.SleepAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(MqttDisconnectCause.ConnectTimeout, (await scene.StateAsync<MqttConnectionState.Disconnected>()).Cause);
    }

    [Fact]
    [Trait("mqtt", "4.12.1-1")]
    public async Task An_open_connection_authenticates_again_while_messages_go_on()
    {
        await using var scene = Scene();
        var peer = await scene.StartAsync(Wire.Connack(properties: Properties(Method)));
        _authentication.First = "again";
        var again = scene.Client.ReauthenticateAsync();
        var auth = await peer.ReadAsync("AUTH");
        Assert.Equal(Auth(0x19, Method, "again"), Wire.Packet(auth.First, auth.Body));
        await Assert.ThrowsAsync<InvalidOperationException>(() => scene.Client.ReauthenticateAsync());
        await peer.SendAsync(Wire.Publish("a", "between"), Auth(0x18, Method, "c"));
        auth = await peer.ReadAsync("AUTH");
        Assert.Equal(Auth(0x18, Method, "re:c"), Wire.Packet(auth.First, auth.Body));
        await scene.Client.Messages.ReadAsync().AsTask().Soon();
        Assert.False(again.IsCompleted);
        await peer.SendAsync(Auth(0x00, Method, "ok"));
        await again.Soon();
        Assert.Equal("begin finish: begin continue:c finish:ok", _authentication.Asked);

        again = scene.Client.ReauthenticateAsync();
        await peer.ReadAsync("AUTH");
        await peer.SendAsync(Auth(0x00, Method));
        await again.Soon();
        Assert.IsType<MqttConnectionState.Connected>(scene.Client.State);
    }

    [Fact]
    [Trait("mqtt", "4.12.1-2")]
    public async Task A_re_authentication_that_fails_ends_the_connection()
    {
        await using var scene = Scene();
        var peer = await scene.StartAsync(Wire.Connack(properties: Properties(Method)));
        var again = scene.Client.ReauthenticateAsync();
        await peer.ReadAsync("AUTH");
        _authentication.Fails = "Continue";
        await peer.SendAsync(Auth(0x18, Method, "c"));
        Assert.Equal(0x80, (await peer.ReadAsync("DISCONNECT")).Reason);
        peer.Close();
        var e = await Assert.ThrowsAsync<MqttConnectionLostException>(() => again.Soon());
        Assert.Equal(MqttDisconnectCause.AuthenticationFailed, e.Cause);
    }

    [Fact]
    [Trait("mqtt", "4.12.1-2")]
    public async Task A_server_that_refuses_a_re_authentication_is_a_refusal()
    {
        await using var scene = Scene();
        var peer = await scene.StartAsync(Wire.Connack(properties: Properties(Method)));
        var again = scene.Client.ReauthenticateAsync();
        await peer.ReadAsync("AUTH");
        await peer.SendAsync(Wire.Disconnect(0x87));
        Assert.Equal(MqttReasonCode.NotAuthorized, (await scene.StateAsync<MqttConnectionState.Refused>()).ReasonCode);
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => again.Soon());
    }

    public static TheoryData<string, byte[]> BreachesAfter => new()
    {
        { "AUTH out of turn", Auth(0x18, Method, "x") },
        { "success for nothing", Auth(0x00, Method) },
        { "3.15.2-1 only a client re-authenticates", Auth(0x19, Method) },
    };

    [Theory]
    [Trait("mqtt", "4.12.1-1")]
    [MemberData(nameof(BreachesAfter))]
    public async Task An_auth_that_was_not_asked_for_is_a_protocol_error(string what, byte[] packet)
    {
        await using var scene = Scene();
        var peer = await scene.StartAsync(Wire.Connack(properties: Properties(Method)));
        await peer.SendAsync(packet);
        Assert.True((await peer.ReadAsync("DISCONNECT")).Reason == 0x82, what);
    }

    [Fact]
    [Trait("mqtt", "3.2.2-15")]
    public async Task An_auth_too_large_for_the_server_is_not_sent()
    {
        await using var scene = Scene();
        var peer = await scene.StartAsync(Wire.Connack(properties: [.. Properties(Method), 0x27, 0, 0, 0, 40]));
        _authentication.First = new string('x', 40);
        await Assert.ThrowsAsync<InvalidOperationException>(() => scene.Client.ReauthenticateAsync());
        _authentication.First = "short";
        var again = scene.Client.ReauthenticateAsync();
        await peer.ReadAsync("AUTH");
        await peer.SendAsync(Auth(0x00, Method));
        await again.Soon();
    }

    [Fact]
    [Trait("mqtt", "4.12.0-7")]
    public async Task It_needs_a_method_and_a_connection()
    {
        await using var without = new Scene();
        await Assert.ThrowsAsync<InvalidOperationException>(() => without.Client.ReauthenticateAsync());
        await using var scene = Scene();
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => scene.Client.ReauthenticateAsync());
    }

    [Fact]
    public async Task A_server_that_never_answers_a_re_authentication_is_left()
    {
        await using var scene = Scene(o => o with { KeepAlive = 0, AcknowledgeTimeout = TimeSpan.FromSeconds(60) });
        var peer = await scene.StartAsync(Wire.Connack(properties: Properties(Method)));
        var again = scene.Client.ReauthenticateAsync();
        await peer.ReadAsync("AUTH");
        while (!again.IsCompleted && peer.ReadAvailable().Count == 0)
        {
            await scene.SleepAsync(TimeSpan.FromSeconds(60));
        }

        peer.Close();
        var e = await Assert.ThrowsAsync<MqttConnectionLostException>(() => again.Soon());
        Assert.Equal(MqttDisconnectCause.AcknowledgeTimeout, e.Cause);
    }

    private Scene Scene(Func<MqttClientOptions, MqttClientOptions>? change = null) =>
        new(o => (change?.Invoke(o) ?? o) with { Authentication = _authentication });
}
