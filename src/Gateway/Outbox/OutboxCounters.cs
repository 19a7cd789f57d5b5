namespace MeetNet.Gateway.Outbox;

/// <summary>Counters of an outbox file, as they stand on the disk.</summary>
/// <param name="Held">Rows in the file.</param>
/// <param name="AcknowledgedHeld">Of those, acknowledged by every hub.</param>
/// <param name="ForgottenThrough">See <see cref="OutboxMeta.ForgottenThrough"/>.</param>
internal readonly record struct OutboxCounters(
    long Held, long AcknowledgedHeld, long Delivered, long Evicted, long Corrupt, long Missing, long ForgottenThrough)
{
    /// <summary>What is accounted for; the highest sequence when nothing is missing.</summary>
    public long Sum => Held + Delivered + Evicted + Corrupt + Missing;
}
