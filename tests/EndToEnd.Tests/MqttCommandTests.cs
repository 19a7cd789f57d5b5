using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using MeetNet.EndToEnd.Tests.Rig;
using MeetNet.Mqtt;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests;

/// <summary><c>mqtt pub</c> and <c>mqtt sub</c> as a shell runs them: pipes, files, signals, the environment. What needs no process is in Gateway.Tests.</summary>
public sealed class MqttCommandTests
{
    private const int Interrupt = 2;

    [Fact]
    public async Task Lines_go_in_at_one_end_and_come_out_at_the_other()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await Command.RunAsync("bash", "-c", $"{Sub(broker, "-i watch -c -q 1 -t l -E")}");
        await Command.RunAsync("bash", "-c", $"printf 'one\\n\\ntwo\\nlast' | {Pub(broker, "-t l -l -q 1")}");
        Assert.Equal("<one><><two><last>", await Command.RunAsync("bash", "-c", $"{Sub(broker, "-i watch -c -q 1 -t l -C 4 -N -F '<%p>'")}"));
    }

    [Fact]
    public async Task Output_goes_into_the_file_of_the_shell_where_the_shell_is_in_it()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await Command.RunAsync("bash", "-c", Pub(broker, "-t r -r -q 1 -m message"));
        var file = Path.Combine(broker.Folder, "output");
        await Command.RunAsync("bash", "-c", $"(echo begin; {Sub(broker, "-t r -C 1")}; {Sub(broker, "-t r -C 1 -v")}; echo end) > '{file}'");
        Assert.Equal("begin\nmessage\nr message\nend\n", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task A_reader_that_leaves_ends_it_quietly()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var error = Path.Combine(broker.Folder, "error");
        var shell = Command.RunAsync("bash", "-c", $"set -o pipefail; {Sub(broker, "-t tick")} 2> '{error}' | head -1");
        await using var client = new MqttClient(new MqttClientOptions { Host = "127.0.0.1", Port = broker.Port, ClientId = "ticker" }, TimeProvider.System);
        await client.StartAsync();
        await client.WaitConnectedAsync();
        // A closed pipe is noticed by writing to it.
        while (!shell.IsCompleted)
        {
            await client.PublishAsync("tick", "tick"u8.ToArray());
        }

        Assert.Equal("tick\n", await shell);
        Assert.Equal("", await File.ReadAllTextAsync(error));
    }

    [Fact]
    public async Task Ctrl_C_says_goodbye_to_the_broker()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var start = Start("sub", "-p", Port(broker), "-d", "-i", "watch", "-t", "a", "--will-topic", "a", "--will-payload", "cut off");
        using var process = Process.Start(start)!;
        while (await process.StandardError.ReadLineAsync() is { } line && !line.StartsWith("connected", StringComparison.Ordinal))
        {
            Assert.StartsWith("connecting", line, StringComparison.Ordinal);
        }

        Assert.Equal(0, kill(process.Id, Interrupt));
        var rest = await Eventually.DoneAsync(process.StandardError.ReadToEndAsync(), "the command to end");
        await process.WaitForExitAsync();
        Assert.Equal((0, ""), (process.ExitCode, await process.StandardOutput.ReadToEndAsync()));
        Assert.StartsWith("disconnected\n", rest, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => broker.Log.Contains("Client watch disconnected.", StringComparison.Ordinal), "the broker to hear DISCONNECT");
    }

    [Fact]
    public async Task The_password_may_be_in_the_environment()
    {
        using var folder = new TemporaryFolder();
        var passwords = folder.File("passwords");
        await File.WriteAllTextAsync(passwords, "");
        await Command.RunAsync("mosquitto_passwd", "-b", passwords, "technician", "secret");
        await using var broker = await MosquittoBroker.StartAsync(
            "password_file {folder}/passwords\n", new Dictionary<string, string> { ["passwords"] = await File.ReadAllTextAsync(passwords) });
        foreach (var (password, expected) in ((string, int)[])[("secret", 0), ("wrong", (int)MqttReasonCode.NotAuthorized)])
        {
            var start = Start("pub", "-p", Port(broker), "-u", "technician", "-t", "a", "-m", "x");
            start.Environment["MEETNET_MQTT_PASSWORD"] = password;
            using var process = Process.Start(start)!;
            await Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
            await process.WaitForExitAsync();
            Assert.Equal(expected, process.ExitCode);
        }
    }

    private static string Sub(MosquittoBroker broker, string arguments) => $"dotnet '{Programs.Gateway}' mqtt sub -p {Port(broker)} {arguments}";

    private static string Pub(MosquittoBroker broker, string arguments) => $"dotnet '{Programs.Gateway}' mqtt pub -p {Port(broker)} {arguments}";

    private static string Port(MosquittoBroker broker) => broker.Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>A test run in the background has its interrupts ignored, and its children would inherit that.</summary>
    private static ProcessStartInfo Start(params string[] arguments) => new("env", ["--default-signal=INT", "dotnet", Programs.Gateway, "mqtt", .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);
}
