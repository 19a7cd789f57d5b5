using System.Text;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>Subscriptions that come and go, their identifiers and topic aliases, against a real Mosquitto.</summary>
public sealed class SubscribeTests
{
    [Fact]
    public async Task Subscriptions_come_and_go_and_survive_a_reconnect()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var receiver = await StartAsync(Options(broker, "receiver"));
        await using var sender = await StartAsync(Options(broker, "sender") with { OutgoingTopicAliases = 10 });
        var granted = await receiver.SubscribeAsync([new("a/#", Identifier: 7)]).Soon();
        Assert.Equal([MqttReasonCode.GrantedQoS1], granted.ReasonCodes);
        Assert.True((await receiver.SubscribeAsync([new("$share/group/b", Identifier: 8)]).Soon()).Accepted);
        string[] topics = ["a/1", "b", "a/2", "c"];
        var results = Enumerable.Range(0, 400).Select(i => sender.PublishAsync(topics[i % 4], Encoding.UTF8.GetBytes(topics[i % 4]))).ToList();
        await Task.WhenAll(results).Soon();
        for (var i = 0; i < 300; i++)
        {
            var message = await receiver.Messages.ReadAsync().AsTask().Soon();
            Assert.Equal(message.Topic, Encoding.UTF8.GetString(message.Payload.Span));
            Assert.Equal([message.Topic == "b" ? 8u : 7u], message.SubscriptionIdentifiers);
            receiver.Acknowledge(message);
        }

        Assert.True((await receiver.UnsubscribeAsync(["a/#"]).Soon()).Accepted);
        broker.Kill();
        await broker.StartAgainAsync();
        await Eventually.TrueAsync(
            () => receiver.Counters.Connections == 2 && receiver.State is MqttConnectionState.Connected
                && sender.Counters.Connections == 2 && sender.State is MqttConnectionState.Connected,
            "both are back");
        await sender.PublishAsync("a/1", default).Soon();
        await sender.PublishAsync("b", default).Soon();
        Assert.Equal("b", (await receiver.Messages.ReadAsync().AsTask().Soon()).Topic);
        Assert.Equal(0, receiver.Counters.MessagesUnmatched);
    }

    private static MqttClientOptions Options(MosquittoBroker broker, string id) => new()
    {
        Host = "127.0.0.1",
        Port = broker.Port,
        ClientId = id,
        Reconnect = new MqttReconnect { Minimum = TimeSpan.FromMilliseconds(50), Maximum = TimeSpan.FromMilliseconds(200) },
    };

    private static async Task<MqttClient> StartAsync(MqttClientOptions options)
    {
        var client = new MqttClient(options, TimeProvider.System);
        await client.StartAsync();
        await client.WaitConnectedAsync().Soon();
        return client;
    }
}
