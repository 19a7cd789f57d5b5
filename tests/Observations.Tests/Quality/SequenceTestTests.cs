using MeetNet.Observations.Quality;
using static MeetNet.Observations.Tests.Quality.Sequence;

namespace MeetNet.Observations.Tests.Quality;

/// <summary>Each test by itself; expected flags are worked out by hand from the definitions in docs/harmonisation.md.</summary>
public sealed class SequenceTestTests
{
    private static readonly Spike Spike = new(1, 5, TimeSpan.FromMinutes(30));
    private static readonly RateOfChange Rate = new(6, TimeSpan.FromHours(1), 0.5, TimeSpan.FromHours(2));
    private static readonly FlatLine Flat = new(0.01, TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromMinutes(20));
    private static readonly AttenuatedSignal Range = new(SignalMeasure.Range, TimeSpan.FromMinutes(30), 0.5, 0.1, TimeSpan.FromMinutes(20));

    [Fact]
    public void A_spike_is_found_when_the_next_value_comes() =>
        Assert.Equal(["1 spike:2", "1", "3 spike", "1", "4 spike", "1"], Judge(Spike, Every(10, 2, 2.1, 4.1, 2.1, -9, 2)));

    [Fact]
    public void The_first_value_has_no_neighbour_and_the_last_awaits_one() =>
        Assert.Equal(["1 spike:2", "1"], Judge(Spike, Every(10, 2, 200)));

    [Fact]
    public void A_rise_that_lasts_is_no_spike() =>
        Assert.All(Judge(Spike, Every(10, 0, 0, 50, 50, 50, 100, 150, 150, 0, 0)).Skip(1), flag => Assert.Equal("1", flag));

    [Fact]
    public void The_peak_of_a_storm_is_no_spike()
    {
        // A surge of 3 m in three hours and back, every ten minutes: the top stands out from its neighbours by 1 cm.
        var surge = Enumerable.Range(0, 37).Select(i => (double?)(3 * Math.Sin(Math.PI * i / 36))).ToArray();
        Assert.All(Judge(Spike, Every(10, surge)).Skip(1), flag => Assert.Equal("1", flag));
    }

    [Fact]
    public void A_neighbour_beyond_the_gap_is_none()
    {
        // 40 minutes on either side of the second and third: no verdict on them, and the test starts anew.
        Assert.Equal(["1 spike:2", "1 spike:2", "1 spike:2", "1"], Judge(Spike, (0, 2), (40, 90), (80, 2), (90, 2)));
    }

    [Fact]
    public void A_spike_between_irregular_values_is_a_spike() =>
        Assert.Equal(["1 spike:2", "3 spike", "1"], Judge(Spike, (0, 2), (1, 4), (29, 2)));

    [Fact]
    public void What_failed_is_nobodys_neighbour() =>
        Assert.Equal(["1 spike:2", "1", "4 gross_range", "1"], Judge(Spike, Every(10, 2, 2.2, -9999, 2)));

    [Fact]
    public void The_rate_of_change_is_of_the_time_that_passed()
    {
        // 6 an hour is 0.1 a minute, and 0.5 on top: 1.5 in ten minutes, 0.6 in one, 6.5 in an hour.
        Assert.Equal(["1 rate_of_change:2", "1", "3 rate_of_change", "1", "3 rate_of_change", "1"],
            Judge(Rate, (0, 0), (10, 1.49), (20, 3), (21, 3.59), (22, 2.9), (82, 9.39)));
    }

    [Fact]
    public void After_a_gap_the_rate_of_change_starts_anew() =>
        Assert.Equal(["1 rate_of_change:2", "1 rate_of_change:2", "1"], Judge(Rate, (0, 0), (121, 500), (122, 500.2)));

    [Fact]
    public void A_flat_line_is_told_from_its_length_on()
    {
        Assert.Equal(
            ["1 flat_line:2", "1 flat_line:2", "1 flat_line:2", "3 flat_line", "3 flat_line", "3 flat_line", "4 flat_line", "1"],
            Judge(Flat, Every(10, 1, 1.01, 1, 1, 1.005, 1, 1, 2)));
    }

    [Fact]
    public void A_signal_that_moves_is_not_flat_before_the_length_is_reached() =>
        Assert.Equal(["1 flat_line:2", "1", "1", "1"], Judge(Flat, Every(10, 1, 1.02, 1.03, 1.01)));

    [Fact]
    public void A_nightly_calibration_is_no_flat_line()
    {
        // Flat for 25 minutes, 21 minutes of calibration, flat for 25 minutes: never for half an hour without a gap.
        var values = Enumerable.Range(0, 6).Select(i => (i * 5.0, (double?)1)).Concat(Enumerable.Range(0, 6).Select(i => (46 + (i * 5.0), (double?)1)));
        Assert.All(Judge(Flat, [.. values]), flag => Assert.Equal("1 flat_line:2", flag));
    }

    [Fact]
    public void Irregular_values_make_a_flat_line_of_time_and_not_of_number()
    {
        // A thousand equal values in ten minutes are no flat line of half an hour.
        Assert.All(Judge(Flat, [.. Enumerable.Range(0, 1000).Select(i => (i * 0.01, (double?)1))]), flag => Assert.Equal("1 flat_line:2", flag));
        Assert.Equal("3 flat_line", Judge(Flat, (0, 1), (19, 1), (20, 1), (31, 1))[^1]);
    }

    [Fact]
    public void An_attenuated_signal_varies_too_little_over_the_window()
    {
        Assert.Equal(
            ["1 attenuated_signal:2", "1 attenuated_signal:2", "1 attenuated_signal:2", "1", "3 attenuated_signal", "4 attenuated_signal"],
            Judge(Range, (0, 1), (10, 1.2), (20, 1.21), (30, 1.5), (50, 1.5), (65, 1.45)));
    }

    [Fact]
    public void The_standard_deviation_is_of_all_values_of_the_window()
    {
        // 0, 2, 0, 2: standard deviation 1.
        var test = new AttenuatedSignal(SignalMeasure.StandardDeviation, TimeSpan.FromMinutes(30), 1.0001, 0.9999, TimeSpan.FromMinutes(20));
        Assert.Equal("3 attenuated_signal", Judge(test, Every(10, 0, 2, 0, 2))[^1]);
        Assert.Equal("3 attenuated_signal", Judge(test, Every(10, 990, 992, 990, 992))[^1]);
    }

    [Theory]
    [InlineData("2026-01-31T23:59:59Z", 2.5, QartodFlag.Good)]
    [InlineData("2026-02-01T00:00:00Z", 2.6, QartodFlag.Suspect)]
    [InlineData("2026-07-01T00:00:00Z", 2.6, QartodFlag.Good)]
    [InlineData("2026-07-01T00:00:00Z", 0.9, QartodFlag.Suspect)]
    [InlineData("2026-10-01T00:00:00Z", 99, QartodFlag.NotEvaluated)]
    public void A_climatology_is_by_the_month(string time, double value, QartodFlag flag)
    {
        var test = new Climatology([new Season([1, 2, 12], new ValueSpan(0, 2.5)), new Season([6, 7, 8], new ValueSpan(1, 3))]);
        Assert.Null(test.Check());
        Assert.True(PhenomenonTime.TryParse(time, out var when));
        Assert.Equal(flag, test.Test(value, when));
    }

    [Fact]
    public void The_first_value_after_a_silence_is_suspect()
    {
        var test = new TimeGap(TimeSpan.FromMinutes(15), []);
        Assert.Equal(["1 time_gap:2", "1", "3 time_gap", "1"], Judge(test, (0, 1), (15, 1), (31, 1), (32, 1)));
    }

    [Fact]
    public void A_message_without_a_result_breaks_the_silence() =>
        Assert.Equal(["1 time_gap:2", "9 device:calibrating", "1"], Judge(new TimeGap(TimeSpan.FromMinutes(15), []), (0, 1), (14, null), (28, 1)));

    [Theory]
    [InlineData("2026-03-02T01:55:00Z", "2026-03-02T02:35:00Z", QartodFlag.Good)]
    [InlineData("2026-03-02T01:55:00Z", "2026-03-02T02:40:01Z", QartodFlag.Suspect)]
    [InlineData("2026-03-02T02:29:00Z", "2026-03-02T02:45:00Z", QartodFlag.Good)]
    [InlineData("2026-03-02T23:50:00Z", "2026-03-03T00:10:00Z", QartodFlag.Good)]
    [InlineData("2026-03-02T23:40:00Z", "2026-03-03T00:10:00Z", QartodFlag.Suspect)]
    public void The_nightly_calibration_is_no_silence(string from, string to, QartodFlag flag)
    {
        Assert.True(DailySpan.TryParse("02:00-02:30", out var night));
        Assert.True(DailySpan.TryParse("23:50-24:00", out var midnight));
        var test = new TimeGap(TimeSpan.FromMinutes(15), [night, midnight]);
        Assert.Null(test.Check());
        Assert.Equal(flag, test.Test(DateTimeOffset.Parse(from, null), DateTimeOffset.Parse(to, null)));
    }

    [Fact]
    public void Intervals_that_touch_are_no_silence()
    {
        var test = new TimeGapState(new TimeGap(TimeSpan.FromMinutes(1), []));
        Assert.Equal(QartodFlag.NotEvaluated, test.Next(Hour(0)));
        Assert.Equal(QartodFlag.Good, test.Next(Hour(1)));
        Assert.Equal(QartodFlag.Suspect, test.Next(Hour(3)));

        static PhenomenonTime Hour(int hour) => PhenomenonTime.Interval(Start.AddHours(hour), Start.AddHours(hour + 1));
    }

    [Theory]
    [InlineData("0200-0230")]
    [InlineData("02:00–02:30")]
    [InlineData("2:00-02:30")]
    [InlineData("02:60-03:00")]
    [InlineData("02:00-24:01")]
    [InlineData("-2:00-02:30")]
    [InlineData(null)]
    public void What_is_no_stretch_of_the_day_is_refused(string? text) => Assert.False(DailySpan.TryParse(text, out _));

    public static TheoryData<QualityTest> Wrong =>
    [
        Spike with { Suspect = 0 }, Spike with { Fail = 1 }, Spike with { MaximumGap = TimeSpan.Zero }, Spike with { Suspect = double.NaN },
        Rate with { Maximum = 0 }, Rate with { Per = TimeSpan.Zero }, Rate with { Tolerance = -1 }, Rate with { MaximumGap = TimeSpan.FromDays(1000) },
        Flat with { Tolerance = -1 }, Flat with { Suspect = TimeSpan.FromMinutes(20) }, Flat with { Fail = TimeSpan.FromMinutes(30) },
        Range with { Window = TimeSpan.FromMinutes(20) }, Range with { Suspect = 0 }, Range with { Fail = 0.5 }, Range with { Fail = 0 },
        new Climatology([]), new Climatology([new Season([], new ValueSpan(0, 1))]), new Climatology([new Season([2, 1], new ValueSpan(0, 1))]),
        new Climatology([new Season([1], new ValueSpan(0, 1)), new Season([1], new ValueSpan(0, 2))]), new Climatology([new Season([13], new ValueSpan(0, 1))]),
        new Climatology([new Season([1], new ValueSpan(1, 1))]),
        new TimeGap(TimeSpan.Zero, []), new TimeGap(TimeSpan.FromHours(1), [new DailySpan(TimeSpan.FromHours(3), TimeSpan.FromHours(2))]),
        new TimeGap(TimeSpan.FromHours(1), [new DailySpan(TimeSpan.FromHours(1), TimeSpan.FromHours(3)), new DailySpan(TimeSpan.FromHours(2), TimeSpan.FromHours(4))]),
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Parameters_that_make_no_test_are_a_problem(QualityTest test) => Assert.NotNull(test.Check());
}
