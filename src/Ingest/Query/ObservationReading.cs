using MeetNet.Ingest.Catalogue;
using MeetNet.Ingest.Series;

namespace MeetNet.Ingest.Query;

/// <summary>One page of rows, by datastream, and where the next one begins.</summary>
internal sealed record ReadPage<T>(IReadOnlyList<ObservationGroup<T>> Groups, PageCursor? Next);

/// <summary>
/// Reads one page of a query from the series store: the datastreams in the order they were asked for, the rows of each in order of time, at most
/// <see cref="ObservationQuery.Limit"/> rows in all. Holds one page in memory.
/// </summary>
internal sealed class ObservationReading(ISeriesStore store, CatalogueModel catalogue, ObservationQuery query)
{
    public async Task<ReadPage<ObservationAnswer>> ObservationsAsync(CancellationToken stopping)
    {
        var groups = new List<ObservationGroup<ObservationAnswer>>();
        var left = query.Limit;
        for (var i = query.Cursor?.Datastream ?? 0; i < query.Datastreams.Count; i++)
        {
            var rows = new List<ObservationAnswer>();
            var after = i == query.Cursor?.Datastream ? query.Cursor?.After : null;
            groups.Add(ObservationGroup<ObservationAnswer>.Of(Head(i), rows));
            do
            {
                if (left == 0)
                {
                    return new(groups, new PageCursor(i, after));
                }
                var page = await store.ReadAsync(Range(i) with { After = after, Limit = Math.Min(left, SeriesRange.MaxLimit) }, stopping);
                rows.AddRange(page.Points.Select(ObservationAnswer.Of));
                left -= page.Points.Count;
                after = page.Next;
            }
            while (after is not null);
        }
        return new(groups, null);
    }

    public async Task<ReadPage<AggregateAnswer>> AggregatesAsync(Buckets buckets, DateTimeOffset now, CancellationToken stopping)
    {
        var groups = new List<ObservationGroup<AggregateAnswer>>();
        var left = query.Limit;
        for (var i = query.Cursor?.Datastream ?? 0; i < query.Datastreams.Count; i++)
        {
            var rows = new List<AggregateAnswer>();
            var head = Head(i);
            var from = i == query.Cursor?.Datastream && query.Cursor?.After is { } last ? buckets.Next(last.Begin) : query.From;
            groups.Add(ObservationGroup<AggregateAnswer>.Of(head, rows));
            if (from >= query.To)
            {
                continue;
            }
            var points = store.ReadAllAsync(Range(i) with { From = from, Limit = SeriesRange.MaxLimit }, stopping);
            await foreach (var aggregate in AggregateFold.FoldAsync(points, buckets, from, query.To, head.Interval, now, stopping))
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

    private DatastreamHead Head(int index) => DatastreamHead.Of(catalogue, query.Datastreams[index]);

    private SeriesRange Range(int index) => new(query.Datastreams[index].ToString(), query.From, query.To) { AllRevisions = query.AllRevisions };

    private static SeriesKey Key(AggregateAnswer row) => new(row.PhenomenonTimeBegin, row.PhenomenonTimeEnd, 0);
}
