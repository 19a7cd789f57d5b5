using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Sessions;

/// <summary>
/// Received QoS 2 messages from their arrival until PUBREL: as long as an identifier is here, a PUBLISH with it is the same message again
/// and is not delivered ([MQTT-4.3.3-10]). Outlives connections, and ends with the session. Pure. A delivery is a number that is never given twice.
/// </summary>
internal sealed class OnceWindow(ReceiveWindow window, MqttVersion version, SessionJournal? journal)
{
    private readonly Dictionary<ushort, Reception> _byId = [];
    private long _connection;
    private long _deliveries;

    /// <summary>Messages that came on this connection, whose PUBREC is written and whose PUBREL is not in.</summary>
    public int AwaitingRelease { get; private set; }

    /// <summary>Total of repeats that share the PUBREC of the PUBLISH before them.</summary>
    public long Joined { get; private set; }

    /// <summary>Identifiers remembered.</summary>
    public int Count => _byId.Count;

    /// <summary>Takes up identifiers of messages that the application owns since an earlier process.</summary>
    public void Restore(IEnumerable<ushort> received)
    {
        foreach (var packetId in received)
        {
            _byId[packetId] = new Reception { Delivery = ++_deliveries, IsAcknowledged = true, IsAnswered = true };
        }
    }

    /// <summary>A connection is open; without its session the server means new messages by the same identifiers ([MQTT-3.2.2-5]).</summary>
    public void Open(long connection, bool sessionPresent)
    {
        _connection = connection;
        AwaitingRelease = 0;
        if (!sessionPresent)
        {
            _byId.Clear();
        }
    }

    /// <summary>The connection is gone, and perhaps the session with it.</summary>
    public void Lose(bool sessionEnds)
    {
        _connection = 0;
        AwaitingRelease = 0;
        if (sessionEnds)
        {
            _byId.Clear();
        }
    }

    /// <summary>A PUBLISH with QoS 2 has come; false when the server has more outstanding than identifiers exist.</summary>
    /// <param name="packetId">Its identifier.</param>
    /// <param name="delivery">What an acknowledgement has to name, if it is new.</param>
    /// <param name="isNew">Whether the application is to have it.</param>
    public bool TryArrive(ushort packetId, out long delivery, out bool isNew)
    {
        isNew = !_byId.TryGetValue(packetId, out var reception);
        delivery = reception?.Delivery ?? 0;
        if (reception is { IsAnswered: false } && reception.Connection == _connection)
        {
            Joined++;
            return true; // One PUBREC will answer both.
        }

        if (!window.TryArrive(packetId, PacketType.Pubrec, out var ticket))
        {
            return false;
        }

        if (reception is null)
        {
            reception = new Reception { Delivery = delivery = ++_deliveries };
            _byId.Add(packetId, reception);
        }

        if (reception.IsAnswered && reception.Connection == _connection)
        {
            AwaitingRelease--; // Until it is answered again.
        }

        reception.Connection = _connection;
        reception.Ticket = ticket;
        reception.IsAnswered = false;
        if (reception.IsAcknowledged)
        {
            window.TryAcknowledge(ticket, reception.Reason);
        }

        return true;
    }

    /// <summary>The application owns the message of this delivery; false when it said so before, or the session is gone.</summary>
    public bool TryAcknowledge(ushort packetId, long delivery, MqttReasonCode reason)
    {
        if (!_byId.TryGetValue(packetId, out var reception) || reception.Delivery != delivery || reception.IsAcknowledged)
        {
            return false;
        }

        reception.IsAcknowledged = true;
        reception.Reason = reason;
        if (!EndsExchange(reason))
        {
            journal?.Received(packetId);
        }

        if (reception.Connection == _connection)
        {
            window.TryAcknowledge(reception.Ticket, reason);
        }

        return true;
    }

    /// <summary>PUBREC is written. One of failure ends the exchange ([MQTT-4.3.3-9]); MQTT 3.1.1 knows none.</summary>
    public void Answered(ushort packetId)
    {
        var reception = _byId[packetId]; // There as long as its slot is: PUBREL for it is unknown until it is answered.
        if (EndsExchange(reception.Reason))
        {
            _byId.Remove(packetId);
            return;
        }

        reception.IsAnswered = true;
        AwaitingRelease++;
    }

    /// <summary>PUBREL: the identifier is forgotten. False when no PUBREC was written for it.</summary>
    public bool Release(ushort packetId)
    {
        if (!_byId.TryGetValue(packetId, out var reception) || !reception.IsAnswered)
        {
            return false;
        }

        if (reception.Connection == _connection)
        {
            AwaitingRelease--;
        }

        _byId.Remove(packetId);
        journal?.Forgotten(packetId);
        return true;
    }

    private bool EndsExchange(MqttReasonCode reason) => reason.IsFailure() && version == MqttVersion.V500;

    private sealed class Reception
    {
        public required long Delivery { get; init; }

        /// <summary>Connection of the last PUBLISH.</summary>
        public long Connection { get; set; }

        /// <summary>Slot of the last PUBLISH in the window of its connection.</summary>
        public long Ticket { get; set; }

        public bool IsAcknowledged { get; set; }

        public MqttReasonCode Reason { get; set; }

        /// <summary>PUBREC was written for the last PUBLISH.</summary>
        public bool IsAnswered { get; set; }
    }
}
