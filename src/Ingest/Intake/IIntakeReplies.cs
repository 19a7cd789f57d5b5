using MeetNet.Mqtt;

namespace MeetNet.Ingest.Intake;

/// <summary>What ingest says back, once a message is on its disk. Neither call waits.</summary>
internal interface IIntakeReplies
{
    /// <summary>To the broker: the message is ours now (PUBACK).</summary>
    void Accept(MqttMessage message);

    /// <summary>To the gateway: everything up to this sequence of the outbox is settled. A later call for the same outbox replaces an earlier one that has not left yet.</summary>
    void Tell(string owner, string station, string epoch, long acknowledged);
}
