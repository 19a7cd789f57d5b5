using MeetNet.Ingest.Query;

namespace MeetNet.Ingest.Tests.Query;

public sealed class BucketsTests
{
    private static DateTimeOffset Utc(int month, int day, int hour, int minute = 0) => new(2026, month, day, hour, minute, 0, TimeSpan.Zero);

    [Fact]
    public void An_hour_is_a_UTC_hour()
    {
        Assert.Equal(Utc(11, 21, 10), Buckets.Hours.Floor(Utc(11, 21, 10, 59)));
        Assert.Equal(Utc(11, 21, 11), Buckets.Hours.Next(Utc(11, 21, 10)));
        Assert.Equal(Utc(11, 21, 10), Buckets.Hours.Ceiling(Utc(11, 21, 10)));
        Assert.Equal(Utc(11, 21, 11), Buckets.Hours.Ceiling(Utc(11, 21, 10, 1)));
    }

    [Fact]
    public void The_regulatory_day_begins_at_23_00_UTC_in_winter_and_in_summer()
    {
        var days = Buckets.Days(Buckets.RegulatoryZone)!;
        Assert.Equal(Utc(11, 20, 23), days.Floor(Utc(11, 21, 10)));
        Assert.Equal(Utc(7, 1, 23), days.Floor(Utc(7, 1, 23)));
        Assert.Equal(Utc(6, 30, 23), days.Floor(Utc(7, 1, 22, 59)));
        Assert.Equal(Utc(10, 25, 23), days.Next(Utc(10, 24, 23)));      // summer time ends in between: still 24 hours
    }

    [Theory]
    [InlineData("Europe/Amsterdam", 10, 24, 22, 25)]      // 25 October 2026 begins at 22:00Z and has 25 hours
    [InlineData("Europe/Brussels", 3, 28, 23, 23)]        // 29 March 2026 begins at 23:00Z and has 23 hours
    [InlineData("UTC", 10, 25, 0, 24)]
    public void A_civil_day_has_the_hours_it_has(string zone, int month, int day, int hour, int hours)
    {
        var days = Buckets.Days(zone)!;
        var begin = days.Floor(Utc(month, day, hour));
        Assert.Equal(Utc(month, day, hour), begin);
        Assert.Equal(TimeSpan.FromHours(hours), days.Next(begin) - begin);
    }

    [Theory]
    [InlineData("UTC+1")]
    [InlineData("Pacific/Kiritimati")]
    [InlineData("Pacific/Pago_Pago")]
    public void The_ends_of_the_calendar_have_buckets(string zone)
    {
        foreach (var buckets in new[] { Buckets.Hours, Buckets.Days(zone)! })
        {
            Assert.True(buckets.Floor(DateTimeOffset.MinValue) < buckets.Ceiling(DateTimeOffset.MinValue.AddDays(4)));
            Assert.True(buckets.Next(buckets.Floor(DateTimeOffset.MaxValue)) <= DateTimeOffset.MaxValue);
            Assert.True(buckets.Ceiling(DateTimeOffset.MaxValue) <= DateTimeOffset.MaxValue);
        }
    }

    [Fact]
    public void A_zone_that_does_not_exist_is_none() => Assert.Null(Buckets.Days("Europe/Kalmthout"));

    [Fact]
    public void A_plus_that_became_a_space_is_a_plus() => Assert.Equal("UTC+1", Buckets.Days("UTC 1")!.Zone);
}
