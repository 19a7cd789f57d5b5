namespace MeetNet.Mqtt.Sessions;

/// <summary>
/// What happens to a session that a restarted process has to know, until it is stored: whoever writes to the network stores it first. Pure.
/// </summary>
internal sealed class SessionJournal
{
    private readonly List<MqttSessionChange> _changes = [];
    private long _serial;

    /// <summary>New serials are above this one.</summary>
    public void Continue(long serial) => _serial = Math.Max(_serial, serial);

    /// <summary>The server has begun a new session.</summary>
    public void Begun() => _changes.Add(new MqttSessionChange.Begun());

    /// <summary>A publish has its packet identifier and is to be written.</summary>
    public void Sent(PendingPublish publish)
    {
        if (publish.Serial == 0)
        {
            publish.Serial = ++_serial;
        }

        // A copy: the store may still write it when the publish is done and its memory is the caller's again.
        _changes.Add(new MqttSessionChange.Sent(new MqttStoredPublish(
            publish.Serial, publish.PacketId, publish.Topic, publish.Payload.ToArray(), publish.QualityOfService, publish.Retain, publish.Properties)));
    }

    /// <summary>PUBREC is in.</summary>
    public void Released(PendingPublish publish) => _changes.Add(new MqttSessionChange.Released(publish.Serial));

    /// <summary>A publish is done; one that was never sent is not known to the store.</summary>
    public void Done(PendingPublish publish)
    {
        if (publish.Serial != 0)
        {
            _changes.Add(new MqttSessionChange.Done(publish.Serial));
        }
    }

    /// <summary>The application owns a QoS 2 message.</summary>
    public void Received(ushort packetId) => _changes.Add(new MqttSessionChange.Received(packetId));

    /// <summary>PUBREL is in.</summary>
    public void Forgotten(ushort packetId) => _changes.Add(new MqttSessionChange.Forgotten(packetId));

    /// <summary>Adds the changes to <paramref name="target"/> and forgets them.</summary>
    public void MoveTo(List<MqttSessionChange> target)
    {
        target.AddRange(_changes);
        _changes.Clear();
    }
}
