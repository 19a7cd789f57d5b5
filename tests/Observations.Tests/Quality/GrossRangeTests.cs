using MeetNet.Observations.Quality;

namespace MeetNet.Observations.Tests.Quality;

public sealed class GrossRangeTests
{
    private static readonly GrossRange Range = new(new ValueSpan(-5, 500), new ValueSpan(0, 200));

    [Theory]
    [InlineData(-5.01, QartodFlag.Fail)]
    [InlineData(-5, QartodFlag.Suspect)]
    [InlineData(-0.01, QartodFlag.Suspect)]
    [InlineData(0, QartodFlag.Good)]
    [InlineData(200, QartodFlag.Good)]
    [InlineData(200.01, QartodFlag.Suspect)]
    [InlineData(500, QartodFlag.Suspect)]
    [InlineData(500.01, QartodFlag.Fail)]
    [InlineData(double.NaN, QartodFlag.Fail)]
    public void Spans_are_closed(double value, QartodFlag flag) => Assert.Equal(flag, Range.Test(value));

    [Fact]
    public void Without_a_suspect_span_there_is_no_suspicion() =>
        Assert.Equal(QartodFlag.Good, new GrossRange(new ValueSpan(-5, 500), null).Test(-4));

    [Theory]
    [InlineData(5, 5, 5, 5)]
    [InlineData(5, 4, 4.2, 4.5)]
    [InlineData(0, 10, -1, 5)]
    [InlineData(0, 10, 5, 11)]
    [InlineData(0, 10, 6, 5)]
    [InlineData(double.NaN, 10, 5, 6)]
    [InlineData(0, double.PositiveInfinity, 5, 6)]
    public void Spans_that_do_not_hold_are_said(double failMinimum, double failMaximum, double suspectMinimum, double suspectMaximum) =>
        Assert.NotNull(new GrossRange(new(failMinimum, failMaximum), new ValueSpan(suspectMinimum, suspectMaximum)).Check());

    [Fact]
    public void Spans_that_hold_are_not() => Assert.Null(Range.Check());
}
