using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Tests.Simulation;

public sealed class ValueCurveTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(CurveKind.Steady, 0, 10)]
    [InlineData(CurveKind.Steady, 7, 10)]
    [InlineData(CurveKind.Sine, 0, 10)]
    [InlineData(CurveKind.Sine, 6, 14)]
    [InlineData(CurveKind.Sine, 18, 6)]
    [InlineData(CurveKind.Ramp, 0, 6)]
    [InlineData(CurveKind.Ramp, 12, 10)]
    [InlineData(CurveKind.Square, 1, 14)]
    [InlineData(CurveKind.Square, 13, 6)]
    public void Has_its_shape(CurveKind kind, int hour, double expected)
    {
        var curve = new ValueCurve(kind, 10, 4, TimeSpan.FromDays(1));
        Assert.Equal(expected, curve.At(Midnight.AddHours(hour)), 9);
    }

    [Fact]
    public void Phase_moves_the_start_of_a_period()
    {
        var curve = new ValueCurve(CurveKind.Sine, 0, 1, TimeSpan.FromDays(1), Phase: TimeSpan.FromHours(9));
        Assert.Equal(1, curve.At(Midnight.AddHours(15)), 9);
    }

    [Fact]
    public void Before_the_epoch_it_goes_on_as_after() =>
        Assert.Equal(0.5, new ValueCurve(CurveKind.Ramp, 0, 1, TimeSpan.FromHours(4)).At(DateTimeOffset.UnixEpoch.AddHours(-1)), 9);

    [Fact]
    public void Noise_is_a_pure_function_of_seed_and_second_with_its_standard_deviation()
    {
        var curve = new ValueCurve(CurveKind.Steady, 5, Noise: 2, Seed: 7);
        var values = Enumerable.Range(0, 20_000).Select(s => curve.At(Midnight.AddSeconds(s))).ToArray();
        Assert.Equal(values[1234], curve.At(Midnight.AddSeconds(1234)));
        Assert.NotEqual(values[1234], (curve with { Seed = 8 }).At(Midnight.AddSeconds(1234)));
        var mean = values.Average();
        Assert.InRange(mean, 4.9, 5.1);
        Assert.InRange(Math.Sqrt(values.Average(v => (v - mean) * (v - mean))), 1.95, 2.05);
    }

    [Fact]
    public void Never_goes_below_its_minimum() =>
        Assert.All(Enumerable.Range(0, 100), h => Assert.True(new ValueCurve(CurveKind.Sine, 1, 5, TimeSpan.FromHours(7), Minimum: 0).At(Midnight.AddHours(h)) >= 0));
}
