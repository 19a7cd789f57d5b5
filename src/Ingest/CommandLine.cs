using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using MeetNet.Hosting;
using MeetNet.Ingest.Alerting;
using MeetNet.Ingest.Import;
using MeetNet.Ingest.Reharmonise;
using MeetNet.Ingest.Series;
using MeetNet.Sqlite;
using MeetNet.Yaml;

namespace MeetNet.Ingest;

/// <summary>The words of the command line: <c>run</c>, <c>check</c> (or <c>--check</c>), <c>rebuild</c>, <c>import</c> and <c>reharmonise</c>.</summary>
internal static class CommandLine
{
    private static readonly Option<string> Config = new("--config", "-c")
    {
        Description = "The ingest file (YAML).",
        HelpName = "FILE",
        Recursive = true,
    };

    private static readonly Option<string?> Data = new("--data", "-d")
    {
        Description = "Folder of the log, the projections and the secrets; made when missing.",
        HelpName = "DIR",
        Recursive = true,
    };

    private static readonly Option<bool> Check = new("--check") { Description = "Check the configuration and stop; the same as 'check'." };

    private static readonly Option<string?> Listen = new("--listen") { Description = "Serve HTTP here instead.", HelpName = "ADDRESS:PORT" };

    private static readonly Option<string?> Broker = new("--broker") { Description = "Use this broker instead.", HelpName = "ADDRESS" };

    private static readonly Option<string?> Influx = new("--influx")
    {
        Description = "Write an InfluxDB as well: its database 'meetnet', made when missing.",
        HelpName = "URL",
    };

    private static readonly Argument<string> Projection = new("NAME") { Description = "series, catalogue, alerting, or the name of an InfluxDB." };

    /// <summary>Runs a command line; the exit code is one of <see cref="ExitCodes"/>.</summary>
    /// <param name="invocation">Where output goes; null for the console.</param>
    public static async Task<int> RunAsync(string[] arguments, InvocationConfiguration? invocation = null)
    {
        invocation ??= new InvocationConfiguration();
        var root = new RootCommand("The hub of MeetNet: takes observations from the broker, keeps them, answers queries and warns.") { Config, Data, Check };
        var run = new Command("run", "Run the hub in the foreground until SIGTERM or Ctrl-C.") { Listen, Broker, Influx };
        var check = new Command("check", "Check the configuration: every problem as file:line:column: message.");
        var rebuild = new Command("rebuild", "Drop a projection and make it again from the log. The hub must not be running on the same folder.") { Projection };
        root.Subcommands.Add(run);
        root.Subcommands.Add(check);
        root.Subcommands.Add(rebuild);
        var import = ImportCommand.Create();
        root.Subcommands.Add(import);
        root.SetAction(parsed =>
        {
            if (parsed.GetValue(Check))
            {
                return CheckConfiguration(parsed);
            }
            parsed.InvocationConfiguration.Error.WriteLine("Say what to do: run, check, rebuild, import or reharmonise. --help tells more.");
            return ExitCodes.Usage;
        });
        check.SetAction(CheckConfiguration);
        run.SetAction((parsed, _) => RunHubAsync(parsed));
        rebuild.SetAction(RebuildAsync);
        import.SetAction(Import);
        var reharmonise = ReharmoniseCommand.Create();
        root.Subcommands.Add(reharmonise);
        reharmonise.SetAction(ReharmoniseAsync);

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

    private static int CheckConfiguration(ParseResult parsed)
    {
        if (!TryReadOptions(parsed, out var options, out var rules))
        {
            return ExitCodes.Usage;
        }
        parsed.InvocationConfiguration.Output.WriteLine($"{parsed.GetValue(Config)}: hub '{options.Hub}', {rules} {(rules == 1 ? "rule" : "rules")}, no problems");
        return ExitCodes.Ok;
    }

    private static async Task<int> RunHubAsync(ParseResult parsed)
    {
        if (!TryReadOptions(parsed, out var options, out _) || !TryTakeLock(parsed, options, out var taken))
        {
            return ExitCodes.Usage;
        }
        if (taken is null)
        {
            return ExitCodes.Failure;
        }
        using (taken)
        {
            return await Hub.RunAsync(options, parsed.InvocationConfiguration.Error);
        }
    }

    private static async Task<int> RebuildAsync(ParseResult parsed, CancellationToken stopping)
    {
        if (!TryReadOptions(parsed, out var options, out _) || !TryTakeLock(parsed, options, out var taken))
        {
            return ExitCodes.Usage;
        }
        if (taken is null)
        {
            return ExitCodes.Failure;
        }
        using (taken)
        {
            return await Rebuild.RunAsync(
                options, parsed.GetRequiredValue(Projection), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, stopping);
        }
    }

    private static int Import(ParseResult parsed)
    {
        if (!ImportCommand.TryRead(parsed, out var format, out var import)
            || !TryReadOptions(parsed, out var options, out _) || !TryTakeLock(parsed, options, out var taken))
        {
            return ExitCodes.Usage;
        }
        if (taken is null)
        {
            return ExitCodes.Failure;
        }
        using (taken)
        {
            return SeriesImport.Run(options, import, format, TimeProvider.System, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        }
    }

    private static async Task<int> ReharmoniseAsync(ParseResult parsed, CancellationToken stopping)
    {
        if (!ReharmoniseCommand.TryRead(parsed, out var request) || !TryReadOptions(parsed, out var options, out _) || !TryTakeLock(parsed, options, out var taken))
        {
            return ExitCodes.Usage;
        }
        if (taken is null)
        {
            return ExitCodes.Failure;
        }
        using (taken)
        {
            return await Reharmonising.RunAsync(
                options, request, TimeProvider.System, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, stopping);
        }
    }

    /// <summary>Reads the configuration and says every problem of it; false when there is one.</summary>
    private static bool TryReadOptions(ParseResult parsed, out IngestOptions options, out int rules)
    {
        options = null!;
        rules = 0;
        var error = parsed.InvocationConfiguration.Error;
        var checking = parsed.CommandResult.Command.Name is not ("run" or "rebuild" or "import" or ReharmoniseCommand.Name);
        if (parsed.GetValue(Config) is not { } config)
        {
            error.WriteLine("--config FILE is missing");
            return false;
        }
        var data = parsed.GetValue(Data);
        if (data is null && !checking)
        {
            error.WriteLine("--data DIR is missing");
            return false;
        }
        var (read, found) = IngestFile.Read(config, data);
        var problems = new List<YamlProblem>(found);
        if (read?.RulesDirectory is { } folder)
        {
            rules = RuleReader.ReadFolder(folder, out var inRules).Count;
            problems.AddRange(inRules);
        }
        foreach (var problem in problems)
        {
            error.WriteLine(problem);
        }
        if (problems.Count > 0 || read is null)
        {
            return false;
        }
        options = read;
        return parsed.CommandResult.Command.Name != "run" || TryOverride(parsed, ref options);
    }

    private static bool TryOverride(ParseResult parsed, ref IngestOptions options)
    {
        var error = parsed.InvocationConfiguration.Error;
        if (parsed.GetValue(Listen) is { } listen)
        {
            if (!IPEndPoint.TryParse(listen, out var address) || address.Port == 0)
            {
                error.WriteLine($"--listen is '{listen}'; allowed: an address and a port such as 127.0.0.1:8080");
                return false;
            }
            options = options with { Listen = address };
        }
        if (parsed.GetValue(Broker) is { } broker)
        {
            if (!BrokerOptions.TryReadAddress(broker, out var address, out var problem))
            {
                error.WriteLine($"--broker: {problem}");
                return false;
            }
            if (options.Broker.Tls is not null && !address.IsSecure)
            {
                error.WriteLine($"--broker: {address} is without TLS, and the ingest file has 'tls' for its broker; allowed: mqtts:// and wss://");
                return false;
            }
            options = options with { Broker = options.Broker with { Address = address } };
        }
        if (parsed.GetValue(Influx) is { } influx)
        {
            if (!Uri.TryCreate(influx, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || options.Influx.Any(other => other.Name == "influx"))
            {
                error.WriteLine($"--influx is '{influx}'; allowed: an address such as http://127.0.0.1:8086, when the ingest file has no InfluxDB named 'influx'");
                return false;
            }
            options = options with { Influx = [.. options.Influx, new InfluxOptions { Name = "influx", Url = url, Database = "meetnet", CreateDatabase = true }] };
        }
        return true;
    }

    /// <summary>False when the data folder can't be used; a null lock when another process is running on it.</summary>
    private static bool TryTakeLock(ParseResult parsed, IngestOptions options, out DataLock? taken)
    {
        taken = null;
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            taken = DataLock.TryTake(options.DataDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"--data {options.DataDirectory}: the folder can't be used: {e.Message}");
            return false;
        }
        if (taken is null)
        {
            error.WriteLine($"{options.DataDirectory} is in use by another ingest process: stop it first");
        }
        return true;
    }
}
