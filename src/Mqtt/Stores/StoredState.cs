namespace MeetNet.Mqtt.Stores;

/// <summary>What a sequence of changes comes to. Applying the same changes twice in a row is the same as once. Pure.</summary>
internal sealed class StoredState
{
    private readonly SortedDictionary<long, MqttStoredPublish> _publishes = [];
    private readonly SortedDictionary<long, MqttStoredRelease> _releases = []; // By the order of the PUBRECs.
    private readonly Dictionary<long, long> _released = []; // Serial -> its place in that order.
    private readonly SortedSet<ushort> _received = [];
    private long _pubrecs;
    private bool _exists;

    /// <summary>As a session.</summary>
    public MqttStoredSession Session => new(_exists, [.. _publishes.Values], [.. _releases.Values], [.. _received]);

    public void Apply(MqttSessionChange change)
    {
        switch (change)
        {
            case MqttSessionChange.Begun:
                _exists = true;
                _releases.Clear();
                _released.Clear();
                _received.Clear();
                foreach (var serial in _publishes.Keys.ToArray())
                {
                    _publishes[serial] = _publishes[serial] with { PacketId = 0 };
                }

                break;
            case MqttSessionChange.Sent sent when !_released.ContainsKey(sent.Publish.Serial):
                _publishes[sent.Publish.Serial] = sent.Publish;
                break;
            case MqttSessionChange.Released released:
                if (_publishes.Remove(released.Serial, out var publish))
                {
                    _released[publish.Serial] = ++_pubrecs;
                    _releases[_pubrecs] = new MqttStoredRelease(publish.Serial, publish.PacketId);
                }

                break;
            case MqttSessionChange.Done done:
                _publishes.Remove(done.Serial);
                if (_released.Remove(done.Serial, out var place))
                {
                    _releases.Remove(place);
                }

                break;
            case MqttSessionChange.Received received:
                _received.Add(received.PacketId);
                break;
            case MqttSessionChange.Forgotten forgotten:
                _received.Remove(forgotten.PacketId);
                break;
        }
    }

    /// <summary>The shortest changes that come to the same.</summary>
    public IEnumerable<MqttSessionChange> Shortest()
    {
        if (_exists)
        {
            yield return new MqttSessionChange.Begun();
        }

        foreach (var (serial, packetId) in _releases.Values)
        {
            // The message is gone; what is left is that there was one.
            yield return new MqttSessionChange.Sent(
                new MqttStoredPublish(serial, packetId, "", default, MqttQualityOfService.ExactlyOnce, Retain: false, MqttProperties.Empty));
            yield return new MqttSessionChange.Released(serial);
        }

        foreach (var publish in _publishes.Values)
        {
            yield return new MqttSessionChange.Sent(publish);
        }

        foreach (var packetId in _received)
        {
            yield return new MqttSessionChange.Received(packetId);
        }
    }
}
