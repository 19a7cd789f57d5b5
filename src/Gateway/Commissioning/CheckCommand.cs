using System.CommandLine;
using MeetNet.Gateway.Stations;
using MeetNet.Hosting;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Commissioning;

/// <summary><c>check</c>: the gateway file, the station file, the profiles it names, and with <c>--data</c> the secrets.</summary>
internal static class CheckCommand
{
    public static int Run(ParseResult parsed)
    {
        if (!TryRead(parsed, parsed.GetValue(CommandLine.Data), out var options, out var station))
        {
            return ExitCodes.Usage;
        }

        parsed.InvocationConfiguration.Output.WriteLine(
            $"{parsed.GetValue(CommandLine.Config)}: station {station.FullName}, {station.Lines.Count} lines, {station.Instruments.Count} instruments, "
            + $"{station.Datastreams.Count()} datastreams, hubs {string.Join(", ", options.Hubs.Select(h => h.Name))}: no problems");
        return ExitCodes.Ok;
    }

    /// <summary>Reads everything that a gateway is configured with and says every problem of it; false when there is one.</summary>
    public static bool TryRead(ParseResult parsed, string? dataFolder, out GatewayOptions options, out Station station)
    {
        (options, station) = (null!, null!);
        var error = parsed.InvocationConfiguration.Error;
        if (parsed.GetValue(CommandLine.Config) is not { } config)
        {
            error.WriteLine("--config FILE is missing");
            return false;
        }

        if (!CommandLine.TryPaths(parsed, dataFolder, out var paths))
        {
            return false;
        }

        var (readOptions, problems) = GatewayFile.Read(config, paths);
        var all = new List<YamlProblem>(problems);
        Station? readStation = null;
        if (readOptions is not null)
        {
            (readStation, var inStation) = StationReader.Read(readOptions.StationPath, readOptions.ProfilesPath, paths);
            all.AddRange(inStation);
        }

        foreach (var problem in all)
        {
            error.WriteLine(problem);
        }

        (options, station) = (readOptions!, readStation!);
        return all.Count == 0 && readStation is not null;
    }
}
