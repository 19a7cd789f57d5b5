using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Sessions;

/// <summary>
/// Topic aliases of one connection towards the server (MQTT 5.0 §3.3.2.3.4). First come, first served: a client publishes to few topics, and
/// to the same ones for as long as a connection lasts. Pure.
/// </summary>
internal sealed class OutgoingAliases
{
    private readonly Dictionary<string, ushort> _known = new(StringComparer.Ordinal);
    private int _maximum;

    /// <summary>A new connection, on which the server takes aliases from 1 up to this.</summary>
    public void Reset(int maximum)
    {
        _known.Clear();
        _maximum = maximum;
    }

    /// <summary>The alias of a topic, known to the server or to be told with the topic; false when there is none.</summary>
    public bool TryGet(string topic, out ushort alias, out bool known)
    {
        known = _known.TryGetValue(topic, out alias);
        if (!known && _known.Count < _maximum)
        {
            alias = (ushort)(_known.Count + 1);
        }

        return alias != 0;
    }

    /// <summary>The server knows it from now on.</summary>
    public void Sent(string topic, ushort alias) => _known[topic] = alias;

    /// <summary>The topic as it goes out: alone, with the alias that it gets, or as the alias that it has. An alias never makes a packet too large.</summary>
    public (string Topic, ushort Alias) Shorten(PendingPublish publish, MqttVersion version, uint maximumPacketSize)
    {
        if (!TryGet(publish.Topic, out var alias, out var known))
        {
            return (publish.Topic, 0);
        }

        var topic = known ? "" : publish.Topic;
        var length = PacketWriter.PublishLength(version, topic, publish.Payload.Length, publish.QualityOfService, publish.Properties, alias);
        if (length > maximumPacketSize)
        {
            return (publish.Topic, 0);
        }

        Sent(publish.Topic, alias);
        return (topic, alias);
    }
}
