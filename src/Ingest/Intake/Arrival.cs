using MeetNet.Mqtt;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Intake;

/// <summary>
/// One message after the gate: what it says, or why it was refused. Exactly one of <see cref="Batch"/>, <see cref="Hello"/>,
/// <see cref="State"/>, <see cref="AnnouncementDigest"/> and <see cref="Refusal"/> is set.
/// </summary>
internal sealed class Arrival
{
    /// <summary>The message, to be acknowledged once what it says is on the disk.</summary>
    public required MqttMessage Message { get; init; }

    /// <summary>When ingest took it from the broker, UTC.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>Owner by the topic, which the broker vouches for; empty when the topic is not one of MeetNet's.</summary>
    public string Owner { get; init; } = "";

    public string Station { get; init; } = "";

    public ObservationBatch? Batch { get; init; }

    public Hello? Hello { get; init; }

    public StationState? State { get; init; }

    /// <summary>SHA-256 of what an announcement says, leaving out when it was issued.</summary>
    public byte[]? AnnouncementDigest { get; init; }

    public Refusal? Refusal { get; init; }
}

/// <summary>Why a message is not accepted. Its bytes are kept.</summary>
/// <param name="Reason">Stable code: one of <see cref="WireReasons"/> or <see cref="RefusalReasons"/>.</param>
/// <param name="Detail">Where in the message, what was expected and what was found.</param>
/// <param name="Settles">
/// The sequences that the refused batch takes with it, so that a batch which will never be accepted doesn't stop its gateway for ever; null when nothing of the
/// message can be believed, and the gateway has to send it again.
/// </param>
internal sealed record Refusal(string Reason, string Detail, Envelope? Settles = null);

/// <summary>Reasons beside those of the wire.</summary>
internal static class RefusalReasons
{
    /// <summary>The topic is none of MeetNet's.</summary>
    public const string UnknownTopic = "unknown-topic";

    /// <summary>A sequence came again with another content: two gateways with one outbox, or an outbox put back from a copy.</summary>
    public const string Conflict = "conflict";

    /// <summary>The station's sequences arrive with so many gaps that the ledger won't hold more.</summary>
    public const string TooManyGaps = "too-many-gaps";

    /// <summary>The program failed on this message alone: a mistake in ingest, to be reported.</summary>
    public const string InternalFault = "internal-fault";
}
