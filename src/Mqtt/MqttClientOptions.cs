namespace MeetNet.Mqtt;

/// <summary>Everything a client needs to know before it connects. Checked by the constructor of <see cref="MqttClient"/>.</summary>
public sealed record MqttClientOptions
{
    /// <summary>
    /// Host name or address of the server, IPv6 with or without brackets. Of a name's addresses the first that answers is taken. Default: <c>localhost</c>.
    /// </summary>
    public string Host { get; init; } = "localhost";

    /// <summary>TCP port: 1883, or 8883 by custom with TLS.</summary>
    public int Port { get; init; } = 1883;

    /// <summary>
    /// Null: MQTT directly. Otherwise MQTT over a WebSocket (sub-protocol <c>mqtt</c>) at this path and query, which begins with <c>/</c>;
    /// with <see cref="Tls"/> that is <c>wss</c>. <see cref="Port"/> is not changed by it.
    /// </summary>
    public string? WebSocketPath { get; init; }

    /// <summary>Absolute path of a Unix socket that is connected to instead of host and port. Null: none.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>Protocol version.</summary>
    public MqttVersion Version { get; init; } = MqttVersion.V500;

    /// <summary>
    /// Client identifier. Must be non-empty and stable when a session is kept (<see cref="CleanStart"/> false or
    /// <see cref="SessionExpiryInterval"/> above 0). Otherwise it may be empty: a 5.0 server then assigns one, which is used on later connections too.
    /// </summary>
    public required string ClientId { get; init; }

    /// <summary>
    /// True: 16 random hexadecimal digits are put behind <see cref="ClientId"/>, made once for each client, for tools that run many times at
    /// once. Not with a kept session: nobody would ever come back to it.
    /// </summary>
    public bool RandomizesClientId { get; init; }

    /// <summary>
    /// True: every connection is a new session, and publishes that were pending when a connection is lost fail with
    /// <see cref="MqttConnectionLostException"/>; who needs them keeps them elsewhere. False: the session outlives connections
    /// on both sides; unacknowledged publishes are sent again in their order. Clean Session in MQTT 3.1.1.
    /// </summary>
    public bool CleanStart { get; init; } = true;

    /// <summary>
    /// Only with <see cref="CleanStart"/> false. True: a session that the server stored under this client identifier before this
    /// process started is this client's own and is taken over ([MQTT-3.2.2-4] asks a client without state to close; a stable identifier
    /// used by nobody else, and state that is kept by the application, make it legal). False: the first connection of the process starts clean;
    /// in MQTT 3.1.1, where such a session could not be kept, a connection that only discards the old one comes before it. Publishing with
    /// QoS 2 needs the latter or a <see cref="SessionStore"/>: the server could take a new message for one that was in flight when the last
    /// process ended. Without effect with a store, which knows whether there is a session.
    /// </summary>
    public bool ResumesStoredSession { get; init; } = true;

    /// <summary>
    /// Only with <see cref="CleanStart"/> false. Keeps what is in flight beyond the process; an empty store begins a new session. Sent
    /// publishes that were not acknowledged are sent again by the next process (their tasks are gone; they count in
    /// <see cref="MqttCounters.PublishesRestored"/>), and a QoS 2 message whose acknowledgement was stored, which it is before PUBREC
    /// leaves, is not delivered again. What was not yet written to the network is not stored. Null: all is in memory.
    /// </summary>
    public IMqttSessionStore? SessionStore { get; init; }

    /// <summary>
    /// True: a message counts as acknowledged when it is taken from <see cref="MqttClient.Messages"/>. False: when the application says so,
    /// by <see cref="MqttClient.Acknowledge(MqttMessage, MqttReasonCode)"/>; only then nothing can be lost.
    /// </summary>
    public bool AcknowledgesAutomatically { get; init; }

    /// <summary>Seconds the server keeps the session after the connection ends (5.0). 0xFFFFFFFF: for ever.</summary>
    public uint SessionExpiryInterval { get; init; }

    /// <summary>How many QoS 1 and 2 messages the server may have unacknowledged towards this client (5.0), 1 to 65,535.</summary>
    public ushort ReceiveMaximum { get; init; } = 1024;

    /// <summary>
    /// False: a server that sends more than <see cref="ReceiveMaximum"/> is counted and tolerated (Mosquitto before 2.0.13 does it).
    /// True: it gets DISCONNECT 0x93.
    /// </summary>
    public bool StrictReceiveMaximum { get; init; }

    /// <summary>Largest packet accepted, in bytes. A larger one ends the connection with 0x95 before anything is allocated for it.</summary>
    public uint MaximumPacketSize { get; init; } = 1024 * 1024;

    /// <summary>Topic aliases the server may use towards this client (5.0); 0 for none.</summary>
    public ushort TopicAliasMaximum { get; init; } = 16;

    /// <summary>
    /// Topic aliases this client uses towards the server at most (5.0), bounded by what the server takes; 0 for none. The first topics that are
    /// published on a connection get them, and are from then on sent as two bytes.
    /// </summary>
    public ushort OutgoingTopicAliases { get; init; }

    /// <summary>Asks the server for <see cref="MqttServerLimits.ResponseInformation"/> (5.0).</summary>
    public bool RequestResponseInformation { get; init; }

    /// <summary>False: asks the server for no Reason String and no User Properties except with messages, CONNACK and DISCONNECT (5.0).</summary>
    public bool RequestProblemInformation { get; init; } = true;

    /// <summary>User Properties of CONNECT (5.0).</summary>
    public MqttProperties ConnectProperties { get; init; } = MqttProperties.Empty;

    /// <summary>Keep-alive interval in seconds; 0 switches it off. The server may shorten or lengthen it (5.0).</summary>
    public ushort KeepAlive { get; init; } = 30;

    /// <summary>User name, or null.</summary>
    public string? UserName { get; init; }

    /// <summary>Password bytes, empty for none. MQTT 3.1.1 allows one only with a user name.</summary>
    public ReadOnlyMemory<byte> Password { get; init; }

    /// <summary>Enhanced authentication (5.0 §4.12), or null.</summary>
    public IMqttAuthentication? Authentication { get; init; }

    /// <summary>TLS settings; null for plain TCP.</summary>
    public MqttTlsOptions? Tls { get; init; }

    /// <summary>Last will, or null.</summary>
    public MqttWill? Will { get; init; }

    /// <summary>
    /// Filters to subscribe to on every connection, also where the server has the session: a server that was killed may have kept the
    /// session and lost its subscriptions. A filter the server refuses counts as a refused connection.
    /// </summary>
    public IReadOnlyList<MqttSubscription> Subscriptions { get; init; } = [];

    /// <summary>Time for TCP, TLS and CONNACK together.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// With publishes (or a SUBSCRIBE) unacknowledged and neither an acknowledgement nor progress in sending for this long, the
    /// connection is given up. MQTT forbids sending again on the same connection ([MQTT-4.4.0-1]).
    /// </summary>
    public TimeSpan AcknowledgeTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Reconnect policy.</summary>
    public MqttReconnect Reconnect { get; init; } = new();

    /// <summary>
    /// Bytes of received messages (payload, topic and a fixed overhead) that may wait in <see cref="MqttClient.Messages"/>. At the
    /// limit the socket is not read until half of it is free again; the overshoot is at most one socket read or one packet.
    /// </summary>
    public int ReceiveBufferBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// True: received messages and their payloads come from a pool and are used again after <see cref="MqttMessage.Dispose"/>, so that
    /// receiving allocates nothing per message (but for the properties of those that have some); the rules of ownership are with <see cref="MqttMessage"/>. What rests in the pool is
    /// at most <see cref="ReceiveBufferBytes"/>. False: every message is the application's own.
    /// </summary>
    public bool PoolsMessages { get; init; }

    /// <summary>Publishes that may be waiting or unacknowledged at once; more are refused with 0x97.</summary>
    public int MaximumPendingPublishes { get; init; } = 65_535;

    /// <summary>
    /// These options with the server that the address names: host, port, WebSocket or Unix socket; TLS (with the settings there are, or the defaults);
    /// user name and password if the address has them.
    /// </summary>
    /// <exception cref="ArgumentException">The address is without TLS and <see cref="Tls"/> is set: it is not dropped in silence.</exception>
    public MqttClientOptions At(MqttAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (Tls is not null && !address.IsSecure)
        {
            throw new ArgumentException($"{address} is without TLS, and there are TLS settings: use mqtts or wss, or leave the settings out.", nameof(address));
        }

        return this with
        {
            Host = address.Host,
            Port = address.Port,
            WebSocketPath = address.WebSocketPath,
            UnixSocket = address.UnixSocket,
            Tls = address.IsSecure ? Tls ?? new MqttTlsOptions() : null,
            UserName = address.UserName ?? UserName,
            Password = address.UserName is null ? Password : address.Password,
        };
    }
}
