using MeetNet.Ingest.Catalogue;
using MeetNet.Ingest.Neighbours;
using MeetNet.Ingest.Series;
using MeetNet.Observations.Aggregation;

namespace MeetNet.Ingest.Query;

/// <summary>One page of rows, by datastream, and where the next one begins.</summary>
internal sealed record ReadPage<T>(IReadOnlyList<ObservationGroup<T>> Groups, PageCursor? Next);

/// <summary>
/// Reads one page of a query from the series store: the datastreams in the order they were asked for, the rows of each in order of time, at most
/// <see cref="ObservationQuery.Limit"/> rows in all. Holds one page in memory.
/// </summary>
internal sealed class ObservationReading(ISeriesStore store, CatalogueModel catalogue, NeighbourProjection? neighbours, ObservationQuery query)
{
    public async Task<ReadPage<ObservationAnswer>> ObservationsAsync(CancellationToken stopping)
    {
        var groups = new List<ObservationGroup<ObservationAnswer>>();
        var left = query.Limit;
        for (var i = query.Cursor?.Datastream ?? 0; i < query.Datastreams.Count; i++)
        {
            var rows = new List<ObservationAnswer>();
            var after = i == query.Cursor?.Datastream ? query.Cursor?.After : null;
            var head = Head(i);
            groups.Add(ObservationGroup<ObservationAnswer>.Of(head, rows));
            do
            {
                if (left == 0)
                {
                    return new(groups, new PageCursor(i, after));
                }
                var page = await store.ReadAsync(Range(i) with { After = after, Limit = Math.Min(left, SeriesRange.MaxLimit) }, stopping);
                var flags = page.Points.Count == 0 ? null : neighbours?.Flags(head.Datastream, page.Points[0].Begin, page.Points.Max(point => point.End));
                rows.AddRange(page.Points.Select(point => ObservationAnswer.Of(head, point, query.Codes, flags is not null && flags.TryGetValue(point.Key, out var flag) ? flag : null)));
                left -= page.Points.Count;
                after = page.Next;
            }
            while (after is not null);
        }
        return new(groups, null);
    }

    public async Task<ReadPage<AggregateAnswer>> AggregatesAsync(AggregateQuery aggregates, DateTimeOffset now, CancellationToken stopping)
    {
        var groups = new List<ObservationGroup<AggregateAnswer>>();
        var left = query.Limit;
        for (var i = query.Cursor?.Datastream ?? 0; i < query.Datastreams.Count; i++)
        {
            var rows = new List<AggregateAnswer>();
            var head = Head(i);
            // Periods are given in order of their end; the next page goes on where the last one of this page ended.
            var from = i == query.Cursor?.Datastream && query.Cursor?.After is { } last ? last.End : query.From;
            groups.Add(ObservationGroup<AggregateAnswer>.Of(head with { Unit = aggregates.UnitOf(head) }, rows));
            if (from >= query.To)
            {
                continue;
            }
            var aggregator = new Aggregator(aggregates.For(head, from, query.To, now));
            await foreach (var aggregate in AggregateFold.FoldAsync(Samples(i, aggregates.Weights, aggregator.ReadFrom, stopping), aggregator, stopping))
            {
                if (left == 0)
                {
                    return new(groups, new PageCursor(i, rows.Count > 0 ? Key(rows[^1]) : i == query.Cursor?.Datastream ? query.Cursor?.After : null));
                }
                rows.Add(AggregateAnswer.Of(aggregate));
                left--;
            }
        }
        return new(groups, null);
    }

    private IAsyncEnumerable<Sample> Samples(int index, AggregateWeights weights, DateTimeOffset from, CancellationToken stopping)
    {
        var range = Range(index) with { From = from, Limit = SeriesRange.MaxLimit };
        var points = store.ReadAllAsync(range, stopping);
        return weights == AggregateWeights.Speed
            ? AggregateFold.WeightedAsync(points, store.ReadAllAsync(range with { Datastream = AggregateQuery.SpeedOf(query.Datastreams[index]) }, stopping), stopping)
            : AggregateFold.SamplesAsync(points, stopping);
    }

    private DatastreamHead Head(int index) => DatastreamHead.Of(catalogue, query.Datastreams[index]);

    private SeriesRange Range(int index) => new(query.Datastreams[index].ToString(), query.From, query.To) { AllRevisions = query.AllRevisions };

    private static SeriesKey Key(AggregateAnswer row) => new(row.PhenomenonTimeBegin, row.PhenomenonTimeEnd, 0);
}
