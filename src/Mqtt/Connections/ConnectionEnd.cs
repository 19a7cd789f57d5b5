namespace MeetNet.Mqtt.Connections;

/// <summary>How a connection, or an attempt at one, ended.</summary>
/// <param name="Cause">What happened.</param>
/// <param name="ReasonCode">The server's code, or ours for a protocol error.</param>
/// <param name="Detail">For people.</param>
/// <param name="Goodbye">Code to say DISCONNECT with first; null to close at once.</param>
internal sealed record ConnectionEnd(
    MqttDisconnectCause Cause, MqttReasonCode? ReasonCode, string Detail, MqttReasonCode? Goodbye = null)
{
    /// <summary>Whether the server said no for a reason that time alone won't mend.</summary>
    public bool IsRefusal =>
        Cause is MqttDisconnectCause.ServerRefused or MqttDisconnectCause.ServerDisconnected && ReasonCode is { } code && IsLasting(code);

    public static ConnectionEnd ProtocolError(MqttReasonCode code, string problem) =>
        new(MqttDisconnectCause.ProtocolError, code, problem, Goodbye: code);

    public static ConnectionEnd Lost(string detail) => new(MqttDisconnectCause.ConnectionLost, null, detail);

    /// <summary>The exception of a publish that ended with this connection.</summary>
    public MqttConnectionLostException ToException() => new(Cause, ReasonCode, Detail);

    /// <summary>All failures but those that are about load or time. Session taken over is lasting: two clients with one identifier would else fight without end.</summary>
    private static bool IsLasting(MqttReasonCode code) => code.IsFailure() && code is not (
        MqttReasonCode.UnspecifiedError or MqttReasonCode.ServerUnavailable or MqttReasonCode.ServerBusy
        or MqttReasonCode.ServerShuttingDown or MqttReasonCode.KeepAliveTimeout or MqttReasonCode.QuotaExceeded
        or MqttReasonCode.MessageRateTooHigh or MqttReasonCode.ConnectionRateExceeded or MqttReasonCode.MaximumConnectTime);
}
