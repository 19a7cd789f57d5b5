using System.CommandLine;
using MeetNet.Hosting;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Series;
using MeetNet.Ingest.Tests.Intake;
using MeetNet.Sqlite;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _config;

    public CommandLineTests()
    {
        _config = _folder.File("ingest.yaml");
        File.WriteAllText(_config, "hub: demo\nbroker: {address: mqtt://127.0.0.1}\nlog: {level: error}\n");
    }

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ExitCodes.Ok, "check", "--config", "{config}")]
    [InlineData(ExitCodes.Ok, "--check", "--config", "{config}")]
    [InlineData(ExitCodes.Ok, "--help")]
    [InlineData(ExitCodes.Usage)]
    [InlineData(ExitCodes.Usage, "check")]
    [InlineData(ExitCodes.Usage, "check", "--config", "/nowhere.yaml")]
    [InlineData(ExitCodes.Usage, "run", "--config", "{config}")]
    [InlineData(ExitCodes.Usage, "run", "--config", "{config}", "--data", "{data}", "--listen", "here")]
    [InlineData(ExitCodes.Usage, "run", "--config", "{config}", "--data", "{data}", "--broker", "here")]
    [InlineData(ExitCodes.Usage, "dance")]
    [InlineData(ExitCodes.Usage, "rebuild", "nothing", "--config", "{config}", "--data", "{data}")]
    public async Task Exit_codes(int expected, params string[] arguments) => Assert.Equal(expected, await RunAsync(arguments));

    [Theory]
    [InlineData("mqtt://me:hunter2@here", "--broker: A user name or password does not belong in the address")]
    [InlineData("ws://here/mqtt", "--broker: ws://here:80/mqtt is without TLS, and the ingest file has 'tls' for its broker; allowed: mqtts:// and wss://")]
    public async Task Another_broker_must_fit_the_file_and_never_shows_a_secret(string broker, string expected)
    {
        await File.WriteAllTextAsync(_config, "hub: demo\nbroker: {address: mqtts://h, tls: {serverName: x}}\n");
        using var error = new StringWriter();
        Directory.CreateDirectory(Data);
        Assert.Equal(ExitCodes.Usage, await CommandLine.RunAsync(["run", "--config", _config, "--data", Data, "--broker", broker], new InvocationConfiguration { Error = error }));
        Assert.StartsWith(expected, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_says_how_many_rules_there_are()
    {
        var rules = RepositoryFile.PathOf("firmware-config/rules");
        await File.AppendAllTextAsync(_config, $"rules: {rules}\n");
        using var output = new StringWriter();
        Assert.Equal(ExitCodes.Ok, await CommandLine.RunAsync(["check", "--config", _config], new InvocationConfiguration { Output = output }));
        Assert.Contains($": hub 'demo', {Directory.GetFiles(rules, "*.yaml").Length} rules, no problems", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("frob")]
    [InlineData("rebuild")]
    public async Task A_command_line_that_is_not_understood_ends_with_a_hint(string argument)
    {
        using var error = new StringWriter();
        Assert.Equal(ExitCodes.Usage, await CommandLine.RunAsync([argument], new InvocationConfiguration { Error = error }));
        Assert.EndsWith("\n--help tells more.", error.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rebuild_refuses_while_the_hub_runs_on_the_same_folder()
    {
        using (DataLock.TryTake(Data))
        {
            Assert.Equal(ExitCodes.Failure, await RunAsync("rebuild", "series", "--config", _config, "--data", Data));
            Assert.Equal(ExitCodes.Failure, await RunAsync("run", "--config", _config, "--data", Data));
        }
        Assert.Equal(ExitCodes.Ok, await RunAsync("rebuild", "series", "--config", _config, "--data", Data));
    }

    [Fact]
    public async Task Rebuild_makes_the_series_again_from_the_log()
    {
        Directory.CreateDirectory(Data);
        using (var log = FactTransaction.Open(Path.Combine(Data, FactSchema.FileName), SqliteSynchronous.Full, new()))
        {
            log.Commit([Messages.BatchArrival(1, 500), Messages.BatchArrival(400, 900)]);
        }
        var series = Path.Combine(Data, "series.db");
        Assert.Equal(ExitCodes.Ok, await RunAsync("rebuild", "series", "--config", _config, "--data", Data));
        var first = await DumpAsync(series);
        Assert.Equal(900, first.Count);
        File.Delete(series);
        Assert.Equal(ExitCodes.Ok, await RunAsync("rebuild", "series", "--config", _config, "--data", Data));
        Assert.Equal(first, await DumpAsync(series));
    }

    private Task<int> RunAsync(params string[] arguments) => CommandLine.RunAsync(
        [.. arguments.Select(argument => argument.Replace("{config}", _config, StringComparison.Ordinal).Replace("{data}", Data, StringComparison.Ordinal))]);

    private static async Task<IReadOnlyList<SeriesPoint>> DumpAsync(string path)
    {
        using var store = new SqliteSeries(path);
        var range = new SeriesRange("vmm/kalmthoutse-heide/nh3-1/nh3", DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue) { AllRevisions = true, Limit = SeriesRange.MaxLimit };
        return (await store.ReadAsync(range, default)).Points;
    }
}
