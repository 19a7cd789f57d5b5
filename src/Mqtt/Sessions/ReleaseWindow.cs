using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Sessions;

/// <summary>
/// QoS 2 publishes of this client between PUBREC and PUBCOMP. PUBRELs are written in the order of the PUBRECs ([MQTT-4.6.0-4]), those for
/// identifiers that are not known included, and all again on the next connection of the session ([MQTT-4.4.0-1]). Pure.
/// </summary>
internal sealed class ReleaseWindow(MqttVersion version)
{
    // A null publish: the server asks about an exchange that doesn't exist.
    private readonly Queue<(PendingPublish? Publish, ushort PacketId)> _due = new();
    private long _connection;
    private long _headSince;

    /// <summary>In the order of their PUBRECs.</summary>
    public PublishList List { get; } = new();

    public int Count => List.Count;

    public PendingPublish? First => List.First;

    /// <summary>PUBRELs to be written.</summary>
    public int Due => _due.Count;

    /// <summary>Since when the oldest PUBREL on this connection awaits its PUBCOMP without the line in front of it moving; null when none does.</summary>
    public long? AwaitingSince => First is { } first && first.ReleasedOn == _connection && _connection != 0
        ? Math.Max(first.WrittenAt, _headSince)
        : null;

    /// <summary>A connection is open: every PUBREL is due.</summary>
    public void Open(long connection)
    {
        _connection = connection;
        _headSince = 0;
        _due.Clear();
        for (var publish = First; publish is not null; publish = publish.Next)
        {
            _due.Enqueue((publish, publish.PacketId));
        }
    }

    /// <summary>The connection is gone.</summary>
    public void Lose()
    {
        _connection = 0;
        _due.Clear();
    }

    /// <summary>The first PUBREC of a publish, which is in no list.</summary>
    public void Add(PendingPublish publish)
    {
        publish.Stage = PublishStage.Released;
        List.AddLast(publish);
        _due.Enqueue((publish, publish.PacketId));
    }

    /// <summary>A further PUBREC: it is answered too, unless the answer is still due.</summary>
    public void Again(PendingPublish publish)
    {
        if (publish.ReleasedOn == _connection)
        {
            _due.Enqueue((publish, publish.PacketId));
        }
    }

    /// <summary>A PUBREC for an identifier that this client doesn't use at QoS 2.</summary>
    public void Deny(ushort packetId) => _due.Enqueue((null, packetId));

    /// <summary>Whether PUBCOMP can be for this publish: its PUBREL was written on this connection.</summary>
    public bool TryComplete(PendingPublish publish, long now)
    {
        if (publish.Stage != PublishStage.Released || publish.ReleasedOn != _connection)
        {
            return false;
        }

        if (publish == First)
        {
            _headSince = now;
        }

        return true;
    }

    /// <summary>Writes every PUBREL that is due.</summary>
    public void Fill(PacketBuffer output, long now)
    {
        while (_due.TryDequeue(out var due))
        {
            if (due.Publish is { Stage: PublishStage.Done })
            {
                continue; // A PUBREC that came twice, and the PUBCOMP of its first answer since.
            }

            var reason = due.Publish is null ? MqttReasonCode.PacketIdentifierNotFound : MqttReasonCode.Success;
            PacketWriter.Reply(output, PacketType.Pubrel, version, due.PacketId, reason);
            if (due.Publish is { } publish)
            {
                publish.ReleasedOn = _connection;
                publish.WrittenAt = now;
            }
        }
    }
}
