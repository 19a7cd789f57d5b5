using System.CommandLine;
using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MeetNet.Gateway.Stations;
using MeetNet.Hosting;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Commissioning;

/// <summary>
/// <c>simulate</c>: one process plays all instruments of a station (a pseudo-terminal for each serial line, a local port for each TCP line, a broker for
/// nodes), or one instrument of a profile. For demonstrations, tests, and rehearsing a station before the instruments are there.
/// </summary>
internal static class SimulateCommand
{
    public static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancelled)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        return await PlayAsync(parsed, stopping.Token);

        void Stop(PosixSignalContext context)
        {
            // The ports are to be taken away first.
            context.Cancel = true;
            stopping.Cancel();
        }
    }

    private static async Task<int> PlayAsync(ParseResult parsed, CancellationToken stopping)
    {
        var error = parsed.InvocationConfiguration.Error;
        using var logs = LoggerFactory.Create(logging => logging.AddMeetNetLog(new LogOptions()));
        var log = logs.CreateLogger("Simulate");
        if (!CommandLine.TryPaths(parsed, dataFolder: null, out var paths))
        {
            return ExitCodes.Usage;
        }

        var players = parsed.GetValue(ProfileArguments.OptionalName) is { } profile
            ? PlayProfile.Player(parsed, profile, paths.Broker, log) is { } player ? [player] : []
            : StationPlayers(parsed, paths, log);
        if (players.Count == 0)
        {
            return ExitCodes.Usage;
        }

        try
        {
            await Task.WhenAll(players.Select(p => p(stopping)).ToList());
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return ExitCodes.Ok;
        }
        catch (Exception e) when (e is IOException or Win32Exception or UnauthorizedAccessException or SocketException)
        {
            await error.WriteLineAsync(e.Message);
            return ExitCodes.Failure;
        }
    }

    /// <summary>All players of a station; none after saying what is wrong.</summary>
    private static List<Func<CancellationToken, Task>> StationPlayers(ParseResult parsed, ConfigurationPaths paths, ILogger log)
    {
        var error = parsed.InvocationConfiguration.Error;
        if (parsed.GetValue(CommandLine.StationFile) is null || parsed.GetValue(CommandLine.SimulationPath) is null)
        {
            error.WriteLine("Say what to play: a PROFILE, or a station with --station FILE and --simulation FILE.\n--help tells more.");
            return [];
        }

        var folder = Path.GetFullPath(parsed.GetRequiredValue(CommandLine.Lines));
        if (folder == "/dev")
        {
            error.WriteLine("--lines DIR is missing: the folder in which the ports are made");
            return [];
        }

        Directory.CreateDirectory(folder);
        if (!TryRead(parsed, paths, folder, out var station, out var simulation))
        {
            return [];
        }

        var players = Players(station, simulation, log).ToList();
        if (players.Count == 0)
        {
            error.WriteLine("none of the station's lines has an instrument that the simulation file plays");
        }

        return players;
    }

    private static bool TryRead(ParseResult parsed, ConfigurationPaths paths, string folder, out Station station, out Simulation simulation)
    {
        (station, simulation) = (null!, null!);
        var path = parsed.GetRequiredValue(CommandLine.StationFile)!;
        var profiles = parsed.GetValue(CommandLine.Profiles) ?? ConfigurationPaths.Beside(path, "../profiles");
        var (readStation, problems) = StationReader.Read(path, profiles, paths);
        var all = new List<YamlProblem>(problems);
        Simulation? readSimulation = null;
        if (readStation is not null)
        {
            (readSimulation, var inSimulation) = SimulationFile.Read(parsed.GetRequiredValue(CommandLine.SimulationPath)!, readStation, paths with { DataFolder = folder });
            all.AddRange(inSimulation);
        }

        foreach (var problem in all)
        {
            parsed.InvocationConfiguration.Error.WriteLine(problem);
        }

        (station, simulation) = (readStation!, readSimulation!);
        return all.Count == 0 && readSimulation is not null;
    }

    /// <summary>One player for each serial or TCP line and each part that the kernel would read, and one for all nodes. A line none of whose instruments has a script is left alone: a real one may be there.</summary>
    private static IEnumerable<Func<CancellationToken, Task>> Players(Station station, Simulation simulation, ILogger log)
    {
        var nodes = new List<(SimulatedInstrument, string)>();
        foreach (var line in station.Lines)
        {
            var played = station.On(line)
                .Where(i => simulation.Instruments.ContainsKey(i.Sensor))
                .Select(i => new SimulatedInstrument(i, simulation.Instruments[i.Sensor])).ToList();
            if (line is SerialStationLine serial && played.Count > 0)
            {
                yield return new SimulatedLine(serial.Settings.Path, played, TimeProvider.System, log).RunAsync;
            }
            else if (line is TcpStationLine tcp && played.Count > 0)
            {
                yield return new SimulatedSocket(new IPEndPoint(IPAddress.Loopback, tcp.Settings.Port), played, TimeProvider.System, log).RunAsync;
            }
            else if (line is FolderStationLine folder)
            {
                foreach (var (number, instrument) in station.On(line).Where(i => simulation.Instruments.ContainsKey(i.Sensor)).Index())
                {
                    yield return new SimulatedFolder(folder.Settings.Root, number, instrument.Profile, instrument.Address, played[number], TimeProvider.System).RunAsync;
                }
            }
            else if (line is MqttStationLine mqtt)
            {
                nodes.AddRange(played.Select(p => (p, mqtt.Topic.Replace("+", p.Sensor, StringComparison.Ordinal))));
            }
        }

        if (nodes.Count > 0 && simulation.NetworkServer is { } broker)
        {
            yield return new SimulatedNetworkServer(broker, station.FullName, nodes, TimeProvider.System, log).RunAsync;
        }
    }
}
