using MeetNet.Observations;

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
    private static readonly TimeSpan DefaultHoursSpan = TimeSpan.FromDays(7);
    private static readonly TimeSpan DefaultDaysSpan = TimeSpan.FromDays(31);

    public required IReadOnlyList<DatastreamId> Datastreams { get; init; }

    /// <summary>First instant; for aggregates the begin of an hour or day.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>First instant after; for aggregates the end of an hour or day.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Null: the observations themselves.</summary>
    public Buckets? Buckets { get; init; }

    public AnswerFormat Format { get; init; }

    public bool AllRevisions { get; init; }

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
        var size = parameters.Choice<BucketSize?>("aggregate", null, ("hour", BucketSize.Hour), ("day", BucketSize.Day));
        var to = parameters.Instant("to") ?? now;
        var from = parameters.Instant("from") ?? Before(to, size switch { BucketSize.Hour => DefaultHoursSpan, BucketSize.Day => DefaultDaysSpan, _ => DefaultSpan });
        var buckets = ReadBuckets(parameters, size);
        var byAccept = accept?.Contains("text/csv", StringComparison.OrdinalIgnoreCase) == true ? AnswerFormat.Csv : AnswerFormat.Json;
        var format = parameters.Choice("format", byAccept, ("json", AnswerFormat.Json), ("csv", AnswerFormat.Csv));
        var allRevisions = parameters.Choice("revisions", false, ("all", true), ("newest", false));
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
            From = buckets?.Floor(from) ?? from,
            To = buckets?.Ceiling(to) ?? to,
            Buckets = buckets,
            Format = format,
            AllRevisions = allRevisions,
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

    private static Buckets? ReadBuckets(QueryParameters parameters, BucketSize? size)
    {
        var zone = parameters.One("dayZone");
        if (size != BucketSize.Day)
        {
            if (zone is not null)
            {
                parameters.Faults.Add(new ParameterFault("dayZone", zone, "aggregate=day beside it: only days have a zone", "aggregate=day&dayZone=Europe/Amsterdam"));
            }
            return size is null ? null : Buckets.Hours;
        }

        var buckets = Buckets.Days(zone ?? Buckets.RegulatoryZone);
        if (buckets is null)
        {
            parameters.Faults.Add(new ParameterFault("dayZone", zone, "UTC, UTC+1 (written UTC%2B1; the default) or an IANA time zone", "dayZone=Europe/Amsterdam"));
        }
        return buckets;
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
