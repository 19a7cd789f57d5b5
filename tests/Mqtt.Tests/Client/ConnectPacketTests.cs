using System.Text;
using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>CONNECT, field by field (§3.1), at both protocol levels.</summary>
public sealed class ConnectPacketTests
{
    private static readonly MqttWill?[] Wills =
    [
        null,
        new MqttWill { Topic = "été/火", Payload = "gone"u8.ToArray(), QualityOfService = MqttQualityOfService.ExactlyOnce, Retain = true },
        new MqttWill { Topic = "w", QualityOfService = MqttQualityOfService.AtMostOnce },
    ];

    [Theory]
    [Trait("mqtt", "3.1.2-1")]
    [Trait("mqtt", "3.1.2-2")]
    [Trait("mqtt", "3.1.2-3")]
    [Trait("mqtt", "3.1.2-9")]
    [Trait("mqtt", "3.1.2-11")]
    [Trait("mqtt", "3.1.2-13")]
    [Trait("mqtt", "3.1.2-16")]
    [Trait("mqtt", "3.1.2-17")]
    [Trait("mqtt", "3.1.2-18")]
    [Trait("mqtt", "3.1.2-19")]
    [Trait("mqtt", "3.1.3-1")]
    [Trait("mqtt", "3.1.3-3")]
    [Trait("mqtt", "3.1.3-4")]
    [Trait("mqtt", "3.1.3-11")]
    [Trait("mqtt", "3.1.3-12")]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task It_says_what_the_options_say_and_its_flags_announce_what_follows(MqttVersion version)
    {
        foreach (var will in Wills)
        {
            foreach (var (user, password) in new[] { (null, ""), ("użytkownik", ""), ("u", "geheim"), (null, "token") })
            {
                if (version == MqttVersion.V311 && user is null && password.Length > 0)
                {
                    continue; // Not possible in 3.1.1 [MQTT-3.1.2-22].
                }

                await using var scene = new Scene(o => o with
                {
                    Version = version, ClientId = "capteur 🌡", UserName = user, Password = Encoding.UTF8.GetBytes(password), Will = will, KeepAlive = 77,
                });
                await scene.Client.StartAsync();
                var packet = await (await scene.AcceptAsync()).ReadAsync("CONNECT");
                Assert.Equal([.. Wire.Text("MQTT"), (byte)version], packet.Body[..7]);
                var flags = 2 + (will is null ? 0 : 4 + ((int)will.QualityOfService << 3) + (will.Retain ? 32 : 0))
                    + (password.Length > 0 ? 64 : 0) + (user is null ? 0 : 128);
                Assert.Equal(flags, packet.Body[7]);

                // The codec of the tests reads the payload in the order of the standard, and fails on any rest.
                var connect = packet.Fields;
                Assert.Equal(("capteur 🌡", user, 77, true), (connect.ClientId, connect.UserName, connect.KeepAlive, connect.CleanStart));
                Assert.Equal(password.Length > 0 ? Encoding.UTF8.GetBytes(password) : null, connect.Password);
                Assert.Equal((will?.Topic, (int?)will?.QualityOfService, will?.Retain), (connect.Will?.Topic, connect.Will?.QoS, connect.Will?.Retain));
                Assert.Equal(will?.Payload.ToArray(), connect.Will?.Payload);
            }
        }
    }

    public static TheoryData<string, Func<string, MqttClientOptions, MqttClientOptions>> Texts => new()
    {
        { "ClientId", (text, o) => o with { ClientId = text } },
        { "UserName", (text, o) => o with { UserName = text } },
        { "Will", (text, o) => o with { Will = new MqttWill { Topic = text } } },
        { "Will", (text, o) => o with { Will = new MqttWill { Topic = "w", Properties = new(MqttProperty.Of(MqttPropertyId.ContentType, text)) } } },
        { "ConnectProperties", (text, o) => o with { ConnectProperties = new(MqttProperty.User(text, "v")) } },
        { "ConnectProperties", (text, o) => o with { ConnectProperties = new(MqttProperty.User("k", text)) } },
    };

    [Theory]
    [Trait("mqtt", "1.5.4-1")]
    [Trait("mqtt", "1.5.4-2")]
    [Trait("mqtt", "1.5.7-1")]
    [Trait("mqtt", "3.1.3-4")]
    [Trait("mqtt", "3.1.3-11")]
    [Trait("mqtt", "3.1.3-12")]
    [MemberData(nameof(Texts))]
    public void A_text_that_is_no_utf_8_or_too_long_is_refused(string name, Func<string, MqttClientOptions, MqttClientOptions> with)
    {
        var options = new MqttClientOptions { ClientId = "c" };
        foreach (var text in new[] { "a\uD83C", "\uDF21b", "a\0b", new string('é', 32_768) })
        {
            var e = Assert.Throws<ArgumentException>(() => new MqttClient(with(text, options), TimeProvider.System));
            Assert.StartsWith($"{name} ", e.Message, StringComparison.Ordinal);
        }

        _ = new MqttClient(with("🌡 est bon", options), TimeProvider.System);
    }

    /// <summary>The session ends on both sides: neither what was sent nor what was received is known any more.</summary>
    [Theory]
    [Trait("mqtt", "3.1.2-4")]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task A_clean_start_forgets_what_was_before(MqttVersion version)
    {
        await using var scene = new Scene(o => o with { Version = version });
        var peer = await scene.StartAsync();
        var publishes = new[] { MqttQualityOfService.AtLeastOnce, MqttQualityOfService.ExactlyOnce, MqttQualityOfService.ExactlyOnce }
            .Select(qos => scene.Client.PublishAsync("t", default, qos)).ToList();
        await peer.ReadAsync("PUBLISH");
        await peer.ReadAsync("PUBLISH");
        await peer.SendAsync(Wire.Pubrec((await peer.ReadAsync("PUBLISH")).PacketId));
        await peer.ReadAsync("PUBREL");
        var incoming = new WirePacket("publish") { Topic = "a", Payload = [1], QoS = 2, PacketId = 7 };
        await peer.SendAsync(incoming);
        scene.Client.Acknowledge(await scene.Client.Messages.ReadAsync().AsTask().Soon());
        await peer.ReadAsync("PUBREC");
        peer.Close();
        foreach (var publish in publishes)
        {
            await Assert.ThrowsAsync<MqttConnectionLostException>(() => publish.Soon());
        }

        peer = await scene.ReconnectAsync();
        Assert.True((await peer.AcceptAsync()).CleanStart);
        await scene.StateAsync<MqttConnectionState.Connected>();
        await peer.SendAsync(incoming with { Duplicate = true, Payload = [2] });
        var message = await scene.Client.Messages.ReadAsync().AsTask().Soon();
        Assert.Equal(2, message.Payload.Span[0]);
        scene.Client.Acknowledge(message);
        Assert.Equal(7, (await peer.ReadAsync("PUBREC")).PacketId); // The first packet after CONNECT: nothing was sent again.
    }
}
