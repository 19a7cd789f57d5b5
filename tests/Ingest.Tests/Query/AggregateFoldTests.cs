using MeetNet.Ingest.Query;
using MeetNet.Ingest.Series;
using MeetNet.Observations;
using MeetNet.Observations.Aggregation;

namespace MeetNet.Ingest.Tests.Query;

public sealed class AggregateFoldTests
{
    private static readonly DateTimeOffset Ten = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private static SeriesPoint Point(int minute, double? result, QartodFlag flag = QartodFlag.Good) =>
        new("vmm/h/s/x", Ten.AddMinutes(minute), Ten.AddMinutes(minute), 0, result, flag, null, result, "p-0", Ten, Ten);

    private static async IAsyncEnumerable<SeriesPoint> Async(params SeriesPoint[] points)
    {
        await Task.CompletedTask;
        foreach (var point in points)
        {
            yield return point;
        }
    }

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
        {
            list.Add(item);
        }
        return list;
    }

    [Fact]
    public async Task More_samples_than_a_piece_are_all_counted()
    {
        var aggregator = new Aggregator(new AggregationRequest
        {
            Property = "nh3", Kind = AggregateKind.Hour, Calendar = PeriodCalendar.Hours, From = Ten, To = Ten.AddHours(100), Now = Ten.AddHours(100), Interval = TimeSpan.FromMinutes(1),
        });
        var points = Enumerable.Range(0, 6_000).Select(minute => Point(minute, minute)).ToArray();
        var hours = await ListAsync(AggregateFold.FoldAsync(AggregateFold.SamplesAsync(Async(points)), aggregator));
        Assert.Equal((100, 6_000), (hours.Count, hours.Sum(hour => hour.Count)));
        Assert.Equal(Enumerable.Range(0, 100).Select(hour => (double?)((hour * 60) + 29.5)), hours.Select(hour => hour.Mean));
    }

    [Fact]
    public async Task A_direction_is_weighted_by_the_speed_of_the_same_time_and_by_no_other()
    {
        var directions = Async(Point(0, 10), Point(1, 20), Point(2, 30), Point(3, 40), Point(5, 50));
        var speeds = Async(Point(-1, 9), Point(0, 2), Point(2, 3, QartodFlag.Fail), Point(3, 4), Point(4, 5), Point(9, 6));
        var samples = await ListAsync(AggregateFold.WeightedAsync(directions, speeds));
        Assert.Equal([10.0, 20, 30, 40, 50], samples.Select(sample => sample.Value));
        Assert.Equal([2.0, double.NaN, double.NaN, 4, double.NaN], samples.Select(sample => sample.Weight));
    }
}
