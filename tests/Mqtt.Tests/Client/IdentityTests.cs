using System.Text;
using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>Who the client says it is, what it asks for and is told in CONNECT and CONNACK, and how it leaves.</summary>
public sealed class IdentityTests
{
    [Fact]
    [Trait("mqtt", "3.1.3-6")]
    [Trait("mqtt", "3.1.3-7")]
    public async Task An_identifier_that_the_server_assigned_is_used_from_then_on()
    {
        await using var scene = new Scene(o => o with { ClientId = "" });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        Assert.Equal("", ClientId(await peer.AcceptAsync(Wire.Connack(properties: [0x12, .. Wire.Text("given")]))));
        Assert.Equal("given", (await scene.StateAsync<MqttConnectionState.Connected>()).Limits.ClientId);
        peer.Close();
        peer = await scene.ReconnectAsync();
        Assert.Equal("given", ClientId(await peer.AcceptAsync()));
        Assert.Equal("given", (await scene.StateAsync<MqttConnectionState.Connected>()).Limits.ClientId);
    }

    [Fact]
    [Trait("mqtt", "3.1.3-2")]
    public async Task A_random_identifier_is_the_same_for_all_connections_of_a_client()
    {
        await using var scene = new Scene(o => o with { ClientId = "tool-", RandomizesClientId = true });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        var id = ClientId(await peer.AcceptAsync());
        Assert.Matches("^tool-[0-9a-f]{16}$", id);
        await scene.StateAsync<MqttConnectionState.Connected>();
        peer.Close();
        peer = await scene.ReconnectAsync();
        Assert.Equal(id, ClientId(await peer.AcceptAsync()));
    }

    [Fact]
    public async Task Connect_asks_for_what_the_options_say()
    {
        await using var scene = new Scene(o => o with
        {
            SessionExpiryInterval = 0x01020304,
            ReceiveMaximum = 7,
            MaximumPacketSize = 0x1000,
            TopicAliasMaximum = 9,
            RequestResponseInformation = true,
            RequestProblemInformation = false,
            ConnectProperties = new MqttProperties(MqttProperty.User("k", "v"), MqttProperty.User("k", "w")),
        });
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        var body = (await peer.AcceptAsync()).Body;
        byte[] expected =
        [
            0x21, 0, 7, 0x27, 0, 0, 0x10, 0, 0x11, 1, 2, 3, 4, 0x22, 0, 9, 0x19, 1, 0x17, 0,
            0x26, .. Wire.Text("k"), .. Wire.Text("v"), 0x26, .. Wire.Text("k"), .. Wire.Text("w"),
        ];
        Assert.Equal([(byte)expected.Length, .. expected], body[10..(11 + expected.Length)]);
    }

    [Fact]
    public async Task What_the_server_tells_is_handed_on()
    {
        await using var scene = new Scene();
        await scene.StartAsync(Wire.Connack(properties:
        [
            0x11, 0, 0, 0, 9, 0x22, 0, 8, 0x28, 0, 0x29, 0, 0x2A, 0, 0x1A, .. Wire.Text("base"), 0x1C, .. Wire.Text("other"), 0x1F, .. Wire.Text("hi"),
            0x26, .. Wire.Text("k"), .. Wire.Text("v"),
        ]));
        var limits = Assert.IsType<MqttConnectionState.Connected>(scene.Client.State).Limits;
        Assert.Equal((9u, 8), (limits.SessionExpiryInterval!.Value, limits.TopicAliasMaximum));
        Assert.False(limits.WildcardSubscriptionAvailable || limits.SubscriptionIdentifierAvailable || limits.SharedSubscriptionAvailable);
        Assert.Equal(("base", "other", "hi"), (limits.ResponseInformation, limits.ServerReference, limits.ReasonText));
        Assert.Equal(("k", "v"), (limits.UserProperties.Single().Name, limits.UserProperties.Single().Text));
    }

    [Fact]
    [Trait("mqtt", "3.2.2-15")]
    public async Task A_server_that_takes_no_packets_worth_the_name_is_a_refusal()
    {
        await using var scene = new Scene();
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync(Wire.Connack(properties: [0x27, 0, 0, 0, 8]));
        await peer.ExpectCloseAsync();
        Assert.Equal(MqttReasonCode.PacketTooLarge, (await scene.StateAsync<MqttConnectionState.Refused>()).ReasonCode);
    }

    public static TheoryData<string, byte[]> ProblemInformation => new()
    {
        { "PUBACK", Wire.Packet(0x40, [0, 1, 0x87, 5, 0x1F, .. Wire.Text("no")]) },
        { "PUBREC", Wire.Packet(0x50, [0, 1, 0x87, 5, 0x1F, .. Wire.Text("no")]) },
        { "SUBACK", Wire.Packet(0x90, [0, 1, 7, 0x26, .. Wire.Text("k"), .. Wire.Text("v"), 1]) },
    };

    [Theory]
    [Trait("mqtt", "3.1.2-29")]
    [MemberData(nameof(ProblemInformation))]
    public async Task Problem_information_that_was_not_asked_for_is_a_protocol_error(string what, byte[] packet)
    {
        await using var scene = new Scene(o => o with { RequestProblemInformation = false });
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x1F, .. Wire.Text("fine")]));
        await peer.SendAsync(packet);
        Assert.True((await peer.ReadAsync("DISCONNECT")).Reason == 0x82, what);
    }

    [Fact]
    [Trait("mqtt", "3.14.2-1")]
    public async Task A_goodbye_carries_its_properties()
    {
        await using var scene = new Scene(o => o with { SessionExpiryInterval = 60 });
        var peer = await scene.StartAsync();
        var leaving = scene.Client.DisconnectAsync(
            MqttReasonCode.DisconnectWithWill,
            new MqttProperties(MqttProperty.Of(MqttPropertyId.SessionExpiryInterval, 5), MqttProperty.Of(MqttPropertyId.ReasonString, "why")),
            CancellationToken.None);
        var disconnect = await peer.ReadAsync("DISCONNECT");
        Assert.Equal([0x04, 11, 0x11, 0, 0, 0, 5, 0x1F, .. Wire.Text("why")], disconnect.Body);
        peer.Close();
        await leaving.Soon();
    }

    [Fact]
    [Trait("mqtt", "3.14.2-3")]
    [Trait("mqtt", "3.14.2-4")]
    public async Task What_is_for_people_is_left_out_of_a_goodbye_where_it_does_not_fit()
    {
        await using var scene = new Scene(o => o with { SessionExpiryInterval = 60 });
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x27, 0, 0, 0, 9]));
        var properties = new MqttProperties(
            MqttProperty.Of(MqttPropertyId.ReasonString, "why"),
            MqttProperty.Of(MqttPropertyId.SessionExpiryInterval, 5),
            MqttProperty.User("k", "v"));
        var leaving = scene.Client.DisconnectAsync(MqttReasonCode.Success, properties, CancellationToken.None);
        Assert.Equal([0x00, 5, 0x11, 0, 0, 0, 5], (await peer.ReadAsync("DISCONNECT")).Body);
        peer.Close();
        await leaving.Soon();
    }

    [Fact]
    public async Task A_goodbye_of_3_1_1_has_nothing_in_it()
    {
        await using var scene = new Scene(o => o with { Version = MqttVersion.V311 });
        var peer = await scene.StartAsync(Wire.Connack311());
        var leaving = scene.Client.DisconnectAsync(MqttReasonCode.Success, new MqttProperties(MqttProperty.User("k", "v")), CancellationToken.None);
        Assert.Empty((await peer.ReadAsync("DISCONNECT")).Body);
        peer.Close();
        await leaving.Soon();
    }

    [Fact]
    [Trait("mqtt", "§3.14.2.2.2")]
    public async Task A_session_expiry_can_not_be_raised_from_0_in_a_goodbye()
    {
        await using var scene = new Scene();
        foreach (var property in new[]
        {
            MqttProperty.Of(MqttPropertyId.SessionExpiryInterval, 1), MqttProperty.Of(MqttPropertyId.ServerReference, "x"),
            MqttProperty.Of(MqttPropertyId.ContentType, "x"),
        })
        {
            await Assert.ThrowsAsync<ArgumentException>(
                () => scene.Client.DisconnectAsync(MqttReasonCode.Success, new MqttProperties(property), CancellationToken.None));
        }

        Assert.IsType<MqttConnectionState.Idle>(scene.Client.State);
    }

    [Fact]
    [Trait("mqtt", "3.14.0-1")]
    public async Task Leaving_before_connack_closes_without_a_word()
    {
        await using var scene = new Scene();
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.ReadAsync("CONNECT");
        var leaving = scene.Client.DisconnectAsync();
        await peer.ExpectCloseAsync();
        await leaving.Soon();
    }

    [Theory]
    [InlineData(0x00, true)]
    [InlineData(0x8B, true)]
    [InlineData(0xA0, true)]
    [InlineData(0x89, false)]
    [InlineData(0x97, false)]
    public async Task After_a_goodbye_that_invites_back_the_client_is_back_at_once(byte code, bool atOnce)
    {
        await using var scene = new Scene();
        var peer = await scene.StartAsync();
        await scene.SleepAsync(TimeSpan.FromSeconds(10));
        await peer.SendAsync(Wire.Disconnect(code));
        var state = await scene.StateAsync<MqttConnectionState.Disconnected>();
        Assert.Equal(atOnce, state.RetryAt == state.At);
        peer = atOnce ? await scene.AcceptAsync() : await scene.RetryAsync(state.RetryAt);
        await peer.AcceptAsync();
        await scene.StateAsync<MqttConnectionState.Connected>();

        // Not twice in a row: a server that sends everybody away as soon as they come is not asked in a tight loop.
        await peer.SendAsync(Wire.Disconnect(code));
        state = await scene.StateAsync<MqttConnectionState.Disconnected>();
        Assert.True(state.RetryAt > state.At);
    }

    [Theory]
    [InlineData(0x9C)]
    [InlineData(0x9D)]
    public async Task Another_server_is_named_and_not_followed(byte code)
    {
        await using var scene = new Scene();
        await scene.Client.StartAsync();
        var peer = await scene.AcceptAsync();
        await peer.AcceptAsync(Wire.Connack(false, code, [0x1C, .. Wire.Text("other:1883")]));
        var refused = await scene.StateAsync<MqttConnectionState.Refused>();
        Assert.Equal(((MqttReasonCode)code, "other:1883"), (refused.ReasonCode, refused.ServerReference));
        peer = await scene.RetryAsync(refused.RetryAt);
        await peer.AcceptAsync();
        await scene.StateAsync<MqttConnectionState.Connected>();
        await peer.SendAsync(Wire.Packet(0xE0, [code, 9, 0x1C, .. Wire.Text("second")]));
        Assert.Equal("second", (await scene.StateAsync<MqttConnectionState.Refused>()).ServerReference);
    }

    [Fact]
    [Trait("mqtt", "3.1.2-9")]
    [Trait("mqtt", "3.1.2-11")]
    [Trait("mqtt", "3.1.2-12")]
    public async Task The_will_goes_out_with_all_its_properties()
    {
        MqttProperty[] properties =
        [
            MqttProperty.Of(MqttPropertyId.WillDelayInterval, 5), MqttProperty.Of(MqttPropertyId.PayloadFormatIndicator, 1),
            MqttProperty.Of(MqttPropertyId.MessageExpiryInterval, 6), MqttProperty.Of(MqttPropertyId.ContentType, "c"),
            MqttProperty.Of(MqttPropertyId.ResponseTopic, "r"), MqttProperty.Of(MqttPropertyId.CorrelationData, new byte[] { 1 }), MqttProperty.User("k", "v"),
        ];
        var will = new MqttWill
        {
            Topic = "w", Payload = new byte[] { 9 }, QualityOfService = MqttQualityOfService.ExactlyOnce, Retain = true, Properties = new(properties),
        };
        await using var scene = new Scene(o => o with { Will = will });
        await scene.Client.StartAsync();
        var body = (await (await scene.AcceptAsync()).AcceptAsync()).Body;
        Assert.Equal(0b0011_0110, body[7]);
        byte[] written =
        [
            0x18, 0, 0, 0, 5, 0x01, 1, 0x02, 0, 0, 0, 6, 0x03, .. Wire.Text("c"), 0x08, .. Wire.Text("r"), 0x09, 0, 1, 1,
            0x26, .. Wire.Text("k"), .. Wire.Text("v"),
        ];
        Assert.Equal([(byte)written.Length, .. written, .. Wire.Text("w"), 0, 1, 9], body[^(written.Length + 7)..]);
    }

    private static string ClientId(ClientPacket connect)
    {
        var at = 11 + connect.Body[10];
        return Encoding.UTF8.GetString(connect.Body, at + 2, connect.Body[at + 1]);
    }
}
