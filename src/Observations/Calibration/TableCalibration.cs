using System.Text.Json;
using MeetNet.Observations.Quality;

namespace MeetNet.Observations.Calibration;

/// <summary>What an instrument said of what it was given.</summary>
/// <param name="Raw">The instrument's number.</param>
/// <param name="Calibrated">What it should have been, in the same unit.</param>
public readonly record struct CalibrationPoint(double Raw, double Calibrated);

/// <summary>Straight lines between the points of a table.</summary>
/// <param name="Points">Two to a hundred, by raw value; the calibrated ones rise or fall throughout.</param>
/// <param name="OutsideTable">What becomes of a value before the first point or after the last.</param>
/// <param name="Unit">See <see cref="InstrumentCalibration"/>.</param>
/// <param name="ValidFrom">See <see cref="InstrumentCalibration"/>.</param>
/// <param name="ValidTo">See <see cref="InstrumentCalibration"/>.</param>
/// <param name="Source">See <see cref="InstrumentCalibration"/>.</param>
public sealed record TableCalibration(
    IReadOnlyList<CalibrationPoint> Points, OutsideRule OutsideTable, string Unit, DateTimeOffset ValidFrom, DateTimeOffset? ValidTo, string Source)
    : InstrumentCalibration(Unit, ValidFrom, ValidTo, Source)
{
    internal const string Step = "calibration_table";

    /// <summary>Most points.</summary>
    public const int Most = 100;

    /// <inheritdoc/>
    public override ValueSpan? Domain => new ValueSpan(Points[0].Raw, Points[^1].Raw);

    /// <inheritdoc/>
    public override OutsideRule Outside => OutsideTable;

    internal override string StepName => Step;

    /// <inheritdoc/>
    public override double Apply(double value)
    {
        var (low, high) = Stretch(value);

        // At a point it is the point's own number, without rounding.
        return value == high.Raw ? high.Calibrated
            : low.Calibrated + ((value - low.Raw) * (high.Calibrated - low.Calibrated) / (high.Raw - low.Raw));
    }

    /// <inheritdoc/>
    public override string? Check()
    {
        if (Points.Count is < 2 or > Most || !Points.All(p => double.IsFinite(p.Raw) && double.IsFinite(p.Calibrated)))
        {
            return $"must have a table of 2 to {Most} points [raw, calibrated]";
        }

        var pairs = Points.Zip(Points.Skip(1)).ToList();
        return pairs.Any(p => p.First.Raw >= p.Second.Raw) ? "must have a table in ascending order of the raw value, each once"
            : !pairs.All(p => p.First.Calibrated < p.Second.Calibrated) && !pairs.All(p => p.First.Calibrated > p.Second.Calibrated)
                ? "must have calibrated values that rise or fall throughout: two values of the instrument would be one"
            : null;
    }

    /// <inheritdoc/>
    public override string Show(double input, double output)
    {
        var (low, high) = Stretch(input);
        return $"{Text(input)} → {Text(output)} {Unit} ({Text(low.Raw)} → {Text(low.Calibrated)}, {Text(high.Raw)} → {Text(high.Calibrated)})";
    }

    internal override void WriteCurve(Utf8JsonWriter json)
    {
        json.WriteStartArray("points"u8);
        foreach (var point in Points)
        {
            json.WriteStartArray();
            json.WriteNumberValue(point.Raw);
            json.WriteNumberValue(point.Calibrated);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteString("outside"u8, NameOf(OutsideTable));
    }

    /// <summary>The points around a value; the first or last two when there is none before or after.</summary>
    private (CalibrationPoint Low, CalibrationPoint High) Stretch(double value)
    {
        var at = 1;
        while (at < Points.Count - 1 && Points[at].Raw < value)
        {
            at++;
        }

        return (Points[at - 1], Points[at]);
    }
}
