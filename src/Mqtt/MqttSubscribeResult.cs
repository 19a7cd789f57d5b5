namespace MeetNet.Mqtt;

/// <summary>How a SUBSCRIBE or UNSUBSCRIBE ended.</summary>
/// <param name="ReasonCodes">
/// One code per filter, in the order of the call. For a subscription 0 to 2 is the QoS granted, for the end of one 0x00 and 0x11 (there was
/// none) are success; 0x80 and above is a refusal. MQTT 3.1.1 has no codes for UNSUBSCRIBE and only 0x80 for SUBSCRIBE.
/// </param>
/// <param name="Properties">Reason String and User Properties of the acknowledgement; empty in MQTT 3.1.1.</param>
public sealed record MqttSubscribeResult(IReadOnlyList<MqttReasonCode> ReasonCodes, MqttProperties Properties)
{
    /// <summary>Reason String of the server, when it gave one.</summary>
    public string? ReasonText => Properties.Text(MqttPropertyId.ReasonString);

    /// <summary>Whether the server took every filter.</summary>
    public bool Accepted => !ReasonCodes.Any(code => code.IsFailure());
}
