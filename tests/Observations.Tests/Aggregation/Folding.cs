using MeetNet.Observations.Aggregation;

namespace MeetNet.Observations.Tests.Aggregation;

/// <summary>Requests and samples for the tests of aggregation.</summary>
internal static class Folding
{
    /// <summary>Midnight of 1 July 2026 in UTC+1.</summary>
    public static readonly DateTimeOffset Midnight = new(2026, 6, 30, 23, 0, 0, TimeSpan.Zero);

    public static AggregationRequest Request(
        AggregateKind kind, DateTimeOffset from, DateTimeOffset to, TimeSpan? interval, string property = "o3", ICivilZone? zone = null, DateOnly anchor = default) => new()
        {
            Property = property,
            Kind = kind,
            Calendar = Aggregator.CalendarOf(kind, zone ?? FixedZone.Regulatory, anchor),
            From = from,
            To = to,
            Now = to.AddDays(400),
            Interval = interval,
        };

    public static Sample At(DateTimeOffset begin, double value, QartodFlag flag = QartodFlag.Good, TimeSpan length = default) =>
        Sample.Of(begin, begin + length, value, flag);

    /// <summary>Hourly values, one after the other.</summary>
    public static Sample[] Hourly(DateTimeOffset begin, params IEnumerable<double> values) =>
        [.. values.Select((value, hour) => At(begin.AddHours(hour), value, length: TimeSpan.FromHours(1)))];

    /// <summary>All aggregates; the samples are given in pieces of these lengths, over and over.</summary>
    public static List<Aggregate> Fold(this AggregationRequest request, IEnumerable<Sample> samples, params int[] pieces)
    {
        var aggregator = new Aggregator(request);
        var left = samples.ToArray().AsMemory();
        var aggregates = new List<Aggregate>();
        for (var piece = 0; ;)
        {
            switch (aggregator.Next(out var aggregate))
            {
                case AggregatorState.Ready:
                    aggregates.Add(aggregate);
                    break;
                case AggregatorState.Done:
                    return aggregates;
                case AggregatorState.NeedsSamples when left.IsEmpty:
                    aggregator.End();
                    break;
                default:
                    var length = pieces.Length == 0 ? left.Length : Math.Min(left.Length, pieces[piece++ % pieces.Length]);
                    aggregator.Feed(left[..length]);
                    left = left[length..];
                    break;
            }
        }
    }
}
