namespace MeetNet.Mqtt;

/// <summary>
/// What a client has done since it was made. Totals, except where it says "now". Whenever nothing is just being read or written, these
/// books balance:
/// <code>
/// BytesReceived            = bytes of all types in Received + BytesUnparsed
/// PUBLISH packets received = MessagesReceived + MessagesRepeated + MessagesRejected
/// MessagesReceived - MessagesReceivedQoS0 + MessagesRepeated
///                          = MessagesAcknowledged + MessagesUnacknowledged + MessagesAbandoned + RepeatsJoined
/// MessagesAcknowledged     = PUBACK and PUBREC packets sent
/// PublishesTaken           = PublishesAccepted + PublishesRefused + PublishesWritten + PublishesFailed + PublishesWithdrawn + PublishesPending
/// </code>
/// </summary>
public sealed record MqttCounters
{
    /// <summary>What was handed to the transport, before TLS. A connection that is lost may take some of it along.</summary>
    public MqttTraffic Sent { get; init; } = MqttTraffic.None;

    /// <summary>Whole packets that came from the transport, after TLS.</summary>
    public MqttTraffic Received { get; init; } = MqttTraffic.None;

    /// <summary>Connections that reached CONNACK with success.</summary>
    public long Connections { get; init; }

    /// <summary>Attempts at a connection.</summary>
    public long ConnectionAttempts { get; init; }

    /// <summary>Bytes handed to the transport, before TLS.</summary>
    public long BytesSent => Sent.Bytes;

    /// <summary>Bytes read from the transport, after TLS.</summary>
    public long BytesReceived { get; init; }

    /// <summary>
    /// Bytes received that are in no whole packet: the beginning of one whose rest isn't here or never came, what followed a breach of the protocol,
    /// and what came after our DISCONNECT.
    /// </summary>
    public long BytesUnparsed => BytesReceived - Received.Bytes;

    /// <summary>Writes to the transport; many packets share one.</summary>
    public long Writes { get; init; }

    /// <summary>Reads from the transport that gave bytes.</summary>
    public long Reads { get; init; }

    /// <summary>Packets handed to the transport.</summary>
    public long PacketsSent => Sent.Packets;

    /// <summary>Whole packets read.</summary>
    public long PacketsReceived => Received.Packets;

    /// <summary>Publishes that <see cref="MqttClient.PublishAsync(string, ReadOnlyMemory{byte}, MqttQualityOfService, bool, CancellationToken)"/> took, and <see cref="PublishesRestored"/>.</summary>
    public long PublishesTaken { get; init; }

    /// <summary>PUBLISH packets handed to the transport, repeats included.</summary>
    public long PublishesSent => Sent["PUBLISH"].Packets;

    /// <summary>PUBLISH packets written with DUP.</summary>
    public long PublishesResent { get; init; }

    /// <summary>Publishes the server accepted (PUBACK below 0x80, or PUBCOMP).</summary>
    public long PublishesAccepted { get; init; }

    /// <summary>Publishes the server refused (PUBACK or PUBREC 0x80 and above), or lost after it had sent PUBREC.</summary>
    public long PublishesRefused { get; init; }

    /// <summary>QoS 0 publishes written.</summary>
    public long PublishesWritten { get; init; }

    /// <summary>Publishes that failed with an exception: the connection or the client ended, or the server's limits forbade them.</summary>
    public long PublishesFailed { get; init; }

    /// <summary>Publishes taken back by their cancellation token before they were sent.</summary>
    public long PublishesWithdrawn { get; init; }

    /// <summary>Publishes of an earlier process that came from <see cref="MqttClientOptions.SessionStore"/>.</summary>
    public long PublishesRestored { get; init; }

    /// <summary>PUBACKs, PUBRECs, PUBRELs and PUBCOMPs for an exchange that does not exist.</summary>
    public long UnknownAcknowledgements { get; init; }

    /// <summary>Publishes waiting or unacknowledged now.</summary>
    public long PublishesPending { get; init; }

    /// <summary>QoS 1 and 2 publishes sent and not yet settled now; part of <see cref="PublishesPending"/>.</summary>
    public long PublishesInFlight { get; init; }

    /// <summary>Messages received; a QoS 2 message that comes again counts once.</summary>
    public long MessagesReceived { get; init; }

    /// <summary>Those of them with QoS 0, which nobody acknowledges.</summary>
    public long MessagesReceivedQoS0 { get; init; }

    /// <summary>PUBLISH packets of QoS 2 messages that the application had been given before.</summary>
    public long MessagesRepeated { get; init; }

    /// <summary>PUBLISH packets that broke the protocol, or came in the same read after one that did; their connection ended with that.</summary>
    public long MessagesRejected { get; init; }

    /// <summary>Received PUBLISH packets with DUP.</summary>
    public long DuplicatesReceived { get; init; }

    /// <summary>
    /// Received messages whose topic no filter of this client matches, which a server may not send ([MQTT-3.3.2-3]); they are delivered. A
    /// stored session may hold filters of an earlier process: its messages count here too.
    /// </summary>
    public long MessagesUnmatched { get; init; }

    /// <summary>PUBACKs and PUBRECs written.</summary>
    public long MessagesAcknowledged { get; init; }

    /// <summary>QoS 1 and 2 messages whose connection ended before their PUBACK or PUBREC was written; the server sends them again.</summary>
    public long MessagesAbandoned { get; init; }

    /// <summary>Repeats within <see cref="MessagesRepeated"/> that came before the PUBREC of the first, which answers them too.</summary>
    public long RepeatsJoined { get; init; }

    /// <summary>Acknowledgements the application gave for a connection (at QoS 2: a session) that was gone, or twice.</summary>
    public long AcknowledgementsIgnored { get; init; }

    /// <summary>QoS 1 and 2 messages of this connection not yet acknowledged now.</summary>
    public long MessagesUnacknowledged { get; init; }

    /// <summary>Messages that arrived beyond <see cref="MqttClientOptions.ReceiveMaximum"/>.</summary>
    public long ReceiveMaximumExceeded { get; init; }

    /// <summary>Bytes waiting in <see cref="MqttClient.Messages"/> now.</summary>
    public long ReceiveBufferBytes { get; init; }

    /// <summary>Times the socket was not read because <see cref="MqttClientOptions.ReceiveBufferBytes"/> was reached.</summary>
    public long ReceivePauses { get; init; }
}
