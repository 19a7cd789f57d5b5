using System.CommandLine;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;

namespace MeetNet.Gateway.Commissioning;

/// <summary>Opens a line of a station for a command that a technician gives while the gateway is stopped.</summary>
internal static class StationLineAccess
{
    /// <summary>The station that <c>--station</c> names; null after saying what is wrong.</summary>
    public static Station? Read(ParseResult parsed)
    {
        var error = parsed.InvocationConfiguration.Error;
        if (parsed.GetValue(CommandLine.StationFile) is not { } path)
        {
            error.WriteLine("--station FILE is missing: the station file");
            return null;
        }

        if (!CommandLine.TryPaths(parsed, dataFolder: null, out var paths))
        {
            return null;
        }

        var (station, problems) = StationReader.Read(path, parsed.GetValue(CommandLine.Profiles) ?? ConfigurationPaths.Beside(path, "../profiles"), paths);
        foreach (var problem in problems)
        {
            error.WriteLine(problem);
        }

        return station;
    }

    /// <summary>Opens the line; null after saying why not.</summary>
    public static async Task<ILine?> OpenAsync(StationLine line, TimeProvider time, TextWriter error, CancellationToken stop)
    {
        var opening = line switch
        {
            SerialStationLine serial => SerialLine.Open(serial.Settings, time),
            TcpStationLine tcp => await TcpLine.OpenAsync(tcp.Settings, time, stop),
            FolderStationLine folder => FolderLine.Open(folder.Settings, time),
            _ => new LineOpening(null, new LineFault(LineFaultKind.Unsupported, "what comes over a broker can be watched with 'meetnet mqtt sub'")),
        };
        if (opening.Fault is { } fault)
        {
            var hint = fault.Kind == LineFaultKind.Busy ? " (stop the gateway first: a line has one reader)" : string.Empty;
            await error.WriteLineAsync($"line '{line.Name}': {fault.Message}{hint}");
        }

        return opening.Line;
    }
}
