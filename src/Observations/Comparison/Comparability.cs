using MeetNet.Observations.Procedures;

namespace MeetNet.Observations.Comparison;

/// <summary>Whether two datastreams may be compared.</summary>
public enum ComparabilityVerdict
{
    /// <summary>Nothing that was announced stands between them.</summary>
    Comparable,

    /// <summary>They may be compared by who knows the remarks.</summary>
    WithRemarks,

    /// <summary>Their numbers are of different things.</summary>
    NotComparable,
}

/// <summary>One of the two datastreams, as its owner announced it.</summary>
/// <param name="Datastream">The datastream.</param>
/// <param name="Thing">Its station.</param>
/// <param name="Procedure">Its procedure in force; null when none was announced.</param>
public sealed record ComparedDatastream(Datastream Datastream, Thing Thing, Procedure? Procedure);

/// <summary>One thing in which two datastreams are alike or differ.</summary>
/// <param name="Aspect">Stable name: a member of <see cref="ComparabilityAspects"/>.</param>
/// <param name="Verdict">What it alone comes to.</param>
/// <param name="Text">Why, for people.</param>
public sealed record ComparabilityReason(string Aspect, ComparabilityVerdict Verdict, LocalizedText Text);

/// <summary>Names of what is looked at.</summary>
public static class ComparabilityAspects
{
    /// <summary>Observed property and unit.</summary>
    public const string Property = "property";

    /// <summary>Measured or made up.</summary>
    public const string Simulated = "simulated";

    /// <summary>Whether the way from raw to result is known.</summary>
    public const string Procedure = "procedure";

    /// <summary>Principle of measurement.</summary>
    public const string Method = "method";

    /// <summary>Mean over which time, or instant; how devices stamp.</summary>
    public const string Averaging = "averaging";

    /// <summary>How often there is a value.</summary>
    public const string Interval = "interval";

    /// <summary>Temperature and pressure that a gas is stated at.</summary>
    public const string Reference = "reference";

    /// <summary>Correction of particles for the water on them.</summary>
    public const string Humidity = "humidity";

    /// <summary>Vertical datum: how the height came to be one above NAP, and how accurately.</summary>
    public const string Datum = "datum";

    /// <summary>Siting class.</summary>
    public const string Siting = "siting";

    /// <summary>Calibration in force.</summary>
    public const string Calibration = "calibration";
}

/// <summary>Whether two datastreams may be compared, and every reason.</summary>
/// <param name="Verdict">The worst of the reasons.</param>
/// <param name="Reasons">In the order of <see cref="ComparabilityAspects"/>; an aspect that does not apply is left out.</param>
public sealed record ComparabilityStatement(ComparabilityVerdict Verdict, IReadOnlyList<ComparabilityReason> Reasons)
{
    /// <summary>
    /// Compares what two owners announced; nothing else is known, and nothing is guessed: what an owner did not state is a remark. The order of the two makes no difference to the verdict.
    /// </summary>
    /// <param name="a">The one.</param>
    /// <param name="b">The other.</param>
    /// <param name="at">When, for what is in force for a time.</param>
    public static ComparabilityStatement Of(ComparedDatastream a, ComparedDatastream b, DateTimeOffset at)
    {
        var reasons = new List<ComparabilityReason> { ComparabilityRules.Property(a, b) };
        if (reasons[0].Verdict != ComparabilityVerdict.NotComparable)
        {
            reasons.AddRange(ComparabilityRules.Others(a, b, at).Where(reason => reason is not null)!);
        }

        return new ComparabilityStatement(reasons.Max(reason => reason.Verdict), reasons);
    }
}
