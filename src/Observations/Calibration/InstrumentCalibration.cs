using System.Globalization;
using System.Text.Json;
using MeetNet.Observations.Quality;

namespace MeetNet.Observations.Calibration;

/// <summary>What becomes of a value outside those that a calibration was made for.</summary>
public enum OutsideRule
{
    /// <summary>There is no result (<see cref="QualityTests.CalibrationOutside"/>).</summary>
    Missing,

    /// <summary>The curve goes on (a table: its last stretch), and the value is suspect.</summary>
    Extend,

    /// <summary>The value at the nearest end counts, and is suspect.</summary>
    Hold,
}

/// <summary>
/// From the instrument's own number to the calibrated one, in the unit of the raw value, while it is in force:
/// <c>[validFrom, validTo)</c>. It is in force for what was measured then, whenever that is computed.
/// </summary>
/// <param name="Unit">UCUM code; must be the raw value's.</param>
/// <param name="ValidFrom">First instant, UTC.</param>
/// <param name="ValidTo">First instant after, UTC; null while there is no end.</param>
/// <param name="Source">Certificate, laboratory, or who did it and how.</param>
public abstract record InstrumentCalibration(string Unit, DateTimeOffset ValidFrom, DateTimeOffset? ValidTo, string Source)
{
    /// <summary>The values it was made for, closed, in the raw unit; null: all.</summary>
    public abstract ValueSpan? Domain { get; }

    /// <summary>What becomes of the others.</summary>
    public virtual OutsideRule Outside => OutsideRule.Missing;

    /// <summary>Names of <see cref="OutsideRule"/> in files and on the wire.</summary>
    public static IReadOnlyList<string> OutsideNames { get; } = ["missing", "extend", "hold"];

    /// <summary>The name of a rule.</summary>
    public static string NameOf(OutsideRule rule) => OutsideNames[(int)rule];

    /// <summary>The rule of a name that is one of <see cref="OutsideNames"/>.</summary>
    public static OutsideRule OutsideOf(string name) => (OutsideRule)((List<string>)[.. OutsideNames]).IndexOf(name);

    /// <summary>Whether it is in force for a phenomenon time: by its begin.</summary>
    public bool IsInForce(PhenomenonTime time) => time.Begin >= ValidFrom && (ValidTo is not { } end || time.Begin < end);

    /// <summary>The calibrated value; outside <see cref="Domain"/> that of the curve gone on.</summary>
    public abstract double Apply(double value);

    /// <summary>What is wrong with the curve, to follow "calibration number 1"; null when nothing is.</summary>
    public abstract string? Check();

    /// <summary>How a value was computed, for people: a formula that ends in the result.</summary>
    public abstract string Show(double input, double output);

    /// <summary>Name of its step.</summary>
    internal abstract string StepName { get; }

    /// <summary>Writes the members of the curve, in canonical order.</summary>
    internal abstract void WriteCurve(Utf8JsonWriter json);

    private protected static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    private protected static bool IsSpan(ValueSpan span) => span.Minimum < span.Maximum && double.IsFinite(span.Minimum) && double.IsFinite(span.Maximum);
}
