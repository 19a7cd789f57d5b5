namespace MeetNet.Mqtt;

/// <summary>Property identifiers of MQTT 5.0 §2.2.2.2, table 2-4.</summary>
public enum MqttPropertyId : byte
{
    /// <summary>0x01, byte 0 or 1.</summary>
    PayloadFormatIndicator = 0x01,
    /// <summary>0x02, seconds.</summary>
    MessageExpiryInterval = 0x02,
    /// <summary>0x03, text.</summary>
    ContentType = 0x03,
    /// <summary>0x08, text.</summary>
    ResponseTopic = 0x08,
    /// <summary>0x09, binary.</summary>
    CorrelationData = 0x09,
    /// <summary>0x0B, 1 to 268,435,455.</summary>
    SubscriptionIdentifier = 0x0B,
    /// <summary>0x11, seconds; 0xFFFFFFFF means never.</summary>
    SessionExpiryInterval = 0x11,
    /// <summary>0x12, text.</summary>
    AssignedClientIdentifier = 0x12,
    /// <summary>0x13, seconds.</summary>
    ServerKeepAlive = 0x13,
    /// <summary>0x15, text.</summary>
    AuthenticationMethod = 0x15,
    /// <summary>0x16, binary.</summary>
    AuthenticationData = 0x16,
    /// <summary>0x17, byte 0 or 1.</summary>
    RequestProblemInformation = 0x17,
    /// <summary>0x18, seconds.</summary>
    WillDelayInterval = 0x18,
    /// <summary>0x19, byte 0 or 1.</summary>
    RequestResponseInformation = 0x19,
    /// <summary>0x1A, text.</summary>
    ResponseInformation = 0x1A,
    /// <summary>0x1C, text.</summary>
    ServerReference = 0x1C,
    /// <summary>0x1F, text.</summary>
    ReasonString = 0x1F,
    /// <summary>0x21, 1 to 65,535.</summary>
    ReceiveMaximum = 0x21,
    /// <summary>0x22.</summary>
    TopicAliasMaximum = 0x22,
    /// <summary>0x23, 1 to 65,535.</summary>
    TopicAlias = 0x23,
    /// <summary>0x24, byte 0 or 1.</summary>
    MaximumQoS = 0x24,
    /// <summary>0x25, byte 0 or 1.</summary>
    RetainAvailable = 0x25,
    /// <summary>0x26, name and value; may repeat.</summary>
    UserProperty = 0x26,
    /// <summary>0x27, bytes, not 0.</summary>
    MaximumPacketSize = 0x27,
    /// <summary>0x28, byte 0 or 1.</summary>
    WildcardSubscriptionAvailable = 0x28,
    /// <summary>0x29, byte 0 or 1.</summary>
    SubscriptionIdentifierAvailable = 0x29,
    /// <summary>0x2A, byte 0 or 1.</summary>
    SharedSubscriptionAvailable = 0x2A,
}

/// <summary>
/// One property. Which of the members is meaningful follows from the identifier: <see cref="Number"/> for integers,
/// <see cref="Text"/> for strings, <see cref="Data"/> for binary, <see cref="Name"/> with <see cref="Text"/> for a user property.
/// </summary>
public readonly record struct MqttProperty
{
    private MqttProperty(MqttPropertyId id, uint number, string? name, string? text, ReadOnlyMemory<byte> data)
    {
        Id = id;
        Number = number;
        Name = name;
        Text = text;
        Data = data;
    }

    /// <summary>Which property.</summary>
    public MqttPropertyId Id { get; }

    /// <summary>Value of an integer property (byte, two byte, four byte or variable byte integer).</summary>
    public uint Number { get; }

    /// <summary>Name of a user property.</summary>
    public string? Name { get; }

    /// <summary>Value of a text or user property.</summary>
    public string? Text { get; }

    /// <summary>Value of a binary property.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>An integer property.</summary>
    public static MqttProperty Of(MqttPropertyId id, uint number) => new(id, number, null, null, default);

    /// <summary>A text property.</summary>
    public static MqttProperty Of(MqttPropertyId id, string text) => new(id, 0, null, text, default);

    /// <summary>A binary property; the memory is not copied.</summary>
    public static MqttProperty Of(MqttPropertyId id, ReadOnlyMemory<byte> data) => new(id, 0, null, null, data);

    /// <summary>A user property.</summary>
    public static MqttProperty User(string name, string value) => new(MqttPropertyId.UserProperty, 0, name, value, default);
}
