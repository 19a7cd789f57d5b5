namespace MeetNet.Observations.Aggregation;

/// <summary>What aggregation needs of an observation.</summary>
/// <param name="Begin">Begin of the phenomenon time, UTC ticks.</param>
/// <param name="End">End of it; equal to the begin for an instant.</param>
/// <param name="Value">The result in the canonical unit; NaN when there is none.</param>
/// <param name="Flag">QARTOD flag.</param>
/// <param name="Weight">Length of the vector whose direction the value is; 1 counts every direction the same.</param>
public readonly record struct Sample(long Begin, long End, double Value, QartodFlag Flag, double Weight = 1)
{
    /// <summary>Whether the value counts.</summary>
    public bool IsUsable => Usability.IsUsable(Value, Flag) && Weight is >= 0 and < double.PositiveInfinity;

    /// <summary>From an observation.</summary>
    public static Sample Of(DateTimeOffset begin, DateTimeOffset end, double? result, QartodFlag flag) =>
        new(begin.UtcTicks, end.UtcTicks, result ?? double.NaN, flag);
}

/// <summary>Which values count: in aggregates and in the bands of alerts alike.</summary>
public static class Usability
{
    /// <summary>True when there is a finite result and it is not flagged <i>fail</i> or <i>missing</i>.</summary>
    public static bool IsUsable(double? result, QartodFlag flag) => result is { } value && IsUsable(value, flag);

    /// <summary>The same, of a result that is NaN when there is none.</summary>
    public static bool IsUsable(double result, QartodFlag flag) =>
        flag is QartodFlag.Good or QartodFlag.NotEvaluated or QartodFlag.Suspect && double.IsFinite(result);
}
