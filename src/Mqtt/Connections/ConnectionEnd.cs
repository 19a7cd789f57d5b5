using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Connections;

/// <summary>How a connection, or an attempt at one, ended.</summary>
/// <param name="Cause">What happened.</param>
/// <param name="ReasonCode">The server's code, or ours for a protocol error.</param>
/// <param name="Detail">For people.</param>
/// <param name="Goodbye">Code to say DISCONNECT with first; null to close at once.</param>
internal sealed record ConnectionEnd(
    MqttDisconnectCause Cause, MqttReasonCode? ReasonCode, string Detail, MqttReasonCode? Goodbye = null)
{
    /// <summary>Properties of that DISCONNECT.</summary>
    public MqttProperties GoodbyeProperties { get; init; } = MqttProperties.Empty;

    /// <summary>Another server, when the server named one.</summary>
    public string? ServerReference { get; init; }

    /// <summary>It was there to discard a session alone: the next connection begins one, at once.</summary>
    public bool IsPrelude { get; init; }

    /// <summary>
    /// Whether the server ended the connection in good order and for no reason of ours, so that it, or the node of its cluster that
    /// answers next, can be expected to take the client at once.
    /// </summary>
    public bool InvitesBack => Cause == MqttDisconnectCause.ServerDisconnected
        && ReasonCode is MqttReasonCode.Success or MqttReasonCode.ServerShuttingDown or MqttReasonCode.MaximumConnectTime;

    /// <summary>Whether the server said no for a reason that time alone won't mend.</summary>
    public bool IsRefusal =>
        Cause is MqttDisconnectCause.ServerRefused or MqttDisconnectCause.ServerDisconnected && ReasonCode is { } code && IsLasting(code);

    public static ConnectionEnd ProtocolError(MqttReasonCode code, string problem) =>
        new(MqttDisconnectCause.ProtocolError, code, problem, Goodbye: code);

    /// <summary>Null, or the protocol error that a status tells.</summary>
    public static ConnectionEnd? Of(ReadStatus status) => status.IsOk ? null : ProtocolError(status.Code, status.Problem!);

    /// <summary>The server said no, or farewell, in this packet.</summary>
    public static ConnectionEnd Told(MqttDisconnectCause cause, string packet, MqttReasonCode code, MqttProperties properties)
    {
        var text = properties.Text(MqttPropertyId.ReasonString);
        return new ConnectionEnd(cause, code, $"{packet} 0x{(byte)code:X2} {code}" + (text is null ? "" : $": {text}"))
        {
            ServerReference = properties.Text(MqttPropertyId.ServerReference),
        };
    }

    public static ConnectionEnd Lost(string detail) => new(MqttDisconnectCause.ConnectionLost, null, detail);

    /// <summary>The exception of a publish that ended with this connection.</summary>
    public MqttConnectionLostException ToException() => new(Cause, ReasonCode, Detail);

    /// <summary>All failures but those that are about load or time. Session taken over is lasting: two clients with one identifier would else fight without end.</summary>
    private static bool IsLasting(MqttReasonCode code) => code.IsFailure() && code is not (
        MqttReasonCode.UnspecifiedError or MqttReasonCode.ServerUnavailable or MqttReasonCode.ServerBusy
        or MqttReasonCode.ServerShuttingDown or MqttReasonCode.KeepAliveTimeout or MqttReasonCode.QuotaExceeded
        or MqttReasonCode.MessageRateTooHigh or MqttReasonCode.ConnectionRateExceeded or MqttReasonCode.MaximumConnectTime);
}
