using System.Security.Cryptography;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>Messages through every real broker: all, in order, of every size.</summary>
[Collection(BrokerCollection.Name)]
public sealed class FlowTests(RunningBrokers brokers)
{
    [Theory, OnBrokers]
    public async Task Messages_go_through_in_order(BrokerKind kind, MqttVersion version, MqttQualityOfService qos)
    {
        const int count = 500;
        var broker = await brokers.GetAsync(kind);
        var topic = $"order/{version}/{qos}";
        await using var receiver = await Clients.StartAsync(broker.Options($"{topic}/receiver", version) with { Subscriptions = [new(topic, qos)] });
        await using var sender = await Clients.StartAsync(broker.Options($"{topic}/sender", version));
        var results = Enumerable.Range(0, count).Select(i => sender.SayAsync(topic, $"{i}", qos)).ToList();
        for (var i = 0; i < count; i++)
        {
            var message = await receiver.TakeAsync();
            Assert.Equal($"{i}", message.Text());
            Assert.Equal(qos, message.QualityOfService);
        }

        Assert.All(await Task.WhenAll(results).Soon(), result => Assert.True(result.Accepted));
        Assert.Equal(0, sender.Counters.PublishesPending);
        if (qos != MqttQualityOfService.AtMostOnce)
        {
            await Eventually.TrueAsync(() => receiver.Counters.MessagesAcknowledged == count, "all are acknowledged");
        }
    }

    [Theory, OnBrokers]
    public async Task A_large_message_arrives_as_it_was(BrokerKind kind, MqttVersion version)
    {
        var broker = await brokers.GetAsync(kind);
        var topic = $"large/{version}";
        await using var client = await Clients.StartAsync(broker.Options(topic, version) with { Subscriptions = [new(topic)], MaximumPacketSize = 8 * 1024 * 1024 });
        var payload = RandomNumberGenerator.GetBytes(4 * 1024 * 1024);
        var published = client.PublishAsync(topic, payload);
        var message = await client.TakeAsync();
        await published.Soon();
        Assert.True(payload.AsSpan().SequenceEqual(message.Payload.Span));
        await client.PublishAsync(topic, default).Soon();
        Assert.True((await client.TakeAsync()).Payload.IsEmpty);
    }

    [Theory, OnBrokers(Needs = BrokerTrait.ObeysMaximumPacketSize)]
    public async Task A_message_too_large_for_the_receiver_is_left_out(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var receiver = await Clients.StartAsync(
            broker.Options("small-receiver") with { Subscriptions = [new("sizes")], MaximumPacketSize = 1_000 });
        await using var sender = await Clients.StartAsync(broker.Options("sizes-sender"));
        await sender.PublishAsync("sizes", new byte[2_000]).Soon();
        await sender.SayAsync("sizes", "small").Soon();
        Assert.Equal("small", (await receiver.TakeAsync()).Text());
        Assert.Equal(1, receiver.Counters.Connections);
    }

    [Theory, OnBrokers(Lacks = BrokerTrait.ObeysMaximumPacketSize)]
    public async Task A_message_too_large_that_is_sent_all_the_same_ends_the_connection(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var receiver = await Clients.StartAsync(
            broker.Options("small-receiver") with { Subscriptions = [new("sizes")], MaximumPacketSize = 1_000 });
        await using var sender = await Clients.StartAsync(broker.Options("sizes-sender"));
        await sender.PublishAsync("sizes", new byte[2_000]).Soon();
        var lost = await receiver.StateAsync<MqttConnectionState.Disconnected>();
        Assert.Equal((MqttDisconnectCause.ProtocolError, MqttReasonCode.PacketTooLarge), (lost.Cause, lost.ReasonCode));
        Assert.Equal(0, receiver.Counters.MessagesReceived);
    }

    /// <summary>5.0 properties make the whole way.</summary>
    [Theory, OnBrokers]
    public async Task Properties_arrive_with_the_message(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var client = await Clients.StartAsync(broker.Options("properties") with { Subscriptions = [new("properties")] });
        var properties = new MqttProperties(
            MqttProperty.Of(MqttPropertyId.ContentType, "application/json"),
            MqttProperty.Of(MqttPropertyId.ResponseTopic, "answers"),
            MqttProperty.Of(MqttPropertyId.CorrelationData, new byte[] { 0, 255 }),
            MqttProperty.User("unit", "µg/m³"),
            MqttProperty.User("unit", "again"));
        await client.PublishAsync("properties", "{}"u8.ToArray(), MqttQualityOfService.AtLeastOnce, false, properties, default).Soon();
        var message = await client.TakeAsync();
        Assert.Equal("application/json", message.Properties.Text(MqttPropertyId.ContentType));
        Assert.Equal("answers", message.Properties.Text(MqttPropertyId.ResponseTopic));
        Assert.Equal(new byte[] { 0, 255 }, message.Properties.Data(MqttPropertyId.CorrelationData)!.Value.ToArray());
        var user = message.Properties.Where(property => property.Id == MqttPropertyId.UserProperty).Select(property => (property.Name, property.Text));
        Assert.Equal([("unit", "µg/m³"), ("unit", "again")], user);
    }

    [Theory, OnBrokers]
    public async Task Subscriptions_come_and_go_while_connected(BrokerKind kind, MqttVersion version)
    {
        var broker = await brokers.GetAsync(kind);
        var topic = $"coming-and-going/{version}";
        await using var client = await Clients.StartAsync(broker.Options(topic, version));
        var granted = await client.SubscribeAsync([new($"{topic}/a"), new($"{topic}/b/#", MqttQualityOfService.AtMostOnce)]).Soon();
        Assert.Equal([MqttReasonCode.GrantedQoS1, MqttReasonCode.Success], granted.ReasonCodes);
        await client.SayAsync($"{topic}/a", "one").Soon();
        await client.SayAsync($"{topic}/b/c", "two").Soon();
        Assert.Equal(["one", "two"], await client.TakeAsync(2));
        await client.UnsubscribeAsync([$"{topic}/a"]).Soon();
        await client.SayAsync($"{topic}/a", "unheard").Soon();
        await client.SayAsync($"{topic}/b/c", "three").Soon();
        Assert.Equal("three", (await client.TakeAsync()).Text());
    }

    [Theory, OnBrokers]
    public async Task A_subscription_identifier_comes_with_what_it_brought(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var client = await Clients.StartAsync(broker.Options("identified"));
        await client.SubscribeAsync([new("identified/#") { Identifier = 4711 }]).Soon();
        await client.SayAsync("identified/a", "x").Soon();
        Assert.Equal(4711u, (await client.TakeAsync()).Properties.Number(MqttPropertyId.SubscriptionIdentifier));
    }

    [Theory, OnBrokers(Lacks = BrokerTrait.SharedSubscriptions)]
    public async Task A_shared_subscription_that_the_broker_does_not_have_is_refused_before_it_is_sent(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var client = await Clients.StartAsync(broker.Options("not-shared") with { Subscriptions = [new("not-shared")] });
        var error = await Assert.ThrowsAsync<MqttSubscribeRejectedException>(() => client.SubscribeAsync([new("$share/group/not-shared")]).Soon());
        Assert.Equal(MqttReasonCode.SharedSubscriptionsNotSupported, error.ReasonCode);
        await client.SayAsync("not-shared", "still connected").Soon();
        Assert.Equal("still connected", (await client.TakeAsync()).Text());
    }

    [Theory, OnBrokers(Needs = BrokerTrait.SharedSubscriptions)]
    public async Task A_shared_subscription_gives_each_message_to_one_member(BrokerKind kind, MqttVersion version)
    {
        const int count = 50;
        var broker = await brokers.GetAsync(kind);
        var topic = $"shared/{version}";
        MqttSubscription[] subscription = [new($"$share/group-{version}/{topic}")];
        await using var one = await Clients.StartAsync(broker.Options($"{topic}/one", version) with { Subscriptions = subscription });
        await using var two = await Clients.StartAsync(broker.Options($"{topic}/two", version) with { Subscriptions = subscription });
        await using var sender = await Clients.StartAsync(broker.Options($"{topic}/sender", version));
        var taken = new Dictionary<MqttClient, long> { [one] = 0, [two] = 0 };
        for (var i = 0; i < count; i++)
        {
            await sender.SayAsync(topic, $"{i}").Soon();
            await Eventually.TrueAsync(() => taken.Any(member => member.Key.Counters.MessagesReceived > member.Value), "a member has it");
            var member = taken.First(member => member.Key.Counters.MessagesReceived > member.Value).Key;
            Assert.Equal($"{i}", (await member.TakeAsync()).Text());
            taken[member]++;
        }

        Assert.All(taken, member => Assert.InRange(member.Value, 1, count - 1));
        Assert.All(taken, member => Assert.Equal(member.Value, member.Key.Counters.MessagesReceived));
    }
}
