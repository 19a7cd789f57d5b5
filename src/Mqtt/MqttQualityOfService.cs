namespace MeetNet.Mqtt;

/// <summary>Delivery guarantee of one hop (MQTT 5.0 §4.3).</summary>
public enum MqttQualityOfService
{
    /// <summary>QoS 0: no acknowledgement; lost when the connection is.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1: sent until acknowledged; may arrive more than once.</summary>
    AtLeastOnce = 1,

    /// <summary>QoS 2. Known to the codec and allowed for a will; <see cref="MqttClient"/> neither publishes nor subscribes with it.</summary>
    ExactlyOnce = 2,
}
