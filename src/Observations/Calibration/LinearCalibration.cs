namespace MeetNet.Observations.Calibration;

/// <summary>
/// <c>calibrated = slope × value + offset</c>, in the unit of the raw value, while it is in force:
/// <c>[validFrom, validTo)</c>. It is in force for what was measured then, whenever that is computed.
/// </summary>
/// <param name="Slope">Not zero.</param>
/// <param name="Offset">In <paramref name="Unit"/>.</param>
/// <param name="Unit">UCUM code; must be the raw value's.</param>
/// <param name="ValidFrom">First instant, UTC.</param>
/// <param name="ValidTo">First instant after, UTC; null while there is no end.</param>
/// <param name="Source">Certificate, laboratory, or who did it and how.</param>
public sealed record LinearCalibration(
    double Slope, double Offset, string Unit, DateTimeOffset ValidFrom, DateTimeOffset? ValidTo, string Source)
{
    /// <summary>Whether it is in force for a phenomenon time: by its begin.</summary>
    public bool IsInForce(PhenomenonTime time) => time.Begin >= ValidFrom && (ValidTo is not { } end || time.Begin < end);

    /// <summary>The calibrated value.</summary>
    public double Apply(double value) => (Slope * value) + Offset;
}
