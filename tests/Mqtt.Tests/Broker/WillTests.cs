using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>Last wills, with every real broker.</summary>
[Collection(BrokerCollection.Name)]
public sealed class WillTests(RunningBrokers brokers)
{
    [Theory, OnBrokers]
    public async Task The_will_is_published_when_the_client_dies_and_not_when_it_leaves(BrokerKind kind, MqttVersion version)
    {
        var broker = await brokers.GetAsync(kind);
        var topic = $"will/{version}";
        await using var watcher = await Clients.StartAsync(broker.Options($"{topic}/watcher", version) with { Subscriptions = [new($"{topic}/+")] });
        await using var network = new ChaosProxy(broker.Process.Port);
        MqttClientOptions Mortal(string name) => broker.Options($"{topic}/{name}", version) with
        {
            Port = network.Port,
            Will = new MqttWill { Topic = $"{topic}/{name}", Payload = "gone"u8.ToArray() },
        };
        await using (var leaver = await Clients.StartAsync(Mortal("leaver")))
        {
            await leaver.DisconnectAsync().Soon();
        }

        await using (var killed = await Clients.StartAsync(Mortal("killed")))
        {
            await killed.DieAsync(network);
        }

        Assert.Equal($"{topic}/killed", (await watcher.TakeAsync()).Topic);
    }

    [Theory, OnBrokers]
    public async Task A_client_may_leave_and_have_its_will_published(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var watcher = await Clients.StartAsync(broker.Options("last-word-watcher") with { Subscriptions = [new("last-word")] });
        var will = new MqttWill
        {
            Topic = "last-word",
            Payload = "so long"u8.ToArray(),
            Properties = new MqttProperties(MqttProperty.User("why", "maintenance")),
        };
        await using var client = await Clients.StartAsync(broker.Options("last-word") with { Will = will });
        await client.DisconnectAsync(MqttReasonCode.DisconnectWithWill).Soon();
        var message = await watcher.TakeAsync();
        Assert.Equal("so long", message.Text());
        Assert.Contains(message.Properties, property => property is { Id: MqttPropertyId.UserProperty, Name: "why", Text: "maintenance" });
    }

    /// <summary>An hour of delay: it never falls due here, whatever the machine's load.</summary>
    [Theory, OnBrokers]
    public async Task A_delayed_will_is_not_published_when_the_client_comes_back_in_time(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var watcher = await Clients.StartAsync(broker.Options("in-time-watcher") with { Subscriptions = [new("in-time")] });
        await using var network = new ChaosProxy(broker.Process.Port);
        await using var client = await Clients.StartAsync(Delayed(broker, network, "in-time", seconds: 3_600));
        network.Cut();
        await client.StateAsync<MqttConnectionState.Connected>();
        await client.SayAsync("in-time", "back").Soon();
        Assert.Equal("back", (await watcher.TakeAsync()).Text());
    }

    [Theory, OnBrokers]
    public async Task A_delayed_will_is_published_when_the_client_stays_away(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var watcher = await Clients.StartAsync(broker.Options("too-late-watcher") with { Subscriptions = [new("too-late")] });
        await using var network = new ChaosProxy(broker.Process.Port);
        await using var client = await Clients.StartAsync(Delayed(broker, network, "too-late", seconds: 1));
        await client.DieAsync(network);
        Assert.Equal("gone", (await watcher.TakeAsync()).Text());
    }

    private static MqttClientOptions Delayed(SuiteBroker broker, ChaosProxy network, string name, uint seconds) => broker.Kept(name) with
    {
        Port = network.Port,
        Will = new MqttWill
        {
            Topic = name,
            Payload = "gone"u8.ToArray(),
            Properties = new MqttProperties(MqttProperty.Of(MqttPropertyId.WillDelayInterval, seconds)),
        },
    };
}
