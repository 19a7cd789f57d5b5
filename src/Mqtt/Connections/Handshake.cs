using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Connections;

/// <summary>
/// What comes before a connection is open: AUTH as often as the server wants with enhanced authentication, then one CONNACK. Used by the
/// receive loop alone.
/// </summary>
internal sealed class Handshake(ClientCore core, Connection connection, bool cleanStart)
{
    /// <summary>A DISCONNECT with Session Expiry Interval (§3.14.2): the largest packet that can't be made smaller and is sent to every server.</summary>
    private const uint LeastPacketSize = 9;

    private readonly MqttClientOptions _options = core.Options;

    /// <summary>Goes on after the handshake, for a re-authentication.</summary>
    public AuthenticationDialogue Authentication { get; } = new(core, connection);

    /// <summary>CONNACK has said yes.</summary>
    public bool IsDone => Limits is not null;

    /// <summary>What CONNACK said.</summary>
    public bool SessionPresent { get; private set; }

    /// <summary>What CONNACK said; null before.</summary>
    public MqttServerLimits? Limits { get; private set; }

    public ConnectionEnd? Handle(Frame frame, ReadOnlySpan<byte> body) => frame.Type switch
    {
        PacketType.Connack => Connack(body),
        PacketType.Auth => Authentication.Handle(body),
        _ => ConnectionEnd.ProtocolError(MqttReasonCode.ProtocolError, $"{frame.Type} before CONNACK [MQTT-3.2.0-1]"),
    };

    private ConnectionEnd? Connack(ReadOnlySpan<byte> body)
    {
        var status = PacketReader.ReadConnack(body, _options.Version, out var connack);
        if (!status.IsOk)
        {
            return ConnectionEnd.Of(status);
        }

        if (connack.ReasonCode.IsFailure())
        {
            return ConnectionEnd.Told(MqttDisconnectCause.ServerRefused, "CONNACK", connack.ReasonCode, connack.Properties);
        }

        var limits = MqttServerLimits.From(connack.Properties, _options, core.ClientId);
        return Authentication.Accepted(connack.Properties) ?? Open(connack.SessionPresent, limits);
    }

    private ConnectionEnd? Open(bool sessionPresent, MqttServerLimits limits)
    {
        if (limits.MaximumPacketSize < LeastPacketSize)
        {
            return Insufficient(MqttReasonCode.PacketTooLarge, $"packets of {limits.MaximumPacketSize} bytes at most");
        }

        ReadStatus status;
        var subscribing = ReadStatus.Ok;
        bool opening;
        var prelude = cleanStart && !_options.CleanStart && _options.Version == MqttVersion.V311;
        lock (core.Gate)
        {
            status = core.Session.Open(cleanStart, sessionPresent, limits);
            if (status.IsOk)
            {
                subscribing = core.Session.Subscriptions.Open(limits);
            }

            if (prelude)
            {
                core.Session.SayGoodbye(MqttReasonCode.Success, MqttProperties.Empty); // Before anything else is written.
            }

            opening = core.Session.Subscriptions.IsOpening;
        }

        if (!status.IsOk)
        {
            return ConnectionEnd.Of(status);
        }

        if (!subscribing.IsOk)
        {
            return Insufficient(subscribing.Code, subscribing.Problem!);
        }

        if (prelude)
        {
            // A session begun with Clean Session 1 ends with its connection (3.1.1 §3.1.2.4): one to keep begins with another.
            return new ConnectionEnd(MqttDisconnectCause.Requested, null, "an earlier session is discarded", Goodbye: MqttReasonCode.Success) { IsPrelude = true };
        }

        if (_options.ClientId.Length == 0)
        {
            core.ClientId = limits.ClientId; // [MQTT-3.1.3-6]
        }

        SessionPresent = sessionPresent;
        Limits = limits;
        connection.Opened(limits);
        if (!opening)
        {
            connection.Ready(sessionPresent, limits);
        }

        return null;
    }

    /// <summary>The server said yes to less than this client needs.</summary>
    private static ConnectionEnd Insufficient(MqttReasonCode code, string problem) =>
        new(MqttDisconnectCause.ServerRefused, code, $"CONNACK offers too little: {problem}");
}
