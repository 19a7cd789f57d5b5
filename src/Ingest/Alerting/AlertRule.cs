using MeetNet.Observations;

namespace MeetNet.Ingest.Alerting;

/// <summary>What a rule looks at.</summary>
internal enum AlertKind
{
    /// <summary>A value, or its depth below the surface, leaves a band and stays outside.</summary>
    Band,

    /// <summary>A datastream brings no value any more.</summary>
    Silence,
}

/// <summary>How much it matters to the officer on duty; the order is the order of the page.</summary>
internal enum AlertSeverity
{
    Information,
    Warning,
    Critical,
}

/// <summary>The number that a band is about.</summary>
internal enum BandMeasure
{
    /// <summary>The canonical result of the observation.</summary>
    Result,

    /// <summary>The surface level of the station minus the result: 0 at the surface, growing downwards.</summary>
    DepthBelowSurface,
}

/// <summary>
/// Which datastreams a rule watches: every datastream of <paramref name="Property"/> (null: of any property) at the
/// <paramref name="Stations"/> (<c>owner/station</c> or <c>owner/*</c>; empty: everywhere).
/// </summary>
internal sealed record AlertSelector(string? Property, IReadOnlyList<string> Stations)
{
    public bool Selects(string owner, string station, string property) =>
        (Property is null || Property == property) && (Stations.Count == 0 || Stations.Any(s => Names(s, owner, station)));

    private static bool Names(string selector, string owner, string station)
    {
        var slash = selector.IndexOf('/', StringComparison.Ordinal);
        return selector.AsSpan(0, slash).SequenceEqual(owner)
            && (selector.AsSpan(slash + 1) is "*" || selector.AsSpan(slash + 1).SequenceEqual(station));
    }
}

/// <summary>
/// The band that a value has to stay in. Numbers are in <see cref="Unit"/>; a canonical value v becomes
/// v × <see cref="Factor"/> + <see cref="Offset"/> (a depth, being a difference, only × <see cref="Factor"/>).
/// </summary>
internal sealed record BandCondition
{
    public required BandMeasure Of { get; init; }

    /// <summary>UCUM unit of the limits, as the rule file says it.</summary>
    public required string Unit { get; init; }

    public required double Factor { get; init; }

    public required double Offset { get; init; }

    /// <summary>Below this is outside; null: no lower limit. The limit itself is inside.</summary>
    public double? Lower { get; init; }

    /// <summary>Above this is outside; null: no upper limit. The limit itself is inside.</summary>
    public double? Upper { get; init; }

    /// <summary>A firing alert calms only when the value is inside by at least this much.</summary>
    public double Hysteresis { get; init; }

    /// <summary>How long values must have been outside before the alert fires; zero: the first one is enough.</summary>
    public required TimeSpan For { get; init; }

    /// <summary>How long values must have been inside before a firing alert is resolved.</summary>
    public required TimeSpan KeepFiringFor { get; init; }

    /// <summary>
    /// The longest stretch without a usable value that may lie inside <see cref="For"/> or <see cref="KeepFiringFor"/>.
    /// Null: three times the interval that the datastream announces, and where it announces none, the duration itself.
    /// </summary>
    public TimeSpan? LongestGap { get; init; }

    /// <summary>The measured number in <see cref="Unit"/>; null when the rule needs a surface level and the station has none.</summary>
    public double? Measure(double result, double? surfaceLevel) => Of switch
    {
        BandMeasure.DepthBelowSurface => (surfaceLevel - result) * Factor,
        _ => (result * Factor) + Offset,
    };

    /// <summary>The gap limit for a datastream that announces <paramref name="interval"/>, over a stretch of <paramref name="duration"/>.</summary>
    public TimeSpan GapLimit(TimeSpan? interval, TimeSpan duration) =>
        LongestGap ?? (interval is { } known ? known * 3 : duration);
}

/// <summary>
/// No value for <see cref="After"/>, and for at least <see cref="Intervals"/> times the interval that the datastream
/// announces: an hourly sensor is not silent after five minutes.
/// </summary>
internal sealed record SilenceCondition(TimeSpan After, int Intervals)
{
    public TimeSpan Threshold(TimeSpan? interval) =>
        interval is { } known && known * Intervals > After ? known * Intervals : After;
}

/// <summary>
/// One rule file. Exactly one of <see cref="Band"/> and <see cref="Silence"/> is set, as <see cref="Kind"/> says.
/// </summary>
internal sealed record AlertRule
{
    public required string Name { get; init; }

    public required AlertKind Kind { get; init; }

    public required AlertSeverity Severity { get; init; }

    public required LocalizedText Title { get; init; }

    public required AlertSelector Select { get; init; }

    public BandCondition? Band { get; init; }

    public SilenceCondition? Silence { get; init; }

    /// <summary>
    /// Changes when, and only when, what the rule decides changes: state that an earlier version left behind is not carried
    /// over into a rule that means something else. A new title or severity is not such a change.
    /// </summary>
    public string Fingerprint => Kind == AlertKind.Band ? $"{Band} {SelectorText}" : $"{Silence} {SelectorText}";

    private string SelectorText => $"{Select.Property ?? "*"} {string.Join(',', Select.Stations)}";
}
