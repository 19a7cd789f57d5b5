namespace MeetNet.Observations.Units;

/// <summary>
/// Exponents of the base quantities. Amount fraction ([ppb], [ppm]) is kept apart from the plain number, so that a gas
/// never converts to a humidity by accident and never to a mass concentration without a gas and reference conditions. A
/// plane angle and a power level (a logarithm) are kept apart for the same reason.
/// </summary>
internal readonly record struct UnitDimension(
    int Length, int Mass, int Time, int Temperature, int Current, int AmountFraction, int Angle = 0, int Level = 0)
{
    public UnitDimension Times(UnitDimension other, int exponent) => new(
        Length + (other.Length * exponent),
        Mass + (other.Mass * exponent),
        Time + (other.Time * exponent),
        Temperature + (other.Temperature * exponent),
        Current + (other.Current * exponent),
        AmountFraction + (other.AmountFraction * exponent),
        Angle + (other.Angle * exponent),
        Level + (other.Level * exponent));
}
