namespace MeetNet.Mqtt;

/// <summary>Why a connection, or an attempt at one, ended.</summary>
public enum MqttDisconnectCause
{
    /// <summary>The name did not resolve or TCP did not connect.</summary>
    ConnectFailed,

    /// <summary>No CONNACK within <see cref="MqttClientOptions.ConnectTimeout"/>.</summary>
    ConnectTimeout,

    /// <summary>TLS failed: certificate, name or protocol.</summary>
    TlsFailed,

    /// <summary>The server answered CONNECT or SUBSCRIBE with a failure code, or offers too little to go on.</summary>
    ServerRefused,

    /// <summary><see cref="MqttClientOptions.Authentication"/> failed: it had no answer, or the server did not prove itself.</summary>
    AuthenticationFailed,

    /// <summary>The server sent DISCONNECT.</summary>
    ServerDisconnected,

    /// <summary>The network connection ended without a word.</summary>
    ConnectionLost,

    /// <summary>Nothing came from the server although it was asked to answer.</summary>
    KeepAliveTimeout,

    /// <summary>Publishes stayed unacknowledged for <see cref="MqttClientOptions.AcknowledgeTimeout"/>.</summary>
    AcknowledgeTimeout,

    /// <summary>The server broke the protocol; the client closed the connection.</summary>
    ProtocolError,

    /// <summary>The application asked for it.</summary>
    Requested,
}

/// <summary>One state of the connection: one of the nested records.</summary>
/// <param name="At">When the state began, UTC.</param>
public abstract record MqttConnectionState(DateTimeOffset At)
{
    /// <summary>Not started.</summary>
    public sealed record Idle(DateTimeOffset At) : MqttConnectionState(At);

    /// <summary>An attempt is under way.</summary>
    /// <param name="At">When the state began, UTC.</param>
    /// <param name="Attempt">1 for the first since the last stable connection.</param>
    public sealed record Connecting(DateTimeOffset At, int Attempt) : MqttConnectionState(At);

    /// <summary>CONNACK is in, and SUBACK if subscriptions were asked for.</summary>
    /// <param name="At">When the state began, UTC.</param>
    /// <param name="SessionPresent">Whether the server still had the session.</param>
    /// <param name="Limits">What the server allows.</param>
    public sealed record Connected(DateTimeOffset At, bool SessionPresent, MqttServerLimits Limits) : MqttConnectionState(At);

    /// <summary>No connection; the next attempt is at <paramref name="RetryAt"/>.</summary>
    /// <param name="At">When the state began, UTC.</param>
    /// <param name="Cause">What happened.</param>
    /// <param name="ReasonCode">The server's reason or, for <see cref="MqttDisconnectCause.ProtocolError"/>, ours; null when there is none.</param>
    /// <param name="Detail">For people.</param>
    /// <param name="RetryAt">When the next attempt begins, UTC.</param>
    public sealed record Disconnected(
        DateTimeOffset At, MqttDisconnectCause Cause, MqttReasonCode? ReasonCode, string Detail, DateTimeOffset RetryAt) : MqttConnectionState(At)
    {
        /// <summary>Another server that the server named. The client does not follow it: whoever holds the configuration decides whom to trust.</summary>
        public string? ServerReference { get; init; }
    }

    /// <summary>The server said no for a reason that time alone won't mend; attempts go on, slowly (<see cref="MqttReconnect.AfterRefusal"/>).</summary>
    /// <param name="At">When the state began, UTC.</param>
    /// <param name="Cause">What happened.</param>
    /// <param name="ReasonCode">The server's reason.</param>
    /// <param name="Detail">For people.</param>
    /// <param name="RetryAt">When the next attempt begins, UTC.</param>
    public sealed record Refused(
        DateTimeOffset At, MqttDisconnectCause Cause, MqttReasonCode ReasonCode, string Detail, DateTimeOffset RetryAt) : MqttConnectionState(At)
    {
        /// <inheritdoc cref="Disconnected.ServerReference"/>
        public string? ServerReference { get; init; }
    }

    /// <summary>The client was disconnected by the application and won't connect again.</summary>
    public sealed record Stopped(DateTimeOffset At) : MqttConnectionState(At);
}
