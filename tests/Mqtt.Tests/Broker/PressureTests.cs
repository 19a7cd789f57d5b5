using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>More than the consumer takes, with every real broker: nothing is lost and memory stays bounded.</summary>
[Collection(BrokerCollection.Name)]
public sealed class PressureTests(RunningBrokers brokers)
{
    private const int Backlog = 2_000;

    /// <summary>26 MB are more than the kernel's buffers on the way hold. The client takes what it has room for and leaves the rest with the broker.</summary>
    [Theory, OnBrokers]
    public async Task A_consumer_that_does_not_read_stops_the_broker(BrokerKind kind, MqttVersion version)
    {
        const int count = 400;
        const int limit = 256 * 1024;
        var broker = await brokers.GetAsync(kind);
        var topic = $"unread/{version}";
        // QoS 0: no window of acknowledgements stops the broker, the socket alone does.
        await using var receiver = await Clients.StartAsync(broker.Options($"{topic}/receiver", version) with
        {
            Subscriptions = [new(topic, MqttQualityOfService.AtMostOnce)],
            ReceiveBufferBytes = limit,
            KeepAlive = 0, // A client that does not read gets no PINGRESP either.
        });
        await using var sender = await Clients.StartAsync(broker.Options($"{topic}/sender", version));
        var payload = new byte[64 * 1024];
        for (var i = 0; i < count; i++)
        {
            payload = [.. BitConverter.GetBytes(i), .. payload.AsSpan(sizeof(int))];
            await sender.PublishAsync(topic, payload).Soon();
        }

        await Eventually.TrueAsync(() => receiver.Counters.ReceivePauses > 0, "the socket is not read any more");
        // At most one read of the socket more than the limit.
        Assert.InRange(receiver.Counters.ReceiveBufferBytes, limit, 2 * limit);
        Assert.InRange(receiver.Counters.BytesReceived, limit, 3 * limit);
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(i, BitConverter.ToInt32((await receiver.TakeAsync()).Payload.Span));
        }
    }

    [Theory, OnBrokers]
    public async Task A_backlog_larger_than_every_window_is_drained_in_order(BrokerKind kind, MqttVersion version)
    {
        var broker = await brokers.GetAsync(kind);
        var options = await LeaveBacklogAsync(broker, $"backlog/{version}", version);
        await using var receiver = await Clients.StartAsync(options);
        Assert.True(((MqttConnectionState.Connected)receiver.State).SessionPresent);
        Assert.Equal(Enumerable.Range(0, Backlog).Select(i => $"{i}"), await receiver.TakeAsync(Backlog));
        if (kind.Has(BrokerTrait.ObeysReceiveMaximum))
        {
            Assert.Equal(0, receiver.Counters.ReceiveMaximumExceeded);
        }
    }

    /// <summary>A session with messages in it and nobody there. Gives the options of the one that comes for them.</summary>
    private static async Task<MqttClientOptions> LeaveBacklogAsync(SuiteBroker broker, string topic, MqttVersion version)
    {
        var options = broker.Kept(topic, version) with { Subscriptions = [new(topic)], ReceiveMaximum = 50, ReceiveBufferBytes = 16 * 1024 };
        await using (var first = await Clients.StartAsync(options))
        {
            await first.DisconnectAsync().Soon();
        }

        await using var sender = await Clients.StartAsync(broker.Options($"{topic}/sender", version));
        await Task.WhenAll(Enumerable.Range(0, Backlog).Select(i => sender.SayAsync(topic, $"{i}"))).Soon();
        return options;
    }
}
