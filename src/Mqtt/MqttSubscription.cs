namespace MeetNet.Mqtt;

/// <summary>What the server does with retained messages when a subscription is made (MQTT 5.0 §3.8.3.1).</summary>
public enum MqttRetainHandling
{
    /// <summary>Send them each time.</summary>
    SendAlways = 0,

    /// <summary>Send them only if the subscription is new.</summary>
    SendIfNew = 1,

    /// <summary>Do not send them.</summary>
    DoNotSend = 2,
}

/// <summary>
/// One topic filter to subscribe to. <paramref name="NoLocal"/>, <paramref name="RetainAsPublished"/>,
/// <paramref name="RetainHandling"/> and <paramref name="Identifier"/> have no effect in MQTT 3.1.1.
/// </summary>
/// <param name="Filter">Topic filter; may hold wildcards and a <c>$share/name/</c> prefix.</param>
/// <param name="QualityOfService">Highest QoS the server may deliver with.</param>
/// <param name="NoLocal">Do not send this client's own publishes back to it. Not allowed on a shared subscription ([MQTT-3.8.3-4]).</param>
/// <param name="RetainAsPublished">Keep the RETAIN flag of the publisher.</param>
/// <param name="RetainHandling">What to do with retained messages.</param>
/// <param name="Identifier">
/// 1 to 268,435,455: comes back in <see cref="MqttMessage.SubscriptionIdentifiers"/> with every message that matched this filter; null for none.
/// </param>
public sealed record MqttSubscription(
    string Filter,
    MqttQualityOfService QualityOfService = MqttQualityOfService.AtLeastOnce,
    bool NoLocal = false,
    bool RetainAsPublished = false,
    MqttRetainHandling RetainHandling = MqttRetainHandling.SendAlways,
    uint? Identifier = null)
{
    internal bool IsShared => Filter.StartsWith("$share/", StringComparison.Ordinal);

    internal bool HasWildcard => Filter.AsSpan().ContainsAny('+', '#'); // A share name has none ([MQTT-4.8.2-2]).
}
