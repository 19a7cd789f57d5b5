namespace MeetNet.Observations.Aggregation;

/// <summary>
/// One period of one datastream. Numbers are over the usable values only: those with a result whose flag is good (1), not
/// evaluated (2) or suspect (3). A period without any has no numbers and a data capture of 0.
/// </summary>
public readonly record struct Aggregate
{
    /// <summary>First instant, UTC.</summary>
    public required DateTimeOffset Begin { get; init; }

    /// <summary>First instant after it, UTC.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>The mean, or the mean direction; null when there is none: no values, opposite directions, a daily maximum, a sum.</summary>
    public double? Mean { get; init; }

    /// <summary>The lowest observation, of hours that are not valid, too; null for directions and for what has no mean.</summary>
    public double? Minimum { get; init; }

    /// <summary>When the lowest began; the first of several.</summary>
    public DateTimeOffset? MinimumTime { get; init; }

    /// <summary>The highest observation; of a daily maximum the highest valid mean.</summary>
    public double? Maximum { get; init; }

    /// <summary>When the highest began; the first of several.</summary>
    public DateTimeOffset? MaximumTime { get; init; }

    /// <summary>The sum of amounts, or the AOT40 of the hours that were measured (µg/m³·h); null for anything else.</summary>
    public double? Sum { get; init; }

    /// <summary>AOT40 scaled to all possible hours (2008/50/EC annex VII A.2); null for anything else.</summary>
    public double? Estimate { get; init; }

    /// <summary>For directions: the length of the mean vector as a share of the mean length, 0 (all round) to 1 (all the same).</summary>
    public double? ResultantLength { get; init; }

    /// <summary>Usable values: observations, or valid hourly or eight-hour means, as <see cref="Basis"/> says.</summary>
    public int Count { get; init; }

    /// <summary>Values that are there and do not count.</summary>
    public int Excluded { get; init; }

    /// <summary>How many values there should be, until now while the period lasts; null when that can't be told.</summary>
    public long? Expected { get; init; }

    /// <summary>
    /// <see cref="Count"/> as a percentage of <see cref="Expected"/>, 0 to 100, one decimal, rounded down so that 100 is all;
    /// by overlap the share of the time that is covered. Null when nothing can be expected.
    /// </summary>
    public double? DataCapture { get; init; }

    /// <summary>The worst flag of everything in it, excluded values too (ioos_qc: 9 &lt; 2 &lt; 1 &lt; 3 &lt; 4); 9 when empty.</summary>
    public QartodFlag Quality { get; init; }

    /// <summary>Whether the data capture is what <see cref="Rule"/> asks; null when it can't be told.</summary>
    public bool? Valid { get; init; }

    /// <summary>False while the period still lasts.</summary>
    public bool Complete { get; init; }

    /// <summary>What is counted.</summary>
    public AggregateBasis Basis { get; init; }

    /// <summary>The set of rules that <see cref="Valid"/> is by.</summary>
    public string? Rule { get; init; }
}
