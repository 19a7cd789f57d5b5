using MeetNet.Mqtt.Sessions;

namespace MeetNet.Mqtt.Connections;

/// <summary>What the public client, the connection loop and the current connection share. <see cref="Session"/> is used within <see cref="Gate"/> only.</summary>
internal sealed class ClientCore
{
    private readonly long _start;
    private Connection? _current;

    public ClientCore(MqttClientOptions options, TimeProvider time)
    {
        _start = time.GetTimestamp();
        Options = options;
        Time = time;
        ClientId = options.ClientId;
        Session = new Session(options);
        Keeper = options.SessionStore is { } store ? new SessionKeeper(this, store) : null;
        Messages = new ReceiveQueue(options.ReceiveBufferBytes, options.AcknowledgesAutomatically ? message => Acknowledge(message, MqttReasonCode.Success) : null);
        Pool = options.PoolsMessages ? new MessagePool(options.ReceiveBufferBytes) : null;
        States = new StateBoard(time.GetUtcNow());
    }

    public MqttClientOptions Options { get; }

    public TimeProvider Time { get; }

    /// <summary>What CONNECT says. The receive loop takes over what the server assigns; between connections the connection loop reads it.</summary>
    public string ClientId { get; set; }

    public Lock Gate { get; } = new();

    public Session Session { get; }

    /// <summary>Null when the session lives in memory alone.</summary>
    public SessionKeeper? Keeper { get; }

    public ReceiveQueue Messages { get; }

    /// <summary>Where received messages come from; null when they are not used again. For the receive loop of the current connection.</summary>
    public MessagePool? Pool { get; }

    /// <summary>For the receive loop of the current connection.</summary>
    public TopicCache Topics { get; } = new();

    public StateBoard States { get; }

    public CounterSet Counters { get; } = new();

    /// <summary>Monotonic time in ticks of 100 ns.</summary>
    public long Now => Time.GetElapsedTime(_start).Ticks;

    /// <summary>The connection there is, open or being opened.</summary>
    public Connection? Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    /// <summary>The application owns the message.</summary>
    public void Acknowledge(MqttMessage message, MqttReasonCode reason)
    {
        if (message.QualityOfService == MqttQualityOfService.AtMostOnce)
        {
            return;
        }

        bool accepted;
        AcknowledgeUrgency urgency;
        lock (Gate)
        {
            accepted = message.QualityOfService == MqttQualityOfService.ExactlyOnce
                ? Session.TryAcknowledgeOnce(message.PacketId, message.Ticket, reason, out urgency)
                : Session.TryAcknowledge(message.Connection, message.Ticket, reason, out urgency);
        }

        if (!accepted)
        {
            Interlocked.Increment(ref Counters.AcknowledgementsIgnored);
        }
        else if (urgency == AcknowledgeUrgency.Now)
        {
            Current?.Wake();
        }
        else if (urgency == AcknowledgeUrgency.Soon)
        {
            Current?.WakeSoon();
        }
    }

    /// <summary>All counters, those of the session as of one moment.</summary>
    public MqttCounters Snapshot()
    {
        lock (Gate)
        {
            return new MqttCounters
            {
                Connections = Volatile.Read(ref Counters.Connections),
                ConnectionAttempts = Volatile.Read(ref Counters.ConnectionAttempts),
                Sent = Counters.Sent.Snapshot(),
                Received = Counters.Received.Snapshot(),
                BytesReceived = Volatile.Read(ref Counters.BytesReceived),
                Writes = Volatile.Read(ref Counters.Writes),
                Reads = Volatile.Read(ref Counters.Reads),
                PublishesTaken = Session.Outgoing.Totals.Taken,
                PublishesWritten = Session.Outgoing.Totals.Written,
                PublishesFailed = Session.Outgoing.Totals.Failed,
                PublishesWithdrawn = Session.Outgoing.Totals.Withdrawn,
                PublishesInFlight = Session.Outgoing.InFlight,
                PublishesResent = Counters.Sent.Duplicates,
                PublishesAccepted = Session.Outgoing.Ended.Accepted,
                PublishesRefused = Session.Outgoing.Ended.Refused,
                PublishesRestored = Session.Outgoing.RestoredCount,
                UnknownAcknowledgements = Volatile.Read(ref Counters.UnknownAcknowledgements),
                PublishesPending = Session.Outgoing.Pending,
                MessagesReceived = Volatile.Read(ref Counters.MessagesReceived),
                MessagesReceivedQoS0 = Volatile.Read(ref Counters.MessagesReceivedQoS0),
                MessagesRepeated = Volatile.Read(ref Counters.MessagesRepeated),
                MessagesRejected = Volatile.Read(ref Counters.MessagesRejected),
                MessagesAbandoned = Session.Incoming.Abandoned,
                RepeatsJoined = Session.Incoming.Once.Joined,
                DuplicatesReceived = Counters.Received.Duplicates,
                MessagesUnmatched = Volatile.Read(ref Counters.MessagesUnmatched),
                MessagesAcknowledged = Session.AcknowledgementsWritten,
                AcknowledgementsIgnored = Volatile.Read(ref Counters.AcknowledgementsIgnored),
                MessagesUnacknowledged = Session.Incoming.Count,
                ReceiveMaximumExceeded = Volatile.Read(ref Counters.ReceiveMaximumExceeded),
                ReceiveBufferBytes = Messages.Bytes,
                ReceivePauses = Volatile.Read(ref Counters.ReceivePauses),
            };
        }
    }
}
