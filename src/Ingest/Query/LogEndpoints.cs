using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;
using Microsoft.AspNetCore.Mvc;

namespace MeetNet.Ingest.Query;

/// <summary>One outbox of a gateway with what is not accounted for in it.</summary>
/// <param name="Owner">The bronhouder.</param>
/// <param name="Station">The station.</param>
/// <param name="Epoch">The outbox.</param>
/// <param name="Acknowledged">Every sequence up to this one is settled.</param>
/// <param name="Highest">The highest sequence heard of.</param>
/// <param name="Missing">Sequences still to come, in all.</param>
/// <param name="Gaps">The ranges of them, the first <see cref="LogEndpoints.MostRanges"/>.</param>
/// <param name="Lost">Sequences that the gateway declared lost, in all.</param>
/// <param name="LostRanges">The ranges of them, the first <see cref="LogEndpoints.MostRanges"/>.</param>
/// <param name="LastHeard">When anything of this outbox last came.</param>
internal sealed record GapsOfOutbox(
    string Owner, string Station, string Epoch, long Acknowledged, long Highest, long Missing, IReadOnlyList<SequenceRange> Gaps,
    long Lost, IReadOnlyList<SequenceRange> LostRanges, DateTimeOffset LastHeard);

internal sealed record GapsAnswer(DateTimeOffset Time, IReadOnlyList<GapsOfOutbox> Outboxes);

/// <summary>A message that was refused. Its bytes are not in the answer: they are from outside, and in the log's file for whoever may look there.</summary>
/// <param name="Settled">Whether its sequences count as dealt with: the gateway is not asked for them again.</param>
internal sealed record RejectAnswer(long Id, DateTimeOffset Received, string Reason, string Detail, string Topic, bool Settled, long Bytes);

internal sealed record RejectsAnswer(DateTimeOffset Time, IReadOnlyList<RejectAnswer> Rejects);

/// <summary><c>GET /api/gaps</c> and <c>GET /api/rejects</c>: what did not come, and what came and was refused.</summary>
internal static class LogEndpoints
{
    public const int MostRanges = 100;

    private const int DefaultRejects = 100;

    private const int MostRejects = 1_000;

    public static void MapLog(this IEndpointRouteBuilder api)
    {
        api.MapGet("/gaps", (HttpContext context, [FromServices] FactLog log, TimeProvider time) =>
        {
            var parameters = new QueryParameters(context.Request.Query);
            var owner = parameters.One("owner");
            var station = parameters.One("station");
            parameters.Done();
            return parameters.Faults.Count > 0
                ? Problems.BadRequest(parameters.Faults)
                : Results.Json(new GapsAnswer(time.GetUtcNow(), Gaps(log, owner, station)), QueryJson.Options);
        });
        api.MapGet("/rejects", (HttpContext context, [FromServices] FactLog log, TimeProvider time) =>
        {
            var parameters = new QueryParameters(context.Request.Query);
            var limit = parameters.Count("limit", DefaultRejects, MostRejects);
            parameters.Done();
            return parameters.Faults.Count > 0
                ? Problems.BadRequest(parameters.Faults)
                : Results.Json(new RejectsAnswer(time.GetUtcNow(), Rejects(log, limit)), QueryJson.Options);
        });
    }

    internal static IReadOnlyList<GapsOfOutbox> Gaps(FactLog log, string? owner, string? station) => !log.IsOpen
        ? []
        : [.. log.Read(SequenceLedger.ReadAll)
            .Where(outbox => (owner is null || outbox.Owner == owner) && (station is null || outbox.Station == station))
            .Select(Of)];

    /// <summary>The newest refusals, newest first.</summary>
    internal static IReadOnlyList<RejectAnswer> Rejects(FactLog log, int limit) => !log.IsOpen ? [] : log.Read(file =>
    {
        using var rows = file.Prepare("SELECT id, received, reason, detail, topic, settled, length(payload) FROM rejects ORDER BY id DESC LIMIT ?1");
        rows.Bind(1, (long)limit);
        var rejects = new List<RejectAnswer>();
        while (rows.Step())
        {
            rejects.Add(new RejectAnswer(
                rows.Int64(0), new DateTimeOffset(rows.Int64(1), TimeSpan.Zero), rows.Text(2), rows.Text(3), rows.Text(4), rows.Int64(5) == 1, rows.Int64(6)));
        }
        return rejects;
    });

    private static GapsOfOutbox Of(OutboxLedger outbox)
    {
        var gaps = outbox.Gaps();
        return new GapsOfOutbox(
            outbox.Owner, outbox.Station, outbox.Epoch, outbox.Acknowledged, outbox.Highest, gaps.Sum(gap => gap.Count), [.. gaps.Take(MostRanges)],
            outbox.Lost.Count, [.. outbox.Lost.Ranges.Take(MostRanges)], outbox.LastHeard);
    }
}
