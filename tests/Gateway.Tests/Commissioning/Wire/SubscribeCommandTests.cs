using MeetNet.Gateway.Commissioning.Wire;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Commissioning.Wire;

/// <summary><c>mqtt sub</c> over a real broker.</summary>
public sealed class SubscribeCommandTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task A_kept_session_acknowledges_what_was_printed_and_nothing_else(string quality)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        var session = $"-i watch -c -q {quality} -t a/#";
        await using var subscribe = await WireRun.EndAsync(broker.Port, $"sub {session} -E");
        Assert.Equal((0, ""), (await subscribe.CodeAsync(), subscribe.Output));
        foreach (var message in (string[])["one", "two", "three", "four"])
        {
            await Mosquitto.PublishAsync(broker.Port, "-t", "a/b", "-q", quality, "-m", message);
        }

        await using var first = await WireRun.EndAsync(broker.Port, $"sub {session} -C 1");
        Assert.Equal("one\n", first.Output);
        // Nothing of what can't be written is acknowledged.
        await using var broken = WireRun.StartWithoutOutput(new IOException("No space left on device"), broker.Port, $"sub {session}");
        Assert.Equal(WireExitCodes.Usage, await broken.CodeAsync());
        Assert.Contains("No space left on device", broken.Error, StringComparison.Ordinal);
        await using var closed = WireRun.StartWithoutOutput(new OutputClosedException(), broker.Port, $"sub {session}");
        Assert.Equal((0, ""), (await closed.CodeAsync(), closed.Error));
        await using var rest = await WireRun.EndAsync(broker.Port, $"sub {session} -C 3");
        Assert.Equal("two\nthree\nfour\n", rest.Output);
    }

    [Fact]
    public async Task It_ends_when_the_time_is_over()
    {
        var time = new ManualTimeProvider();
        await using var broker = await MosquittoBroker.StartAsync();
        await using var run = WireRun.StartAt(time, broker.Port, "sub -d -t a -W 5");
        await run.ConnectedAsync();
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(WireExitCodes.Timeout, await run.CodeAsync());
    }

    [Fact]
    public async Task Ctrl_C_ends_it_and_counters_are_shown()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var run = WireRun.Start(broker.Port, "sub -d -q 1 -v -t a -i watch");
        await run.ConnectedAsync();
        await Mosquitto.PublishAsync(broker.Port, "-t", "a", "-q", "1", "-m", "x");
        await run.PrintsAsync("a x\n");
        await run.InterruptAsync();
        Assert.Equal(0, await run.CodeAsync());
        Assert.Contains("connected as 'watch', session new", run.Error, StringComparison.Ordinal);
        Assert.Contains("messages received 1, again 0, acknowledged 1", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retained_messages_are_sorted_out()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await Mosquitto.PublishAsync(broker.Port, "-t", "r/1", "-r", "-m", "old");
        await using var retained = WireRun.Start(broker.Port, "sub -d -v -t r/# --retained-only");
        await using var fresh = WireRun.Start(broker.Port, "sub -d -v -t r/# -R -C 1");
        await using var flagged = WireRun.Start(broker.Port, "sub -d -t r/2 --retain-as-published -C 1", "-F", "%r %p");
        await Task.WhenAll(retained.PrintsAsync("r/1 old"), fresh.ConnectedAsync(), flagged.ConnectedAsync());
        await Mosquitto.PublishAsync(broker.Port, "-t", "r/2", "-r", "-m", "new");
        await Task.WhenAll(fresh.CodeAsync(), flagged.CodeAsync());
        Assert.Equal("r/2 new\n", fresh.Output);
        Assert.Equal("1 new\n", flagged.Output);
        // With retain-as-published it would be retained: for a plain subscription it is fresh, and that is its end.
        Assert.Equal(0, await retained.CodeAsync());
        Assert.Equal("r/1 old\n", retained.Output);
    }

    [Fact]
    public async Task Filtered_out_topics_are_not_printed_and_do_not_count()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var run = WireRun.Start(broker.Port, "sub -d -v -t a/# -t b -T a/+/noise -T b -C 2");
        await run.ConnectedAsync();
        foreach (var topic in (string[])["a/1/noise", "a/1", "b", "a/1/noise/2"])
        {
            await Mosquitto.PublishAsync(broker.Port, "-t", topic, "-m", "x");
        }

        Assert.Equal(0, await run.CodeAsync());
        Assert.Equal("a/1 x\na/1/noise/2 x\n", run.Output);
    }

    [Fact]
    public async Task Subscribers_of_a_group_share()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var one = WireRun.Start(broker.Port, "sub -d -t $share/g/s/#");
        await using var other = WireRun.Start(broker.Port, "sub -d -t $share/g/s/#");
        await Task.WhenAll(one.ConnectedAsync(), other.ConnectedAsync());
        for (var i = 0; i < 4; i++)
        {
            await Mosquitto.PublishAsync(broker.Port, "-t", "s/1", "-m", "x");
        }

        await Eventually.TrueAsync(() => one.Bytes.Length + other.Bytes.Length == 8, "four lines in all");
        Assert.Equal("x\nx\nx\nx\n", one.Output + other.Output);
    }

    [Fact]
    public async Task A_lost_connection_is_said_and_comes_back()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var run = WireRun.Start(broker.Port, "sub -d -t a -C 1 -k 5");
        await run.ConnectedAsync();
        broker.Kill();
        await run.SaysAsync("connection lost");
        await broker.StartAgainAsync();
        await Mosquitto.PublishAsync(broker.Port, "-t", "a", "-r", "-m", "back");
        Assert.Equal(0, await run.CodeAsync());
        Assert.Equal("back\n", run.Output);
    }

    [Fact]
    public async Task A_will_is_published_when_the_command_is_cut_off()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var watch = WireRun.Start(broker.Port, "sub -d -v -t w -C 1");
        await watch.ConnectedAsync();
        await using var cut = WireRun.Start(broker.Port, "sub -d -t x -i same --will-topic w --will-payload gone");
        await cut.ConnectedAsync();
        // The server drops the older of two with the same identifier, and publishes its will.
        await Mosquitto.PublishAsync(broker.Port, "-i", "same", "-t", "x", "-m", "x");
        Assert.Equal(0, await watch.CodeAsync());
        Assert.Equal("w gone\n", watch.Output);
    }

    [Fact]
    public async Task An_address_names_server_and_filter_or_a_socket()
    {
        await using var broker = await MosquittoBroker.StartAsync("listener 0 {folder}/socket\nlistener {port} 127.0.0.1\n");
        await Mosquitto.PublishAsync(broker.Port, "-t", "a/b", "-r", "-m", "x");
        await using var byAddress = await WireRun.EndAsync(0, $"sub -v -C 1 -L mqtt://127.0.0.1:{broker.Port}/a/#");
        await using var bySocket = await WireRun.EndAsync(0, $"sub -v -C 1 -t a/# --unix {broker.Folder}/socket");
        await using var bySocketAddress = await WireRun.EndAsync(0, $"sub -v -C 1 -t a/# -L unix://{broker.Folder}/socket");
        Assert.All([byAddress, bySocket, bySocketAddress], run => Assert.Equal("a/b x\n", run.Output));
    }
}
