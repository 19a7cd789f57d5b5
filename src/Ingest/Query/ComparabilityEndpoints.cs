using MeetNet.Ingest.Catalogue;
using MeetNet.Observations;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Comparison;
using MeetNet.Observations.Coordinates;

namespace MeetNet.Ingest.Query;

/// <summary>One of the two, and the facts that its owner announced for whoever compares.</summary>
internal sealed record ComparedAnswer(string Datastream, string Owner, string Station, LocalizedText StationName, string? Method, string? Siting, string Procedure);

/// <summary>One reason; see <see cref="ComparabilityReason"/>.</summary>
internal sealed record ReasonAnswer(string Aspect, string Verdict, LocalizedText Text);

/// <summary>A comparability statement.</summary>
/// <param name="A">The one.</param>
/// <param name="B">The other.</param>
/// <param name="DistanceKilometres">Between the stations.</param>
/// <param name="Verdict"><c>comparable</c>, <c>with_remarks</c> or <c>not_comparable</c>: the worst of the reasons.</param>
/// <param name="Reasons">Every aspect that was looked at.</param>
internal sealed record StatementAnswer(ComparedAnswer A, ComparedAnswer B, double DistanceKilometres, string Verdict, IReadOnlyList<ReasonAnswer> Reasons);

/// <summary>Statements, the nearest stations first.</summary>
/// <param name="Time">The clock of this hub: what is in force is in force then.</param>
/// <param name="Pairs">At most <see cref="ComparabilityEndpoints.MostPairs"/>.</param>
/// <param name="Left">Pairs that are not shown.</param>
internal sealed record StatementsAnswer(DateTimeOffset Time, IReadOnlyList<StatementAnswer> Pairs, int Left);

/// <summary><c>/api/comparability</c>: what two owners announced, held beside each other.</summary>
internal static class ComparabilityEndpoints
{
    public const int MostPairs = 200;

    /// <summary>Far enough for any two places of the border region.</summary>
    private const int FarthestKilometres = 500;

    public static void MapComparability(this IEndpointRouteBuilder api) =>
        api.MapGet("/comparability", (HttpContext context, CatalogueProjection catalogue, TimeProvider time) => Answer(context.Request.Query, catalogue.Model, time.GetUtcNow()));

    private static IResult Answer(IQueryCollection query, CatalogueModel model, DateTimeOffset now)
    {
        var parameters = new QueryParameters(query);
        var (a, b, property) = (parameters.One("a"), parameters.One("b"), parameters.One("observedProperty"));
        var within = parameters.Count("within", FarthestKilometres, FarthestKilometres);
        parameters.Done();
        if (property is null == (a is null && b is null))
        {
            parameters.Faults.Add(new ParameterFault("a", a, "two datastreams, a and b, or an observedProperty", "a=vmm/kalmthoutse-heide/nh3-1/nh3&b=…"));
        }
        else if (property is not null && !ObservedProperties.TryGet(property, out _))
        {
            parameters.Faults.Add(new ParameterFault("observedProperty", property, "an observed property of the catalogue", "observedProperty=nh3"));
        }
        else if (property is null && (a is null || b is null))
        {
            parameters.Faults.Add(new ParameterFault(a is null ? "a" : "b", null, "the second of two datastreams", $"{(a is null ? "a" : "b")}=vmm/kalmthoutse-heide/nh3-1/nh3"));
        }
        if (parameters.Faults.Count > 0)
        {
            return Problems.BadRequest(parameters.Faults);
        }

        var pairs = new List<(ComparedDatastream A, ComparedDatastream B, double Metres)>();
        if (property is null)
        {
            if (new[] { a!, b! }.FirstOrDefault(name => model.Compared(name) is null) is { } unknown)
            {
                return Problems.Unknown("datastream", unknown, NearMatches.Of(unknown, model.Datastreams.Keys));
            }
            var (left, right) = (model.Compared(a!)!, model.Compared(b!)!);
            pairs.Add((left, right, GreatCircle.Metres(left.Thing.Location, right.Thing.Location)));
        }
        else
        {
            pairs.AddRange(Pairs(model, property).Where(pair => pair.Metres <= within * 1_000.0).OrderBy(pair => pair.Metres).ThenBy(pair => pair.A.Datastream.Id.ToString(), StringComparer.Ordinal));
        }
        return Results.Json(
            new StatementsAnswer(now, [.. pairs.Take(MostPairs).Select(pair => Statement(pair.A, pair.B, pair.Metres, now))], Math.Max(0, pairs.Count - MostPairs)), QueryJson.Options);
    }

    /// <summary>The pairs of a property whose owners differ.</summary>
    private static IEnumerable<(ComparedDatastream A, ComparedDatastream B, double Metres)> Pairs(CatalogueModel model, string property)
    {
        var all = model.Datastreams.Values.Where(entry => entry.Announced && entry.Datastream.Id.Property == property).Select(entry => model.Compared(entry.Id)).OfType<ComparedDatastream>().ToList();
        return from left in Enumerable.Range(0, all.Count)
               from right in Enumerable.Range(left + 1, all.Count - left - 1)
               where all[left].Datastream.Id.Owner != all[right].Datastream.Id.Owner
               select (all[left], all[right], GreatCircle.Metres(all[left].Thing.Location, all[right].Thing.Location));
    }

    private static StatementAnswer Statement(ComparedDatastream a, ComparedDatastream b, double metres, DateTimeOffset now)
    {
        var statement = ComparabilityStatement.Of(a, b, now);
        return new StatementAnswer(
            Side(a), Side(b), Math.Round(metres / 1_000, 1, MidpointRounding.AwayFromZero), NameOf(statement.Verdict),
            [.. statement.Reasons.Select(reason => new ReasonAnswer(reason.Aspect, NameOf(reason.Verdict), reason.Text))]);
    }

    private static ComparedAnswer Side(ComparedDatastream side)
    {
        var id = side.Datastream.Id;
        return new ComparedAnswer(id.ToString(), id.Owner, id.Station, side.Thing.Name, side.Datastream.Method, side.Thing.Siting, side.Datastream.Procedure);
    }

    private static string NameOf(ComparabilityVerdict verdict) => verdict switch
    {
        ComparabilityVerdict.Comparable => "comparable",
        ComparabilityVerdict.WithRemarks => "with_remarks",
        _ => "not_comparable",
    };
}
