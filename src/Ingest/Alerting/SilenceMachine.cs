namespace MeetNet.Ingest.Alerting;

/// <summary>
/// The silence rule as a pure step. It compares times of reception at this hub with the clock of this hub: an outage at a
/// station that is made good later was a silence all the same. There is no pending phase: the threshold is the waiting.
/// </summary>
internal static class SilenceMachine
{
    /// <summary>The clock ticked.</summary>
    /// <param name="silence">The rule.</param>
    /// <param name="interval">The interval that the datastream announces, null when it announces none.</param>
    /// <param name="state">Where the alert stands.</param>
    /// <param name="lastHeard">When the last value was received, or when the datastream was first announced.</param>
    /// <param name="listeningSince">Since when this hub has been able to hear anything at all; null: it can't now.</param>
    /// <param name="now">The clock of this hub.</param>
    public static AlertStep Tick(
        SilenceCondition silence, TimeSpan? interval, AlertState state, DateTimeOffset lastHeard, DateTimeOffset? listeningSince, DateTimeOffset now)
    {
        if (state.Phase == AlertPhase.Firing || listeningSince is not { } since)
        {
            return AlertStep.Quiet(state);      // who doesn't listen can't say that nobody spoke
        }

        // A hub that was down itself starts to count when it hears again: no storm of alerts at its start.
        var countedFrom = lastHeard > since ? lastHeard : since;
        return now - countedFrom >= silence.Threshold(interval)
            ? new(new AlertState { Phase = AlertPhase.Firing, Since = lastHeard, FiredAt = now }, AlertTransition.Fired)
            : AlertStep.Quiet(state);
    }

    /// <summary>A value was received at <paramref name="receivedAt"/>.</summary>
    public static AlertStep Heard(AlertState state, DateTimeOffset receivedAt) => state.Phase == AlertPhase.Firing
        ? new(state with { Phase = AlertPhase.Resolved, ResolvedAt = receivedAt }, AlertTransition.Resolved)
        : AlertStep.Quiet(state);
}
