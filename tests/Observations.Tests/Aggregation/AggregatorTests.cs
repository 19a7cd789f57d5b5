using MeetNet.Observations.Aggregation;
using static MeetNet.Observations.Tests.Aggregation.Folding;

namespace MeetNet.Observations.Tests.Aggregation;

public sealed class AggregatorTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static AggregationRequest Hours(int hours, TimeSpan? interval) => Request(AggregateKind.Hour, Midnight, Midnight.AddHours(hours), interval, "nh3");

    private static AggregationRequest OneDay(AggregateKind kind, TimeSpan? interval, string property = "o3") =>
        Request(kind, Midnight, Midnight.AddDays(1), interval, property);

    [Theory]    // 2008/50/EC annex XI A: 75 % of the hourly means
    [InlineData(18, true)]
    [InlineData(17, false)]
    public void A_daily_mean_needs_18_hourly_values(int hours, bool valid)
    {
        var day = Assert.Single(OneDay(AggregateKind.Day, Hour).Fold(Hourly(Midnight, Enumerable.Range(0, hours).Select(hour => (double)hour))));
        Assert.Equal((hours, 24L, valid, true), (day.Count, day.Expected!.Value, day.Valid!.Value, day.Complete));
        Assert.Equal((hours - 1) / 2.0, day.Mean!.Value, 12);
        Assert.Equal((AggregateBasis.Hours, "eu-2008-50"), (day.Basis, day.Rule));
    }

    [Theory]    // 2008/50/EC annex XI A: 75 %, 6 hours
    [InlineData(6, true)]
    [InlineData(5, false)]
    public void An_eight_hour_mean_needs_6_hourly_values(int hours, bool valid)
    {
        var from = Midnight.AddHours(7);
        var mean = Assert.Single(Request(AggregateKind.EightHours, from, from + Hour, Hour).Fold(Hourly(Midnight, Enumerable.Repeat(60.0, hours))));
        Assert.Equal((Midnight, Midnight.AddHours(8)), (mean.Begin, mean.End));
        Assert.Equal((hours, 8L, valid), (mean.Count, mean.Expected!.Value, mean.Valid!.Value));
    }

    [Theory]    // 2008/50/EC annex XI A: 45 minutes
    [InlineData(45, true)]
    [InlineData(44, false)]
    public void An_hourly_mean_needs_45_minutes(int minutes, bool valid)
    {
        var hour = Assert.Single(Hours(1, Minute).Fold(Enumerable.Range(0, minutes).Select(minute => At(Midnight.AddMinutes(minute), 1))));
        Assert.Equal(valid, hour.Valid);
    }

    [Fact]
    public void The_eight_hour_mean_of_100_to_170_is_135()
    {
        var mean = Assert.Single(Request(AggregateKind.EightHours, Midnight.AddHours(7), Midnight.AddHours(8), Hour).Fold(Hourly(Midnight, 100, 110, 120, 130, 140, 150, 160, 170)));
        Assert.Equal(135, mean.Mean);        // exact: sums of small integers
        Assert.True(mean.Mean > 120);
    }

    [Fact]
    public void A_running_mean_is_given_for_every_hour_that_ends_in_the_range()
    {
        var means = OneDay(AggregateKind.EightHours, Hour).Fold(Hourly(Midnight.AddHours(-7), Enumerable.Range(0, 31).Select(hour => (double)hour)));
        Assert.Equal(24, means.Count);
        Assert.Equal(Enumerable.Range(1, 24).Select(hour => Midnight.AddHours(hour)), means.Select(mean => mean.End));
        Assert.Equal(Enumerable.Range(0, 24).Select(hour => (double?)(hour + 3.5)), means.Select(mean => mean.Mean));
        Assert.Equal(Midnight.AddHours(-7), new Aggregator(OneDay(AggregateKind.EightHours, Hour)).ReadFrom);
    }

    [Fact]
    public void An_eight_hour_mean_is_of_the_day_on_which_it_ends()
    {
        // High from 17:00 to 01:00: the first window of the second day is that, the last window of the first day has seven of the eight hours.
        var high = Hourly(Midnight.AddDays(-1), Enumerable.Range(0, 48).Select(hour => hour is >= 17 and < 25 ? 100.0 : 20.0));
        var days = Request(AggregateKind.DailyMaximumOfEightHours, Midnight.AddDays(-1), Midnight.AddDays(1), Hour).Fold(high);
        Assert.Equal([90.0, 100.0], days.Select(day => day.Maximum!.Value));
        Assert.Equal(Midnight.AddHours(-7), days[1].MaximumTime);
        Assert.Equal((24, 24L, true, AggregateBasis.EightHours), (days[1].Count, days[1].Expected!.Value, days[1].Valid!.Value, days[1].Basis));
        Assert.Null(days[1].Mean);
    }

    [Theory]    // 2008/50/EC annex XI A: 18 eight-hour means a day
    [InlineData(18, true)]
    [InlineData(17, false)]
    public void A_daily_maximum_needs_18_eight_hour_means(int windows, bool valid)
    {
        // From midnight on, the window that ends after six hours is the first valid one, and two hours after the last value the last.
        var hours = Hourly(Midnight, Enumerable.Repeat(50.0, windows + 3));
        var day = Assert.Single(OneDay(AggregateKind.DailyMaximumOfEightHours, Hour).Fold(hours));
        Assert.Equal((windows, valid), (day.Count, day.Valid!.Value));
    }

    [Fact]
    public void The_highest_hour_of_a_day_is_an_hourly_mean_that_is_valid()
    {
        var samples = Enumerable.Range(0, 24 * 60).Where(minute => minute / 60 != 9 || minute % 60 < 30).Select(minute => At(Midnight.AddMinutes(minute), minute / 60 == 9 ? 500 : minute / 60));
        var day = Assert.Single(OneDay(AggregateKind.DailyMaximum, Minute).Fold(samples));
        Assert.Equal((23.0, Midnight.AddHours(23), 23, 1), (day.Maximum!.Value, day.MaximumTime!.Value, day.Count, day.Excluded));
    }

    [Fact]
    public void An_hour_with_too_few_values_is_not_in_the_daily_mean_but_its_extremes_are()
    {
        var samples = Enumerable.Range(0, 24 * 60).Where(minute => minute >= 60 || minute < 44).Select(minute => At(Midnight.AddMinutes(minute), minute < 60 ? 1_000 : 10));
        var day = Assert.Single(OneDay(AggregateKind.Day, Minute, "no2").Fold(samples));
        Assert.Equal((10.0, 1_000.0, 23, 1), (day.Mean!.Value, day.Maximum!.Value, day.Count, day.Excluded));
        var direct = Assert.Single((OneDay(AggregateKind.Day, Minute, "no2") with { Basis = AggregateBasis.Observations }).Fold(samples));
        Assert.Equal((24 * 60) - 16, direct.Count);
        Assert.True(direct.Mean > 10);
    }

    [Fact]
    public void A_level_has_its_extremes_and_when_the_first_of_equal_ones_was()
    {
        var samples = Enumerable.Range(0, 144).Select(i => At(Midnight.AddMinutes(10 * i), i is 20 or 90 ? 3.21 : i is 50 or 60 ? -1.05 : 1));
        var day = Assert.Single(OneDay(AggregateKind.Day, TimeSpan.FromMinutes(10), "water_level").Fold(samples));
        Assert.Equal((-1.05, Midnight.AddMinutes(500), 3.21, Midnight.AddMinutes(200)), (day.Minimum!.Value, day.MinimumTime!.Value, day.Maximum!.Value, day.MaximumTime!.Value));
        Assert.Equal((AggregateBasis.Observations, "meetnet-75", 144), (day.Basis, day.Rule, day.Count));
    }

    [Fact]
    public void An_empty_hour_is_there_and_is_empty()
    {
        var hours = Hours(4, TimeSpan.FromMinutes(30)).Fold([At(Midnight, 4), At(Midnight.AddHours(2), 6)]);
        Assert.Equal([4.0, null, 6.0, null], hours.Select(hour => hour.Mean));
        Assert.Equal([50.0, 0.0, 50.0, 0.0], hours.Select(hour => hour.DataCapture!.Value));
        Assert.Equal([QartodFlag.Good, QartodFlag.Missing, QartodFlag.Good, QartodFlag.Missing], hours.Select(hour => hour.Quality));
        Assert.Null(hours[1].Minimum);
    }

    [Fact]
    public void Failed_and_missing_values_are_counted_apart_and_suspect_ones_count()
    {
        Sample[] samples =
        [
            At(Midnight, 10), At(Midnight.AddMinutes(10), 1_000, QartodFlag.Fail), At(Midnight.AddMinutes(20), double.NaN, QartodFlag.Missing),
            At(Midnight.AddMinutes(30), 20, QartodFlag.Suspect), At(Midnight.AddMinutes(40), 30, QartodFlag.NotEvaluated),
        ];
        var hour = Assert.Single(Hours(1, TimeSpan.FromMinutes(10)).Fold(samples));
        Assert.Equal((20.0, 10.0, 30.0), (hour.Mean!.Value, hour.Minimum!.Value, hour.Maximum!.Value));
        Assert.Equal((3, 2, 6L, 50.0, QartodFlag.Fail), (hour.Count, hour.Excluded, hour.Expected!.Value, hour.DataCapture!.Value, hour.Quality));
    }

    [Fact]
    public void An_hour_that_lasts_expects_only_what_can_have_come()
    {
        var request = Hours(3, TimeSpan.FromMinutes(10)) with { Now = Midnight.AddMinutes(30) };
        var hour = Assert.Single(request.Fold([At(Midnight, 1), At(Midnight.AddMinutes(10), 1), At(Midnight.AddMinutes(20), 1)]));
        Assert.Equal((3L, 100.0, false), (hour.Expected!.Value, hour.DataCapture!.Value, hour.Complete));
    }

    [Fact]
    public void A_day_that_lasts_counts_the_hours_that_are_over()
    {
        var request = OneDay(AggregateKind.Day, Hour) with { Now = Midnight.AddHours(5).AddMinutes(30) };
        var day = Assert.Single(request.Fold(Hourly(Midnight, 1, 2, 3, 4, 5, 600)));
        Assert.Equal((3.0, 5, 5L, false), (day.Mean!.Value, day.Count, day.Expected!.Value, day.Complete));
    }

    [Fact]
    public void Without_an_announced_interval_nothing_is_claimed()
    {
        foreach (var kind in new[] { AggregateKind.Hour, AggregateKind.Day, AggregateKind.DailyMaximum, AggregateKind.EightHours })
        {
            var aggregate = OneDay(kind, null).Fold([At(Midnight.AddMinutes(5), 1)]).First();
            Assert.Equal((null, null, null), (aggregate.Expected, aggregate.DataCapture, aggregate.Valid));
            Assert.Equal(1, aggregate.Count);
        }
    }

    [Fact]
    public void More_values_than_announced_are_no_more_than_all()
    {
        var hour = Assert.Single(Hours(1, TimeSpan.FromMinutes(10)).Fold(Enumerable.Range(0, 60).Select(minute => At(Midnight.AddMinutes(minute), minute))));
        Assert.Equal((60, 6L, 100.0), (hour.Count, hour.Expected!.Value, hour.DataCapture!.Value));
    }

    [Fact]
    public void Data_capture_is_rounded_down_and_judged_unrounded()
    {
        // 4497 of 6000 are 74.95 %: rounded to the nearest they would be the 75 % that they are not.
        var hour = Assert.Single(Hours(1, TimeSpan.FromMilliseconds(600)).Fold(Enumerable.Range(0, 4_497).Select(i => At(Midnight.AddMilliseconds(600 * i), 1))));
        Assert.Equal((74.9, false), (hour.DataCapture!.Value, hour.Valid!.Value));
    }

    [Fact]
    public void Small_steps_on_a_large_level_are_not_rounded_away()
    {
        var hour = Assert.Single(Hours(1, TimeSpan.FromSeconds(10)).Fold(Enumerable.Range(0, 360).Select(i => At(Midnight.AddSeconds(i * 10), i % 2 == 0 ? 1e9 : 1e-7))));
        Assert.Equal((1e9 + 1e-7) / 2, hour.Mean!.Value);
    }

    [Fact]
    public void A_mean_that_is_no_number_is_none()
    {
        var hour = Assert.Single(Hours(1, TimeSpan.FromMinutes(30)).Fold([At(Midnight, double.MaxValue), At(Midnight.AddMinutes(30), double.MaxValue)]));
        Assert.Null(hour.Mean);
        Assert.Equal(double.MaxValue, hour.Maximum);
    }

    [Fact]
    public void Rain_is_added_up()
    {
        var day = Assert.Single(OneDay(AggregateKind.Day, Hour, "precipitation").Fold(Hourly(Midnight, Enumerable.Repeat(0.1, 24))));
        Assert.Equal(2.4, day.Sum!.Value, 12);
    }

    [Fact]
    public void A_sample_that_comes_after_its_period_was_given_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => Hours(3, Hour).Fold([At(Midnight.AddHours(1), 1), At(Midnight, 1)]));

    [Fact]
    public void A_clock_ahead_of_ours_hides_nothing()
    {
        var request = Hours(3, Hour) with { Now = Midnight.AddMinutes(-5) };
        Assert.Equal([1, 1], request.Fold([At(Midnight, 1), At(Midnight.AddHours(1), 2)]).Select(hour => hour.Count));
    }
}
