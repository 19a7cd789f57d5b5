using System.Numerics;

namespace MeetNet.Observations.Units;

/// <summary>
/// An exact fraction. Unit factors are exact by definition; rounding them to a double happens once, when a conversion is
/// made, so that cm to m is 0.01 and not a product of rounded factors.
/// </summary>
internal readonly struct Ratio
{
    private readonly BigInteger _numerator;
    private readonly BigInteger _denominator;

    public Ratio(BigInteger numerator, BigInteger denominator)
    {
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        (_numerator, _denominator) = (numerator / divisor, denominator / divisor);
    }

    public static Ratio One => new(1, 1);

    public static Ratio PowerOfTen(int exponent) =>
        exponent >= 0 ? new(BigInteger.Pow(10, exponent), 1) : new(1, BigInteger.Pow(10, -exponent));

    public Ratio Times(Ratio other) => new(_numerator * other._numerator, _denominator * other._denominator);

    public Ratio Over(Ratio other) => new(_numerator * other._denominator, _denominator * other._numerator);

    public Ratio ToPower(int exponent) => exponent >= 0
        ? new(BigInteger.Pow(_numerator, exponent), BigInteger.Pow(_denominator, exponent))
        : new(BigInteger.Pow(_denominator, -exponent), BigInteger.Pow(_numerator, -exponent));

    /// <summary>The nearest double as long as both parts stay below 2^53, which holds for every unit of the table.</summary>
    public double ToDouble() => (double)_numerator / (double)_denominator;
}
