using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Sessions;

/// <summary>
/// QoS 1 and 2 messages of one connection between their arrival and their PUBACK or PUBREC. The application acknowledges in any order;
/// PUBACKs and PUBRECs are written in the order of arrival ([MQTT-4.6.0-2], [MQTT-4.6.0-3]). Pure. A ring of slots; a ticket is a slot's
/// number since the connection began.
/// </summary>
internal sealed class ReceiveWindow
{
    /// <summary>There are no more packet identifiers than this, so a server with more unacknowledged has reused one.</summary>
    public const int Capacity = ushort.MaxValue;

    private readonly MqttVersion _version;
    private Slot[] _slots = new Slot[64]; // Length is a power of two.
    private long _head;

    public ReceiveWindow(MqttVersion version, SessionJournal? journal = null)
    {
        _version = version;
        Once = new OnceWindow(this, version, journal);
    }

    /// <summary>What QoS 2 remembers beyond a connection.</summary>
    public OnceWindow Once { get; }

    /// <summary>Messages without a written PUBACK or PUBREC.</summary>
    public int Count { get; private set; }

    /// <summary>What counts against Receive Maximum ([MQTT-3.3.4-9]): for QoS 2 the exchange to its end.</summary>
    public int Outstanding => Count + Once.AwaitingRelease;

    /// <summary>PUBACKs and PUBRECs that may be written now: acknowledged, and everything before them too.</summary>
    public int Ready { get; private set; }

    /// <summary>Total of messages whose connection ended before their PUBACK or PUBREC was written.</summary>
    public long Abandoned { get; private set; }

    /// <summary>A new connection: earlier tickets mean nothing any more.</summary>
    public void Reset()
    {
        Abandoned += Count;
        Count = 0;
        Ready = 0;
        _head = 0;
    }

    /// <summary>Takes a message in and gives its ticket; false when the server has more outstanding than identifiers exist.</summary>
    public bool TryArrive(ushort packetId, out long ticket) => TryArrive(packetId, PacketType.Puback, out ticket);

    /// <param name="packetId">Of its PUBLISH.</param>
    /// <param name="answer">PUBACK or PUBREC.</param>
    /// <param name="ticket">Its slot.</param>
    /// <inheritdoc cref="TryArrive(ushort, out long)"/>
    public bool TryArrive(ushort packetId, PacketType answer, out long ticket)
    {
        ticket = _head + Count;
        if (Count == Capacity)
        {
            return false;
        }

        if (Count == _slots.Length)
        {
            Double();
        }

        _slots[Index(ticket)] = new Slot(packetId, answer, MqttReasonCode.Success, Acknowledged: false);
        Count++;
        return true;
    }

    /// <summary>The application owns the message with this ticket; false when it said so before.</summary>
    public bool TryAcknowledge(long ticket, MqttReasonCode reason)
    {
        if (ticket < _head || ticket >= _head + Count)
        {
            return false;
        }

        ref var slot = ref _slots[Index(ticket)];
        if (slot.Acknowledged)
        {
            return false;
        }

        slot = slot with { Reason = reason, Acknowledged = true };
        while (Ready < Count && _slots[Index(_head + Ready)].Acknowledged)
        {
            Ready++;
        }

        return true;
    }

    /// <summary>Writes every PUBACK and PUBREC that may be written, and says how many.</summary>
    public int Fill(PacketBuffer output)
    {
        var written = Ready;
        for (var i = 0; i < written; i++)
        {
            var slot = _slots[Index(_head)];
            PacketWriter.Reply(output, slot.Answer, _version, slot.PacketId, slot.Reason);
            if (slot.Answer == PacketType.Pubrec)
            {
                Once.Answered(slot.PacketId);
            }

            _head++;
        }

        Count -= written;
        Ready = 0;
        return written;
    }

    private int Index(long ticket) => (int)(ticket & (_slots.Length - 1));

    private void Double()
    {
        var larger = new Slot[_slots.Length * 2];
        for (var i = 0; i < Count; i++)
        {
            larger[(int)((_head + i) & (larger.Length - 1))] = _slots[Index(_head + i)];
        }

        _slots = larger;
    }

    private readonly record struct Slot(ushort PacketId, PacketType Answer, MqttReasonCode Reason, bool Acknowledged);
}
