using MeetNet.Mqtt.Tests.Peer;
using MeetNet.Mqtt.Tests.Protocol;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>Good packets at the wrong time or of the wrong end: every kind, at both protocol levels.</summary>
public sealed class OrderTests
{
    public static TheoryData<MqttVersion, string> NotConnack => Kinds((kind, level) => kind != "connack" && WireTables.Goes(kind, level, fromServer: true));

    public static TheoryData<MqttVersion, string> OfClientsAlone => Kinds((kind, level) =>
        WireTables.Goes(kind, level, fromServer: false) && !WireTables.Goes(kind, level, fromServer: true));

    [Theory]
    [Trait("mqtt", "3.2.0-1")]
    [Trait("mqtt", "3.14.0-1")]
    [MemberData(nameof(NotConnack))]
    public async Task Before_connack_nothing_else_is_taken_and_nothing_is_said(MqttVersion version, string kind)
    {
        await using var scene = new Scene(o => o with { Version = version });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync(Packet(version, kind, fromServer: true));
        await peer.ExpectCloseAsync();
    }

    [Theory]
    [Trait("mqtt", "4.13.1-1")]
    [MemberData(nameof(OfClientsAlone))]
    public async Task What_only_clients_send_ends_the_connection(MqttVersion version, string kind)
    {
        await using var scene = new Scene(o => o with { Version = version });
        var peer = await scene.StartAsync(WireCodec.Encode(new WirePacket("connack"), (int)version));
        await peer.SendAsync(Packet(version, kind, fromServer: false));
        if (version == MqttVersion.V500)
        {
            Assert.Equal(0x82, (await peer.ReadAsync("DISCONNECT")).Reason);
            peer.Close();
        }
        else
        {
            await peer.ExpectCloseAsync();
        }

        Assert.Equal(MqttDisconnectCause.ProtocolError, (await scene.StateAsync<MqttConnectionState.Disconnected>()).Cause);
    }

    /// <summary>DISCONNECT of 3.1.1 has no code: it would tell the server that all is well, and to drop the will.</summary>
    [Fact]
    public async Task In_3_1_1_a_departure_that_is_not_normal_is_a_close_without_disconnect()
    {
        await using var scene = new Scene(o => o with { Version = MqttVersion.V311 });
        var peer = await scene.StartAsync(Wire.Connack311());
        var leaving = scene.Client.DisconnectAsync(MqttReasonCode.DisconnectWithWill);
        await peer.ExpectCloseAsync();
        await leaving.Soon();
    }

    private static TheoryData<MqttVersion, string> Kinds(Func<string, int, bool> wanted)
    {
        var data = new TheoryData<MqttVersion, string>();
        foreach (var version in Enum.GetValues<MqttVersion>())
        {
            foreach (var kind in WireTables.Kinds.Where(kind => wanted(kind, (int)version)))
            {
                data.Add(version, kind);
            }
        }

        return data;
    }

    private static byte[] Packet(MqttVersion version, string kind, bool fromServer) =>
        WireCodec.Encode(new PacketDice(new Random(1), (int)version).Throw(kind, fromServer), (int)version);
}
