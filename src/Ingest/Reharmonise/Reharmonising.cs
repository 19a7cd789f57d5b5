using MeetNet.Hosting;
using MeetNet.Ingest.Catalogue;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Series;
using MeetNet.Observations;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Reharmonise;

/// <summary>
/// <c>reharmonise</c>: what the log holds of a station is made again from its raw values by the procedures that its gateway announced last, and appended as a higher revision where it differs. Reads the
/// series, brought up to the log before; writes the log alone.
/// </summary>
internal static class Reharmonising
{
    /// <summary>The outbox of what is made again here: "remade" in ASCII. A gateway draws its epoch at random.</summary>
    public static readonly Epoch Epoch = new(0x7265_6D61_6465_0000);

    public static async Task<int> RunAsync(
        IngestOptions options, ReharmoniseRequest request, TimeProvider time, TextWriter output, TextWriter error, CancellationToken stopping)
    {
        try
        {
            var services = new ServiceCollection();
            services.AddLogging(logging => logging.AddMeetNetLog(options.Log));
            services.AddProjections(options);
            await using var provider = services.BuildServiceProvider();
            var log = provider.GetRequiredService<FactLog>();
            using var facts = FactTransaction.Open(options.DataFile(FactSchema.FileName), options.LogSynchronous, options.Rejects);
            log.Opened(facts.Head, facts.Observations);
            var (store, catalogue) = (provider.GetRequiredService<ISeriesStore>(), provider.GetRequiredService<CatalogueProjection>());
            foreach (var runner in provider.GetServices<ProjectionRunner>().Where(runner => runner.Projection == store || runner.Projection == catalogue))
            {
                await runner.CatchUpAsync(stopping);
            }

            if (Prepare(facts.Connection, request, catalogue.Model, out var problem) is not { } work)
            {
                await error.WriteLineAsync($"{request.Owner}/{request.Station}: {problem}");
                return ExitCodes.Failure;
            }
            await MakeAsync(work, store, facts, request, time.GetUtcNow(), output, stopping);
            return ExitCodes.Ok;
        }
        catch (Exception fault) when (fault is SqliteFault or IOException or InvalidDataException or UnauthorizedAccessException or HttpRequestException)
        {
            await error.WriteLineAsync($"{request.Owner}/{request.Station}: {fault.Message}");
            return ExitCodes.Failure;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await error.WriteLineAsync($"{request.Owner}/{request.Station}: stopped half-way; the same command goes on from there");
            return ExitCodes.Failure;
        }
    }

    private static Reharmonisation? Prepare(SqliteFile log, ReharmoniseRequest request, CatalogueModel catalogue, out string problem)
    {
        problem = "it has announced nothing to this hub";
        if (LastAnnouncement(log, request) is not { } announcement)
        {
            return null;
        }
        problem = "its gateway does not announce which procedures are in force: an older version, or an imported series, which is imported again instead";
        if (announcement.InForce.Count == 0)
        {
            return null;
        }
        var inForce = announcement.Datastreams
            .Select(datastream => (Id: datastream.Id.ToString(), Versions: announcement.VersionsOf(datastream.Id)))
            .Where(datastream => datastream.Versions is not null).ToDictionary(datastream => datastream.Id, datastream => datastream.Versions!, StringComparer.Ordinal);
        if (request.Datastreams.FirstOrDefault(wanted => !inForce.ContainsKey(wanted.ToString())) is { Property: not null } unknown)
        {
            problem = $"it announces no datastream '{unknown}'; it does: {string.Join(", ", inForce.Keys.Order(StringComparer.Ordinal))}";
            return null;
        }
        return new Reharmonisation(inForce, id => catalogue.Procedures.TryGetValue(id, out var versions) ? versions[0] : null);
    }

    private static Announcement? LastAnnouncement(SqliteFile log, ReharmoniseRequest request)
    {
        using var announced = log.Prepare("""
            SELECT f.payload FROM stations s JOIN facts f ON f.position = s.announced_position WHERE s.owner = ?1 AND s.station = ?2
            """);
        announced.Bind(1, request.Owner).Bind(2, request.Station);
        return announced.Step() && Announcement.TryRead(announced.Bytes(0), out var announcement, out _) ? announcement : null;
    }

    private static async Task MakeAsync(
        Reharmonisation work, ISeriesStore store, FactTransaction facts, ReharmoniseRequest request, DateTimeOffset now, TextWriter output, CancellationToken stopping)
    {
        var wanted = work.WithDependents(request.Datastreams.Count == 0 ? work.Order : request.Datastreams.Select(id => id.ToString()));
        var appender = new BatchAppender(facts, request.Owner, request.Station, Epoch, LastSequence(facts.Connection, request), now);
        foreach (var datastream in work.Order.Where(id => wanted.Contains(id) || work.IsInput(id)))
        {
            var outcomes = new RemakeCounts();
            await foreach (var revisions in RevisionsAsync(store, datastream, Reach(request, work.IsInput(datastream)), stopping))
            {
                var begin = revisions[^1].PhenomenonTime.Begin;
                if (!wanted.Contains(datastream) || begin < request.From || begin >= request.To)
                {
                    work.Pass(revisions);
                    continue;
                }
                var outcome = work.Remake(revisions, now, out var remade);
                outcomes.Count(outcome);
                if (outcome == RemakeOutcome.Remade && !request.DryRun)
                {
                    appender.Add(remade);
                }
            }
            if (wanted.Contains(datastream))
            {
                await output.WriteLineAsync($"{datastream}{(request.DryRun ? " (nothing written)" : "")}: {outcomes}");
            }
        }
        appender.Finish();
    }

    /// <summary>The range to read: that of an input goes as far beyond as one may be used.</summary>
    private static (DateTimeOffset From, DateTimeOffset To) Reach(ReharmoniseRequest request, bool isInput) => isInput
        ? (request.From - DateTimeOffset.MinValue > AirInputs.LongestAge ? request.From - AirInputs.LongestAge : DateTimeOffset.MinValue,
            DateTimeOffset.MaxValue - request.To > AirInputs.LongestAge ? request.To + AirInputs.LongestAge : DateTimeOffset.MaxValue)
        : (request.From, request.To);

    /// <summary>The observations of a datastream by time, each with all its revisions.</summary>
    private static async IAsyncEnumerable<List<Observation>> RevisionsAsync(
        ISeriesStore store, string datastream, (DateTimeOffset From, DateTimeOffset To) reach, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stopping)
    {
        var range = new SeriesRange(datastream, reach.From, reach.To) { AllRevisions = true, Limit = SeriesRange.MaxLimit };
        var revisions = new List<Observation>();
        await foreach (var point in store.ReadAllAsync(range, stopping))
        {
            var observation = ObservationOf(point);
            if (revisions.Count > 0 && revisions[^1].PhenomenonTime != observation.PhenomenonTime)
            {
                yield return revisions;
                revisions = [];
            }
            revisions.Add(observation);
        }
        if (revisions.Count > 0)
        {
            yield return revisions;
        }
    }

    private static Observation ObservationOf(SeriesPoint point) => new(
        point.Datastream, point.Procedure, point.IsInstant ? PhenomenonTime.Instant(point.Begin) : PhenomenonTime.Interval(point.Begin, point.End),
        point.ResultTime ?? point.Received, point.Result, new ResultQuality(point.Flag, point.Tests), point.Raw, point.Revision, point.Inputs);

    private static long LastSequence(SqliteFile log, ReharmoniseRequest request)
    {
        using var last = log.Prepare("""
            SELECT max(f.last) FROM facts f JOIN outboxes o ON o.id = f.outbox WHERE o.owner = ?1 AND o.station = ?2 AND o.epoch = ?3
            """);
        last.Bind(1, request.Owner).Bind(2, request.Station).Bind(3, Epoch.ToString());
        return last.Step() ? last.Int64OrNull(0) ?? 0 : 0;
    }
}
