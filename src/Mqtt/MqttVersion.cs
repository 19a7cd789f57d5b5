namespace MeetNet.Mqtt;

/// <summary>Protocol level as CONNECT carries it (MQTT 5.0 §3.1.2.2, MQTT 3.1.1 §3.1.2.2).</summary>
public enum MqttVersion
{
    /// <summary>MQTT 3.1.1. No reason codes, no properties, no Receive Maximum: a refused publish looks like an accepted one.</summary>
    V311 = 4,

    /// <summary>MQTT 5.0.</summary>
    V500 = 5,
}
