namespace MeetNet.Gateway.Outbox;

/// <summary>
/// The outbox's counters for the present epoch, in sequences unless said otherwise; read in one lock, so they always agree.
/// </summary>
/// <param name="Issued">Sequences issued.</param>
/// <param name="Acknowledged">Acknowledged by every hub, and held or already forgotten.</param>
/// <param name="Pending">Held and not yet acknowledged by every hub.</param>
/// <param name="Evicted">Given up by the policy before every hub had them.</param>
/// <param name="Corrupt">Taken out because their CRC did not match.</param>
/// <param name="Missing">Found to be gone for no known reason.</param>
/// <param name="Bytes">Bytes of the file in use.</param>
internal readonly record struct OutboxBooks(
    long Issued, long Acknowledged, long Pending, long Evicted, long Corrupt, long Missing, long Bytes)
{
    /// <summary>sequences issued = acknowledged by every hub + pending + evicted (+ corrupt + missing, which should be 0).</summary>
    public bool Balanced => Issued == Acknowledged + Pending + Evicted + Corrupt + Missing;
}
