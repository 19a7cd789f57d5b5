using MeetNet.Mqtt.Tests.Peer;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>Retained messages and what a subscriber can ask of them, with every real broker.</summary>
[Collection(BrokerCollection.Name)]
public sealed class RetainedTests(RunningBrokers brokers)
{
    [Theory, OnBrokers]
    public async Task A_retained_message_waits_for_later_subscribers_until_it_is_cleared(BrokerKind kind, MqttVersion version)
    {
        var broker = await brokers.GetAsync(kind);
        var topic = $"retained/{version}";
        await using var sender = await Clients.StartAsync(broker.Options($"{topic}/sender", version));
        await sender.SayAsync($"{topic}/a", "old", retain: true).Soon();
        await sender.SayAsync($"{topic}/a", "kept", retain: true).Soon();
        var options = broker.Options($"{topic}/later", version) with { Subscriptions = [new($"{topic}/#")] };
        await using (var later = await Clients.StartAsync(options))
        {
            var message = await later.TakeAsync();
            Assert.Equal(("kept", true), (message.Text(), message.Retain));
            // To one who is there already it comes as any other message.
            await sender.SayAsync($"{topic}/a", "new", retain: true).Soon();
            message = await later.TakeAsync();
            Assert.Equal(("new", false), (message.Text(), message.Retain));
        }

        await sender.PublishAsync($"{topic}/a", default, retain: true).Soon();
        await using var last = await Clients.StartAsync(options);
        await sender.SayAsync($"{topic}/b", "the first that it sees").Soon();
        Assert.Equal("the first that it sees", (await last.TakeAsync()).Text());
    }

    [Theory, OnBrokers]
    public async Task Retain_as_published_keeps_the_flag(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var client = await Clients.StartAsync(
            broker.Options("as-published") with { Subscriptions = [new("as-published", RetainAsPublished: true)] });
        await client.SayAsync("as-published", "kept", retain: true).Soon();
        Assert.True((await client.TakeAsync()).Retain);
        await client.SayAsync("as-published", "passing").Soon();
        Assert.False((await client.TakeAsync()).Retain);
        await client.PublishAsync("as-published", default, retain: true).Soon();
    }

    [Theory, OnBrokers]
    public async Task A_subscriber_that_wants_no_retained_messages_gets_none(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var sender = await Clients.StartAsync(broker.Options("unwanted-sender"));
        await sender.SayAsync("unwanted", "kept", retain: true).Soon();
        await using var client = await Clients.StartAsync(
            broker.Options("unwanted") with { Subscriptions = [new("unwanted", RetainHandling: MqttRetainHandling.DoNotSend)] });
        await sender.SayAsync("unwanted", "live").Soon();
        Assert.Equal("live", (await client.TakeAsync()).Text());
        await sender.PublishAsync("unwanted", default, retain: true).Soon();
    }

    /// <summary>The client subscribes again on every connection; a session that has the subscription gets the retained message once.</summary>
    [Theory, OnBrokers]
    public async Task Retained_messages_only_for_a_new_subscription(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var sender = await Clients.StartAsync(broker.Options("if-new-sender"));
        await sender.SayAsync("if-new", "kept", retain: true).Soon();
        var options = broker.Kept("if-new") with { Subscriptions = [new("if-new", RetainHandling: MqttRetainHandling.SendIfNew)] };
        await using (var first = await Clients.StartAsync(options))
        {
            Assert.Equal("kept", (await first.TakeAsync()).Text());
            await first.DisconnectAsync().Soon();
        }

        await using var again = await Clients.StartAsync(options);
        Assert.True(((MqttConnectionState.Connected)again.State).SessionPresent);
        await sender.SayAsync("if-new", "live").Soon();
        Assert.Equal("live", (await again.TakeAsync()).Text());
        await sender.PublishAsync("if-new", default, retain: true).Soon();
    }

    [Theory, OnBrokers]
    public async Task No_local_keeps_a_clients_own_messages_away(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var client = await Clients.StartAsync(broker.Options("no-local") with { Subscriptions = [new("no-local", NoLocal: true)] });
        await using var other = await Clients.StartAsync(broker.Options("no-local-other"));
        await client.SayAsync("no-local", "own").Soon();
        await other.SayAsync("no-local", "of another").Soon();
        Assert.Equal("of another", (await client.TakeAsync()).Text());
    }
}
