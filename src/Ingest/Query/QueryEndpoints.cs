using MeetNet.Ingest.Catalogue;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Health;
using MeetNet.Ingest.Neighbours;
using MeetNet.Ingest.Series;
using MeetNet.Observations;

namespace MeetNet.Ingest.Query;

/// <summary>
/// The questions that this hub answers. Reading only; documented in docs/api.md. An answer that can't be given is always
/// <c>application/problem+json</c>.
/// </summary>
internal static class QueryEndpoints
{
    public static IServiceCollection AddQuery(this IServiceCollection services, IngestOptions options) => services;

    /// <summary>Gives what the server refuses by itself, without a body, the same kind of answer.</summary>
    public static void UseProblems(this WebApplication app) => app.UseStatusCodePages(page => Problems.Refused(page.HttpContext).ExecuteAsync(page.HttpContext));

    public static void MapQuery(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api").AddEndpointFilter(StoreProblems.FilterAsync);
        api.MapGet("/stations", (HttpContext context, CatalogueProjection catalogue, IngestOptions options, TimeProvider time) =>
            Stations(context, catalogue.Model, options.Hub, time.GetUtcNow()));
        api.MapGet("/datastreams", (HttpContext context, CatalogueProjection catalogue, TimeProvider time) =>
            Datastreams(context.Request.Query, catalogue.Model, time.GetUtcNow()));
        api.MapGet("/observations", (HttpContext context, CatalogueProjection catalogue, ISeriesStore store, TimeProvider time) =>
            ObservationsAsync(context, catalogue.Model, store, time.GetUtcNow()));
        api.MapGet("/latest", (HttpContext context, CatalogueProjection catalogue, ISeriesStore store, TimeProvider time) =>
            LatestAsync(context, catalogue.Model, store, time.GetUtcNow()));
        api.MapGet("/explain", (HttpContext context, CatalogueProjection catalogue, ISeriesStore store) => ExplainAsync(context, catalogue.Model, store));
        api.MapComparability();
        api.MapLog();
    }

    private static IResult Stations(HttpContext context, CatalogueModel model, string hub, DateTimeOffset now)
    {
        var parameters = new QueryParameters(context.Request.Query);
        parameters.Done();
        return parameters.Faults.Count > 0
            ? Problems.BadRequest(parameters.Faults)
            : Results.Json(CatalogueAnswers.Stations(model, Gateways(context.RequestServices.GetService<FactLog>()), hub, now), QueryJson.Options);
    }

    /// <summary>By <c>owner/station</c>; nothing while the log is not open.</summary>
    private static Dictionary<string, GatewayAnswer> Gateways(FactLog? log) => log is not { IsOpen: true }
        ? []
        : log.Read(StationBooks.ReadAll).ToDictionary(station => $"{station.Owner}/{station.Station}", station => new GatewayAnswer(station.State, station.Received));

    private static IResult Datastreams(IQueryCollection query, CatalogueModel model, DateTimeOffset now)
    {
        var parameters = new QueryParameters(query);
        var station = parameters.One("station");
        var property = parameters.One("observedProperty");
        parameters.Done();
        if (parameters.Faults.Count > 0)
        {
            return Problems.BadRequest(parameters.Faults);
        }

        // A station by its full name, or by its own name where that is enough.
        var stations = model.Stations.Values.Where(entry => station is null || entry.Id == station || entry.Station == station).Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
        if (station is not null && stations.Count == 0)
        {
            return Problems.Unknown("station", station, NearMatches.Of(station, model.Stations.Keys));
        }
        return Results.Json(
            CatalogueAnswers.Datastreams(
                model,
                entry => (station is null || stations.Contains($"{entry.Datastream.Id.Owner}/{entry.Datastream.Id.Station}"))
                    && (property is null || entry.Datastream.Id.Property == property),
                now),
            QueryJson.Options);
    }

    private static async Task<IResult> ObservationsAsync(HttpContext context, CatalogueModel model, ISeriesStore store, DateTimeOffset now)
    {
        var request = context.Request;
        var query = ObservationQuery.Read(new QueryParameters(request.Query), request.Headers.Accept.ToString(), now, out var faults);
        if (query is null)
        {
            return Problems.BadRequest(faults);
        }
        var stopping = context.RequestAborted;
        if (await FirstUnknownAsync(query.Datastreams, model, store, stopping) is { } unknown)
        {
            return unknown;
        }

        var reading = new ObservationReading(store, model, context.RequestServices.GetService<NeighbourProjection>(), query);
        if (query.Aggregate is not { } aggregates)
        {
            var page = await reading.ObservationsAsync(stopping);
            return Answer(context, query, page, now, ObservationCsv.WriteAsync);
        }
        return Answer(context, query, await reading.AggregatesAsync(aggregates, now, stopping), now, ObservationCsv.WriteAsync);
    }

    private static IResult Answer<T>(
        HttpContext context, ObservationQuery query, ReadPage<T> page, DateTimeOffset now,
        Func<System.IO.Pipelines.PipeWriter, IEnumerable<ObservationGroup<T>>, CancellationToken, Task> writeCsv)
    {
        var next = page.Next is { } cursor ? NextLink.Of(context.Request, query, cursor) : null;
        context.Response.Headers.Vary = "Accept";
        if (next is not null)
        {
            context.Response.Headers.Link = $"<{next}>; rel=\"next\"";
        }
        if (query.Format == AnswerFormat.Csv)
        {
            return new CsvResult(output => writeCsv(output, page.Groups, context.RequestAborted));
        }
        var answer = new ObservationsAnswer<T>(
            now, query.From, query.To, query.Aggregate?.Name, query.Aggregate?.DayZone, query.Aggregate?.Anchor, page.Groups, next);
        return Results.Json(answer, QueryJson.Options);
    }

    private static async Task<IResult> LatestAsync(HttpContext context, CatalogueModel model, ISeriesStore store, DateTimeOffset now)
    {
        var parameters = new QueryParameters(context.Request.Query);
        var given = parameters.All("datastream");
        parameters.Done();
        var ids = given.Select(text => DatastreamId.TryParse(text, out var id) ? id : (DatastreamId?)null).ToList();
        for (var i = 0; i < given.Count; i++)
        {
            if (ids[i] is null)
            {
                parameters.Faults.Add(new ParameterFault("datastream", given[i], "an id of the form owner/station/sensor/property", "datastream=vmm/kalmthoutse-heide/nh3-1/nh3"));
            }
        }
        if (parameters.Faults.Count > 0)
        {
            return Problems.BadRequest(parameters.Faults);
        }
        if (await FirstUnknownAsync([.. ids.Select(id => id!.Value)], model, store, context.RequestAborted) is { } unknown)
        {
            return unknown;
        }
        var neighbours = context.RequestServices.GetService<NeighbourProjection>();
        var points = await store.LatestAsync(given.Count == 0 ? null : given, context.RequestAborted);
        var answers = points.Where(point => DatastreamId.TryParse(point.Datastream, out _)).Select(point =>
        {
            _ = DatastreamId.TryParse(point.Datastream, out var id);
            return LatestAnswer.Of(DatastreamHead.Of(model, id), point, neighbours?.Flags(point.Datastream, point.Begin, point.End).TryGetValue(point.Key, out var flag) == true ? flag : null);
        });
        return Results.Json(new LatestsAnswer(now, [.. answers]), QueryJson.Options);
    }

    private static async Task<IResult> ExplainAsync(HttpContext context, CatalogueModel model, ISeriesStore store)
    {
        var parameters = new QueryParameters(context.Request.Query);
        var text = parameters.One("datastream");
        var time = parameters.Instant("time");
        var revision = parameters.Revision("revision");
        parameters.Done();
        if (!DatastreamId.TryParse(text, out var id))
        {
            parameters.Faults.Add(new ParameterFault("datastream", text, "an id of the form owner/station/sensor/property", "datastream=vmm/kalmthoutse-heide/nh3-1/nh3"));
        }
        if (parameters.Faults.Count > 0)
        {
            return Problems.BadRequest(parameters.Faults);
        }
        if (await FirstUnknownAsync([id], model, store, context.RequestAborted) is { } unknown)
        {
            return unknown;
        }

        SeriesPoint? before = null, after = null;
        var found = time is null && await store.LatestAsync([id.ToString()], context.RequestAborted) is [var newest, ..] ? newest : null;
        if (time is { } asked)
        {
            (found, before, after) = await Explaining.FindAsync(store, id.ToString(), asked, context.RequestAborted);
        }
        if (found is not null && revision is { } wanted && found.Revision != wanted)
        {
            var newestRevision = found.Revision;
            found = await Explaining.RevisionAsync(store, found, wanted, context.RequestAborted);
            if (found is null)
            {
                return Problems.NotFound(
                    "There is no such revision", $"The newest revision of {id} at that time is {newestRevision}.", new Dictionary<string, object?> { ["newest"] = newestRevision });
            }
        }
        if (found is not null)
        {
            return Results.Json(Explaining.Explain(model, id, found, context.RequestServices.GetService<NeighbourProjection>()), QueryJson.Options);
        }
        return Problems.NotFound(
            "Nothing was observed then",
            time is { } at ? $"{id} has no observation at {Iso8601.Format(at)}." : $"{id} has no observations yet.",
            new Dictionary<string, object?>
            {
                ["before"] = before is null ? null : Iso8601.Format(before.Begin),
                ["after"] = after is null ? null : Iso8601.Format(after.Begin),
            });
    }

    /// <summary>A problem for the first datastream that nobody has announced and that has no observations either; null when all are known.</summary>
    private static async Task<IResult?> FirstUnknownAsync(IReadOnlyList<DatastreamId> ids, CatalogueModel model, ISeriesStore store, CancellationToken stopping)
    {
        foreach (var name in ids.Select(id => id.ToString()).Where(name => !model.Datastreams.ContainsKey(name)))
        {
            if ((await store.LatestAsync([name], stopping)).Count == 0)
            {
                return Problems.Unknown("datastream", name, NearMatches.Of(name, model.Datastreams.Keys));
            }
        }
        return null;
    }
}
