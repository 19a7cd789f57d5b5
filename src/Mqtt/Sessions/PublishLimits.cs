using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Sessions;

/// <summary>What the server takes of a publish: [MQTT-3.2.2-15] size, [MQTT-3.2.2-14] retain, [MQTT-3.2.2-11] QoS.</summary>
internal static class PublishLimits
{
    /// <summary>Null, or why the server does not take it.</summary>
    public static MqttPublishRejectedException? Check(PendingPublish publish, MqttVersion version, MqttServerLimits limits)
    {
        if (publish.Retain && !limits.RetainAvailable)
        {
            return new MqttPublishRejectedException(MqttReasonCode.RetainNotSupported, "the server takes no retained messages");
        }

        if (publish.QualityOfService > limits.MaximumQualityOfService)
        {
            return new MqttPublishRejectedException(
                MqttReasonCode.QoSNotSupported, $"the server takes QoS {(int)limits.MaximumQualityOfService} at most");
        }

        var length = PacketWriter.PublishLength(version, publish.Topic, publish.Payload.Length, publish.QualityOfService, publish.Properties);
        return length <= Math.Min(limits.MaximumPacketSize, VariableByteInteger.Maximum) ? null : new MqttPublishRejectedException(
            MqttReasonCode.PacketTooLarge, $"{length} bytes, the server takes {limits.MaximumPacketSize}");
    }
}
