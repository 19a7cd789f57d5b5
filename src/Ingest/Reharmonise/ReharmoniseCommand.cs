using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using MeetNet.Observations;

namespace MeetNet.Ingest.Reharmonise;

/// <summary>The words of <c>reharmonise</c>.</summary>
internal static class ReharmoniseCommand
{
    public const string Name = "reharmonise";

    private static readonly Option<string> Station = new("--station") { Description = "The station.", HelpName = "OWNER/STATION", Required = true };

    private static readonly Option<string[]> Datastream = new("--datastream")
    {
        Description = "Only this datastream of it, and what is computed with it; may be given more than once.",
        HelpName = "ID",
    };

    private static readonly Option<string?> From = new("--from") { Description = "Only what was measured from this instant on.", HelpName = "INSTANT" };

    private static readonly Option<string?> To = new("--to") { Description = "Only what was measured before this instant.", HelpName = "INSTANT" };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Compute and compare, but write nothing." };

    public static Command Create() => new(
        Name,
        "Make the observations of a station again from their raw values, by the procedures that its gateway announces now: after a calibration that was entered late. What comes out different "
        + "becomes a higher revision; the earlier one stays. The hub must not be running on the same folder.")
    {
        Station, Datastream, From, To, DryRun,
    };

    /// <summary>Reads the options; says what is wrong with them.</summary>
    public static bool TryRead(ParseResult parsed, [NotNullWhen(true)] out ReharmoniseRequest? request)
    {
        var problems = new List<string>();
        request = null;
        var station = parsed.GetRequiredValue(Station);
        if (station.Split('/') is not [var owner, var name] || !Identifiers.IsName(owner) || !Identifiers.IsName(name))
        {
            problems.Add($"--station is '{station}'; allowed: owner/station such as vmm/kalmthoutse-heide");
            (owner, name) = ("", "");
        }
        var datastreams = new List<DatastreamId>();
        foreach (var text in parsed.GetValue(Datastream) ?? [])
        {
            if (DatastreamId.TryParse(text, out var id) && id.BelongsTo(owner, name))
            {
                datastreams.Add(id);
            }
            else
            {
                problems.Add($"--datastream is '{text}'; allowed: an id of the station such as {station}/nh3-1/nh3");
            }
        }
        var (from, to) = (Instant("--from", parsed.GetValue(From)) ?? DateTimeOffset.MinValue, Instant("--to", parsed.GetValue(To)) ?? DateTimeOffset.MaxValue);
        if (from >= to)
        {
            problems.Add($"--from is {Iso8601.Format(from)}, which is not before --to, {Iso8601.Format(to)}");
        }
        foreach (var problem in problems)
        {
            parsed.InvocationConfiguration.Error.WriteLine(problem);
        }
        request = new ReharmoniseRequest(owner, name, datastreams, from, to, parsed.GetValue(DryRun));
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
