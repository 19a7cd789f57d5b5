using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>The server breaks the protocol: DISCONNECT with the code of §4.13, close, and another attempt later.</summary>
public sealed class BreachTests
{
    public static TheoryData<string, byte[], byte> Breaches => new()
    {
        { "3.2.0-2 second CONNACK", Wire.Connack(), 0x82 },
        { "3.1.2-24 too large", [0x30, 0xFF, 0xFF, 0xFF, 0x7F], 0x95 },
        { "1.5.5-1 remaining length of five bytes", [0x30, 0xFF, 0xFF, 0xFF, 0xFF], 0x81 },
        { "3.3.2-8 topic alias 0", Wire.Packet(0x30, 0, 1, 97, 3, 0x23, 0, 0), 0x94 },
        { "3.3.2-11 topic alias beyond our 16", Wire.Packet(0x30, 0, 1, 97, 3, 0x23, 0, 17), 0x94 },
        { "3.3.2-7 topic alias without a topic", Wire.Packet(0x30, 0, 0, 3, 0x23, 0, 1), 0x82 },
        { "neither topic nor alias", Wire.Packet(0x30, 0, 0, 0), 0x82 },
        { "3.11.3-1 UNSUBACK for nothing", Wire.Unsuback(9, 0), 0x82 },
        { "3.3.2-2 wildcard", Wire.Publish("a/#", "x"), 0x90 },
        { "3.8.4-2 SUBACK for nothing", Wire.Suback(9, 0), 0x82 },
        { "4.12.0-6 AUTH without a method", [0xF0, 0], 0x82 },
        { "3.15.1-1 reserved bits of AUTH", [0xF1, 0], 0x81 },
        { "3.15.2-1 code that AUTH doesn't have", [0xF0, 2, 0x87, 0], 0x82 },
        { "a packet only clients send", [0xC0, 0], 0x82 },
        { "3.14.1-1 reserved bits of DISCONNECT", [0xE1, 0], 0x81 },
        { "3.14.2-2 Session Expiry in DISCONNECT", [0xE0, 7, 0x8B, 5, 0x11, 0, 0, 0, 1], 0x82 },
    };

    [Theory]
    [Trait("mqtt", "1.5.5-1")]
    [Trait("mqtt", "3.1.2-24")]
    [Trait("mqtt", "3.2.0-2")]
    [Trait("mqtt", "3.3.2-2")]
    [Trait("mqtt", "3.3.2-7")]
    [Trait("mqtt", "3.3.2-8")]
    [Trait("mqtt", "3.3.2-11")]
    [Trait("mqtt", "3.11.3-1")]
    [Trait("mqtt", "3.14.1-1")]
    [Trait("mqtt", "3.14.2-2")]
    [Trait("mqtt", "3.15.1-1")]
    [Trait("mqtt", "3.15.2-1")]
    [Trait("mqtt", "4.12.0-6")]
    [Trait("mqtt", "4.13.1-1")]
    [MemberData(nameof(Breaches))]
    public async Task A_breach_is_answered_with_its_code(string statement, byte[] packet, byte code)
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.Publish("a", "before"), packet);
        var goodbye = await peer.ReadAsync("DISCONNECT");
        Assert.True(code == goodbye.Reason, statement);
        peer.Close();
        var state = await scene.StateAsync<MqttConnectionState.Disconnected>();
        Assert.Equal((MqttDisconnectCause.ProtocolError, (MqttReasonCode)code), (state.Cause, state.ReasonCode!.Value));
        Assert.True(scene.Client.Messages.TryRead(out _), "what came before the breach is delivered");
        await (await scene.RetryAsync(state.RetryAt)).AcceptAsync();
        await scene.Client.WaitConnectedAsync().Soon();
    }

    [Theory]
    [Trait("mqtt", "3.2.0-1")]
    [Trait("mqtt", "3.14.0-1")]
    [InlineData(new byte[] { 0xD0, 0 })]
    [InlineData(new byte[] { 0x20, 2, 0, 0 })] // CONNACK of 3.1.1 to a 5.0 CONNECT
    public async Task Before_connack_it_is_answered_by_closing_alone(byte[] packet)
    {
        await using var scene = new Scene();
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync(packet);
        await peer.ExpectCloseAsync();
        Assert.Equal(MqttDisconnectCause.ProtocolError, (await scene.StateAsync<MqttConnectionState.Disconnected>()).Cause);
    }

    [Theory]
    [Trait("mqtt", "4.13.2-1")]
    [InlineData(0x8B, false)]
    [InlineData(0x8E, true)]
    public async Task A_disconnect_of_the_server_is_told(byte code, bool lasting)
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await peer.SendAsync(Wire.Disconnect(code));
        await peer.ExpectCloseAsync();
        if (lasting)
        {
            Assert.Equal((MqttReasonCode)code, (await scene.StateAsync<MqttConnectionState.Refused>()).ReasonCode);
        }
        else
        {
            var state = await scene.StateAsync<MqttConnectionState.Disconnected>();
            Assert.Equal((MqttDisconnectCause.ServerDisconnected, (MqttReasonCode)code), (state.Cause, state.ReasonCode!.Value));
        }
    }
}
