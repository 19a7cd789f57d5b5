using MeetNet.Observations;

namespace MeetNet.Ingest.Series;

/// <summary>One observation as a series store holds it.</summary>
/// <param name="Datastream"><c>owner/station/sensor/property</c>.</param>
/// <param name="Begin">Begin of the phenomenon time, UTC.</param>
/// <param name="End">End of the half-open interval; equal to <paramref name="Begin"/> for an instant.</param>
/// <param name="Revision">0 for the first; higher for a correction.</param>
/// <param name="Result">In the canonical definition of the observed property; null when missing.</param>
/// <param name="Flag">QARTOD flag; missing exactly when the result is null.</param>
/// <param name="Tests">Names of the tests and reasons that set the flag, comma-separated; null when none.</param>
/// <param name="Raw">The device's own number, native unit; null when there is none.</param>
/// <param name="Procedure">Id of the procedure that led from raw to result.</param>
/// <param name="ResultTime">When the gateway had the result, UTC; null when it did not say.</param>
/// <param name="Received">When ingest received it, UTC.</param>
/// <param name="Inputs">The results of other datastreams that it was made with; empty for most.</param>
internal sealed record SeriesPoint(
    string Datastream,
    DateTimeOffset Begin,
    DateTimeOffset End,
    int Revision,
    double? Result,
    QartodFlag Flag,
    string? Tests,
    double? Raw,
    string Procedure,
    DateTimeOffset? ResultTime,
    DateTimeOffset Received,
    ProcedureInputs Inputs = default)
{
    public bool IsInstant => Begin == End;

    public SeriesKey Key => new(Begin, End, Revision);
}

/// <summary>Identity of an observation within its datastream; also the place where a next page begins.</summary>
internal readonly record struct SeriesKey(DateTimeOffset Begin, DateTimeOffset End, int Revision);

/// <summary>What to read of one datastream: the observations with <c>From &lt;= Begin &lt; To</c>.</summary>
internal sealed record SeriesRange(string Datastream, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Every revision instead of only the newest of each interval.</summary>
    public bool AllRevisions { get; init; }

    /// <summary>Points on the page, 1 to <see cref="MaxLimit"/>.</summary>
    public int Limit { get; init; } = DefaultLimit;

    /// <summary>Only what comes after this one: <see cref="SeriesPage.Next"/> of the page before.</summary>
    public SeriesKey? After { get; init; }

    public const int DefaultLimit = 1_000;

    public const int MaxLimit = 10_000;
}

/// <summary>One page; <paramref name="Next"/> is null when it is the last.</summary>
internal sealed record SeriesPage(IReadOnlyList<SeriesPoint> Points, SeriesKey? Next);

internal static class SeriesStoreReading
{
    /// <summary>Reads a range to its end, page by page, for aggregates and downloads; memory stays at one page.</summary>
    public static async IAsyncEnumerable<SeriesPoint> ReadAllAsync(
        this ISeriesStore store,
        SeriesRange range,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stopping)
    {
        SeriesKey? after = range.After;
        do
        {
            var page = await store.ReadAsync(range with { After = after }, stopping);
            foreach (var point in page.Points)
            {
                yield return point;
            }
            after = page.Next;
        }
        while (after is not null);
    }
}
