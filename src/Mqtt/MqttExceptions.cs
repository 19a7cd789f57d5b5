namespace MeetNet.Mqtt;

/// <summary>Base of what this library throws beside argument exceptions and cancellation.</summary>
public abstract class MqttException : Exception
{
    private protected MqttException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>An <see cref="IMqttSessionStore"/> can't be read or written, or holds what can't be.</summary>
public sealed class MqttSessionStoreException : MqttException
{
    /// <param name="message">What is wrong, and where.</param>
    /// <param name="inner">Why, if another exception says it.</param>
    public MqttSessionStoreException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>
/// A publish or subscribe can't be completed because its connection is gone: lost, for a publish with <see cref="MqttClientOptions.CleanStart"/> (the message may
/// or may not have arrived), none there when it was asked for, or the client was stopped.
/// </summary>
public sealed class MqttConnectionLostException : MqttException
{
    internal MqttConnectionLostException(MqttDisconnectCause cause, MqttReasonCode? reasonCode, string detail)
        : base($"MQTT connection gone ({cause}): {detail}")
    {
        Cause = cause;
        ReasonCode = reasonCode;
    }

    /// <summary>Why the connection ended.</summary>
    public MqttDisconnectCause Cause { get; }

    /// <summary>The server's reason code, if it gave one.</summary>
    public MqttReasonCode? ReasonCode { get; }
}

/// <summary>
/// The client did not send a publish because the server would not take it: larger than its Maximum Packet Size (0x95), retained
/// (0x9A) or of a QoS (0x9B) it does not support; or because too many publishes are pending (0x97).
/// </summary>
public sealed class MqttPublishRejectedException : MqttException
{
    internal MqttPublishRejectedException(MqttReasonCode reasonCode, string detail)
        : base($"MQTT publish not sent (0x{(byte)reasonCode:X2} {reasonCode}): {detail}")
    {
        ReasonCode = reasonCode;
    }

    /// <summary>Which limit.</summary>
    public MqttReasonCode ReasonCode { get; }
}

/// <summary>
/// The client did not send a SUBSCRIBE or UNSUBSCRIBE because the server would not take it: larger than its Maximum Packet Size (0x95), a
/// shared subscription (0x9E), a subscription identifier (0xA1) or a wildcard (0xA2) where it supports none; or because too many are pending (0x97).
/// </summary>
public sealed class MqttSubscribeRejectedException : MqttException
{
    internal MqttSubscribeRejectedException(MqttReasonCode reasonCode, string detail)
        : base($"MQTT subscribe not sent (0x{(byte)reasonCode:X2} {reasonCode}): {detail}")
    {
        ReasonCode = reasonCode;
    }

    /// <summary>Which limit.</summary>
    public MqttReasonCode ReasonCode { get; }
}
