namespace MeetNet.Mqtt;

/// <summary>What the server allows and tells on this connection, from CONNACK (MQTT 5.0 §3.2.2.3). The defaults are what an absent property means, and MQTT 3.1.1.</summary>
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

    /// <summary>Client identifier in force: ours, or what the server assigned ([MQTT-3.1.3-6]).</summary>
    public required string ClientId { get; init; }

    /// <summary>Basis for response topics, when <see cref="MqttClientOptions.RequestResponseInformation"/> asked for it and the server gave it.</summary>
    public string? ResponseInformation { get; init; }

    /// <summary>Another server to use, when the server named one.</summary>
    public string? ServerReference { get; init; }

    /// <summary>Reason String, for people.</summary>
    public string? ReasonText { get; init; }

    /// <summary>User Properties of CONNACK.</summary>
    public MqttProperties UserProperties { get; init; } = MqttProperties.Empty;

    /// <summary>From the properties of a CONNACK.</summary>
    /// <param name="properties">As read.</param>
    /// <param name="options">What holds where the server says nothing.</param>
    /// <param name="clientId">What CONNECT said.</param>
    internal static MqttServerLimits From(MqttProperties properties, MqttClientOptions options, string clientId) => new()
    {
        ReceiveMaximum = (ushort)(properties.Number(MqttPropertyId.ReceiveMaximum) ?? ushort.MaxValue),
        MaximumQualityOfService = (MqttQualityOfService)(properties.Number(MqttPropertyId.MaximumQoS) ?? 2),
        RetainAvailable = properties.Number(MqttPropertyId.RetainAvailable) != 0,
        MaximumPacketSize = properties.Number(MqttPropertyId.MaximumPacketSize) ?? uint.MaxValue,
        TopicAliasMaximum = (ushort)(properties.Number(MqttPropertyId.TopicAliasMaximum) ?? 0), // [MQTT-3.2.2-18]
        WildcardSubscriptionAvailable = properties.Number(MqttPropertyId.WildcardSubscriptionAvailable) != 0,
        SubscriptionIdentifierAvailable = properties.Number(MqttPropertyId.SubscriptionIdentifierAvailable) != 0,
        SharedSubscriptionAvailable = properties.Number(MqttPropertyId.SharedSubscriptionAvailable) != 0,
        KeepAlive = (ushort)(properties.Number(MqttPropertyId.ServerKeepAlive) ?? options.KeepAlive), // [MQTT-3.1.2-21]
        SessionExpiryInterval = options.Version == MqttVersion.V500
            ? properties.Number(MqttPropertyId.SessionExpiryInterval) ?? options.SessionExpiryInterval
            : null,
        ClientId = properties.Text(MqttPropertyId.AssignedClientIdentifier) ?? clientId,
        ResponseInformation = properties.Text(MqttPropertyId.ResponseInformation),
        ServerReference = properties.Text(MqttPropertyId.ServerReference),
        ReasonText = properties.Text(MqttPropertyId.ReasonString),
        UserProperties = properties.Of(MqttPropertyId.UserProperty),
    };
}
