using System.Runtime.CompilerServices;
using MeetNet.Ingest.Series;
using MeetNet.Observations.Aggregation;

namespace MeetNet.Ingest.Query;

/// <summary>Leads the observations of one datastream, as a series store reads them, through an <see cref="Aggregator"/>.</summary>
internal static class AggregateFold
{
    /// <summary>Samples that are handed over at once.</summary>
    private const int PieceLength = 1_024;

    /// <param name="samples">In order of their begin, from <see cref="Aggregator.ReadFrom"/> on.</param>
    /// <param name="aggregator">A fresh one.</param>
    /// <param name="stopping">When nobody waits for the answer any longer.</param>
    public static async IAsyncEnumerable<Aggregate> FoldAsync(
        IAsyncEnumerable<Sample> samples, Aggregator aggregator, [EnumeratorCancellation] CancellationToken stopping = default)
    {
        var piece = new Sample[PieceLength];
        await using var source = samples.GetAsyncEnumerator(stopping);
        while (true)
        {
            switch (aggregator.Next(out var aggregate))
            {
                case AggregatorState.Ready:
                    yield return aggregate;
                    break;
                case AggregatorState.Done:
                    yield break;
                default:
                    var length = 0;
                    while (length < piece.Length && await source.MoveNextAsync())
                    {
                        piece[length++] = source.Current;
                    }
                    if (length == 0)
                    {
                        aggregator.End();
                    }
                    else
                    {
                        aggregator.Feed(piece.AsMemory(0, length));
                    }
                    break;
            }
        }
    }

    /// <summary>Observations that all count the same.</summary>
    public static async IAsyncEnumerable<Sample> SamplesAsync(IAsyncEnumerable<SeriesPoint> points, [EnumeratorCancellation] CancellationToken stopping = default)
    {
        await foreach (var point in points.WithCancellation(stopping))
        {
            yield return Sample.Of(point.Begin, point.End, point.Result, point.Flag);
        }
    }

    /// <summary>
    /// Directions weighted by the speed of the same phenomenon time. A direction without a usable speed is there and does not count.
    /// </summary>
    /// <param name="directions">In order of begin and end.</param>
    /// <param name="speeds">The same.</param>
    /// <param name="stopping">When nobody waits for the answer any longer.</param>
    public static async IAsyncEnumerable<Sample> WeightedAsync(
        IAsyncEnumerable<SeriesPoint> directions, IAsyncEnumerable<SeriesPoint> speeds, [EnumeratorCancellation] CancellationToken stopping = default)
    {
        await using var speed = speeds.GetAsyncEnumerator(stopping);
        var more = await speed.MoveNextAsync();
        await foreach (var direction in directions.WithCancellation(stopping))
        {
            while (more && (speed.Current.Begin, speed.Current.End).CompareTo((direction.Begin, direction.End)) < 0)
            {
                more = await speed.MoveNextAsync();
            }

            var counts = more && (speed.Current.Begin, speed.Current.End) == (direction.Begin, direction.End)
                && Usability.IsUsable(speed.Current.Result, speed.Current.Flag);
            yield return Sample.Of(direction.Begin, direction.End, direction.Result, direction.Flag) with { Weight = counts ? speed.Current.Result!.Value : double.NaN };
        }
    }
}
