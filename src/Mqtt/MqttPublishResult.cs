namespace MeetNet.Mqtt;

/// <summary>
/// How a publish ended. For QoS 0 the message was written to the socket and nothing more is known. In MQTT 3.1.1 the code is
/// always <see cref="MqttReasonCode.Success"/>, even if the server dropped the message for lack of permission.
/// </summary>
/// <param name="ReasonCode">Code of the PUBACK; at QoS 2 of the PUBREC, or 0x92 when the server lost the exchange after it. 0x80 and above: the server did not take the message, and it won't be sent again ([MQTT-4.4.0-2]).</param>
/// <param name="ReasonText">Reason String of the server, when it gave one.</param>
public readonly record struct MqttPublishResult(MqttReasonCode ReasonCode, string? ReasonText = null)
{
    /// <summary>Whether the server took responsibility for the message.</summary>
    public bool Accepted => !ReasonCode.IsFailure();
}
