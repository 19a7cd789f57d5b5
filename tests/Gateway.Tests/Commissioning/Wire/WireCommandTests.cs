using System.Net;
using System.Net.Sockets;
using MeetNet.Gateway.Commissioning.Wire;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Commissioning.Wire;

/// <summary>Command lines, and what is said and returned when something is wrong.</summary>
public sealed class WireCommandTests
{
    [Theory]
    [InlineData("pub", "--topic TOPIC", "Exit codes:")]
    [InlineData("sub", "--topic FILTER", "%j JSON")]
    public async Task Help_lists_the_options(string command, string option, string more)
    {
        await using var run = await WireRun.EndAsync(0, $"{command} --help");
        Assert.Equal((0, ""), (await run.CodeAsync(), run.Error));
        Assert.Contains(option, run.Output, StringComparison.Ordinal);
        Assert.Contains(more, run.Output, StringComparison.Ordinal);
        Assert.All(run.Output.Split('\n'), line => Assert.True(line.Length <= 150, line));
    }

    [Fact]
    public async Task Help_shows_both_commands()
    {
        await using var run = await WireRun.EndAsync(0, "--help");
        Assert.Equal(0, await run.CodeAsync());
        Assert.Contains("mqtt pub", run.Output, StringComparison.Ordinal);
        Assert.Contains("mqtt sub", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("frob", "neither pub nor sub")]
    [InlineData("pub --frob", "unknown option '--frob'")]
    [InlineData("pub topic", "'topic' belongs to no option")]
    [InlineData("pub -t", "-t needs a value: TOPIC")]
    [InlineData("pub -m x", "no topic")]
    [InlineData("pub -t a", "no message")]
    [InlineData("pub -t a -m x -n", "-m and -n both say what to send")]
    [InlineData("pub -t a/# -m x", "the topic 'a/#' holds a wildcard")]
    [InlineData("pub -t a -f /nowhere/at/all", "-f: ")]
    [InlineData("pub -t a -l --repeat 2", "--repeat is for one message")]
    [InlineData("pub -t a -m x -q 3", "-q is '3'; allowed: 0 to 2")]
    [InlineData("pub -t a -m x -p 0", "-p is '0'; allowed: 1 to 65535")]
    [InlineData("pub -t a -m x -V mqttv31", "-V is 'mqttv31'; allowed: mqttv5, mqttv311")]
    [InlineData("pub -t a -m x --repeat-delay -1", "--repeat-delay is '-1'")]
    [InlineData("pub -t a -m x -D publish nonsense 1", "-D publish nonsense: allowed: payload-format-indicator")]
    [InlineData("pub -t a -m x -D suback x 1", "-D suback: allowed: publish, will, connect")]
    [InlineData("pub -t a -m x -D publish user-property a", "-D needs a value")]
    [InlineData("pub -t a -m x -D publish payload-format-indicator 2", "-D payload-format-indicator is '2'")]
    [InlineData("pub -t a -m x -V mqttv311 -D publish content-type t", "MQTT 5.0")]
    [InlineData("pub -t a -m x -L http://h", "-L: The scheme 'http'")]
    [InlineData("pub -m x -L mqtt://h/a/b -p 1", "-h or -p and -L")]
    [InlineData("pub -m x -L mqtt://u:p@h/a -u u", "-u and -L both give the user name")]
    [InlineData("pub -t a -m x -L ws://h/mqtt --tls", "without TLS")]
    [InlineData("pub -t a -m x -P y --password-file z", "-P and --password-file")]
    [InlineData("pub -t a -m x --password-file /nowhere", "does not exist")]
    [InlineData("pub -t a -m x --cafile /nowhere", "--cafile: there is no file '/nowhere'")]
    [InlineData("pub -t a -m x --key /dev/null", "--key needs --cert")]
    [InlineData("pub -t a -m x --will-payload y", "--will-topic")]
    [InlineData("pub -t a -m x --will-topic y/#", "Will")]
    [InlineData("pub -t a -m x -i a -I b", "-i and -I")]
    [InlineData("sub", "no topic")]
    [InlineData("sub -t a/#b", "the topic filter 'a/#b' has # elsewhere")]
    [InlineData("sub -t a -T b+", "the topic filter 'b+' has + beside")]
    [InlineData("sub -t a -c", "-c needs -i")]
    [InlineData("sub -t a -x 60", "-x needs -i")]
    [InlineData("sub -t a -D connect topic-alias-maximum 70000", "-D topic-alias-maximum is '70000'")]
    [InlineData("sub -t a -c -i x -x 0", "-c keeps the session and -x 0 drops it")]
    [InlineData("sub -t a -i x -x 5 -V mqttv311", "MQTT 5.0")]
    [InlineData("sub -t a --no-local -V mqttv311", "MQTT 5.0")]
    [InlineData("sub -t $share/g/a --no-local", "[MQTT-3.8.3-4]")]
    [InlineData("sub -t a -F %z", "'%z'")]
    [InlineData("sub -t a -C 0", "-C is '0'")]
    [InlineData("sub -t a -W soon", "-W is 'soon'")]
    [InlineData("sub -t a -k 70000", "-k is '70000'; allowed: 0 to 65535")]
    public async Task A_wrong_command_line_says_why_and_ends_with_1(string commandLine, string why)
    {
        await using var run = await WireRun.EndAsync(0, commandLine);
        Assert.Equal((WireExitCodes.Usage, ""), (await run.CodeAsync(), run.Output));
        Assert.StartsWith("Error: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.Contains("--help' tells more.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quiet_is_quiet()
    {
        await using var run = await WireRun.EndAsync(0, "pub --quiet -t a");
        Assert.Equal((WireExitCodes.Usage, ""), (await run.CodeAsync(), run.Error));
    }

    [Fact]
    public async Task A_password_file_that_others_may_read_is_refused()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("password"), "tulip");
        File.SetUnixFileMode(folder.File("password"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await using var run = await WireRun.EndAsync(0, "pub -u u -t a -m x --password-file", folder.File("password"));
        Assert.Equal(WireExitCodes.Usage, await run.CodeAsync());
        Assert.Contains("chmod 600", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("tulip", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pub -t a -m x")]
    [InlineData("sub -t a")]
    public async Task Without_a_broker_it_ends_with_14(string commandLine)
    {
        await using var run = await WireRun.EndAsync(MosquittoBroker.FreePort(), commandLine);
        Assert.Equal(WireExitCodes.NotReached, await run.CodeAsync());
        Assert.Contains("was not reached", run.Error, StringComparison.Ordinal);
        Assert.Contains("-p", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_not_waited_for()
    {
        var time = new ManualTimeProvider();
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        await using var run = WireRun.StartAt(time, ((IPEndPoint)mute.LocalEndpoint).Port, "sub -d -t a");
        using var accepted = await mute.AcceptSocketAsync();
        await run.SaysAsync("connecting");
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(WireExitCodes.NotReached, await run.CodeAsync());
        Assert.Contains("no answer", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task A_refused_password_ends_with_the_reason_code(string version)
    {
        await using var broker = await Mosquitto.GuardedBrokerAsync();
        foreach (var command in (string[])["pub -t ok/a -m x", "sub -t ok/a"])
        {
            await using var run = await WireRun.EndAsync(broker.Port, $"{command} -V {version} -u technician -P wrong");
            Assert.Equal(135, await run.CodeAsync());
            Assert.Contains("0x87 NotAuthorized", run.Error, StringComparison.Ordinal);
            Assert.Contains("--password-file", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_password_may_come_from_a_file_or_with_the_address()
    {
        await using var broker = await Mosquitto.GuardedBrokerAsync();
        var file = Path.Combine(broker.Folder, "password");
        await File.WriteAllTextAsync(file, "secret\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var byFile = await WireRun.EndAsync(broker.Port, $"pub -t ok/a -m x -q 1 -u technician --password-file {file}");
        await using var byAddress = await WireRun.EndAsync(0, $"pub -m x -q 1 -L mqtt://technician:secret@127.0.0.1:{broker.Port}/ok/a");
        Assert.Equal((0, "nobody is subscribed to 'ok/a'\n"), (await byFile.CodeAsync(), byFile.Error));
        Assert.Equal((0, "nobody is subscribed to 'ok/a'\n"), (await byAddress.CodeAsync(), byAddress.Error));
    }

    [Fact]
    public async Task A_refused_message_ends_with_the_reason_code()
    {
        await using var broker = await Mosquitto.GuardedBrokerAsync();
        await using var run = await WireRun.EndAsync(broker.Port, "pub -t elsewhere -m x -q 1 -u technician -P secret");
        Assert.Equal(135, await run.CodeAsync());
        Assert.Contains("refused message 1 on 'elsewhere': 0x87", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TLS_to_a_port_without_it_says_so()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var run = await WireRun.EndAsync(broker.Port, "pub -t a -m x --tls");
        Assert.Equal(WireExitCodes.Tls, await run.CodeAsync());
        Assert.Contains("TLS", run.Error, StringComparison.Ordinal);
    }
}
