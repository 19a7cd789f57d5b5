using MeetNet.Ingest.Facts;

namespace MeetNet.Ingest.Series;

/// <summary>
/// A store of time series. As a projection it is written from the fact log; the rest of it is what queries read. An
/// observation is identified by (datastream, begin, end, revision); when the log holds the same one twice, the later counts.
/// Reading members may be used from any thread, while the projection writes.
/// </summary>
internal interface ISeriesStore : IProjection
{
    /// <summary>
    /// The newest observation (by begin, then end, newest revision) of each of these datastreams, or of every
    /// datastream when null; in the order of the ids. A datastream without observations is left out.
    /// </summary>
    ValueTask<IReadOnlyList<SeriesPoint>> LatestAsync(IReadOnlyCollection<string>? datastreams, CancellationToken stopping);

    /// <summary>One page of a range, ascending by (begin, end, revision).</summary>
    ValueTask<SeriesPage> ReadAsync(SeriesRange range, CancellationToken stopping);

    /// <summary>What this engine has done with the observations of the log, up to its cursor.</summary>
    ValueTask<SeriesBooks> BooksAsync(CancellationToken stopping);
}

/// <summary>observations logged up to the cursor = projected + superseded + beyond.</summary>
/// <param name="Projected">Observations that can be read, every revision counted.</param>
/// <param name="Superseded">Observations replaced by a later one with the same identity.</param>
/// <param name="Beyond">Observations that the engine can't hold: InfluxDB has no times before 1678 or after 2262.</param>
internal sealed record SeriesBooks(long Projected, long Superseded, long Beyond = 0);
