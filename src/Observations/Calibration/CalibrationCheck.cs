namespace MeetNet.Observations.Calibration;

/// <summary>What an instrument was given to look at.</summary>
public enum CheckKind
{
    /// <summary>Nothing of what it measures: zero air, the dry sensor.</summary>
    Zero,

    /// <summary>A known amount, high in its range.</summary>
    Span,
}

/// <summary>
/// A zero or span check: what an instrument that was not touched said of something known. It judges the calibration in force; it does not change it.
/// </summary>
/// <param name="Kind">Zero or span.</param>
/// <param name="Time">When, UTC.</param>
/// <param name="Expected">What was given, in the raw unit.</param>
/// <param name="Measured">The instrument's own number, in the raw unit.</param>
/// <param name="Calibrated">The same by the calibration in force then; equal when there was none.</param>
/// <param name="Limit">Greatest drift up or down that passes, in the raw unit.</param>
/// <param name="Source">Who did it, with what.</param>
public sealed record CalibrationCheck(
    CheckKind Kind, DateTimeOffset Time, double Expected, double Measured, double Calibrated, double Limit, string Source)
{
    /// <summary>Most checks of one calibration.</summary>
    public const int Most = 100;

    /// <summary>Decimals of <see cref="Drift"/>: finer is the arithmetic's, not the instrument's.</summary>
    private const int Decimals = 9;

    /// <summary>Calibrated less expected, in the raw unit.</summary>
    public double Drift => Math.Round(Calibrated - Expected, Decimals, MidpointRounding.AwayFromZero);

    /// <summary>Whether the drift is within the limit.</summary>
    public bool Passed => Math.Abs(Drift) <= Limit;

    /// <summary>Names of <see cref="CheckKind"/> in files and on the wire.</summary>
    public static IReadOnlyList<string> KindNames { get; } = ["zero", "span"];

    /// <summary>The name of its kind.</summary>
    public string KindName => KindNames[(int)Kind];
}
