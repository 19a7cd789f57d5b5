using MeetNet.Observations.Aggregation;
using static MeetNet.Observations.Tests.Aggregation.Folding;

namespace MeetNet.Observations.Tests.Aggregation;

public sealed class DirectionTests
{
    // Sines and cosines are good to 1e-16, degrees to 1e-13.
    private const double Tolerance = 1e-9;

    private static Aggregate Of(params (double Degrees, double Weight)[] directions) => Assert.Single(
        Request(AggregateKind.Hour, Midnight, Midnight.AddHours(1), TimeSpan.FromMinutes(1), "wind_direction")
            .Fold(directions.Select((direction, minute) => At(Midnight.AddMinutes(minute), direction.Degrees) with { Weight = direction.Weight })));

    private static Aggregate Of(params double[] degrees) => Of([.. degrees.Select(value => (value, 1.0))]);

    private static double Apart(double left, double right) => Math.Abs(((left - right + 540) % 360) - 180);

    [Theory]
    [InlineData(350, 10, 0)]
    [InlineData(359, 1, 0)]
    [InlineData(0, 90, 45)]
    [InlineData(180, 270, 225)]
    [InlineData(300, 360, 330)]
    [InlineData(90, 90, 90)]
    public void The_mean_direction_is_between_the_two(double one, double other, double expected)
    {
        var hour = Of(one, other);
        Assert.True(hour.Mean is >= 0 and < 360);
        Assert.InRange(Apart(expected, hour.Mean!.Value), 0, Tolerance);
        Assert.Equal(Math.Cos(Apart(one, other) / 2 * Math.PI / 180), hour.ResultantLength!.Value, Tolerance);
    }

    [Fact]
    public void Opposite_directions_have_no_mean()
    {
        var hour = Of(0, 180);
        Assert.Null(hour.Mean);
        Assert.Equal(0, hour.ResultantLength!.Value, Tolerance);
        Assert.Null(Of(0, 120, 240).Mean);
    }

    [Fact]
    public void There_is_no_lowest_and_no_highest_direction()
    {
        var hour = Of(10, 350);
        Assert.Null(hour.Minimum);
        Assert.Null(hour.Maximum);
    }

    [Fact]
    public void A_vector_counts_by_its_length()
    {
        // 3 m/s from the north and 4 m/s from the east are 5 m/s from atan2(4, 3).
        var hour = Of((0, 3), (90, 4));
        Assert.Equal(Math.Atan2(4, 3) * 180 / Math.PI, hour.Mean!.Value, Tolerance);
        Assert.Equal(5.0 / 7, hour.ResultantLength!.Value, Tolerance);
    }

    [Fact]
    public void A_calm_has_no_direction_and_no_speed_does_not_count()
    {
        Assert.Equal((2, null), (Of((0, 0), (90, 0)).Count, Of((0, 0), (90, 0)).Mean));
        var hour = Of((0, double.NaN), (90, 2));
        Assert.Equal((1, 1), (hour.Count, hour.Excluded));
        Assert.Equal(90, hour.Mean!.Value, Tolerance);
    }
}
