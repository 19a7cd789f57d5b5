using System.CommandLine;
using MeetNet.Gateway.Commissioning;
using MeetNet.Hosting;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Commissioning;

public sealed class CommandLineTests
{
    private static readonly string Sound = RepositoryFile.PathOf("firmware-config/gateway/brabantse-wal.yaml");

    [Fact]
    public async Task Check_says_what_there_is_and_ends_with_0()
    {
        var (code, output, error) = await RunAsync("check", "--config", Sound);
        Assert.Equal((ExitCodes.Ok, ""), (code, error));
        Assert.Contains("noord-brabant/brabantse-wal, 4 lines, 4 instruments, 6 datastreams, hubs demo: no problems", output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, (await RunAsync("--check", "--config", Sound)).Code);
    }

    [Fact]
    public async Task Every_problem_of_every_file_is_said_and_the_exit_code_is_2()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("gateway.yaml");
        var station = RepositoryFile.PathOf("tests/Gateway.Tests/invalid-stations/swapped-coordinates.yaml");
        await File.WriteAllTextAsync(file, $"station: {station}\nprofiles: {TestStations.Profiles}\nhubs: [{{name: a, address: mqtt://h}}]\n");
        foreach (var command in (string[][])[["check"], ["--check"], ["run", "--data", folder.Path]])
        {
            var (code, _, error) = await RunAsync([.. command, "--config", file]);
            Assert.Equal(ExitCodes.Usage, code);
            Assert.Contains($"{station}:6:22: 4.44 N 51.39 E is outside", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("check")]
    [InlineData("run")]
    [InlineData("run", "--config", "none.yaml")]
    [InlineData("nonsense")]
    [InlineData("check", "--broker", "nowhere", "--config", "x")]
    [InlineData("simulate", "--station", "x", "--simulation", "y")]
    public async Task A_wrong_command_line_says_why_and_ends_with_2(params string[] arguments)
    {
        var (code, _, error) = await RunAsync(arguments);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.NotEqual("", error.Trim());
    }

    [Theory]
    [InlineData("127.0.0.1:1883", "--broker: The address")]
    [InlineData("mqtt://me:hunter2@h", "--broker: A user name or password does not belong in the address")]
    public async Task Another_broker_is_an_address_without_a_secret(string broker, string expected)
    {
        var (code, _, error) = await RunAsync("check", "--config", "x", "--broker", broker);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.StartsWith(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("frob")]
    [InlineData("run", "--frob")]
    [InlineData("simulate")]
    public async Task A_command_line_that_is_not_understood_ends_with_a_hint(params string[] arguments) =>
        Assert.EndsWith("\n--help tells more.", (await RunAsync(arguments)).Error.TrimEnd(), StringComparison.Ordinal);

    [Fact]
    public async Task Help_shows_examples()
    {
        var (code, output, _) = await RunAsync("--help");
        Assert.Equal(ExitCodes.Ok, code);
        Assert.Contains("meetnet-gateway run --config", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = null });
        return (code, output.ToString(), error.ToString());
    }
}
