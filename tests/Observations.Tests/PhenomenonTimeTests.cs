namespace MeetNet.Observations.Tests;

public sealed class PhenomenonTimeTests
{
    private static readonly DateTimeOffset Nine = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Ten = Nine.AddHours(1);

    [Fact]
    public void An_instant_begins_and_ends_at_itself()
    {
        var time = PhenomenonTime.Instant(Ten);
        Assert.Equal((Ten, Ten, true, TimeSpan.Zero), (time.Begin, time.End, time.IsInstant, time.Length));
        Assert.Equal("2026-11-21T10:00:00Z", time.ToIso());
    }

    [Fact]
    public void An_interval_has_a_length()
    {
        var time = PhenomenonTime.Interval(Nine, Ten);
        Assert.Equal((Nine, Ten, false, TimeSpan.FromHours(1)), (time.Begin, time.End, time.IsInstant, time.Length));
        Assert.Equal("2026-11-21T09:00:00Z/2026-11-21T10:00:00Z", time.ToString());
    }

    [Fact]
    public void It_reads_what_it_writes()
    {
        foreach (var time in new[] { PhenomenonTime.Instant(Ten.AddTicks(1)), PhenomenonTime.Interval(Nine.AddTicks(1), Ten.AddTicks(9_999_999)) })
        {
            Assert.True(PhenomenonTime.TryParse(time.ToIso(), out var back));
            Assert.Equal(time, back);
            Assert.True(time.ToIso().Length <= PhenomenonTime.MaximumLength);
        }
    }

    [Fact]
    public void It_refuses_an_end_that_is_not_after_the_begin()
    {
        Assert.Throws<ArgumentException>(() => PhenomenonTime.Interval(Ten, Nine));
        Assert.Throws<ArgumentException>(() => PhenomenonTime.Interval(Ten, Ten));
    }

    [Fact]
    public void It_refuses_local_time()
    {
        var local = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.FromHours(1));
        Assert.Throws<ArgumentException>(() => PhenomenonTime.Instant(local));
        Assert.Throws<ArgumentException>(() => PhenomenonTime.Interval(Nine.AddHours(-1), local));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("2026-11-21T09:00:00Z/")]
    [InlineData("/2026-11-21T09:00:00Z")]
    [InlineData("2026-11-21T10:00:00Z/2026-11-21T09:00:00Z")]
    [InlineData("2026-11-21T10:00:00Z/2026-11-21T10:00:00Z")]
    [InlineData("2026-11-21T09:00:00Z/2026-11-21T10:00:00Z/2026-11-21T11:00:00Z")]
    [InlineData("2026-11-21T09:00:00Z/PT1H")]
    [InlineData("2026-11-21T09:00:00Z--2026-11-21T10:00:00Z")]
    public void What_is_not_an_interval_is_refused(string text) => Assert.False(PhenomenonTime.TryParse(text, out _));

    [Fact]
    public void It_orders_by_begin_then_by_end()
    {
        var (instant, hour, later) = (PhenomenonTime.Instant(Nine), PhenomenonTime.Interval(Nine, Ten), PhenomenonTime.Instant(Ten));
        Assert.True(instant < hour && hour < later && later > instant && instant <= hour && later >= hour);
    }
}
