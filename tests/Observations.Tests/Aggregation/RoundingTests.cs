using MeetNet.Observations.Aggregation;

namespace MeetNet.Observations.Tests.Aggregation;

public sealed class RoundingTests
{
    [Theory]
    [InlineData(0.5, 0, 1, 0)]
    [InlineData(1.5, 0, 2, 2)]
    [InlineData(2.5, 0, 3, 2)]
    [InlineData(-2.5, 0, -3, -2)]
    [InlineData(0.285, 2, 0.29, 0.28)]
    [InlineData(40.45, 1, 40.5, 40.4)]
    [InlineData(200.4999, 0, 200, 200)]
    [InlineData(1e300, 2, 1e300, 1e300)]
    public void Halves_go_where_the_rule_says(double value, int decimals, double away, double even)
    {
        Assert.Equal(away, new Rounding(RoundingRule.HalfAwayFromZero, decimals).Apply(value));
        Assert.Equal(even, new Rounding(RoundingRule.HalfToEven, decimals).Apply(value));
        Assert.Equal(value, new Rounding(RoundingRule.None, decimals).Apply(value));
    }

    [Fact]
    public void Nothing_stays_nothing() => Assert.Null(new Rounding(RoundingRule.HalfAwayFromZero, 1).Apply((double?)null));

    [Fact]
    public void Only_the_end_is_rounded()
    {
        // Three hours of 0.4 rounded first would be 0; their sum of 1.2 is 1.
        var request = Folding.Request(AggregateKind.Day, Folding.Midnight, Folding.Midnight.AddDays(1), TimeSpan.FromHours(1), "precipitation") with { Rounding = new(RoundingRule.HalfAwayFromZero, 0), Basis = AggregateBasis.Hours };
        Assert.Equal(1, Assert.Single(request.Fold(Folding.Hourly(Folding.Midnight, 0.4, 0.4, 0.4))).Sum);
    }
}
