using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Sessions;

/// <summary>When acknowledgements that may be written should be.</summary>
internal enum AcknowledgeUrgency
{
    /// <summary>None may be written.</summary>
    None,

    /// <summary>A moment's delay saves writes.</summary>
    Soon,

    /// <summary>Nothing more will come soon, or enough have gathered.</summary>
    Now,
}

/// <summary>
/// The protocol state of a client: what is in flight each way and what has to be written next. Pure: it never touches a socket, a clock or a
/// lock; its owner calls it under one lock and hands in time stamps. It outlives connections.
/// </summary>
internal sealed class Session
{
    /// <summary>PUBACKs that are written at once when they have gathered; a tenth of a millisecond of work.</summary>
    private const int AcknowledgeBatch = 256;

    private readonly MqttClientOptions _options;
    private readonly PacketIdentifiers _identifiers;
    private readonly Queue<(ushort PacketId, MqttReasonCode Reason)> _pubcomps = new();
    private readonly int _acknowledgeBatch;
    private bool _ping;
    private (MqttReasonCode Reason, MqttProperties Properties)? _goodbye;
    private MqttServerLimits? _limits;

    /// <param name="options">Of the client.</param>
    /// <param name="identifiers">All of them, unless some are in use already.</param>
    public Session(MqttClientOptions options, PacketIdentifiers? identifiers = null)
    {
        _options = options;
        _identifiers = identifiers ?? new PacketIdentifiers();
        Journal = options.SessionStore is null ? null : new SessionJournal();
        Outgoing = new SendWindow(options.Version, _identifiers, options.OutgoingTopicAliases, Journal);
        Authentication = new AuthenticationExchange(options.Authentication?.Method);
        Subscriptions = new Subscriptions(options.Version, _identifiers, options.Subscriptions);
        Incoming = new ReceiveWindow(options.Version, Journal);
        // A quarter of the window leaves the server room to go on while the PUBACKs travel.
        _acknowledgeBatch = Math.Clamp(options.ReceiveMaximum / 4, 1, AcknowledgeBatch);
    }

    /// <summary>What is to be stored before anything more is written; null without a store.</summary>
    public SessionJournal? Journal { get; }

    /// <summary>Publishes of this client.</summary>
    public SendWindow Outgoing { get; }

    /// <summary>Messages to be acknowledged by this client.</summary>
    public ReceiveWindow Incoming { get; }

    /// <summary>Filters of this client.</summary>
    public Subscriptions Subscriptions { get; }

    /// <summary>The enhanced authentication, if there is one.</summary>
    public AuthenticationExchange Authentication { get; }

    /// <summary>Number of the current connection; tickets and messages of another are void. 0 before the first.</summary>
    public long Connection { get; private set; }

    /// <summary>CONNACK has said yes, and the connection has not been lost since.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>DISCONNECT has been written: nothing may follow ([MQTT-3.14.4-1]).</summary>
    public bool SaidGoodbye { get; private set; }

    /// <summary>PUBACKs and PUBRECs written in all.</summary>
    public long AcknowledgementsWritten { get; private set; }

    /// <summary>Since when an acknowledgement of the server is outstanding without progress; null when none is.</summary>
    public long? AwaitingSince
    {
        get
        {
            long? since = null;
            foreach (var other in (ReadOnlySpan<long?>)[Outgoing.AwaitingSince, Subscriptions.AwaitingSince, Authentication.AwaitingSince])
            {
                since = other > since ? since : other ?? since; // The earliest; comparing with null is false.
            }

            return since;
        }
    }

    /// <summary>More PUBRELs or PUBCOMPs wait to be written than there are identifiers, so the server asked again before it heard the answer.</summary>
    public bool IsFlooded => _pubcomps.Count > ushort.MaxValue || Outgoing.ReleasesDue > ushort.MaxValue;

    /// <summary>Takes up what an earlier process has stored; before the first connection.</summary>
    public void Restore(MqttStoredSession stored)
    {
        Outgoing.Restore(stored);
        Incoming.Once.Restore(stored.Received);
    }

    /// <summary>
    /// CONNACK said yes. Sets up both windows for the new connection, whose number is in <see cref="Connection"/> afterwards.
    /// </summary>
    /// <param name="cleanStart">What CONNECT said.</param>
    /// <param name="sessionPresent">What CONNACK said.</param>
    /// <param name="limits">What CONNACK said.</param>
    /// <returns>A protocol error if the two contradict each other.</returns>
    public ReadStatus Open(bool cleanStart, bool sessionPresent, MqttServerLimits limits)
    {
        if (cleanStart && sessionPresent)
        {
            return ReadStatus.ProtocolError("Session Present although Clean Start was asked for [MQTT-3.2.2-2]");
        }

        Connection++;
        IsOpen = true;
        if (!sessionPresent)
        {
            Journal?.Begun();
        }

        _limits = limits;
        Authentication.Open(limits);
        Incoming.Reset();
        Incoming.Once.Open(Connection, sessionPresent);
        Outgoing.Open(Connection, sessionPresent, limits);
        return ReadStatus.Ok;
    }

    /// <summary>The connection ended, or never opened. <paramref name="failure"/> is what publishes fail with that can't survive it.</summary>
    /// <param name="stopped">No connection will follow.</param>
    /// <param name="failure">Makes the exception.</param>
    public void Lose(bool stopped, Func<MqttException> failure)
    {
        IsOpen = false;
        _ping = false;
        _goodbye = null;
        SaidGoodbye = false;
        _pubcomps.Clear();
        Subscriptions.Lose(failure);
        Authentication.Lose(failure);
        Incoming.Reset();
        Connection++;
        Incoming.Once.Lose(_options.CleanStart);
        Outgoing.Lose(stopped || _options.CleanStart, failure);
    }

    /// <summary>PINGREQ is to be written next.</summary>
    public void Ping() => _ping = true;

    /// <summary>DISCONNECT is to be written after the acknowledgements that may be, and nothing after it.</summary>
    public void SayGoodbye(MqttReasonCode reason, MqttProperties properties) => _goodbye ??= (reason, properties);

    /// <summary>Writes what is due, in the order that keeps small packets from waiting for large ones, up to about <paramref name="target"/> bytes.</summary>
    public void Fill(PacketBuffer output, int target, long now)
    {
        if (SaidGoodbye)
        {
            return;
        }

        if (_goodbye is null)
        {
            Authentication.Fill(output, now);
        }

        if (!IsOpen) // Before CONNACK nothing but AUTH is written ([MQTT-3.1.2-30]).
        {
            return;
        }

        FillControl(output, target, now);
        AcknowledgementsWritten += Incoming.Fill(output);
        if (_goodbye is { } goodbye)
        {
            PacketWriter.Disconnect(output, _options.Version, goodbye.Reason, goodbye.Properties, _limits!.MaximumPacketSize);
            SaidGoodbye = true;
            return;
        }

        Outgoing.Fill(output, target, now);
    }

    /// <summary>
    /// PUBREL: PUBCOMP is due ([MQTT-4.3.3-11]), and the identifier may come again for a new message. False, and answered with PUBCOMP 0x92
    /// (§4.3.3), when there is no such exchange.
    /// </summary>
    public bool Released(ushort packetId)
    {
        var known = Incoming.Once.Release(packetId);
        _pubcomps.Enqueue((packetId, known ? MqttReasonCode.Success : MqttReasonCode.PacketIdentifierNotFound));
        return known;
    }

    /// <summary>The application owns a QoS 1 message of the connection it names. False when that is not news.</summary>
    public bool TryAcknowledge(long connection, long ticket, MqttReasonCode reason, out AcknowledgeUrgency urgency)
    {
        var accepted = connection == Connection && IsOpen && Incoming.TryAcknowledge(ticket, reason);
        urgency = accepted ? Urgency() : AcknowledgeUrgency.None;
        return accepted;
    }

    /// <summary>The application owns a QoS 2 message, whichever connection it came on. False when that is not news, or its session is gone.</summary>
    public bool TryAcknowledgeOnce(ushort packetId, long delivery, MqttReasonCode reason, out AcknowledgeUrgency urgency)
    {
        var accepted = Incoming.Once.TryAcknowledge(packetId, delivery, reason);
        urgency = accepted && IsOpen ? Urgency() : AcknowledgeUrgency.None;
        return accepted;
    }

    private AcknowledgeUrgency Urgency()
    {
        var ready = Incoming.Ready;
        return ready == 0 ? AcknowledgeUrgency.None
            : ready == Incoming.Count || ready >= _acknowledgeBatch ? AcknowledgeUrgency.Now
            : AcknowledgeUrgency.Soon;
    }

    private void FillControl(PacketBuffer output, int target, long now)
    {
        if (_ping)
        {
            _ping = false;
            PacketWriter.Pingreq(output);
        }

        Outgoing.FillReleases(output, now);
        while (_pubcomps.TryDequeue(out var pubcomp))
        {
            PacketWriter.Reply(output, PacketType.Pubcomp, _options.Version, pubcomp.PacketId, pubcomp.Reason);
        }

        if (_goodbye is null)
        {
            Subscriptions.Fill(output, target, now);
        }
    }
}
