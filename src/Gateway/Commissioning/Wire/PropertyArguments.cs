using System.Text;
using MeetNet.Mqtt;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary><c>-D packet name value</c>: MQTT 5.0 properties under the names that mosquitto's clients use.</summary>
internal static class PropertyArguments
{
    /// <summary>Names of the properties of a message, on the command line and in the output.</summary>
    private static readonly (MqttPropertyId Id, string Name)[] Names =
    [
        (MqttPropertyId.PayloadFormatIndicator, "payload-format-indicator"),
        (MqttPropertyId.MessageExpiryInterval, "message-expiry-interval"),
        (MqttPropertyId.ContentType, "content-type"),
        (MqttPropertyId.ResponseTopic, "response-topic"),
        (MqttPropertyId.CorrelationData, "correlation-data"),
        (MqttPropertyId.SubscriptionIdentifier, "subscription-identifier"),
        (MqttPropertyId.TopicAlias, "topic-alias"),
        (MqttPropertyId.WillDelayInterval, "will-delay-interval"),
        (MqttPropertyId.ReceiveMaximum, "receive-maximum"),
        (MqttPropertyId.TopicAliasMaximum, "topic-alias-maximum"),
        (MqttPropertyId.MaximumPacketSize, "maximum-packet-size"),
        (MqttPropertyId.UserProperty, "user-property"),
    ];

    private static readonly MqttPropertyId[] OfMessage =
    [
        MqttPropertyId.PayloadFormatIndicator, MqttPropertyId.MessageExpiryInterval, MqttPropertyId.ContentType, MqttPropertyId.ResponseTopic,
        MqttPropertyId.CorrelationData, MqttPropertyId.UserProperty,
    ];

    /// <summary>What may be given for each packet.</summary>
    private static readonly Dictionary<string, MqttPropertyId[]> Packets = new()
    {
        ["connect"] = [MqttPropertyId.ReceiveMaximum, MqttPropertyId.MaximumPacketSize, MqttPropertyId.TopicAliasMaximum, MqttPropertyId.UserProperty],
        ["publish"] = OfMessage,
        ["subscribe"] = [MqttPropertyId.SubscriptionIdentifier],
        ["will"] = [.. OfMessage, MqttPropertyId.WillDelayInterval],
    };

    /// <summary>The name of a property of a message.</summary>
    public static string Name(MqttPropertyId id) => Array.Find(Names, n => n.Id == id).Name ?? id.ToString();

    /// <summary>Reads the arguments after <c>-D</c>.</summary>
    /// <param name="allowed">The packets that this command sends.</param>
    /// <exception cref="WireFailure">A packet or a property that is not known or not allowed there.</exception>
    public static (string Packet, MqttProperty Property) Read(Func<string> next, params ReadOnlySpan<string> allowed)
    {
        var packet = next();
        if (!allowed.Contains(packet))
        {
            throw WireFailure.Usage($"-D {packet}: allowed: {string.Join(", ", allowed!)}");
        }

        var name = next();
        var id = Array.Find(Names, n => n.Name == name).Id;
        if (!Packets[packet].Contains(id))
        {
            throw WireFailure.Usage($"-D {packet} {name}: allowed: {string.Join(", ", Packets[packet].Select(Name))}");
        }

        var value = next();
        return (packet, id switch
        {
            MqttPropertyId.UserProperty => MqttProperty.User(value, next()),
            MqttPropertyId.CorrelationData => MqttProperty.Of(id, Encoding.UTF8.GetBytes(value)),
            MqttPropertyId.ContentType or MqttPropertyId.ResponseTopic => MqttProperty.Of(id, value),
            MqttPropertyId.PayloadFormatIndicator => MqttProperty.Of(id, (uint)Arguments.Number($"-D {name}", value, 0, 1)),
            MqttPropertyId.ReceiveMaximum => MqttProperty.Of(id, (uint)Arguments.Number($"-D {name}", value, 1, ushort.MaxValue)),
            MqttPropertyId.TopicAliasMaximum => MqttProperty.Of(id, (uint)Arguments.Number($"-D {name}", value, 0, ushort.MaxValue)),
            _ => MqttProperty.Of(id, (uint)Arguments.Number($"-D {name}", value, 0, uint.MaxValue)),
        });
    }
}
