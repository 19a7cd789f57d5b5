using FsCheck;
using FsCheck.Fluent;
using MeetNet.Ingest.Query;
using MeetNet.Observations.Aggregation;

namespace MeetNet.Ingest.Tests.Query;

/// <summary>Periods by the civil days of a zone.</summary>
public sealed class IanaZoneTests
{
    private static DateTimeOffset Utc(int month, int day, int hour, int minute = 0) => new(2026, month, day, hour, minute, 0, TimeSpan.Zero);

    [Fact]
    public void An_hour_is_a_UTC_hour()
    {
        Assert.Equal(new Period(Utc(11, 21, 10), Utc(11, 21, 11)), PeriodCalendar.Hours.At(Utc(11, 21, 10, 59)));
        Assert.Equal(Utc(11, 21, 10), PeriodCalendar.Hours.Ceiling(Utc(11, 21, 10)));
        Assert.Equal(Utc(11, 21, 11), PeriodCalendar.Hours.Ceiling(Utc(11, 21, 10, 1)));
    }

    [Fact]
    public void The_regulatory_day_begins_at_23_00_UTC_in_winter_and_in_summer()
    {
        var days = PeriodCalendar.Days(FixedZone.Regulatory);
        Assert.Equal(Utc(11, 20, 23), days.At(Utc(11, 21, 10)).Begin);
        Assert.Equal(Utc(7, 1, 23), days.At(Utc(7, 1, 23)).Begin);
        Assert.Equal(Utc(6, 30, 23), days.At(Utc(7, 1, 22, 59)).Begin);
        Assert.Equal(Utc(10, 25, 23), days.At(Utc(10, 24, 23)).End);      // summer time ends in between: still 24 hours
    }

    [Theory]
    [InlineData("Europe/Amsterdam", 10, 24, 22, 25)]      // 25 October 2026 begins at 22:00Z and has 25 hours
    [InlineData("Europe/Brussels", 3, 28, 23, 23)]        // 29 March 2026 begins at 23:00Z and has 23 hours
    [InlineData("UTC", 10, 25, 0, 24)]
    public void A_civil_day_has_the_hours_it_has(string zone, int month, int day, int hour, int hours)
    {
        var at = PeriodCalendar.Days(IanaZone.Find(zone)!).At(Utc(month, day, hour));
        Assert.Equal((Utc(month, day, hour), TimeSpan.FromHours(hours)), (at.Begin, at.End - at.Begin));
    }

    [Fact]
    public void The_nights_on_which_the_clock_changes_lose_and_gain_no_hour() => Prop.ForAll(
        Arb.From(from year in Gen.Choose(1981, 2050) from zone in Gen.Elements("Europe/Amsterdam", "Europe/Brussels", "Europe/London", "Asia/Kolkata") select (year, zone)),
        test =>
        {
            var zone = IanaZone.Find(test.zone)!;
            var year = PeriodCalendar.Years(zone).At(new DateTimeOffset(test.year, 7, 1, 0, 0, 0, TimeSpan.Zero));
            foreach (var calendar in new[] { PeriodCalendar.Days(zone), PeriodCalendar.Months(zone) })
            {
                var total = TimeSpan.Zero;
                for (var period = calendar.At(year.Begin); period.Begin < year.End; period = calendar.At(period.End))
                {
                    Assert.Equal(year.Begin + total, period.Begin);
                    total += period.End - period.Begin;
                }
                Assert.Equal(year.End - year.Begin, total);
            }

            // A value an hour: each is in one day, and every day expects the hours that it has.
            var request = new AggregationRequest
            {
                Property = "no2", Kind = AggregateKind.Day, Calendar = PeriodCalendar.Days(zone), From = year.Begin, To = year.End, Now = year.End.AddDays(1), Interval = TimeSpan.FromHours(1),
            };
            var first = PeriodCalendar.Hours.Ceiling(year.Begin);
            var hours = Enumerable.Range(0, (int)(PeriodCalendar.Hours.Ceiling(year.End) - first).TotalHours).Select(hour => Sample.Of(first.AddHours(hour), first.AddHours(hour + 1), 1, Observations.QartodFlag.Good)).ToArray();
            var aggregator = new Aggregator(request);
            aggregator.Feed(hours);
            aggregator.End();
            var (count, full) = (0, true);
            while (aggregator.Next(out var day) == AggregatorState.Ready)
            {
                count += day.Count;
                full &= day.DataCapture == 100 && day.Expected is 23 or 24 or 25;
            }
            Assert.Equal((hours.Length, true), (count, full));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("UTC+1")]
    [InlineData("Pacific/Kiritimati")]
    [InlineData("Pacific/Pago_Pago")]
    public void The_ends_of_the_calendar_have_periods(string zone)
    {
        var civil = IanaZone.Find(zone)!;
        foreach (var calendar in new[] { PeriodCalendar.Hours, PeriodCalendar.Days(civil), PeriodCalendar.Months(civil), PeriodCalendar.Years(civil), PeriodCalendar.FourWeeks(civil, new(9999, 12, 31)) })
        {
            Assert.True(calendar.At(DateTimeOffset.MinValue).Begin < calendar.Ceiling(DateTimeOffset.MinValue.AddYears(4)));
            Assert.True(calendar.At(DateTimeOffset.MaxValue).End <= DateTimeOffset.MaxValue);
            Assert.True(calendar.Ceiling(DateTimeOffset.MaxValue) <= DateTimeOffset.MaxValue);
        }
    }

    [Fact]
    public void A_date_that_was_skipped_is_in_no_day_and_leaves_no_hole()
    {
        // Samoa crossed the date line: 29 December 2011 was followed by the 31st.
        var days = PeriodCalendar.Days(IanaZone.Find("Pacific/Apia")!);
        var last = days.At(new DateTimeOffset(2011, 12, 30, 9, 0, 0, TimeSpan.Zero));
        Assert.Equal(new DateTimeOffset(2011, 12, 30, 10, 0, 0, TimeSpan.Zero), last.End);
        Assert.Equal(last.End, days.At(last.End).Begin);
        Assert.Equal(TimeSpan.FromHours(24), days.At(last.End).End - last.End);
    }

    [Fact]
    public void A_zone_that_does_not_exist_is_none() => Assert.Null(IanaZone.Find("Europe/Kalmthout"));

    [Fact]
    public void A_plus_that_became_a_space_is_a_plus() => Assert.Equal("UTC+1", IanaZone.Find("UTC 1")!.Name);
}
