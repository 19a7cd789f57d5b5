using MeetNet.Observations;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Series;

/// <summary>The queries of <see cref="SqliteSeries"/>, each on a reading connection of its own.</summary>
internal static class SqliteSeriesReading
{
    private const string Columns = """
        o.begin, o.begin + o.length, o.revision, o.result, o.flag, t.name, o.raw, p.name, o.result_time, o.received, o.input1, o.input2
        """;

    private const string Source = """
        FROM observations o JOIN names p ON p.ref = o.procedure LEFT JOIN names t ON t.ref = o.tests
        """;

    public static List<SeriesPoint> Latest(SqliteFile file, IReadOnlyCollection<string>? datastreams, CancellationToken stopping)
    {
        using var query = file.Prepare(
            $"SELECT {Columns} {Source} WHERE o.datastream = ?1 ORDER BY o.datastream DESC, o.begin DESC, o.length DESC, o.revision DESC LIMIT 1");
        var latest = new List<SeriesPoint>();
        foreach (var (reference, datastream) in Datastreams(file, datastreams))
        {
            stopping.ThrowIfCancellationRequested();
            query.Bind(1, reference);
            if (query.Step())
            {
                latest.Add(Point(query, datastream));
            }
            query.Reset();
        }
        return latest;
    }

    public static SeriesPage Page(SqliteFile file, SeriesRange range, CancellationToken stopping)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(range.Limit, 1, nameof(range));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(range.Limit, SeriesRange.MaxLimit, nameof(range));
        if (Datastreams(file, [range.Datastream]) is not [var (reference, _)])
        {
            return new SeriesPage([], null);
        }
        // The newest revision is the one that nothing follows within its interval; the key makes that one look at the next row.
        var newest = range.AllRevisions ? "" : """
            AND NOT EXISTS (SELECT 1 FROM observations n
                WHERE n.datastream = o.datastream AND n.begin = o.begin AND n.length = o.length AND n.revision > o.revision)
            """;
        using var query = file.Prepare($"""
            SELECT {Columns} {Source}
            WHERE o.datastream = ?1 AND o.begin < ?2 AND (o.begin, o.length, o.revision) > (?3, ?4, ?5) {newest}
            ORDER BY o.begin, o.length, o.revision LIMIT ?6
            """);
        // Without a place to go on from, the page begins before everything that begins at From.
        var (begin, length, revision) = range.After is { } after
            ? (after.Begin.Ticks, (after.End - after.Begin).Ticks, (long)after.Revision)
            : (range.From.Ticks, -1L, -1L);
        query.Bind(1, reference).Bind(2, range.To.Ticks).Bind(3, begin).Bind(4, length).Bind(5, revision).Bind(6, range.Limit + 1L);
        var points = new List<SeriesPoint>();
        while (query.Step())
        {
            if (points.Count == range.Limit)
            {
                return new SeriesPage(points, points[^1].Key);
            }
            stopping.ThrowIfCancellationRequested();
            points.Add(Point(query, range.Datastream));
        }
        return new SeriesPage(points, null);
    }

    private static List<(long Reference, string Name)> Datastreams(SqliteFile file, IReadOnlyCollection<string>? wanted)
    {
        using var query = file.Prepare(wanted is null
            ? "SELECT ref, name FROM names WHERE kind = ?1 ORDER BY name"
            : "SELECT ref, name FROM names WHERE kind = ?1 AND name = ?2");
        query.Bind(1, (long)NameKind.Datastream);
        var found = new List<(long, string)>();
        foreach (var name in wanted?.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal) ?? (IEnumerable<string?>)[null])
        {
            if (name is not null)
            {
                query.Bind(2, name);
            }
            while (query.Step())
            {
                found.Add((query.Int64(0), query.Text(1)));
            }
        }
        return found;
    }

    private static SeriesPoint Point(SqliteStatement row, string datastream) => new(
        datastream,
        Utc(row.Int64(0)),
        Utc(row.Int64(1)),
        row.Int32(2),
        row.DoubleOrNull(3),
        (QartodFlag)row.Int32(4),
        row.TextOrNull(5),
        row.DoubleOrNull(6),
        row.Text(7),
        row.Int64OrNull(8) is { } resultTime ? Utc(resultTime) : null,
        Utc(row.Int64(9)),
        new ProcedureInputs(row.DoubleOrNull(10), row.DoubleOrNull(11)));

    private static DateTimeOffset Utc(long ticks) => new(ticks, TimeSpan.Zero);
}
