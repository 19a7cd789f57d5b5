using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace MeetNet.Mqtt.Connections;

/// <summary>
/// The meter of all clients of the process that are started and not stopped. It keeps no numbers: whoever asks gets those of
/// <see cref="MqttClient.Counters"/>.
/// </summary>
internal static class ClientMeter
{
    private static readonly Meter Instruments = new(MqttClient.MeterName);
    private static readonly ConcurrentDictionary<ClientCore, KeyValuePair<string, object?>> Clients = new();

    static ClientMeter()
    {
        Each("connections", "Connections that the server accepted.", c => c.Connections);
        Each("connection.attempts", "Attempts at a connection.", c => c.ConnectionAttempts);
        Instruments.CreateObservableCounter("mqtt.client.packets", () => ByType(t => t.Packets), "{packet}", "Packets by type.");
        Instruments.CreateObservableCounter("mqtt.client.traffic", () => ByType(t => t.Bytes), "By", "Bytes of packets by type.");
        Each("unparsed", "Bytes received that are in no whole packet.", c => c.BytesUnparsed, "By");
        Each("publishes", "Publishes taken from the application.", c => c.PublishesTaken);
        Instruments.CreateObservableCounter("mqtt.client.publishes.ended", PublishesEnded, "{publish}", "Publishes that are done, by how they ended.");
        Each("publishes.resent", "PUBLISH packets sent with DUP.", c => c.PublishesResent);
        Now("publishes.pending", "Publishes that wait or are in flight.", c => c.PublishesPending);
        Now("publishes.in_flight", "QoS 1 and 2 publishes sent and not settled.", c => c.PublishesInFlight);
        Each("messages", "Messages received.", c => c.MessagesReceived);
        Each("messages.acknowledged", "PUBACKs and PUBRECs sent.", c => c.MessagesAcknowledged);
        Each("messages.abandoned", "Messages whose connection ended before they were acknowledged.", c => c.MessagesAbandoned);
        Each("messages.repeated", "PUBLISH packets of QoS 2 messages that had been given to the application.", c => c.MessagesRepeated);
        Each("messages.rejected", "PUBLISH packets that broke the protocol.", c => c.MessagesRejected);
        Each("messages.duplicates", "PUBLISH packets received with DUP.", c => c.DuplicatesReceived);
        Now("messages.unacknowledged", "QoS 1 and 2 messages of this connection that are not acknowledged.", c => c.MessagesUnacknowledged);
        Each("acknowledgements.ignored", "Acknowledgements of the application that came too late or twice.", c => c.AcknowledgementsIgnored);
        Each("acknowledgements.unknown", "Acknowledgements of the server for no exchange.", c => c.UnknownAcknowledgements);
        Each("receive.overruns", "Messages beyond Receive Maximum.", c => c.ReceiveMaximumExceeded);
        Each("receive.pauses", "Times the socket was not read because the receive buffer was full.", c => c.ReceivePauses);
        Now("receive.buffer", "Bytes that wait for the application.", c => c.ReceiveBufferBytes, "By");
    }

    /// <summary>From now on it is asked.</summary>
    public static void Add(ClientCore client) => Clients[client] = new("client.id", client.Options.ClientId);

    /// <summary>It is not asked any more.</summary>
    public static void Remove(ClientCore client) => Clients.TryRemove(client, out _);

    private static void Each(string name, string description, Func<MqttCounters, long> value, string? unit = null) =>
        Instruments.CreateObservableCounter("mqtt.client." + name, () => ByClient(value), unit, description);

    private static void Now(string name, string description, Func<MqttCounters, long> value, string? unit = null) =>
        Instruments.CreateObservableUpDownCounter("mqtt.client." + name, () => ByClient(value), unit, description);

    private static IEnumerable<Measurement<long>> ByClient(Func<MqttCounters, long> value) =>
        Clients.Select(client => new Measurement<long>(value(client.Key.Snapshot()), client.Value));

    private static IEnumerable<Measurement<long>> ByType(Func<MqttPacketTotals, long> value)
    {
        foreach (var (client, tag) in Clients)
        {
            var counters = client.Snapshot();
            foreach (var (direction, traffic) in new[] { ("sent", counters.Sent), ("received", counters.Received) })
            {
                foreach (var type in traffic.Types)
                {
                    yield return new Measurement<long>(value(type), tag, new("direction", direction), new("type", type.Type));
                }
            }
        }
    }

    private static IEnumerable<Measurement<long>> PublishesEnded()
    {
        foreach (var (client, tag) in Clients)
        {
            var c = client.Snapshot();
            foreach (var (how, number) in new[]
            {
                ("accepted", c.PublishesAccepted), ("refused", c.PublishesRefused), ("written", c.PublishesWritten),
                ("failed", c.PublishesFailed), ("withdrawn", c.PublishesWithdrawn),
            })
            {
                yield return new Measurement<long>(number, tag, new KeyValuePair<string, object?>("how", how));
            }
        }
    }
}
