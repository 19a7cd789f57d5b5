using MeetNet.Mqtt;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>
/// What <c>mqtt pub</c> and <c>mqtt sub</c> return. As mosquitto's clients: the server's reason code (128 and above) when it said no, else libmosquitto's
/// number for what went wrong; a server that can't be reached is told apart from a wrong command line.
/// </summary>
internal static class WireExitCodes
{
    public const int Ok = 0;

    /// <summary>Wrong command line; a file that can't be read, output that can't be written.</summary>
    public const int Usage = 1;

    /// <summary>MOSQ_ERR_CONN_LOST: the connection was lost and what was under way is in doubt.</summary>
    public const int ConnectionLost = 7;

    /// <summary>MOSQ_ERR_TLS: certificate, host name or protocol.</summary>
    public const int Tls = 8;

    /// <summary>MOSQ_ERR_ERRNO: the server was not reached.</summary>
    public const int NotReached = 14;

    /// <summary>MOSQ_ERR_TIMEOUT: the time of <c>-W</c> is over.</summary>
    public const int Timeout = 27;

    /// <summary>Ended by Ctrl-C before it was done, as a shell says it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}

/// <summary>Ends the command: what to say and what to return.</summary>
internal sealed class WireFailure(int code, string message) : Exception(message)
{
    /// <summary>One of <see cref="WireExitCodes"/>, or a reason code of MQTT 5.0.</summary>
    public int Code { get; } = code;

    /// <summary>The command line can't be carried out.</summary>
    public static WireFailure Usage(string message) => new(WireExitCodes.Usage, message);

    /// <summary>An attempt at a connection, or a connection, ended for good.</summary>
    public static WireFailure From(MqttDisconnectCause cause, MqttReasonCode? reason, string detail) => cause switch
    {
        MqttDisconnectCause.ConnectFailed => new(WireExitCodes.NotReached, $"the server was not reached: {detail}. Is it running, and are -h and -p right?"),
        MqttDisconnectCause.ConnectTimeout => new(WireExitCodes.NotReached, $"no answer: {detail}. Is this an MQTT port (-p), and is TLS on at both sides (--tls) or at none?"),
        MqttDisconnectCause.TlsFailed => new(WireExitCodes.Tls, $"TLS: {detail}. --cafile names the certificates to trust; the certificate must carry the name given with -h"),
        MqttDisconnectCause.ConnectionLost => new(WireExitCodes.ConnectionLost, $"the connection was lost: {detail}. If that happens at once: is TLS on at one side only (--tls), or is this a port for something else (-p)?"),
        _ when reason is { } code && code.IsFailure() => new((int)code, $"{detail}{Advice(code)}"),
        _ => new(WireExitCodes.ConnectionLost, $"{cause}: {detail}"),
    };

    private static string Advice(MqttReasonCode code) => code switch
    {
        MqttReasonCode.BadUserNameOrPassword or MqttReasonCode.NotAuthorized => ". Are user (-u) and password (--password-file) right, and may this user do that here?",
        MqttReasonCode.UnsupportedProtocolVersion => ". Try -V mqttv311",
        MqttReasonCode.ClientIdentifierNotValid => ". Give a client identifier that the server takes (-i)",
        MqttReasonCode.SessionTakenOver => ". Another client uses the same identifier (-i)",
        _ => string.Empty,
    };
}
