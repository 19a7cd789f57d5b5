namespace MeetNet.Mqtt;

/// <summary>
/// One received application message. It owns its payload (a copy of its own, never reused), so it may be kept for as long as wanted.
/// A QoS 1 message must be given to <see cref="MqttClient.Acknowledge(MqttMessage, MqttReasonCode)"/> once the application owns it durably.
/// </summary>
public sealed class MqttMessage
{
    /// <summary>Topic name.</summary>
    public required string Topic { get; init; }

    /// <summary>Payload; may be empty.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>QoS it was delivered with.</summary>
    public MqttQualityOfService QualityOfService { get; init; }

    /// <summary>RETAIN flag as received.</summary>
    public bool Retain { get; init; }

    /// <summary>DUP flag: the server has tried this delivery before. Says nothing about the application having seen it.</summary>
    public bool Duplicate { get; init; }

    /// <summary>Properties (5.0), empty when there are none.</summary>
    public MqttProperties Properties { get; init; } = MqttProperties.Empty;

    /// <summary>Identifiers of the subscriptions that this message matched ([MQTT-3.3.4-3] to -5); empty when none of them has one.</summary>
    public IReadOnlyList<uint> SubscriptionIdentifiers => Properties.Numbers(MqttPropertyId.SubscriptionIdentifier);

    /// <summary>Packet identifier, 0 for QoS 0.</summary>
    internal ushort PacketId { get; init; }

    /// <summary>Number of the connection it came in on.</summary>
    internal long Connection { get; init; }

    /// <summary>Position in that connection's arrival order, given by the session.</summary>
    internal long Ticket { get; set; }

    /// <summary>Bytes it counts for in the receive buffer.</summary>
    internal int Cost { get; init; }
}
