namespace MeetNet.Mqtt.Protocol;

/// <summary>Packets (and the will) that carry properties.</summary>
[Flags]
internal enum PropertyPlace : ushort
{
    None = 0,
    Connect = 1,
    Connack = 2,
    Publish = 4,
    Will = 8,

    /// <summary>PUBACK, PUBREC, PUBREL and PUBCOMP: the same two properties.</summary>
    PublishReply = 16,
    Subscribe = 32,

    /// <summary>SUBACK and UNSUBACK.</summary>
    SubscribeReply = 64,
    Unsubscribe = 128,
    Disconnect = 256,
    Auth = 512,
    Everywhere = 1023,
}

/// <summary>How a property's value is encoded, and which values are allowed.</summary>
internal enum PropertyKind : byte
{
    None,

    /// <summary>Byte that must be 0 or 1.</summary>
    Bit,
    UInt16,
    UInt16NotZero,
    UInt32,
    UInt32NotZero,
    VariableNotZero,
    Text,
    Binary,

    /// <summary>Two texts; may repeat.</summary>
    Pair,
}

/// <summary>Table 2-4 of MQTT 5.0 §2.2.2.2.</summary>
internal static class PropertyTable
{
    private const PropertyPlace PublishOrWill = PropertyPlace.Publish | PropertyPlace.Will;
    private const PropertyPlace Opening = PropertyPlace.Connect | PropertyPlace.Connack;

    private static readonly (PropertyKind Kind, PropertyPlace Places)[] Rules = Fill();

    /// <summary>The rule for an identifier; <see cref="PropertyKind.None"/> when there is no such property.</summary>
    public static (PropertyKind Kind, PropertyPlace Places) Rule(uint id) =>
        id < (uint)Rules.Length ? Rules[(int)id] : (PropertyKind.None, PropertyPlace.None);

    /// <summary>User properties repeat, and subscription identifiers in a PUBLISH from the server (§3.3.2.3.8).</summary>
    public static bool MayRepeat(uint id, PropertyPlace place) =>
        id == (uint)MqttPropertyId.UserProperty || (id == (uint)MqttPropertyId.SubscriptionIdentifier && place == PropertyPlace.Publish);

    private static (PropertyKind Kind, PropertyPlace Places)[] Fill()
    {
        var rules = new (PropertyKind, PropertyPlace)[0x2B];
        void Set(MqttPropertyId id, PropertyKind kind, PropertyPlace places) => rules[(int)id] = (kind, places);
        Set(MqttPropertyId.PayloadFormatIndicator, PropertyKind.Bit, PublishOrWill);
        Set(MqttPropertyId.MessageExpiryInterval, PropertyKind.UInt32, PublishOrWill);
        Set(MqttPropertyId.ContentType, PropertyKind.Text, PublishOrWill);
        Set(MqttPropertyId.ResponseTopic, PropertyKind.Text, PublishOrWill);
        Set(MqttPropertyId.CorrelationData, PropertyKind.Binary, PublishOrWill);
        Set(MqttPropertyId.SubscriptionIdentifier, PropertyKind.VariableNotZero, PropertyPlace.Publish | PropertyPlace.Subscribe);
        Set(MqttPropertyId.SessionExpiryInterval, PropertyKind.UInt32, Opening | PropertyPlace.Disconnect);
        Set(MqttPropertyId.AssignedClientIdentifier, PropertyKind.Text, PropertyPlace.Connack);
        Set(MqttPropertyId.ServerKeepAlive, PropertyKind.UInt16, PropertyPlace.Connack);
        Set(MqttPropertyId.AuthenticationMethod, PropertyKind.Text, Opening | PropertyPlace.Auth);
        Set(MqttPropertyId.AuthenticationData, PropertyKind.Binary, Opening | PropertyPlace.Auth);
        Set(MqttPropertyId.RequestProblemInformation, PropertyKind.Bit, PropertyPlace.Connect);
        Set(MqttPropertyId.WillDelayInterval, PropertyKind.UInt32, PropertyPlace.Will);
        Set(MqttPropertyId.RequestResponseInformation, PropertyKind.Bit, PropertyPlace.Connect);
        Set(MqttPropertyId.ResponseInformation, PropertyKind.Text, PropertyPlace.Connack);
        Set(MqttPropertyId.ServerReference, PropertyKind.Text, PropertyPlace.Connack | PropertyPlace.Disconnect);
        Set(MqttPropertyId.ReasonString, PropertyKind.Text,
            PropertyPlace.Connack | PropertyPlace.PublishReply | PropertyPlace.SubscribeReply | PropertyPlace.Disconnect | PropertyPlace.Auth);
        Set(MqttPropertyId.ReceiveMaximum, PropertyKind.UInt16NotZero, Opening);
        Set(MqttPropertyId.TopicAliasMaximum, PropertyKind.UInt16, Opening);
        Set(MqttPropertyId.TopicAlias, PropertyKind.UInt16NotZero, PropertyPlace.Publish);
        Set(MqttPropertyId.MaximumQoS, PropertyKind.Bit, PropertyPlace.Connack);
        Set(MqttPropertyId.RetainAvailable, PropertyKind.Bit, PropertyPlace.Connack);
        Set(MqttPropertyId.UserProperty, PropertyKind.Pair, PropertyPlace.Everywhere);
        Set(MqttPropertyId.MaximumPacketSize, PropertyKind.UInt32NotZero, Opening);
        Set(MqttPropertyId.WildcardSubscriptionAvailable, PropertyKind.Bit, PropertyPlace.Connack);
        Set(MqttPropertyId.SubscriptionIdentifierAvailable, PropertyKind.Bit, PropertyPlace.Connack);
        Set(MqttPropertyId.SharedSubscriptionAvailable, PropertyKind.Bit, PropertyPlace.Connack);
        return rules;
    }
}
