using MeetNet.Mqtt;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Intake;

/// <summary>
/// From bytes that anyone may have written to something trusted, or to a reason. Looks at one message only: what was seen
/// before is the ledger's business. Never throws; keeps nothing.
/// </summary>
internal static class BatchGate
{
    public static Arrival Judge(MqttMessage message, DateTimeOffset received)
    {
        if (!WireTopics.TryParse(message.Topic, out var topic))
        {
            return new Arrival
            {
                Message = message,
                Received = received,
                Refusal = new Refusal(RefusalReasons.UnknownTopic, "expected meetnet/1/{owner}/{station}/up/{obs|hello|announcement|state}"),
            };
        }
        var payload = message.Payload.Span;
        switch (topic.Kind)
        {
            case WireKind.Obs:
                return BatchReader.TryRead(payload, out var batch, out var fault) && !batch.Contradicts(topic, out fault)
                    ? new Arrival { Message = message, Received = received, Owner = topic.Owner, Station = topic.Station, Batch = batch }
                    : RefuseBatch(message, received, topic, fault);
            case WireKind.Hello:
                return Hello.TryRead(payload, out var hello, out fault) && !hello.Contradicts(topic, out fault)
                    ? new Arrival { Message = message, Received = received, Owner = topic.Owner, Station = topic.Station, Hello = hello }
                    : Refuse(message, received, topic, fault);
            case WireKind.State:
                return StationState.TryRead(payload, out var state, out fault) && !state.Contradicts(topic, out fault)
                    ? new Arrival { Message = message, Received = received, Owner = topic.Owner, Station = topic.Station, State = state }
                    : Refuse(message, received, topic, fault);
            case WireKind.Announcement:
                return Announcement.TryRead(payload, out var announcement, out fault) && !announcement.Contradicts(topic, out fault)
                    ? new Arrival
                    {
                        Message = message,
                        Received = received,
                        Owner = topic.Owner,
                        Station = topic.Station,
                        AnnouncementDigest = Digest.OfAnnouncement(payload),
                    }
                    : Refuse(message, received, topic, fault);
            default:
                fault = new WireFault(RefusalReasons.UnknownTopic, "$", -1, "expected a topic that goes up");
                return Refuse(message, received, topic, fault);
        }
    }

    private static Arrival Refuse(MqttMessage message, DateTimeOffset received, WireTopic topic, WireFault fault, Envelope? settles = null) => new()
    {
        Message = message,
        Received = received,
        Owner = topic.Owner,
        Station = topic.Station,
        Refusal = new Refusal(fault.Reason, fault.ToString(), settles),
    };

    /// <summary>
    /// A batch that is wrong inside, of a head that is right, is refused for good: it settles its sequences. A message that can't be believed
    /// (no JSON, wrong checksum, another version, another station's) settles nothing; its gateway keeps the observations.
    /// </summary>
    private static Arrival RefuseBatch(MqttMessage message, DateTimeOffset received, WireTopic topic, WireFault fault)
    {
        var forGood = fault.Reason is WireReasons.BadValue or WireReasons.BadSequence or WireReasons.MissingMember or WireReasons.DuplicateMember;
        var settles = forGood && Envelope.TryRead(message.Payload.Span, out var envelope)
            && envelope.Owner == topic.Owner && envelope.Station == topic.Station ? envelope : null;
        return Refuse(message, received, topic, fault, settles);
    }
}
