using MeetNet.Gateway.Commissioning.Wire;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Commissioning.Wire;

/// <summary><c>mqtt pub</c> over a real broker.</summary>
public sealed class PublishCommandTests
{
    [Fact]
    public async Task Lines_are_messages_as_they_come()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var watch = WireRun.Start(broker.Port, "sub -d -q 1 -t l -C 5", "-F", "[%x]");
        await watch.ConnectedAsync();
        await using var run = WireRun.Start(broker.Port, "pub -t l -l -q 1");
        await run.TypeAsync("one\n\ntw");
        await watch.PrintsAsync("[6f6e65]\n[]\n");
        await run.TypeAsync("o\r\n-t\nlast");
        await run.EndInputAsync();
        Assert.Equal((0, ""), (await run.CodeAsync(), run.Error));
        Assert.Equal(0, await watch.CodeAsync());
        Assert.Equal("[6f6e65]\n[]\n[74776f0d]\n[2d74]\n[6c617374]\n", watch.Output);
    }

    [Fact]
    public async Task Many_lines_keep_their_order()
    {
        const int Count = 2_000;
        await using var broker = await MosquittoBroker.StartAsync("max_queued_messages 0\n");
        await using var watch = WireRun.Start(broker.Port, $"sub -d -q 1 -t l -C {Count}");
        await watch.ConnectedAsync();
        await using var run = WireRun.Start(broker.Port, "pub -t l -l -q 1 -M 20");
        var lines = string.Concat(Enumerable.Range(0, Count).Select(i => $"{i}\n"));
        await run.TypeAsync(lines);
        await run.EndInputAsync();
        Assert.Equal((0, 0), (await run.CodeAsync(), await watch.CodeAsync()));
        Assert.Equal(lines, watch.Output);
    }

    [Fact]
    public async Task Whole_input_files_and_options_as_messages_go_out_as_they_are()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var watch = WireRun.Start(broker.Port, "sub -d -q 1 -t f -C 8", "-F", "[%p]");
        await watch.ConnectedAsync();
        await using var whole = WireRun.Start(broker.Port, "pub -t f -s -q 1");
        await whole.TypeAsync("two\nlines\n");
        await whole.EndInputAsync();
        Assert.Equal(0, await whole.CodeAsync());
        var file = Path.Combine(broker.Folder, "message");
        await File.WriteAllTextAsync(file, "from a file\n");
        await using var filed = await WireRun.EndAsync(broker.Port, $"pub -t f -q 1 -f {file} --repeat 2");
        foreach (var message in (string[])["-d", "--", "@home", "--help", ""])
        {
            await using var run = await WireRun.EndAsync(broker.Port, "pub -t f -q 1 -m", message);
            Assert.Equal((0, ""), (await run.CodeAsync(), run.Error));
        }

        Assert.Equal(0, await watch.CodeAsync());
        Assert.Equal("[two\nlines\n]\n[from a file\n]\n[from a file\n]\n[-d]\n[--]\n[@home]\n[--help]\n[]\n", watch.Output);
    }

    [Fact]
    public async Task Repeats_wait_in_between()
    {
        var time = new ManualTimeProvider();
        await using var broker = await MosquittoBroker.StartAsync();
        await using var watch = WireRun.Start(broker.Port, "sub -d -t f");
        await watch.ConnectedAsync();
        await using var run = WireRun.StartAt(time, broker.Port, "pub -d -k 0 -t f -m x --repeat 2 --repeat-delay 7.5");
        await watch.PrintsAsync("x\n");
        Assert.Equal("x\n", watch.Output);
        // The delay begins after the first message; the clock moves until it has ended. Without keep-alive nothing else hangs on the clock.
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return run.Error.Contains("message 2 goes out", StringComparison.Ordinal);
            },
            "the second message");
        Assert.Equal(0, await run.CodeAsync());
        await watch.PrintsAsync("x\nx\n");
    }

    [Fact]
    public async Task A_connection_lost_with_a_message_under_way_ends_with_7()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var run = WireRun.Start(broker.Port, "pub -d -t a -l -q 1");
        await run.ConnectedAsync();
        broker.Pause();
        await run.TypeAsync("x\n");
        await run.SaysAsync("message 1 goes out");
        broker.Kill();
        Assert.Equal(WireExitCodes.ConnectionLost, await run.CodeAsync());
        Assert.Contains("message 1 under way, which may have arrived or not", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task A_kept_session_sends_again_what_was_under_way(string quality)
    {
        await using var broker = await MosquittoBroker.StartAsync(MosquittoBroker.Persistent);
        await using var run = WireRun.Start(broker.Port, $"pub -d -t a -l -q {quality} -r -c -i writer");
        await run.ConnectedAsync();
        broker.Pause();
        await run.TypeAsync("x\n");
        await run.SaysAsync("message 1 goes out");
        broker.Kill();
        await run.SaysAsync("connection lost");
        await broker.StartAgainAsync();
        await run.EndInputAsync();
        Assert.Equal(0, await run.CodeAsync());
        await using var watch = await WireRun.EndAsync(broker.Port, "sub -t a -C 1");
        Assert.Equal("x\n", watch.Output);
    }

    [Fact]
    public async Task A_connection_lost_between_lines_comes_back()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var run = WireRun.Start(broker.Port, "pub -d -t a -l -q 1 -r");
        await run.ConnectedAsync();
        broker.Kill();
        await run.SaysAsync("connection lost");
        await run.TypeAsync("x\n");
        await broker.StartAgainAsync();
        await run.EndInputAsync();
        Assert.Equal(0, await run.CodeAsync());
        await using var watch = await WireRun.EndAsync(broker.Port, "sub -t a -C 1");
        Assert.Equal("x\n", watch.Output);
    }

    [Fact]
    public async Task Ctrl_C_while_it_waits_for_a_line_ends_it()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var run = WireRun.Start(broker.Port, "pub -d -t a -l");
        await run.ConnectedAsync();
        await run.InterruptAsync();
        Assert.Equal(WireExitCodes.Interrupted, await run.CodeAsync());
    }
}
