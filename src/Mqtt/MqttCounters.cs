namespace MeetNet.Mqtt;

/// <summary>What a client has done since it was made. Totals, except where it says "now".</summary>
public sealed record MqttCounters
{
    /// <summary>Connections that reached CONNACK with success.</summary>
    public long Connections { get; init; }

    /// <summary>Attempts at a connection.</summary>
    public long ConnectionAttempts { get; init; }

    /// <summary>Bytes written to the transport, before TLS.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes read from the transport, after TLS.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Writes to the transport; many packets share one.</summary>
    public long Writes { get; init; }

    /// <summary>Reads from the transport that gave bytes.</summary>
    public long Reads { get; init; }

    /// <summary>Packets written.</summary>
    public long PacketsSent { get; init; }

    /// <summary>Whole packets read.</summary>
    public long PacketsReceived { get; init; }

    /// <summary>PUBLISH packets written, repeats included.</summary>
    public long PublishesSent { get; init; }

    /// <summary>PUBLISH packets written with DUP.</summary>
    public long PublishesResent { get; init; }

    /// <summary>Publishes the server accepted (PUBACK below 0x80, or PUBCOMP).</summary>
    public long PublishesAccepted { get; init; }

    /// <summary>Publishes the server refused (PUBACK or PUBREC 0x80 and above), or lost after it had sent PUBREC.</summary>
    public long PublishesRefused { get; init; }

    /// <summary>PUBACKs, PUBRECs, PUBRELs and PUBCOMPs for an exchange that does not exist.</summary>
    public long UnknownAcknowledgements { get; init; }

    /// <summary>Publishes waiting or unacknowledged now.</summary>
    public long PublishesPending { get; init; }

    /// <summary>Messages received; a QoS 2 message that comes again counts once.</summary>
    public long MessagesReceived { get; init; }

    /// <summary>Received messages with DUP set.</summary>
    public long DuplicatesReceived { get; init; }

    /// <summary>
    /// Received messages whose topic no filter of this client matches, which a server may not send ([MQTT-3.3.2-3]); they are delivered. A
    /// stored session may hold filters of an earlier process: its messages count here too.
    /// </summary>
    public long MessagesUnmatched { get; init; }

    /// <summary>PUBACKs and PUBRECs written.</summary>
    public long MessagesAcknowledged { get; init; }

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
