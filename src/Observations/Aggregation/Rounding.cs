using System.Globalization;

namespace MeetNet.Observations.Aggregation;

/// <summary>How a number becomes one with fewer decimals. There is no default: a half can go three ways.</summary>
public enum RoundingRule
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Halves away from zero: 0.5 is 1, −0.5 is −1.</summary>
    HalfAwayFromZero,

    /// <summary>Halves to the even digit: 0.5 is 0, 1.5 is 2.</summary>
    HalfToEven,
}

/// <summary>Rounding by a named rule.</summary>
/// <param name="Rule">What happens to halves.</param>
/// <param name="Decimals">Decimals that stay, 0 to 15.</param>
public readonly record struct Rounding(RoundingRule Rule, int Decimals)
{
    /// <summary>Most decimals that can be asked for.</summary>
    public const int MostDecimals = 15;

    /// <summary>
    /// The number rounded. A half is what a person reads as one: the shortest decimal text of the double is rounded, so that 0.285 is 0.29 by
    /// <see cref="RoundingRule.HalfAwayFromZero"/> although its double is a little less. Numbers beyond the range of a decimal stay as they are.
    /// </summary>
    public double? Apply(double? value)
    {
        if (Rule == RoundingRule.None || value is not { } number
            || !decimal.TryParse(number.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture, out var exact))
        {
            return value;
        }

        return (double)Math.Round(exact, Decimals, Rule == RoundingRule.HalfToEven ? MidpointRounding.ToEven : MidpointRounding.AwayFromZero);
    }

    /// <summary>An aggregate whose numbers are rounded; counts, capture and times stay.</summary>
    public Aggregate Apply(in Aggregate aggregate) => Rule == RoundingRule.None ? aggregate : aggregate with
    {
        Mean = Apply(aggregate.Mean),
        Minimum = Apply(aggregate.Minimum),
        Maximum = Apply(aggregate.Maximum),
        Sum = Apply(aggregate.Sum),
        Estimate = Apply(aggregate.Estimate),
    };
}
