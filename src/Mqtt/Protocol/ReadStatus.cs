namespace MeetNet.Mqtt.Protocol;

/// <summary>How reading went: fine, or the reason code that a DISCONNECT for it must carry (MQTT 5.0 §4.13) and a sentence for people.</summary>
internal readonly record struct ReadStatus(MqttReasonCode Code, string? Problem)
{
    public static ReadStatus Ok => default;

    public bool IsOk => Code == MqttReasonCode.Success;

    /// <summary>The bytes can't be parsed: 0x81.</summary>
    public static ReadStatus Malformed(string problem) => new(MqttReasonCode.MalformedPacket, problem);

    /// <summary>Parsed, but not allowed: 0x82.</summary>
    public static ReadStatus ProtocolError(string problem) => new(MqttReasonCode.ProtocolError, problem);
}
