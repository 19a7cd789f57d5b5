using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt.Sessions;

/// <summary>Topic aliases of one connection that the server uses towards this client (MQTT 5.0 §3.3.2.3.4). Pure.</summary>
internal sealed class IncomingAliases(ushort maximum)
{
    private string?[] _topics = [];

    /// <summary>Learns the topic of an alias, or gives it where the packet has none (an empty one).</summary>
    public ReadStatus Resolve(uint alias, ref string topic)
    {
        if (alias == 0 || alias > maximum)
        {
            return new ReadStatus(MqttReasonCode.TopicAliasInvalid, $"topic alias {alias}, at most {maximum} are accepted [MQTT-3.3.2-8, -11]");
        }

        if (_topics.Length == 0)
        {
            _topics = new string?[maximum];
        }

        ref var known = ref _topics[alias - 1];
        if (topic.Length > 0)
        {
            known = topic;
            return ReadStatus.Ok;
        }

        topic = known ?? "";
        return known is null ? ReadStatus.ProtocolError($"topic alias {alias} has no topic on this connection [MQTT-3.3.2-7]") : ReadStatus.Ok;
    }
}
