namespace MeetNet.Mqtt;

/// <summary>What the server allows on this connection, from CONNACK (MQTT 5.0 §3.2.2.3). The defaults are what an absent property means, and MQTT 3.1.1.</summary>
public sealed record MqttServerLimits
{
    /// <summary>Unacknowledged QoS 1 and 2 publishes the server accepts.</summary>
    public ushort ReceiveMaximum { get; init; } = ushort.MaxValue;

    /// <summary>Highest QoS the server accepts.</summary>
    public MqttQualityOfService MaximumQualityOfService { get; init; } = MqttQualityOfService.ExactlyOnce;

    /// <summary>Whether the server takes retained messages.</summary>
    public bool RetainAvailable { get; init; } = true;

    /// <summary>Largest packet the server accepts, in bytes.</summary>
    public uint MaximumPacketSize { get; init; } = uint.MaxValue;

    /// <summary>Highest topic alias the server accepts; 0 for none.</summary>
    public ushort TopicAliasMaximum { get; init; }

    /// <summary>Whether the server takes filters with wildcards.</summary>
    public bool WildcardSubscriptionAvailable { get; init; } = true;

    /// <summary>Whether the server takes subscription identifiers.</summary>
    public bool SubscriptionIdentifierAvailable { get; init; } = true;

    /// <summary>Whether the server takes shared subscriptions.</summary>
    public bool SharedSubscriptionAvailable { get; init; } = true;

    /// <summary>Keep-alive interval in force, in seconds; 0 for none.</summary>
    public ushort KeepAlive { get; init; }

    /// <summary>Session expiry in force, in seconds; null in MQTT 3.1.1.</summary>
    public uint? SessionExpiryInterval { get; init; }

    /// <summary>Client identifier in force.</summary>
    public required string ClientId { get; init; }
}
