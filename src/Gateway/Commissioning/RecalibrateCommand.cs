using System.CommandLine;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Outbox;
using MeetNet.Gateway.Stations;
using MeetNet.Hosting;
using MeetNet.Observations;
using MeetNet.Sqlite;

namespace MeetNet.Gateway.Commissioning;

/// <summary><c>recalibrate</c>: what the outbox still holds is made again by the station file as it is now; what comes out different is sent as a higher revision.</summary>
internal static class RecalibrateCommand
{
    private static readonly Option<string[]> Datastream = new("--datastream")
    {
        Description = "Only this datastream, and what is computed with it; may be given more than once.",
        HelpName = "ID",
    };

    private static readonly Option<string?> From = new("--from") { Description = "Only what was measured from this instant on.", HelpName = "INSTANT" };

    private static readonly Option<string?> To = new("--to") { Description = "Only what was measured before this instant.", HelpName = "INSTANT" };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Compute and compare, but keep nothing." };

    public static Command Create()
    {
        var command = new Command(
            "recalibrate",
            "After a calibration that was entered late: make what the outbox still holds again from its raw values, by the station file as it is now. What comes out different is kept as a higher revision, "
            + "and sent when the gateway runs. The gateway must not be running on the same folder.")
        {
            Datastream, From, To, DryRun,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        if (parsed.GetValue(CommandLine.Data) is not { } data)
        {
            error.WriteLine("--data DIR is missing");
            return ExitCodes.Usage;
        }

        if (!CheckCommand.TryRead(parsed, data, out var options, out var station) | !TryRead(parsed, station, out var request))
        {
            return ExitCodes.Usage;
        }

        if (!DataFolder.TryTake(data, error, out var taken, out var code))
        {
            return code;
        }

        using (taken)
        {
            try
            {
                var announcer = Announcer.Open(station, data, TimeProvider.System);
                using var outbox = SqliteOutbox.Open(
                    options.Outbox with { Path = Path.Combine(data, GatewayServices.OutboxFile), Hubs = [.. options.Hubs.Select(h => h.Name)] },
                    TimeProvider.System, notice => error.WriteLine(notice.Message));
                var recalibration = new Recalibration(station, announcer.Procedures, outbox, TimeProvider.System.GetUtcNow());
                foreach (var (datastream, counts) in recalibration.Run(request))
                {
                    output.WriteLine($"{datastream}{(request.DryRun ? " (nothing kept)" : "")}: {counts}");
                }

                return ExitCodes.Ok;
            }
            catch (Exception fault) when (fault is SqliteFault or IOException or InvalidDataException or UnauthorizedAccessException)
            {
                error.WriteLine(fault.Message);
                return ExitCodes.Failure;
            }
        }
    }

    private static bool TryRead(ParseResult parsed, Station? station, out RecalibrationRequest request)
    {
        var problems = new List<string>();
        var known = station?.Datastreams.Select(d => d.Id.ToString()).ToList() ?? [];
        var wanted = parsed.GetValue(Datastream) ?? [];
        problems.AddRange(wanted.Where(id => station is not null && !known.Contains(id))
            .Select(id => $"--datastream is '{id}'; allowed: {string.Join(", ", known)}"));
        request = new RecalibrationRequest(
            wanted, Instant("--from", parsed.GetValue(From)) ?? DateTimeOffset.MinValue, Instant("--to", parsed.GetValue(To)) ?? DateTimeOffset.MaxValue, parsed.GetValue(DryRun));
        if (request.From >= request.To)
        {
            problems.Add($"--from is {Iso8601.Format(request.From)}, which is not before --to, {Iso8601.Format(request.To)}");
        }

        foreach (var problem in problems)
        {
            parsed.InvocationConfiguration.Error.WriteLine(problem);
        }

        return problems.Count == 0;

        DateTimeOffset? Instant(string option, string? text)
        {
            if (text is null)
            {
                return null;
            }

            if (Iso8601.TryParse(text, out var instant))
            {
                return instant;
            }

            problems.Add($"{option} is '{text}'; allowed: an instant in UTC such as 2026-11-21T10:00:00Z");
            return null;
        }
    }
}
