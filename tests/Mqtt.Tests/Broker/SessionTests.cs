using System.Globalization;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>Sessions that outlive the connection, the client and, where the broker can, the broker; with every real broker.</summary>
[Collection(BrokerCollection.Name)]
public sealed class SessionTests(RunningBrokers brokers)
{
    [Theory, OnBrokers(AtLeast = MqttQualityOfService.AtLeastOnce)]
    public async Task A_killed_client_finds_its_session(BrokerKind kind, MqttVersion version, MqttQualityOfService qos)
    {
        var broker = await brokers.GetAsync(kind);
        var topic = $"killed/{version}/{qos}";
        await using var network = new ChaosProxy(broker.Process.Port);
        await using var sender = await Clients.StartAsync(broker.Own($"{topic}/sender", version));
        var options = broker.Kept(topic, version) with { Port = network.Port, Subscriptions = [new(topic, qos)] };
        await using (var first = await Clients.StartAsync(options))
        {
            await SayAllAsync(sender, topic, 0, 50, qos);
            await first.TakeAsync(5);
            // One that it has and never acknowledges.
            Assert.Equal("5", (await first.Messages.ReadAsync().AsTask().Soon()).Text());
            await first.DieAsync(network);
        }

        await SayAllAsync(sender, topic, 50, 100, qos);
        network.Refuses = false;
        await using var second = await Clients.StartAsync(options);
        Assert.True(((MqttConnectionState.Connected)second.State).SessionPresent);
        // What was acknowledged may come again if the acknowledgement died with the connection.
        Assert.Equal(Enumerable.Range(5, 95), (await TakeNewAsync(second, taken => taken.Contains(99))).Where(number => number >= 5));
    }

    [Theory, OnBrokers]
    public async Task A_clean_start_forgets_the_session(BrokerKind kind, MqttVersion version)
    {
        var broker = await brokers.GetAsync(kind);
        var topic = $"forgotten/{version}";
        await using var sender = await Clients.StartAsync(broker.Options($"{topic}/sender", version));
        var options = broker.Kept(topic, version) with { Subscriptions = [new(topic)] };
        await using (var first = await Clients.StartAsync(options))
        {
            await first.DisconnectAsync().Soon();
        }

        await sender.SayAsync(topic, "for the old session").Soon();
        await using var second = await Clients.StartAsync(options with { CleanStart = true, SessionExpiryInterval = 0 });
        Assert.False(((MqttConnectionState.Connected)second.State).SessionPresent);
        await sender.SayAsync(topic, "for the new one").Soon();
        Assert.Equal("for the new one", (await second.TakeAsync()).Text());
    }

    /// <summary>Both clients' connections are cut again and again while messages are on their way.</summary>
    [Theory, OnBrokers(AtLeast = MqttQualityOfService.AtLeastOnce)]
    public async Task Cut_connections_cost_a_kept_session_nothing(BrokerKind kind, MqttVersion version, MqttQualityOfService qos)
    {
        const int count = 300;
        var broker = await brokers.GetAsync(kind);
        var topic = $"cut/{version}/{qos}";
        await using var network = new ChaosProxy(broker.Process.Port);
        await using var receiver = await Clients.StartAsync(broker.Kept($"{topic}/receiver", version) with { Port = network.Port, Subscriptions = [new(topic, qos)] });
        await using var sender = await Clients.StartAsync(broker.Own($"{topic}/sender", version) with { Port = network.Port });
        var publishing = SayAllAsync(sender, topic, 0, count, qos);
        var received = new List<int>();
        while (received.Distinct().Count() < count)
        {
            received.Add(Number(await receiver.TakeAsync()));
            if (received.Count % 60 == 0)
            {
                network.Cut();
            }
        }

        await publishing;
        Assert.Equal(Enumerable.Range(0, count), received.Distinct());
        if (qos == MqttQualityOfService.ExactlyOnce)
        {
            Assert.Equal(count, received.Count);
        }

        Assert.Equal(0, sender.Counters.PublishesPending);
        await Eventually.TrueAsync(() => sender.Counters.Connections > 1 && receiver.Counters.Connections > 1, "both have come back");
    }

    [Theory, OnBrokers(Needs = BrokerTrait.SessionsOutliveTheProcess)]
    public async Task A_broker_stopped_and_started_again_costs_a_kept_session_nothing(BrokerKind kind, MqttVersion version)
    {
        const int count = 400;
        var broker = await brokers.GetAsync(kind);
        var topic = $"stopped/{version}";
        await using var receiver = await Clients.StartAsync(broker.Kept($"{topic}/receiver", version) with { Subscriptions = [new(topic)] });
        await using var sender = await Clients.StartAsync(broker.Own($"{topic}/sender", version));
        var receiving = TakeNewAsync(receiver, taken => taken.Count == count);
        await SayAllAsync(sender, topic, 0, count / 4);
        var publishing = SayAllAsync(sender, topic, count / 4, count / 2);
        await broker.Process.StopAsync();
        await broker.Process.StartAgainAsync();
        await publishing;
        await SayAllAsync(sender, topic, count / 2, count);
        Assert.Equal(Enumerable.Range(0, count), await receiving.Soon());
        await Eventually.TrueAsync(() => sender.Counters.Connections >= 2, "the sender has come back");
    }

    /// <summary>What the broker held is gone with it; what the client held is not, and both go on.</summary>
    [Theory, OnBrokers]
    public async Task A_killed_broker_costs_a_kept_session_no_publish_of_its_own(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var receiver = await Clients.StartAsync(broker.Kept("survivor/receiver") with { Subscriptions = [new("survivor/+")] });
        await using var sender = await Clients.StartAsync(broker.Kept("survivor/sender"));
        var before = Enumerable.Range(0, 200).Select(i => sender.SayAsync("survivor/before", $"{i}")).ToList();
        broker.Process.Kill();
        var during = Enumerable.Range(0, 200).Select(i => sender.SayAsync("survivor/during", $"{i}")).ToList();
        await broker.Process.StartAgainAsync();
        Assert.All(await Task.WhenAll(before.Concat(during)).Soon(), result => Assert.True(result.Accepted));
        Assert.Equal(0, sender.Counters.PublishesPending);

        // The subscriptions are there again, whatever the broker forgot.
        await Eventually.TrueAsync(() => receiver.Counters.Connections >= 2 && receiver.State is MqttConnectionState.Connected, "the receiver is back");
        await sender.SayAsync("survivor/after", "done").Soon();
        MqttMessage message;
        do
        {
            message = await receiver.TakeAsync();
        }
        while (message.Topic != "survivor/after");
        Assert.Equal("done", message.Text());
    }

    [Theory, OnBrokers(Lacks = BrokerTrait.SessionsOutliveTheProcess)]
    public async Task A_broker_that_forgot_the_session_gets_the_publishes_as_new_ones(BrokerKind kind)
    {
        const int count = 50;
        var broker = await brokers.GetAsync(kind);
        await using var sender = await Clients.StartAsync(broker.Kept("forgetful/sender"));
        await SayAllAsync(sender, "forgetful", 0, count);
        var resent = sender.Counters.PublishesResent;
        await broker.Process.StopAsync();
        var publishing = SayAllAsync(sender, "forgetful", 0, count);
        await broker.Process.StartAgainAsync();
        await publishing;
        Assert.False(((MqttConnectionState.Connected)sender.State).SessionPresent);
        Assert.Equal(resent, sender.Counters.PublishesResent);
    }

    [Theory, OnBrokers]
    public async Task A_paused_broker_is_noticed_by_its_silence(BrokerKind kind)
    {
        var broker = await brokers.GetAsync(kind);
        await using var client = await Clients.StartAsync(broker.Options("silence") with { KeepAlive = 1 });
        broker.Process.Pause();
        try
        {
            Assert.Equal(MqttDisconnectCause.KeepAliveTimeout, (await client.StateAsync<MqttConnectionState.Disconnected>()).Cause);
        }
        finally
        {
            broker.Process.Resume();
        }

        await client.WaitConnectedAsync().Soon();
    }

    /// <summary>The connection stays open and nothing passes any more: no reset, no end, only silence.</summary>
    [Theory, OnBrokers]
    public async Task A_half_open_connection_is_noticed_and_replaced(BrokerKind kind, MqttVersion version)
    {
        var broker = await brokers.GetAsync(kind);
        var topic = $"half-open/{version}";
        await using var network = new ChaosProxy(broker.Process.Port);
        var options = broker.Kept(topic, version) with { Port = network.Port, KeepAlive = 1, Subscriptions = [new(topic)] };
        await using var client = await Clients.StartAsync(options);
        network.Swallow();
        var published = client.SayAsync(topic, "through the next one");
        Assert.Equal(MqttDisconnectCause.KeepAliveTimeout, (await client.StateAsync<MqttConnectionState.Disconnected>()).Cause);
        Assert.True((await published.Soon()).Accepted);
        Assert.Equal("through the next one", (await client.TakeAsync()).Text());
        Assert.Equal(2, network.Connections);
    }

    private static async Task SayAllAsync(
        MqttClient sender, string topic, int from, int to, MqttQualityOfService qos = MqttQualityOfService.AtLeastOnce)
    {
        var results = await Task.WhenAll(Enumerable.Range(from, to - from).Select(i => sender.SayAsync(topic, $"{i}", qos))).Soon();
        Assert.All(results, result => Assert.True(result.Accepted));
    }

    /// <summary>Numbers in the order in which each came for the first time, until these are enough.</summary>
    private static async Task<List<int>> TakeNewAsync(MqttClient receiver, Func<List<int>, bool> enough)
    {
        var taken = new List<int>();
        while (!enough(taken))
        {
            var number = Number(await receiver.TakeAsync());
            if (!taken.Contains(number))
            {
                taken.Add(number);
            }
        }

        return taken;
    }

    private static int Number(MqttMessage message) => int.Parse(message.Text(), CultureInfo.InvariantCulture);
}
