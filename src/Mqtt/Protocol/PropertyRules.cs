namespace MeetNet.Mqtt.Protocol;

/// <summary>Checks properties that the application gives, before they go on the wire.</summary>
internal static class PropertyRules
{
    /// <summary>Null, or what is wrong with these properties in that place.</summary>
    public static string? Check(MqttProperties properties, PropertyPlace place)
    {
        var seen = 0UL;
        foreach (var item in properties)
        {
            var id = (uint)item.Id;
            var (kind, places) = PropertyTable.Rule(id);
            // A client may not publish with subscription identifiers ([MQTT-3.3.4-6]), and aliases belong to a connection, not to a message.
            var clientMay = place != PropertyPlace.Publish || item.Id is not (MqttPropertyId.SubscriptionIdentifier or MqttPropertyId.TopicAlias);
            if (kind == PropertyKind.None || (places & place) == 0 || !clientMay)
            {
                return $"property {item.Id} is not allowed here";
            }

            if ((seen & (1UL << (int)id)) != 0 && !PropertyTable.MayRepeat(id, place))
            {
                return $"property {item.Id} comes more than once";
            }

            seen |= 1UL << (int)id;
            if (CheckValue(item, kind) is { } problem)
            {
                return $"property {item.Id} {problem}";
            }
        }

        return null;
    }

    /// <summary>
    /// A server that was told that nobody wants problem information (§3.1.2.11.7) gives Reason String and User Properties in PUBLISH, CONNACK and
    /// DISCONNECT only; elsewhere it is a protocol error ([MQTT-3.1.2-29]).
    /// </summary>
    public static ReadStatus CheckUnasked(MqttProperties properties, bool requested) =>
        !requested && properties.Any(item => item.Id is MqttPropertyId.ReasonString or MqttPropertyId.UserProperty)
            ? ReadStatus.ProtocolError("problem information that was not asked for [MQTT-3.1.2-29]")
            : ReadStatus.Ok;

    private static string? CheckValue(in MqttProperty item, PropertyKind kind)
    {
        switch (kind)
        {
            case PropertyKind.Text:
                return item.Text is not { } text ? "has no text"
                    : item.Id == MqttPropertyId.ResponseTopic ? TopicRules.CheckTopicName(text)
                    : TopicRules.CheckText(text);
            case PropertyKind.Pair:
                return item.Name is null || item.Text is null ? "has no name or value"
                    : TopicRules.CheckText(item.Name) ?? TopicRules.CheckText(item.Text);
            case PropertyKind.Binary:
                return item.Data.Length > ushort.MaxValue ? "is longer than 65,535 bytes" : null;
            default:
                return PropertyReader.IsAllowed(kind, item.Number) ? null : $"may not be {item.Number}";
        }
    }
}
