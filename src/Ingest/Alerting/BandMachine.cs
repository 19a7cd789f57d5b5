namespace MeetNet.Ingest.Alerting;

/// <summary>
/// One value of a datastream as a band sees it: when it applied, and the measured number in the unit of the rule, or null when
/// there is none to judge (missing, flagged <i>fail</i>, no surface level known).
/// </summary>
internal readonly record struct BandSample(DateTimeOffset Begin, DateTimeOffset End, double? Measured);

/// <summary>
/// The band rule as a pure step from state to state. Only values move it, never the clock: a <c>for</c> is completed by a value
/// that was sent, at the time at which it was measured, and so a replay of the same values takes the same steps.
/// </summary>
internal static class BandMachine
{
    public static AlertStep Step(BandCondition band, TimeSpan? interval, AlertState state, in BandSample sample)
    {
        if (sample.Measured is not { } measured)
        {
            return AlertStep.Quiet(state);      // neither in nor out; a long stretch of these shows as a gap at the next number
        }

        if (state.JudgedUntil is { } judged && sample.End <= judged)
        {
            return AlertStep.Quiet(state);      // older than what has been judged already, or a repetition of it
        }

        var sinceLast = sample.Begin - state.JudgedUntil;
        var judgedState = state with { JudgedUntil = sample.End, Measured = measured };
        return state.Phase == AlertPhase.Firing
            ? Firing(band, judgedState, sample, measured, broken: sinceLast > band.GapLimit(interval, band.KeepFiringFor))
            : Waiting(band, judgedState, sample, measured, broken: sinceLast > band.GapLimit(interval, band.For));
    }

    /// <summary>Outside the limits themselves: what starts an alert.</summary>
    public static bool IsOutside(BandCondition band, double measured) => measured < band.Lower || measured > band.Upper;

    private static AlertStep Waiting(BandCondition band, AlertState state, in BandSample sample, double measured, bool broken)
    {
        if (!IsOutside(band, measured))
        {
            return AlertStep.Quiet(state.Phase == AlertPhase.Pending ? state with { Phase = AlertPhase.Inactive, Since = null } : state);
        }

        var since = state.Phase == AlertPhase.Pending && !broken ? state.Since!.Value : sample.Begin;
        var outside = state with { Since = since, FiredAt = null, ResolvedAt = null, CalmSince = null };
        return sample.End - since >= band.For
            ? new(outside with { Phase = AlertPhase.Firing, FiredAt = sample.End }, AlertTransition.Fired)
            : AlertStep.Quiet(outside with { Phase = AlertPhase.Pending });
    }

    private static AlertStep Firing(BandCondition band, AlertState state, in BandSample sample, double measured, bool broken)
    {
        var calm = !(measured < band.Lower + band.Hysteresis || measured > band.Upper - band.Hysteresis);
        if (!calm)
        {
            return AlertStep.Quiet(state with { CalmSince = null });
        }

        var since = broken ? sample.Begin : state.CalmSince ?? sample.Begin;
        return sample.End - since >= band.KeepFiringFor
            ? new(state with { Phase = AlertPhase.Resolved, ResolvedAt = sample.End, CalmSince = null }, AlertTransition.Resolved)
            : AlertStep.Quiet(state with { CalmSince = since });
    }
}
