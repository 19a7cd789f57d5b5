using System.Text.Json;
using MeetNet.Observations.Quality;

namespace MeetNet.Observations.Calibration;

/// <summary><c>calibrated = slope × value + offset</c>, for every value.</summary>
/// <param name="Slope">Not zero.</param>
/// <param name="Offset">In the raw unit.</param>
/// <param name="Unit">See <see cref="InstrumentCalibration"/>.</param>
/// <param name="ValidFrom">See <see cref="InstrumentCalibration"/>.</param>
/// <param name="ValidTo">See <see cref="InstrumentCalibration"/>.</param>
/// <param name="Source">See <see cref="InstrumentCalibration"/>.</param>
public sealed record LinearCalibration(
    double Slope, double Offset, string Unit, DateTimeOffset ValidFrom, DateTimeOffset? ValidTo, string Source)
    : InstrumentCalibration(Unit, ValidFrom, ValidTo, Source)
{
    internal const string Step = "calibration";

    /// <inheritdoc/>
    public override ValueSpan? Domain => null;

    internal override string StepName => Step;

    /// <inheritdoc/>
    public override double Apply(double value) => (Slope * value) + Offset;

    /// <inheritdoc/>
    public override string? Check() =>
        !double.IsFinite(Slope) || Slope == 0 || !double.IsFinite(Offset) ? "must have a slope that is not zero and a finite offset" : null;

    /// <inheritdoc/>
    public override string Show(double input, double output) => $"{Text(Slope)} × {Text(input)} + {Text(Offset)} = {Text(output)} {Unit}";

    internal override void WriteCurve(Utf8JsonWriter json)
    {
        json.WriteNumber("slope"u8, Slope);
        json.WriteNumber("offset"u8, Offset);
    }
}
