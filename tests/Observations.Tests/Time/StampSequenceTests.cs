using FsCheck;
using FsCheck.Fluent;
using MeetNet.Observations.Time;

namespace MeetNet.Observations.Tests.Time;

/// <summary>The nights in which summer time begins and ends, as a device that stamps in legal time without offset gives them.</summary>
public sealed class StampSequenceTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Civil 25 October 2026 in Brussels and Amsterdam, from midnight to midnight: 25 hours.</summary>
    private static readonly DateTimeOffset Autumn = new(2026, 10, 24, 22, 0, 0, TimeSpan.Zero);

    /// <summary>Civil 29 March 2026: 23 hours.</summary>
    private static readonly DateTimeOffset Spring = new(2026, 3, 28, 23, 0, 0, TimeSpan.Zero);

    private static readonly Gen<(StampPosition Position, StampZone Zone, int Minutes)> Conventions =
        from position in Gen.Elements(StampPosition.Begin, StampPosition.End, StampPosition.Centre)
        from zone in Gen.Elements(StampZone.EuropeAmsterdam, StampZone.EuropeBrussels)
        from minutes in Gen.Elements(5, 10, 15, 30, 60)
        select (position, zone, minutes);

    private static void Check<T>(Gen<T> gen, Action<T> law) => Prop.ForAll(Arb.From(gen), law).QuickCheckThrowOnFailure();

    /// <summary>A logger that is read out once, the morning after: nothing is prompt, only the order says which 02:00 is which.</summary>
    [Fact]
    public void A_night_that_is_delivered_the_day_after_keeps_its_25_or_23_hours_without_overlap_or_hole() => Check(
        Conventions.SelectMany(c => Gen.Elements(Autumn, Spring).Select(midnight => (c, midnight))),
        test =>
        {
            var ((position, zone, minutes), midnight) = test;
            var period = TimeSpan.FromMinutes(minutes);
            var stamps = new StampSequence(new StampConvention(position, zone, period), period);
            var given = Intervals(midnight, midnight == Autumn ? 25 : 23, period).Select(begin =>
            {
                var outcome = stamps.Resolve(Wall(Stamped(begin, position, period)), midnight.AddDays(2), out var time);
                Assert.True(outcome is StampOutcome.Certain or StampOutcome.BySequence, $"{time}: {outcome}");
                Assert.Equal(begin, time.Begin);
                return time;
            }).ToList();
            Assert.All(given.Zip(given.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Begin));
            Assert.Equal(midnight == Autumn ? 25 : 23, given.Sum(t => t.Length.TotalHours), 1e-9);
        });

    /// <summary>Values get lost and come late, up to half an hour: then the sequence may not say more than it knows. A time is right, or in doubt and said to be.</summary>
    [Fact]
    public void Whatever_is_lost_or_late_no_stamp_is_resolved_to_the_wrong_hour() => Check(
        from convention in Conventions
        from lost in Gen.Choose(0, 3).Select(i => i == 0).ArrayOf(25 * 12)
        from late in Gen.Choose(0, 29 * 60).ArrayOf(25 * 12)
        select (convention, lost, late),
        test =>
        {
            var ((position, zone, minutes), lost, late) = test;
            var period = TimeSpan.FromMinutes(minutes);
            var stamps = new StampSequence(new StampConvention(position, zone, period), period);
            foreach (var (begin, i) in Intervals(Autumn, 25, period).Select((begin, i) => (begin, i)).Where(v => !lost[v.i]))
            {
                var outcome = stamps.Resolve(Wall(Stamped(begin, position, period)), begin + period + TimeSpan.FromSeconds(late[i]), out var time);
                Assert.True(outcome == StampOutcome.Ambiguous || time.Begin == begin, $"{begin:s}: {outcome} {time}");
            }
        });

    [Fact]
    public void Of_the_hour_that_does_not_occur_nothing_is_made_and_the_stamps_after_it_go_on()
    {
        var stamps = new StampSequence(new StampConvention(StampPosition.End, StampZone.EuropeBrussels, Hour), Hour);
        Assert.Equal(StampOutcome.Certain, stamps.Resolve(new DateTime(2026, 3, 29, 1, 0, 0), null, out _));
        Assert.Equal(StampOutcome.Nonexistent, stamps.Resolve(new DateTime(2026, 3, 29, 2, 0, 0), null, out _));
        Assert.Equal(StampOutcome.Nonexistent, stamps.Resolve(new DateTime(2026, 3, 29, 2, 59, 59), null, out _));
        Assert.Equal(StampOutcome.Certain, stamps.Resolve(new DateTime(2026, 3, 29, 3, 0, 0), null, out var time));
        Assert.Equal("2026-03-29T00:00:00Z/2026-03-29T01:00:00Z", time.ToIso());
    }

    // The stamp 02:10 is 00:10Z (summer time) or 01:10Z. Columns: the stamp before (UTC), when it was received (UTC), what it is, and how that is known.
    [Theory]
    [InlineData("alone and late", null, "10-25T09:00", "01:10", StampOutcome.Ambiguous)]
    [InlineData("alone and prompt", null, "10-25T01:12", "01:10", StampOutcome.ByReception)]
    [InlineData("received before the second hour", null, "10-25T00:40", "00:10", StampOutcome.ByReception)]
    [InlineData("that, and a stamp before that says otherwise: a value can't come before it was measured", "10-25T00:50", "10-25T00:55", "00:10", StampOutcome.ByReception)]
    [InlineData("after 02:00 summer time", "10-25T00:00", "10-25T09:00", "00:10", StampOutcome.BySequence)]
    [InlineData("after 02:50 summer time", "10-25T00:50", "10-25T09:00", "01:10", StampOutcome.BySequence)]
    [InlineData("after the same stamp", "10-25T00:10", "10-25T09:00", "01:10", StampOutcome.BySequence)]
    [InlineData("after a gap", "10-24T23:00", "10-25T09:00", "01:10", StampOutcome.Ambiguous)]
    [InlineData("after a gap, prompt", "10-24T23:00", "10-25T01:12", "01:10", StampOutcome.ByReception)]
    [InlineData("an hour late, or prompt after a gap of an hour", "10-25T00:00", "10-25T01:12", "01:10", StampOutcome.Ambiguous)]
    [InlineData("an old one that comes after newer ones", "10-25T08:00", "10-25T09:00", "01:10", StampOutcome.Ambiguous)]
    public void Order_and_reception_decide_together(string name, string? before, string received, string expected, StampOutcome outcome)
    {
        var period = TimeSpan.FromMinutes(10);
        var stamps = new StampSequence(new StampConvention(StampPosition.Instant, StampZone.EuropeAmsterdam, TimeSpan.Zero), period);
        if (before is not null)
        {
            var earlier = Utc(before);
            stamps.Resolve(earlier.DateTime, TimeSpan.Zero, out _);
        }

        Assert.Equal(outcome, stamps.Resolve(new DateTime(2026, 10, 25, 2, 10, 0), Utc(received), out var time));
        Assert.True(time.ToIso() == $"2026-10-25T{expected}:00Z", $"{name}: {time}");
    }

    [Fact]
    public void Without_a_clock_of_our_own_the_order_alone_decides()
    {
        var stamps = new StampSequence(new StampConvention(StampPosition.End, StampZone.EuropeBrussels, Hour), Hour);
        Assert.Equal(StampOutcome.Ambiguous, stamps.Resolve(new DateTime(2026, 10, 25, 2, 0, 0), null, out _));
        Assert.Equal(StampOutcome.Certain, stamps.Resolve(new DateTime(2026, 10, 25, 1, 0, 0), null, out _));
        Assert.Equal(StampOutcome.BySequence, stamps.Resolve(new DateTime(2026, 10, 25, 2, 0, 0), null, out var first));
        Assert.Equal(StampOutcome.BySequence, stamps.Resolve(new DateTime(2026, 10, 25, 2, 0, 0), null, out var second));
        Assert.Equal(first.End, second.Begin);
    }

    /// <summary>Stamps of every convention that follow each other by a period: their intervals do so too, at any time of any year, and each holds its own stamp.</summary>
    [Fact]
    public void Intervals_that_are_stamped_one_after_the_other_never_overlap_and_leave_no_hole() => Check(
        from position in Gen.Elements(StampPosition.Begin, StampPosition.End, StampPosition.Centre)
        from zone in Gen.Elements(Enum.GetValues<StampZone>())
        from seconds in Gen.Choose(1, 200_000)
        from minutes in Gen.Choose(0, 60 * 24 * 366 * 40)
        select (position, zone, seconds, minutes),
        test =>
        {
            var period = TimeSpan.FromSeconds(test.seconds);
            var stamps = new StampSequence(new StampConvention(test.position, test.zone, period), period);
            var offset = test.zone switch { StampZone.Utc => TimeSpan.Zero, StampZone.UtcPlus1 => Hour, _ => (TimeSpan?)null };
            PhenomenonTime? before = null;
            for (var i = 0; i < 30; i++)
            {
                var begin = new DateTimeOffset(1985, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(test.minutes) + (i * period);
                var stamp = Stamped(begin, test.position, period);
                var outcome = stamps.Resolve(offset is { } o ? (stamp + o).DateTime : Wall(stamp), begin + period, out var time);
                Assert.NotEqual(StampOutcome.Nonexistent, outcome);
                Assert.Equal((begin, period), (time.Begin, time.Length));
                Assert.True(before is null || before.Value.End == time.Begin);
                Assert.True(time.Begin <= stamp && stamp <= time.End);
                before = time;
            }
        });

    private static IEnumerable<DateTimeOffset> Intervals(DateTimeOffset midnight, int hours, TimeSpan period) =>
        Enumerable.Range(0, (int)(TimeSpan.FromHours(hours) / period)).Select(i => midnight + (i * period));

    private static DateTimeOffset Stamped(DateTimeOffset begin, StampPosition position, TimeSpan period) => position switch
    {
        StampPosition.Begin => begin,
        StampPosition.End => begin + period,
        _ => begin + (period / 2),
    };

    /// <summary>What a clock on the wall shows, by the rules of the time zone database and not those of the code.</summary>
    private static DateTime Wall(DateTimeOffset utc) => TimeZoneInfo.ConvertTime(utc, TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels")).DateTime;

    private static DateTimeOffset Utc(string monthAndTime) => new(
        DateTime.ParseExact($"2026-{monthAndTime}", "yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Zero);
}
