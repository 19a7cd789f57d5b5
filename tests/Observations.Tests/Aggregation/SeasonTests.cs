using MeetNet.Observations.Aggregation;
using static MeetNet.Observations.Tests.Aggregation.Folding;

namespace MeetNet.Observations.Tests.Aggregation;

/// <summary>Years and their parts, AOT40, months against four weeks.</summary>
public sealed class SeasonTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset May = new(2026, 4, 30, 23, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset August = new(2026, 7, 31, 23, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Year = new(2024, 12, 31, 23, 0, 0, TimeSpan.Zero);

    private static Aggregate Aot(Func<int, double?> ofHour, AggregateKind kind = AggregateKind.Aot40)
    {
        var year = new DateTimeOffset(2025, 12, 31, 23, 0, 0, TimeSpan.Zero);
        var request = Request(kind, Request(kind, year, year.AddYears(1), Hour).Calendar.At(year).Begin, year.AddYears(1), Hour);
        var hours = (int)(request.Calendar.At(year).End - request.From).TotalHours;
        return Assert.Single(request.Fold(Enumerable.Range(0, hours).Where(hour => ofHour(hour) is not null).Select(hour => At(request.From.AddHours(hour), ofHour(hour)!.Value, length: Hour))));
    }

    [Theory]    // 2008/50/EC annex VII A.1: hourly values above 80, minus 80, between 8 and 20 h CET
    [InlineData(7, 0)]
    [InlineData(8, 1)]
    [InlineData(19, 1)]
    [InlineData(20, 0)]
    public void Aot40_is_what_exceeds_80_between_8_and_20_h_CET(int hourOfDay, double expected)
    {
        var season = Aot(hour => hour == (24 * 40) + hourOfDay ? 81 : 80);
        Assert.Equal((May, August), (season.Begin, season.End));
        Assert.Equal((expected, expected), (season.Sum!.Value, season.Estimate!.Value));
        Assert.Equal((92 * 12, 92L * 12, true), (season.Count, season.Expected!.Value, season.Valid!.Value));
    }

    [Fact]
    public void Aot40_with_hours_missing_is_scaled_to_all_hours()
    {
        // Ten hours of each hundred are missing, and the others are 10 above the threshold.
        var season = Aot(hour => hour % 10 == 3 ? null : 90);
        Assert.Equal(10.0 * season.Count, season.Sum!.Value);
        Assert.Equal(10.0 * 92 * 12, season.Estimate!.Value, 9);       // measured × possible / measured hours
        Assert.Equal(season.Count >= 0.9 * 92 * 12, season.Valid);
        Assert.False(Aot(hour => hour % 5 == 3 ? null : 90).Valid);
    }

    [Fact]
    public void Aot40_for_forests_is_of_April_to_September() =>
        Assert.Equal(183L * 12, Aot(_ => 80, AggregateKind.Aot40Forest).Expected);

    [Fact]
    public void A_season_that_has_not_begun_is_not_given() =>
        Assert.Empty((Request(AggregateKind.Aot40, May, August, Hour) with { Now = May.AddDays(-1) }).Fold([]));

    [Fact]
    public void Ozone_needs_three_quarters_of_summer_and_of_winter()
    {
        var calendar = PeriodCalendar.Years(FixedZone.Regulatory);
        var request = Request(AggregateKind.Year, Year, calendar.At(Year).End, Hour);
        Aggregate Of(string property, Func<int, bool> missing) => Assert.Single(
            (request with { Property = property }).Fold(Enumerable.Range(0, 365 * 24).Where(hour => !missing(hour)).Select(hour => At(Year.AddHours(hour), 60, length: Hour))));

        // Winter has 182 days, of which 45.5 may be missing.
        Assert.True(Of("o3", hour => hour < 45 * 24).Valid);
        Assert.False(Of("o3", hour => hour < 46 * 24).Valid);
        Assert.Equal(87.3, Of("o3", hour => hour < 46 * 24).DataCapture);
        // NO2: 90 % of the year, whenever.
        Assert.True(Of("no2", hour => hour < 36 * 24).Valid);
        Assert.False(Of("no2", hour => hour < 37 * 24).Valid);
    }

    [Fact]
    public void The_new_directive_asks_its_coverage_of_every_month_and_weekday_too()
    {
        var calendar = PeriodCalendar.Years(FixedZone.Regulatory);
        var request = Request(AggregateKind.Year, Year, calendar.At(Year).End, Hour, "no2") with { RuleSet = "eu-2024-2881" };
        Aggregate Without(Func<DateOnly, bool> missing) => Assert.Single(request.Fold(
            Enumerable.Range(0, 365 * 24).Where(hour => !missing(FixedZone.Regulatory.DateOf(Year.AddHours(hour)))).Select(hour => At(Year.AddHours(hour), 60, length: Hour))));

        Assert.True(Without(date => date.Day is >= 20 and < 23).Valid);                                         // 3 days of each month: 89 % of February is left, 88 % of the Mondays
        Assert.False(Without(date => date.Month == 2 && date.Day < 7).Valid);                                   // 78.5 % of February, 98 % of the year
        Assert.False(Without(date => date.DayOfWeek == DayOfWeek.Sunday && date.DayOfYear % 4 == 0).Valid);     // three quarters of the Sundays
    }

    [Fact]
    public void Months_and_four_weeks_meet_by_overlap()
    {
        // January 10, February 20 (calendar months in UTC+1): four weeks from 19 January hold 13 days of January and 15 of February.
        var january = FixedZone.Regulatory.StartOf(new(2026, 1, 1));
        var february = FixedZone.Regulatory.StartOf(new(2026, 2, 1));
        var march = FixedZone.Regulatory.StartOf(new(2026, 3, 1));
        var begin = FixedZone.Regulatory.StartOf(new(2026, 1, 19));
        Sample[] months = [At(january, 10, length: february - january), At(february, 20, length: march - february)];
        var request = Request(AggregateKind.FourWeeks, begin.AddDays(-28), begin.AddDays(56), TimeSpan.FromDays(30), "nh3", anchor: new(2026, 1, 19)) with { ByOverlap = true };
        var periods = request.Fold(months);
        Assert.Equal(3, periods.Count);
        Assert.Equal(((13 * 10.0) + (15 * 20.0)) / 28, periods[1].Mean!.Value, 12);
        Assert.Equal((2, 100.0, true), (periods[1].Count, periods[1].DataCapture!.Value, periods[1].Valid!.Value));
        Assert.Equal((10.0, 64.2, false), (periods[0].Mean!.Value, periods[0].DataCapture!.Value, periods[0].Valid!.Value));      // 18 of 28 days
        Assert.Equal((20.0, 46.4), (periods[2].Mean!.Value, periods[2].DataCapture!.Value));                                      // 13 of 28 days
    }

    [Fact]
    public void By_overlap_instants_have_no_part()
    {
        var request = Request(AggregateKind.Month, May, August, null, "nh3") with { ByOverlap = true };
        var months = request.Fold([At(May.AddDays(3), 5)]);
        Assert.Equal((0, 1, 0.0, false), (months[0].Count, months[0].Excluded, months[0].DataCapture!.Value, months[0].Valid!.Value));
        Assert.Equal(3, months.Count);
    }

    [Fact]
    public void Four_weeks_begin_at_the_anchor_and_every_28_days_from_it()
    {
        var calendar = PeriodCalendar.FourWeeks(FixedZone.Regulatory, new(2026, 1, 5));
        foreach (var (date, begin) in new[] { ("2026-01-05", "2026-01-05"), ("2026-02-01", "2026-01-05"), ("2026-02-02", "2026-02-02"), ("2026-01-04", "2025-12-08"), ("2020-01-01", "2019-12-16") })
        {
            var period = calendar.At(FixedZone.Regulatory.StartOf(Date(date)));
            Assert.Equal((FixedZone.Regulatory.StartOf(Date(begin)), TimeSpan.FromDays(28)), (period.Begin, period.End - period.Begin));
        }

        static DateOnly Date(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
    }
}
