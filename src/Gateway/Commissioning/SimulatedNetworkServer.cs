using MeetNet.Gateway.Stations;
using MeetNet.Hosting;
using MeetNet.Mqtt;

namespace MeetNet.Gateway.Commissioning;

/// <summary>
/// Plays the nodes of a station and the network server they are behind: publishes their uplinks on the topics that the station's lines listen to.
/// </summary>
internal sealed class SimulatedNetworkServer(
    BrokerOptions broker, string station, IReadOnlyList<(SimulatedInstrument Node, string Topic)> nodes, TimeProvider time, ILogger log)
{
    /// <summary>Until the network has heard, de-duplicated and decoded an uplink.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    /// <summary>A node that is switched on joins its network first; and in a demonstration the gateway that is to hear it starts at the same time.</summary>
    private static readonly TimeSpan Join = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken stop)
    {
        await using var client = new MqttClient(
            broker.Client($"network-server-{station.Replace('/', '-')}", broker.User) with
            {
                // What is not delivered when the broker goes is delivered when it is back.
                CleanStart = false,
                SessionExpiryInterval = 3600,
            },
            time);
        await client.StartAsync(stop);
        foreach (var (node, topic) in nodes)
        {
            Log.PlayingNode(log, node.Sensor, node.Profile, topic, broker.Address);
        }

        await Task.WhenAll(nodes.Select(n => PlayAsync(client, n.Node, n.Topic, stop)).Append(WatchAsync(client, stop)));
    }

    /// <summary>One node: first what it would have sent before we began, then at each multiple of its interval.</summary>
    private async Task PlayAsync(MqttClient client, SimulatedInstrument node, string topic, CancellationToken stop)
    {
        await Task.Delay(Join, time, stop);
        var every = node.Uplink!.Every;
        var last = Floor(time.GetUtcNow(), every);
        for (var i = node.Uplink.Backfill - 1; i >= 0; i--)
        {
            await PublishAsync(client, node, topic, last - (i * every), stop);
        }

        while (true)
        {
            var next = last + every;
            var wait = next + Delay - time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, stop);
            }

            await PublishAsync(client, node, topic, next, stop);
            last = Floor(time.GetUtcNow() - Delay, every);
        }
    }

    private async Task PublishAsync(MqttClient client, SimulatedInstrument node, string topic, DateTimeOffset at, CancellationToken stop)
    {
        foreach (var own in node.Topics.DefaultIfEmpty(topic))
        {
            await PublishOneAsync(client, node, own, at, stop);
        }
    }

    private async Task PublishOneAsync(MqttClient client, SimulatedInstrument node, string topic, DateTimeOffset at, CancellationToken stop)
    {
        var message = node.Message(at, time.GetUtcNow(), topic);
        if (message.Length == 0)
        {
            return;
        }

        var result = await client.PublishAsync(topic, message, MqttQualityOfService.AtLeastOnce, retain: false, stop);
        if (!result.Accepted)
        {
            Log.UplinkRefused(log, topic, result.ReasonCode.ToString());
        }
    }

    private async Task WatchAsync(MqttClient client, CancellationToken stop)
    {
        string? said = null;
        await foreach (var state in client.StateChanges.ReadAllAsync(stop))
        {
            var problem = state switch
            {
                MqttConnectionState.Disconnected d => d.Detail,
                MqttConnectionState.Refused r => $"{r.ReasonCode} {r.Detail}",
                _ => null,
            };
            if (problem is not null && problem != said)
            {
                Log.PlayingBrokerAway(log, problem);
            }

            said = problem ?? (state is MqttConnectionState.Connected ? null : said);
        }
    }

    private static DateTimeOffset Floor(DateTimeOffset instant, TimeSpan every) =>
        new(instant.UtcTicks - (instant.UtcTicks % every.Ticks), TimeSpan.Zero);
}
