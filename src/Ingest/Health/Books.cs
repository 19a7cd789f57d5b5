using System.Text.Json.Serialization;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;
using MeetNet.Ingest.Series;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Health;

/// <summary>What <c>/api/books</c> says: counters that have to balance, and every gap.</summary>
internal sealed record Books(
    string Hub,
    Dictionary<string, long> Intake,
    Dictionary<string, long> Rejects,
    LogBooks Log,
    IReadOnlyList<OutboxBooks> Outboxes,
    IReadOnlyList<StationBooks> Stations,
    IReadOnlyList<ProjectionBooks> Projections)
{
    public static async Task<Books> ReadAsync(
        string hub, FactLog log, IReadOnlyList<ProjectionRunner> runners, CancellationToken stopping)
    {
        var projections = new List<ProjectionBooks>();
        foreach (var runner in runners)
        {
            var series = runner.Projection is ISeriesStore store ? await TryReadAsync(store, stopping) : null;
            var status = runner.Status;
            projections.Add(new ProjectionBooks(
                status.Name, status.Cursor, status.Lag, status.ObservationsLag, status.Failure, status.FailingSince, series?.Projected, series?.Superseded, series?.Beyond));
        }
        if (!log.IsOpen)
        {
            return new Books(hub, [], [], new LogBooks(0, 0, 0), [], [], projections);
        }
        return log.Read(file => new Books(
            hub,
            IntakeTotals.ReadAll(file).ToDictionary(total => Camel(total.Key.ToString()), total => total.Value),
            Rejected(file),
            new LogBooks(log.Head, log.Observations, log.Damaged),
            [.. SequenceLedger.ReadAll(file).Select(OutboxBooks.Of)],
            StationBooks.ReadAll(file),
            projections));
    }

    private static async Task<SeriesBooks?> TryReadAsync(ISeriesStore store, CancellationToken stopping)
    {
        try
        {
            return await store.BooksAsync(stopping);
        }
        catch (Exception e) when (e is HttpRequestException or SqliteFault or IOException or TaskCanceledException && !stopping.IsCancellationRequested)
        {
            return null;
        }
    }

    private static Dictionary<string, long> Rejected(SqliteFile file)
    {
        using var query = file.Prepare("SELECT reason, count FROM reject_counts ORDER BY reason");
        var counts = new Dictionary<string, long>();
        while (query.Step())
        {
            counts.Add(query.Text(0), query.Int64(1));
        }
        return counts;
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}

/// <summary>The log itself.</summary>
internal sealed record LogBooks(long Head, long Observations, long Damaged);

/// <summary>One outbox: sequences up to <paramref name="Acknowledged"/> are settled; <paramref name="Gaps"/> are what its gateway still has to send.</summary>
internal sealed record OutboxBooks(
    string Owner,
    string Station,
    string Epoch,
    long Acknowledged,
    long Highest,
    long Logged,
    IReadOnlyList<long[]> Lost,
    IReadOnlyList<long[]> Rejected,
    IReadOnlyList<long[]> Gaps,
    long DuplicateBatches,
    long DuplicateObservations,
    long Conflicts,
    DateTimeOffset LastHeard)
{
    public static OutboxBooks Of(OutboxLedger outbox) => new(
        outbox.Owner, outbox.Station, outbox.Epoch, outbox.Acknowledged, outbox.Highest, outbox.Logged.Count,
        Pairs(outbox.Lost.Ranges), Pairs(outbox.Rejected.Ranges), Pairs(outbox.Gaps()),
        outbox.DuplicateBatches, outbox.DuplicateObservations, outbox.Conflicts, outbox.LastHeard);

    private static long[][] Pairs(IReadOnlyList<SequenceRange> ranges) => [.. ranges.Select(range => new[] { range.First, range.Last })];
}

/// <summary>Whether a station's gateway is connected, by its own word or its last will; <paramref name="At"/> is when it connected.</summary>
internal sealed record StationBooks(string Owner, string Station, string State, DateTimeOffset At, DateTimeOffset Received)
{
    public static List<StationBooks> ReadAll(SqliteFile file)
    {
        using var query = file.Prepare("SELECT owner, station, state, state_at, state_received FROM stations WHERE state IS NOT NULL ORDER BY owner, station");
        var stations = new List<StationBooks>();
        while (query.Step())
        {
            stations.Add(new StationBooks(query.Text(0), query.Text(1), query.Text(2), Utc(query.Int64(3)), Utc(query.Int64(4))));
        }
        return stations;
    }

    private static DateTimeOffset Utc(long ticks) => new(ticks, TimeSpan.Zero);
}

/// <summary>observations logged = projected + superseded + beyond + lag; the three are there for series stores only.</summary>
internal sealed record ProjectionBooks(
    string Name,
    long Cursor,
    long Lag,
    long ObservationsLag,
    string? Failure,
    DateTimeOffset? FailingSince,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Projected,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Superseded,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Beyond);
