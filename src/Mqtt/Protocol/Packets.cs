namespace MeetNet.Mqtt.Protocol;

/// <summary>CONNACK (§3.2).</summary>
internal readonly record struct ConnackPacket(bool SessionPresent, MqttReasonCode ReasonCode, MqttProperties Properties);

/// <summary>PUBACK, PUBREC, PUBREL or PUBCOMP (§3.4 to §3.7).</summary>
internal readonly record struct ReplyPacket(ushort PacketId, MqttReasonCode ReasonCode, MqttProperties Properties);

/// <summary>SUBACK or UNSUBACK (§3.9, §3.11): one code per filter, in order. Empty for an MQTT 3.1.1 UNSUBACK.</summary>
internal readonly record struct SubackPacket(ushort PacketId, IReadOnlyList<MqttReasonCode> ReasonCodes, MqttProperties Properties);

/// <summary>DISCONNECT or AUTH (§3.14, §3.15).</summary>
internal readonly record struct ReasonPacket(MqttReasonCode ReasonCode, MqttProperties Properties);

/// <summary>PUBLISH (§3.3), as a view of the bytes it was read from.</summary>
internal ref struct PublishPacket
{
    public bool Duplicate;
    public MqttQualityOfService QualityOfService;
    public bool Retain;
    public ReadOnlySpan<byte> Topic;

    /// <summary>0 with QoS 0.</summary>
    public ushort PacketId;
    public MqttProperties Properties;
    public ReadOnlySpan<byte> Payload;
}
