using System.CommandLine;
using MeetNet.Gateway.Commissioning.Wire;
using MeetNet.Hosting;

namespace MeetNet.Gateway.Commissioning;

/// <summary>The words of the command line: <c>run</c>, <c>check</c> (or <c>--check</c>), <c>simulate</c>, <c>decode</c>, <c>capture</c>, <c>command</c> and <c>mqtt</c>.</summary>
internal static class CommandLine
{
    private const string Examples = """


        Examples:
          meetnet-gateway check --config /etc/meetnet/gateway.yaml
          meetnet-gateway run --config /etc/meetnet/gateway.yaml --data /var/lib/meetnet-gateway
          meetnet-gateway simulate --station firmware-config/stations/brabantse-wal.yaml \
              --simulation firmware-config/simulation/brabantse-wal.yaml --lines data/lines/brabantse-wal --broker mqtt://127.0.0.1
          meetnet-gateway simulate plantower/pms5003 --pty ttyDust --play ramp --disturb silence:1m:10s
          echo '42 4D 00 1C …' | meetnet-gateway decode plantower/pms5003
          meetnet-gateway mqtt sub -p 1883 -t 'meetnet/#' -v
        """;

    internal static readonly Option<string> Config = new("--config", "-c") { Description = "The gateway file (YAML).", HelpName = "FILE", Recursive = true };

    internal static readonly Option<string?> Data = new("--data", "-d")
    {
        Description = "Folder of the outbox and the secrets; made when missing.",
        HelpName = "DIR",
        Recursive = true,
    };

    internal static readonly Option<string> Lines = new("--lines")
    {
        Description = "Folder of the serial ports that the station file names.",
        HelpName = "DIR",
        DefaultValueFactory = _ => "/dev",
        Recursive = true,
    };

    internal static readonly Option<string?> Broker = new("--broker") { Description = "Use this broker for everything instead.", HelpName = "ADDRESS", Recursive = true };

    internal static readonly Option<string?> Listen = new("--listen") { Description = "Serve /healthz, /metrics and /api/books here instead.", HelpName = "ADDRESS:PORT" };

    internal static readonly Option<string?> StationFile = new("--station") { Description = "The station file.", HelpName = "FILE" };

    internal static readonly Option<string?> SimulationPath = new("--simulation") { Description = "What the instruments of the station play.", HelpName = "FILE" };

    internal static readonly Option<string?> Profiles = new("--profiles") { Description = "The folder of device profiles; otherwise '../profiles' beside the station file, or firmware-config/profiles.", HelpName = "DIR" };

    private static readonly Option<bool> Check = new("--check") { Description = "Check the configuration and stop; the same as 'check'." };

    /// <summary>Runs a command line; the exit code is one of <see cref="ExitCodes"/>.</summary>
    /// <param name="invocation">Where output goes; null for the console.</param>
    public static async Task<int> RunAsync(string[] arguments, InvocationConfiguration? invocation = null)
    {
        if (arguments is [WireCommand.Name, .. var rest])
        {
            // Before anything else: its options are mosquitto's, where -c and -d mean other things, and take whatever follows them.
            return await WireCommand.RunAsync(rest);
        }

        // The host and the simulator handle SIGTERM and Ctrl-C themselves: a gateway takes the time that draining takes.
        invocation ??= new InvocationConfiguration { ProcessTerminationTimeout = null };
        var root = new RootCommand("The gateway of MeetNet: reads a station's instruments, harmonises and delivers." + Examples) { Config, Data, Lines, Broker, Check };
        var run = new Command("run", "Run the gateway in the foreground until SIGTERM or Ctrl-C.") { Listen };
        var check = new Command("check", "Check the configuration: every problem as file:line:column: message.");
        var simulate = new Command("simulate", "Play the instruments of a station, or one of a profile, on pseudo-terminals, TCP ports and a broker.")
        {
            ProfileArguments.OptionalName, StationFile, SimulationPath, Profiles, PlayProfile.Terminal, PlayProfile.Tcp, PlayProfile.Folder, PlayProfile.Topic,
            ProfileArguments.At, ProfileArguments.Framing, PlayArguments.Shape, PlayArguments.Values, PlayArguments.Disturbances, PlayArguments.Every,
        };
        root.Subcommands.Add(run);
        root.Subcommands.Add(check);
        root.Subcommands.Add(simulate);
        root.Subcommands.Add(RecalibrateCommand.Create());
        var decode = new Command("decode", "Say what an instrument's bytes mean, or where they are wrong: hexadecimal or text from standard input.")
        {
            ProfileArguments.Name, DecodeCommand.Input, DecodeCommand.AsText, DecodeCommand.Exchange, DecodeCommand.Topic, ProfileArguments.At, ProfileArguments.Framing, Profiles,
        };
        root.Subcommands.Add(decode);
        var capture = new Command("capture", "Write down what passes a line of a station, as vectors. The gateway must not run.")
        {
            CaptureCommand.Line, StationFile, Profiles, CaptureCommand.For, CaptureCommand.Output,
        };
        root.Subcommands.Add(capture);
        var command = new Command("command", "Tell an instrument of a station to do something that its profile knows. The gateway must not run.")
        {
            InstructCommand.Sensor, InstructCommand.Word, InstructCommand.Number, StationFile, Profiles,
        };
        root.Subcommands.Add(command);
        root.Subcommands.Add(new Command(WireCommand.Name, "Publish to a broker and look at what goes through it; 'mqtt --help' tells more."));
        root.SetAction(parsed =>
        {
            if (parsed.GetValue(Check))
            {
                return CheckCommand.Run(parsed);
            }

            parsed.InvocationConfiguration.Error.WriteLine("Say what to do: run, check, simulate, recalibrate, decode, capture, command or mqtt. --help tells more.");
            return ExitCodes.Usage;
        });
        check.SetAction(CheckCommand.Run);
        run.SetAction((parsed, _) => RunCommand.RunAsync(parsed));
        simulate.SetAction(SimulateCommand.RunAsync);
        decode.SetAction(DecodeCommand.RunAsync);
        capture.SetAction(CaptureCommand.RunAsync);
        command.SetAction(InstructCommand.RunAsync);

        var line = root.Parse(arguments);
        if (line.Errors.Count == 0)
        {
            return await line.InvokeAsync(invocation);
        }

        foreach (var error in line.Errors)
        {
            await invocation.Error.WriteLineAsync(error.Message);
        }

        await invocation.Error.WriteLineAsync("--help tells more.");
        return ExitCodes.Usage;
    }

    /// <summary>The paths and the broker that the options name; false after saying what is wrong with them.</summary>
    internal static bool TryPaths(ParseResult parsed, string? dataFolder, out ConfigurationPaths paths)
    {
        paths = new ConfigurationPaths(dataFolder, parsed.GetRequiredValue(Lines));
        if (parsed.GetValue(Broker) is not { } text)
        {
            return true;
        }

        if (!BrokerOptions.TryReadAddress(text, out var broker, out var problem))
        {
            parsed.InvocationConfiguration.Error.WriteLine($"--broker: {problem}");
            return false;
        }

        paths = paths with { Broker = broker };
        return true;
    }
}
