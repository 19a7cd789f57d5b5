namespace MeetNet.Mqtt;

/// <summary>What the server publishes when the connection ends without a normal DISCONNECT (MQTT 5.0 §3.1.2.5).</summary>
public sealed record MqttWill
{
    /// <summary>Topic name, without wildcards.</summary>
    public required string Topic { get; init; }

    /// <summary>Payload, at most 65,535 bytes.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Makes the payload anew for every CONNECT, for a will that says when the connection began. Wins over <see cref="Payload"/>.</summary>
    public Func<ReadOnlyMemory<byte>>? PayloadAtConnect { get; init; }

    /// <summary>QoS of the will message.</summary>
    public MqttQualityOfService QualityOfService { get; init; } = MqttQualityOfService.AtLeastOnce;

    /// <summary>Whether the server retains the will message.</summary>
    public bool Retain { get; init; }

    /// <summary>Will properties, 5.0 only: will delay interval, content type and the like.</summary>
    public MqttProperties Properties { get; init; } = MqttProperties.Empty;
}
