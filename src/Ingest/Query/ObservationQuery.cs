using MeetNet.Observations;
using MeetNet.Observations.Quality;

namespace MeetNet.Ingest.Query;

/// <summary>How the answer is written.</summary>
internal enum AnswerFormat
{
    Json,
    Csv,
}

/// <summary>A checked request for <c>/api/observations</c>.</summary>
internal sealed record ObservationQuery
{
    public const int MostDatastreams = 20;

    public const int DefaultLimit = 10_000;

    public const int MostLimit = 50_000;

    private static readonly TimeSpan DefaultSpan = TimeSpan.FromHours(24);

    public required IReadOnlyList<DatastreamId> Datastreams { get; init; }

    /// <summary>First instant; for aggregates the begin of a period.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>First instant after; for aggregates the end of a period.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Null: the observations themselves.</summary>
    public AggregateQuery? Aggregate { get; init; }

    public AnswerFormat Format { get; init; }

    public bool AllRevisions { get; init; }

    /// <summary>The list whose codes are asked for beside each observation; null for none.</summary>
    public CodeList? Codes { get; init; }

    /// <summary>Rows on a page, over all datastreams.</summary>
    public int Limit { get; init; }

    /// <summary>Where the page begins; null for the first.</summary>
    public PageCursor? Cursor { get; init; }

    /// <summary>Reads a request; null when it has faults, which are then all in <paramref name="faults"/>.</summary>
    /// <param name="parameters">The query string.</param>
    /// <param name="accept">The Accept header: CSV when it asks for text/csv and <c>format</c> says nothing.</param>
    /// <param name="now">The clock, for the defaults of <c>from</c> and <c>to</c>.</param>
    /// <param name="faults">All of them.</param>
    public static ObservationQuery? Read(QueryParameters parameters, string? accept, DateTimeOffset now, out IReadOnlyList<ParameterFault> faults)
    {
        faults = parameters.Faults;
        var datastreams = ReadDatastreams(parameters);
        var aggregate = AggregateQuery.Read(parameters, datastreams);
        var to = parameters.Instant("to") ?? now;
        var from = parameters.Instant("from") ?? Before(to, aggregate?.DefaultSpan ?? DefaultSpan);
        var byAccept = accept?.Contains("text/csv", StringComparison.OrdinalIgnoreCase) == true ? AnswerFormat.Csv : AnswerFormat.Json;
        var format = parameters.Choice("format", byAccept, ("json", AnswerFormat.Json), ("csv", AnswerFormat.Csv));
        var allRevisions = parameters.Choice("revisions", false, ("all", true), ("newest", false));
        if (allRevisions && parameters.One("aggregate") is not null)
        {
            parameters.Faults.Add(new ParameterFault("revisions", "all", "newest with aggregate: what was corrected would count twice", "revisions=newest"));
        }
        var codes = ReadCodes(parameters);
        if (codes is not null && parameters.One("aggregate") is not null)
        {
            parameters.Faults.Add(new ParameterFault("codes", parameters.One("codes"), "no list of codes with aggregate: codes are of single values", "codes=eea.validity"));
        }
        var limit = parameters.Count("limit", DefaultLimit, MostLimit);
        var cursor = ReadCursor(parameters, datastreams.Count);
        parameters.Done();
        if (from >= to)
        {
            parameters.Faults.Add(new ParameterFault("from", Iso8601.Format(from), $"an instant before to ({Iso8601.Format(to)})", $"from={Iso8601.Format(Before(to, TimeSpan.FromHours(1)))}"));
        }
        if (parameters.Faults.Count > 0)
        {
            return null;
        }
        return new ObservationQuery
        {
            Datastreams = datastreams,
            From = aggregate?.Calendar.At(from).Begin ?? from,
            To = aggregate?.Calendar.Ceiling(to) ?? to,
            Aggregate = aggregate,
            Format = format,
            AllRevisions = allRevisions,
            Codes = codes,
            Limit = limit,
            Cursor = cursor,
        };
    }

    /// <summary>A time that may be asked for can be the first of the calendar.</summary>
    private static DateTimeOffset Before(DateTimeOffset time, TimeSpan span) => time - DateTimeOffset.MinValue > span ? time - span : DateTimeOffset.MinValue;

    private static List<DatastreamId> ReadDatastreams(QueryParameters parameters)
    {
        const string example = "datastream=vmm/kalmthoutse-heide/nh3-1/nh3";
        var ids = new List<DatastreamId>();
        var given = parameters.All("datastream");
        if (given.Count is 0 or > MostDatastreams)
        {
            parameters.Faults.Add(new ParameterFault(
                "datastream", given.Count == 0 ? null : $"{given.Count} of them", $"1 to {MostDatastreams} datastream ids (see /api/datastreams)", example));
        }
        foreach (var text in given)
        {
            if (!DatastreamId.TryParse(text, out var id))
            {
                parameters.Faults.Add(new ParameterFault("datastream", text, "an id of the form owner/station/sensor/property", example));
            }
            else if (!ids.Contains(id))
            {
                ids.Add(id);
            }
        }
        return ids;
    }

    private static CodeList? ReadCodes(QueryParameters parameters)
    {
        if (parameters.One("codes") is not { } text)
        {
            return null;
        }
        var list = CodeLists.All.FirstOrDefault(known => $"{known.Source}.{known.Kind}" == text);
        if (list is null)
        {
            parameters.Faults.Add(new ParameterFault("codes", text, $"one of {string.Join(", ", CodeLists.All.Select(known => $"{known.Source}.{known.Kind}"))}", "codes=eea.validity"));
        }
        return list;
    }

    private static PageCursor? ReadCursor(QueryParameters parameters, int datastreams)
    {
        if (parameters.One("cursor") is not { } text)
        {
            return null;
        }
        if (PageCursor.TryParse(text, out var cursor) && cursor.Datastream < datastreams)
        {
            return cursor;
        }
        parameters.Faults.Add(new ParameterFault("cursor", text, "the cursor of a nextLink, together with the other parameters of that link", "nextLink as it was given"));
        return null;
    }
}
