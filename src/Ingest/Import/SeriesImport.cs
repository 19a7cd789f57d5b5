using System.Buffers;
using System.Text;
using MeetNet.Hosting;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;
using MeetNet.Mqtt;
using MeetNet.Observations;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Import;

/// <summary>What an import did, or would have done.</summary>
internal sealed record ImportSummary(int Rows, int Added, int Revised, int Unchanged, int Refused, int PassedOver);

/// <summary>
/// Brings a file of published series into the fact log, by the way of live data: an announcement and batches through <see cref="BatchGate"/> into
/// <see cref="FactTransaction"/>. What the log has already is not written again; a value that has changed becomes a higher revision. The data folder
/// is locked meanwhile: the hub does not run, and takes the new facts up when it starts.
/// </summary>
internal static class SeriesImport
{
    /// <summary>Messages shown of rows that are wrong; the others are counted.</summary>
    private const int ShownProblems = 100;

    public static int Run(IngestOptions ingest, ImportOptions options, ISeriesFormat format, TimeProvider time, TextWriter output, TextWriter error)
    {
        try
        {
            var source = new SourceValues(options);
            using (var text = new StreamReader(options.File, Encoding.UTF8))
            {
                format.Read(text, source);
            }
            using var log = FactTransaction.Open(ingest.DataFile(FactSchema.FileName), ingest.LogSynchronous, ingest.Rejects);
            var summary = Import(log, source, format, time.GetUtcNow());
            foreach (var (line, message) in source.Problems.OrderBy(problem => problem.Line).Take(ShownProblems))
            {
                error.WriteLine($"{options.File}:{line}: {message}");
            }
            if (source.Problems.Count > ShownProblems)
            {
                error.WriteLine($"{options.File}: and {source.Problems.Count - ShownProblems} more rows that are wrong");
            }
            foreach (var (reason, rows) in source.PassedOver)
            {
                output.WriteLine($"passed over, {rows} {(rows == 1 ? "row" : "rows")}: {reason}");
            }
            output.WriteLine($"{options.Owner}/{options.Station}{(options.DryRun ? " (nothing written)" : "")}: {summary.Rows} rows: "
                + $"{summary.Added} new, {summary.Revised} revised, {summary.Unchanged} unchanged, {summary.PassedOver} passed over, {summary.Refused} wrong");
            return summary.Refused > 0 ? ExitCodes.Failure : ExitCodes.Ok;
        }
        catch (ImportException problem)
        {
            error.WriteLine(problem.Line == 0 ? $"{options.File}: {problem.Message}" : $"{options.File}:{problem.Line}: {problem.Message}");
            return ExitCodes.Usage;
        }
        catch (Exception fault) when (fault is SqliteFault or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            error.WriteLine($"{options.File}: {fault.Message}");
            return ExitCodes.Failure;
        }
    }

    private static ImportSummary Import(FactTransaction log, SourceValues source, ISeriesFormat format, DateTimeOffset now)
    {
        var options = source.Options;
        if (!LoggedStation.TryRead(log.Connection, options.Owner, options.Station, out var logged))
        {
            throw new ImportException(0, $"{options.Owner}/{options.Station} is the station of a gateway: import to a station of another name");
        }
        var rows = source.Values.Count + source.Problems.Count + source.PassedOver.Values.Sum();
        var station = new ImportedStation(options, format, logged.Announcement);
        var fresh = Compare(source, station, logged, now, out var unchanged);
        if (!options.DryRun)
        {
            Write(log, options, station, logged, fresh, now);
        }
        var revised = fresh.Count(observation => observation.Revision > 0);
        return new ImportSummary(rows, fresh.Count - revised, revised, unchanged, source.Problems.Count, source.PassedOver.Values.Sum());
    }

    /// <summary>The observations that the log does not have, in the order of the file.</summary>
    private static List<Observation> Compare(SourceValues source, ImportedStation station, LoggedStation logged, DateTimeOffset now, out int unchanged)
    {
        var fresh = new List<Observation>();
        var seen = new Dictionary<(string Datastream, PhenomenonTime Time), (int Line, double? Raw, ResultQuality Native)>();
        unchanged = 0;
        foreach (var value in source.Values)
        {
            if (!station.TryProcedure(value.Series, out var procedure, out var problem))
            {
                throw new ImportException(value.Line, $"{value.Series.Property} in {value.Series.Unit}: {problem}");
            }
            var datastream = procedure.Datastream.ToString();
            var native = value.Native?.ToResultQuality(value.Raw) ?? default;
            if (!seen.TryAdd((datastream, value.Time), (value.Line, value.Raw, native)))
            {
                var first = seen[(datastream, value.Time)];
                if (first.Raw == value.Raw && first.Native == native)
                {
                    source.PassOver("the same row again");
                }
                else
                {
                    source.Refuse(value.Line, $"another value for the same time as on line {first.Line}, which counts");
                }
                continue;
            }
            var observation = Harmonise(value, native, procedure, datastream, now);
            if (logged.Newest(datastream, value.Time) is not { } known)
            {
                fresh.Add(observation);
            }
            else if (known.Procedure == procedure.Id && known.Row.Raw == observation.Raw && known.Row.Result == observation.Result && known.Row.Quality == observation.Quality)
            {
                unchanged++;
            }
            else
            {
                fresh.Add(observation with { Revision = known.Row.Revision + 1 });
            }
        }
        return fresh;
    }

    private static Observation Harmonise(in SourceValue value, ResultQuality native, Observations.Procedures.Procedure procedure, string datastream, DateTimeOffset now)
    {
        // Without a value by its own code there is none, whatever the number; the number stays as raw.
        var isMissing = value.Raw is null || native.Flag == QartodFlag.Missing;
        var made = isMissing ? default : procedure.Apply(value.Raw!.Value, value.Time);
        var quality = isMissing ? new ResultQuality(QartodFlag.Missing, native.Tests ?? QualityTests.DeviceMissing) : native.And(made.Quality);
        return new Observation(datastream, procedure.Id, value.Time, now, quality.Flag == QartodFlag.Missing ? null : made.Value, quality, value.Raw, 0);
    }

    private static void Write(FactTransaction log, ImportOptions options, ImportedStation station, LoggedStation logged, List<Observation> fresh, DateTimeOffset now)
    {
        var isAnnounced = logged.Announcement is { } before && station.Announce(before.Issued).ToUtf8().AsSpan().SequenceEqual(before.ToUtf8());
        if (fresh.Count == 0 && isAnnounced)
        {
            return;
        }
        var appender = new BatchAppender(log, options.Owner, options.Station, ImportedStation.Epoch, logged.Last, now);
        appender.Add(WireTopics.Announcement(options.Owner, options.Station), station.Announce(now).ToUtf8());
        foreach (var observation in fresh)
        {
            appender.Add(observation);
        }
        appender.Finish();
    }
}
