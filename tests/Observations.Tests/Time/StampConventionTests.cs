using System.Globalization;
using MeetNet.Observations.Time;

namespace MeetNet.Observations.Tests.Time;

public sealed class StampConventionTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData("T1 luchtmeetnet", StampPosition.End, StampZone.Utc, 60, "2026-07-01T10:00", "2026-07-01T09:00:00Z/2026-07-01T10:00:00Z")]
    [InlineData("T2 EEA start", StampPosition.Begin, StampZone.UtcPlus1, 60, "2026-07-01T10:00", "2026-07-01T09:00:00Z/2026-07-01T10:00:00Z")]
    [InlineData("T5 RWS F007", StampPosition.Centre, StampZone.UtcPlus1, 10, "2026-09-23T20:30", "2026-09-23T19:25:00Z/2026-09-23T19:35:00Z")]
    [InlineData("T7 RWS F001", StampPosition.End, StampZone.UtcPlus1, 10, "1990-01-01T01:00", "1989-12-31T23:50:00Z/1990-01-01T00:00:00Z")]
    [InlineData("instant", StampPosition.Instant, StampZone.Utc, 0, "2026-07-01T10:00", "2026-07-01T10:00:00Z")]
    [InlineData("summer", StampPosition.End, StampZone.EuropeBrussels, 60, "2026-07-01T10:00", "2026-07-01T07:00:00Z/2026-07-01T08:00:00Z")]
    [InlineData("winter", StampPosition.End, StampZone.EuropeAmsterdam, 60, "2026-01-01T00:00", "2025-12-31T22:00:00Z/2025-12-31T23:00:00Z")]
    [InlineData("odd period", StampPosition.Centre, StampZone.Utc, 15, "2026-07-01T10:00", "2026-07-01T09:52:30Z/2026-07-01T10:07:30Z")]
    public void A_stamp_has_one_meaning(string name, StampPosition position, StampZone zone, int minutes, string stamp, string expected)
    {
        var convention = new StampConvention(position, zone, TimeSpan.FromMinutes(minutes));
        Assert.Equal(StampOutcome.Certain, convention.Resolve(Local(stamp), Utc("2030-01-01T00:00"), out var time));
        Assert.True(expected == time.ToIso(), $"{name}: {time}");
    }

    [Fact]
    public void A_stamp_with_its_own_offset_needs_no_zone()
    {
        var convention = new StampConvention(StampPosition.Centre, StampZone.EuropeBrussels, TenMinutes);
        var time = convention.Resolve(new DateTimeOffset(2026, 9, 23, 20, 30, 0, TimeSpan.FromHours(1)));
        Assert.Equal("2026-09-23T19:25:00Z/2026-09-23T19:35:00Z", time.ToIso());
    }

    [Fact]
    public void Luchtmeetnet_and_the_EEA_name_the_same_hour_with_the_same_clock_text()
    {
        var luchtmeetnet = new StampConvention(StampPosition.End, StampZone.Utc, Hour);
        var eea = new StampConvention(StampPosition.Begin, StampZone.UtcPlus1, Hour);
        luchtmeetnet.Resolve(Local("2026-07-01T10:00"), Utc("2026-07-01T12:00"), out var left);
        eea.Resolve(Local("2026-07-01T10:00"), Utc("2026-07-01T12:00"), out var right);
        Assert.Equal(left, right);
    }

    // T4: the old LML's end 2026-10-25 02:00 is 00:00Z (summer time) or 01:00Z (winter time).
    [Theory]
    [InlineData("2026-10-25T00:01", "2026-10-25T00:00:00Z", StampOutcome.ByReception)]
    [InlineData("2026-10-25T00:57", "2026-10-25T00:00:00Z", StampOutcome.ByReception)]
    [InlineData("2026-10-25T00:58", "2026-10-25T01:00:00Z", StampOutcome.ByReception)]
    [InlineData("2026-10-25T01:01", "2026-10-25T01:00:00Z", StampOutcome.ByReception)]
    [InlineData("2026-10-25T01:30", "2026-10-25T01:00:00Z", StampOutcome.ByReception)]
    [InlineData("2026-10-25T01:31", "2026-10-25T01:00:00Z", StampOutcome.Ambiguous)]
    [InlineData("2026-10-26T12:00", "2026-10-25T01:00:00Z", StampOutcome.Ambiguous)]
    public void T4_the_hour_that_occurs_twice_is_settled_by_the_reception_where_it_can(string received, string end, StampOutcome outcome)
    {
        foreach (var zone in new[] { StampZone.EuropeAmsterdam, StampZone.EuropeBrussels })
        {
            var convention = new StampConvention(StampPosition.End, zone, Hour);
            Assert.Equal(outcome, convention.Resolve(Local("2026-10-25T02:00"), Utc(received), out var time));
            Assert.Equal(end, Iso8601.Format(time.End));
            Assert.Equal(Hour, time.Length);
        }
    }

    [Theory]
    [InlineData(StampPosition.Begin, "2026-10-25T01:30", "2026-10-25T00:00:00Z/2026-10-25T01:00:00Z")]
    [InlineData(StampPosition.Begin, "2026-10-25T02:01", "2026-10-25T01:00:00Z/2026-10-25T02:00:00Z")]
    [InlineData(StampPosition.Centre, "2026-10-25T01:01", "2026-10-24T23:30:00Z/2026-10-25T00:30:00Z")]
    public void It_is_the_end_of_the_interval_that_can_not_be_after_the_reception(StampPosition position, string received, string expected)
    {
        var convention = new StampConvention(position, StampZone.EuropeBrussels, Hour);
        Assert.Equal(StampOutcome.ByReception, convention.Resolve(Local("2026-10-25T02:00"), Utc(received), out var time));
        Assert.Equal(expected, time.ToIso());
    }

    [Theory]
    [InlineData("2026-10-25T01:59:59", "2026-10-24T23:59:59Z")]
    [InlineData("2026-10-25T03:00:00", "2026-10-25T02:00:00Z")]
    [InlineData("2026-03-29T01:59:59", "2026-03-29T00:59:59Z")]
    [InlineData("2026-03-29T03:00:00", "2026-03-29T01:00:00Z")]
    public void Around_the_two_nights_a_stamp_is_certain(string stamp, string expected)
    {
        var convention = new StampConvention(StampPosition.Instant, StampZone.EuropeBrussels, TimeSpan.Zero);
        Assert.Equal(StampOutcome.Certain, convention.Resolve(Local(stamp), Utc("2026-12-01T00:00"), out var time));
        Assert.Equal(expected, time.ToIso());
    }

    [Theory]
    [InlineData("2026-03-29T02:00:00")]
    [InlineData("2026-03-29T02:30:00")]
    [InlineData("2026-03-29T02:59:59")]
    public void The_hour_that_does_not_occur_is_said(string stamp)
    {
        var convention = new StampConvention(StampPosition.End, StampZone.EuropeAmsterdam, Hour);
        Assert.Equal(StampOutcome.Nonexistent, convention.Resolve(Local(stamp), Utc("2026-03-29T01:00"), out _));
    }

    [Fact]
    public void Every_hour_of_an_autumn_night_that_is_delivered_promptly_is_resolved_once()
    {
        var convention = new StampConvention(StampPosition.End, StampZone.EuropeBrussels, Hour);
        var ends = Enumerable.Range(0, 6).Select(i => Utc("2026-10-24T22:00").AddHours(i)).ToList();
        foreach (var end in ends)
        {
            var wall = (end + (end < Utc("2026-10-25T01:00") ? TimeSpan.FromHours(2) : Hour)).DateTime;
            Assert.NotEqual(StampOutcome.Ambiguous, convention.Resolve(wall, end.AddMinutes(5), out var time));
            Assert.Equal(end, time.End);
        }
    }

    [Fact]
    public void Before_summer_time_was_by_rule_nothing_is_claimed()
    {
        var convention = new StampConvention(StampPosition.Instant, StampZone.EuropeBrussels, TimeSpan.Zero);
        Assert.Equal(StampOutcome.OutOfRange, convention.Resolve(Local("1980-12-31T23:00"), Utc("1981-01-01T00:00"), out _));
    }

    [Fact]
    public void A_clock_that_was_lost_is_said_and_does_not_throw()
    {
        foreach (var position in Enum.GetValues<StampPosition>())
        {
            foreach (var zone in Enum.GetValues<StampZone>())
            {
                var convention = new StampConvention(position, zone, position == StampPosition.Instant ? TimeSpan.Zero : StampConvention.MaximumPeriod);
                foreach (var stamp in new[] { DateTime.MinValue, DateTime.MaxValue, new DateTime(1899, 12, 31), new DateTime(3000, 1, 1) })
                {
                    Assert.Equal(StampOutcome.OutOfRange, convention.Resolve(stamp, Utc("2026-01-01T00:00"), out _));
                    Assert.Equal(StampOutcome.OutOfRange, convention.Resolve(stamp, TimeSpan.FromHours(-14), out _));
                }

                Assert.Equal(StampOutcome.Certain, convention.Resolve(new DateTime(1900, 1, 1), TimeSpan.FromHours(14), out _));
                Assert.Equal(StampOutcome.Certain, convention.Resolve(new DateTime(2999, 12, 31), TimeSpan.FromHours(-14), out _));
                Assert.Equal(StampOutcome.OutOfRange, convention.Resolve(new DateTime(2026, 1, 1), TimeSpan.MaxValue, out _));
            }
        }
    }

    [Theory]
    [InlineData("Europe/Amsterdam")]
    [InlineData("Europe/Brussels")]
    public void The_rule_agrees_with_the_time_zone_database(string name)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        for (var local = new DateTime(1981, 1, 1); local < new DateTime(2037, 1, 1); local = local.AddMinutes(90))
        {
            var count = EuropeanTime.ToUtc(local, out var earlier, out var later);
            var expected = zone.IsInvalidTime(local) ? 0 : zone.IsAmbiguousTime(local) ? 2 : 1;
            Assert.True(expected == count, $"{local:s}");
            if (count == 1)
            {
                Assert.Equal(new DateTimeOffset(local, zone.GetUtcOffset(local)).UtcDateTime, earlier.UtcDateTime);
                Assert.Equal(earlier, later);
            }
        }
    }

    [Fact]
    public void A_convention_agrees_with_itself()
    {
        Assert.Throws<ArgumentException>(() => new StampConvention(StampPosition.Instant, StampZone.Utc, Hour));
        Assert.Throws<ArgumentException>(() => new StampConvention(StampPosition.End, StampZone.Utc, TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => new StampConvention(StampPosition.End, StampZone.Utc, -Hour));
        Assert.Throws<ArgumentException>(() => new StampConvention(StampPosition.End, StampZone.Utc, TimeSpan.FromDays(367)));
        foreach (var position in Enum.GetValues<StampPosition>())
        {
            Assert.True(StampConvention.TryParsePosition(StampConvention.NameOf(position), out var back) && back == position);
        }

        foreach (var zone in Enum.GetValues<StampZone>())
        {
            Assert.True(StampConvention.TryParseZone(StampConvention.NameOf(zone), out var back) && back == zone);
        }

        Assert.False(StampConvention.TryParseZone("CET", out _));
        Assert.False(StampConvention.TryParsePosition(null, out _));
    }

    private static DateTime Local(string text) => DateTime.ParseExact(
        text, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None);

    private static DateTimeOffset Utc(string text) => new(Local(text), TimeSpan.Zero);
}
