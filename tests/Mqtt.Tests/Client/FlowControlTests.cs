using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>The server's Receive Maximum (§4.9): what it holds back, and what it doesn't.</summary>
public sealed class FlowControlTests
{
    private const int Publishes = 60;

    [Theory]
    [Trait("mqtt", "3.3.4-7")]
    [Trait("mqtt", "4.9.0-1")]
    [Trait("mqtt", "4.9.0-2")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task No_more_are_in_flight_than_the_server_takes_and_no_fewer(byte maximum)
    {
        var random = new Random(maximum);
        await using var scene = new Scene();
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x21, 0, maximum]));
        var all = Enumerable.Range(0, Publishes)
            .Select(i => scene.Client.PublishAsync($"{i}", default, (MqttQualityOfService)(1 + random.Next(2)))).ToList();
        var inFlight = new List<(int Id, string Next)>();
        for (var published = 0; published < Publishes || inFlight.Count > 0;)
        {
            while (inFlight.Count < maximum && published < Publishes)
            {
                var publish = await peer.ReadAsync("PUBLISH");
                Assert.Equal($"{published++}", publish.Topic);
                inFlight.Add((publish.PacketId, publish.QoS == 1 ? "PUBACK" : "PUBREC"));
            }

            Assert.Empty(peer.ReadAvailable());
            var one = inFlight[random.Next(inFlight.Count)];
            inFlight.Remove(one);
            var refused = random.Next(3) == 0;
            switch (one.Next)
            {
                case "PUBACK":
                    await peer.SendAsync(Wire.Puback(one.Id, (byte)(refused ? 0x97 : 0)));
                    break;
                case "PUBREC":
                    await peer.SendAsync(Wire.Pubrec(one.Id, (byte)(refused ? 0x97 : 0)));
                    if (!refused)
                    {
                        Assert.Equal(one.Id, (await peer.ReadAsync("PUBREL")).PacketId); // And no PUBLISH before it: the place is still taken.
                        inFlight.Add((one.Id, "PUBCOMP"));
                    }

                    break;
                default:
                    await peer.SendAsync(Wire.Pubcomp(one.Id));
                    break;
            }
        }

        await Task.WhenAll(all).Soon();
    }

    [Fact]
    [Trait("mqtt", "3.3.4-8")]
    [Trait("mqtt", "4.9.0-3")]
    public async Task While_the_window_is_full_everything_but_publishes_goes_on()
    {
        const string method = "m";
        await using var scene = new Scene(o => o with { KeepAlive = 10, Authentication = new ScriptedAuthentication(method) });
        var client = scene.Client;
        var peer = await scene.StartAsync(Wire.Connack(properties: [0x21, 0, 1, .. ScriptedAuthentication.Properties(method)]));
        var publishes = new[] { client.PublishAsync("sent", default), client.PublishAsync("held back", default) };
        var sent = await peer.ReadAsync("PUBLISH");

        var subscribing = client.SubscribeAsync([new("a")]);
        await peer.SendAsync(Wire.Suback((await peer.ReadAsync("SUBSCRIBE")).PacketId, 1));
        await subscribing.Soon();
        var ending = client.UnsubscribeAsync(["a"]);
        await peer.SendAsync(Wire.Unsuback((await peer.ReadAsync("UNSUBSCRIBE")).PacketId, 0));
        await ending.Soon();
        await peer.SendAsync(Wire.Publish("a", "1", 1));
        client.Acknowledge(await client.Messages.ReadAsync().AsTask().Soon());
        await peer.ReadAsync("PUBACK");
        await peer.SendAsync(Wire.PublishOnce("a", "2", 2));
        client.Acknowledge(await client.Messages.ReadAsync().AsTask().Soon());
        await peer.ReadAsync("PUBREC");
        await peer.SendAsync(Wire.Pubrel(2));
        await peer.ReadAsync("PUBCOMP");
        await peer.SendAsync(Wire.Pubrec(99));
        await peer.ReadAsync("PUBREL");
        var again = client.ReauthenticateAsync();
        await peer.ReadAsync("AUTH");
        await peer.SendAsync(ScriptedAuthentication.Auth(0, method));
        await again.Soon();
        await scene.SleepAsync(TimeSpan.FromSeconds(10));
        await peer.ReadAsync("PINGREQ");

        await peer.SendAsync(Wire.Pingresp(), Wire.Puback(sent.PacketId));
        await publishes[0].Soon();
        Assert.Equal("held back", (await peer.ReadAsync("PUBLISH")).Topic);
        var leaving = client.DisconnectAsync();
        await peer.ReadAsync("DISCONNECT");
        peer.Close();
        await leaving.Soon();
        await Assert.ThrowsAsync<MqttConnectionLostException>(() => publishes[1].Soon());
    }
}
