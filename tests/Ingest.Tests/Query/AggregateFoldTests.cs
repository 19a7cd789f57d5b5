using FsCheck;
using FsCheck.Fluent;
using MeetNet.Ingest.Query;
using MeetNet.Ingest.Series;
using MeetNet.Observations;

namespace MeetNet.Ingest.Tests.Query;

public sealed class AggregateFoldTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 11, 20, 23, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Midnight.AddDays(30);
    private static readonly Buckets Day = Buckets.Days(Buckets.RegulatoryZone)!;

    private static SeriesPoint Point(DateTimeOffset begin, double? result, QartodFlag flag = QartodFlag.Good, TimeSpan length = default) =>
        new("vmm/h/s/nh3", begin, begin + length, 0, result, flag, null, result, "p-0", begin, begin);

    private static async Task<List<Aggregate>> FoldAsync(
        Buckets buckets, IEnumerable<SeriesPoint> points, TimeSpan? interval, DateTimeOffset from, DateTimeOffset to, DateTimeOffset? now = null)
    {
        var list = new List<Aggregate>();
        await foreach (var aggregate in AggregateFold.FoldAsync(Async(points), buckets, from, to, interval, now ?? Later))
        {
            list.Add(aggregate);
        }
        return list;
    }

    private static async IAsyncEnumerable<SeriesPoint> Async(IEnumerable<SeriesPoint> points)
    {
        await Task.CompletedTask;
        foreach (var point in points)
        {
            yield return point;
        }
    }

    private static IEnumerable<SeriesPoint> Hours(int count) =>
        Enumerable.Range(0, count).Select(hour => Point(Midnight.AddHours(hour), hour, length: TimeSpan.FromHours(1)));

    [Theory]
    [InlineData(18, true)]
    [InlineData(17, false)]
    public async Task A_daily_mean_needs_18_hourly_values(int hours, bool valid)
    {
        var day = Assert.Single(await FoldAsync(Day, Hours(hours), TimeSpan.FromHours(1), Midnight, Midnight.AddDays(1)));
        Assert.Equal((hours, 24, valid, true), (day.Count, day.Expected!.Value, day.Valid!.Value, day.Complete));
        Assert.Equal((hours - 1) / 2.0, day.Mean!.Value, 12);
    }

    [Fact]
    public async Task An_empty_hour_is_there_and_is_empty()
    {
        var points = new[] { Point(Midnight, 4), Point(Midnight.AddHours(2), 6) };
        var hours = await FoldAsync(Buckets.Hours, points, TimeSpan.FromMinutes(30), Midnight, Midnight.AddHours(4));
        Assert.Equal([4.0, null, 6.0, null], hours.Select(hour => hour.Mean));
        Assert.Equal([50.0, 0.0, 50.0, 0.0], hours.Select(hour => hour.DataCapture!.Value));
        Assert.Equal([QartodFlag.Good, QartodFlag.Missing, QartodFlag.Good, QartodFlag.Missing], hours.Select(hour => hour.Quality));
        Assert.Null(hours[1].Minimum);
    }

    [Fact]
    public async Task Failed_and_missing_values_are_counted_apart_and_suspect_ones_count()
    {
        var points = new[]
        {
            Point(Midnight, 10), Point(Midnight.AddMinutes(10), 1_000, QartodFlag.Fail), Point(Midnight.AddMinutes(20), null, QartodFlag.Missing),
            Point(Midnight.AddMinutes(30), 20, QartodFlag.Suspect), Point(Midnight.AddMinutes(40), 30, QartodFlag.NotEvaluated),
        };
        var hour = Assert.Single(await FoldAsync(Buckets.Hours, points, TimeSpan.FromMinutes(10), Midnight, Midnight.AddHours(1)));
        Assert.Equal((20.0, 10.0, 30.0), (hour.Mean!.Value, hour.Minimum!.Value, hour.Maximum!.Value));
        Assert.Equal((3, 2, 6, 50.0, QartodFlag.Fail), (hour.Count, hour.Excluded, hour.Expected!.Value, hour.DataCapture!.Value, hour.Quality));
    }

    [Fact]
    public async Task An_hour_that_lasts_expects_only_what_can_have_come()
    {
        var now = Midnight.AddMinutes(30);
        var hours = await FoldAsync(Buckets.Hours, [Point(Midnight, 1), Point(Midnight.AddMinutes(10), 1), Point(Midnight.AddMinutes(20), 1)], TimeSpan.FromMinutes(10), Midnight, Midnight.AddHours(3), now);
        var hour = Assert.Single(hours);
        Assert.Equal((3, 100.0, false), (hour.Expected!.Value, hour.DataCapture!.Value, hour.Complete));
    }

    [Fact]
    public async Task Without_an_announced_interval_nothing_is_claimed()
    {
        var hour = Assert.Single(await FoldAsync(Buckets.Hours, [Point(Midnight, 1)], null, Midnight, Midnight.AddHours(1)));
        Assert.Null(hour.Expected);
        Assert.Null(hour.DataCapture);
        Assert.Null(hour.Valid);
    }

    [Fact]
    public async Task The_interval_that_crosses_midnight_belongs_to_the_day_in_which_it_begins()
    {
        var days = await FoldAsync(Day, [Point(Midnight.AddHours(-1), 7, length: TimeSpan.FromHours(1)), Point(Midnight, 9)], null, Midnight.AddDays(-1), Midnight.AddDays(1));
        Assert.Equal([7.0, 9.0], days.Select(day => day.Mean!.Value));
    }

    [Fact]
    public void Every_observation_is_in_exactly_one_bucket_and_the_mean_is_that_of_its_values()
    {
        Prop.ForAll(Arb.From(Gen.ListOf(Gen.Choose(0, 24 * 3600 - 1))), seconds =>
        {
            var points = seconds.Distinct().Order().Select(second => Point(Midnight.AddSeconds(second), second % 7)).ToList();
            var hours = FoldAsync(Buckets.Hours, points, null, Midnight, Midnight.AddDays(1)).GetAwaiter().GetResult();
            Assert.Equal(24, hours.Count);
            Assert.Equal(points.Count, hours.Sum(hour => hour.Count));
            foreach (var hour in hours.Where(hour => hour.Count > 0))
            {
                var own = points.Where(point => point.Begin >= hour.Begin && point.Begin < hour.End).Select(point => point.Result!.Value).ToList();
                Assert.Equal(own.Average(), hour.Mean!.Value, 12);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Small_steps_on_a_large_level_are_not_rounded_away()
    {
        var points = Enumerable.Range(0, 360).Select(i => Point(Midnight.AddSeconds(i * 10), i % 2 == 0 ? 1e9 : 1e-7));
        var hour = Assert.Single(await FoldAsync(Buckets.Hours, points, TimeSpan.FromSeconds(10), Midnight, Midnight.AddHours(1)));
        Assert.Equal((1e9 + 1e-7) / 2, hour.Mean!.Value);
    }
}
