using System.Text;
using System.Text.RegularExpressions;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Commissioning.Wire;

/// <summary>Side by side with mosquitto's own clients, over one broker: the same bytes.</summary>
public sealed partial class MosquittoComparisonTests
{
    private static readonly string[] Payloads = ["hello", "", "hé \"quoted\" \\ line\n\ttab \u0001 end", " ", """{"a": [1, 2.5, {}, []], "b": {"c": null, "d": "x\ny"}}""", "17"];

    private static readonly string[][] Formats =
    [
        [],
        ["-N"],
        ["-v"],
        ["-v", "-N"],
        ["-F", "%t|%p|%l|%q|%r|%x|%X|%%|@@|\\\\|\\0|\\a\\e\\n\\r\\t\\v|end"],
        ["-F", "%20t|%-20t|%020t|%.3t|%6.3t|%60p|%-60p|%060p|%5l|%05l|%-5l|%m|%5m|%05m|%5q|%5r", "-N"],
        ["-F", "%A|%C|%D|%E|%F|%P|%R|%S|%20C|%-20C|%.2C|%5F|%05F|%5E|%05E|%5A|%5S"],
        ["-F", "%j"],
        ["-F", "before %j after"],
    ];

    private static readonly string[] Properties =
    [
        "-D", "publish", "content-type", "text/plain", "-D", "publish", "correlation-data", "c d", "-D", "publish", "payload-format-indicator", "1",
        "-D", "publish", "user-property", "a", "b", "-D", "publish", "user-property", "c", "d\"e", "-D", "publish", "user-property", "a", "z",
        "-D", "publish", "response-topic", "r/t",
    ];

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task Sub_prints_what_mosquitto_sub_prints(string version)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        for (var i = 0; i < Payloads.Length; i++)
        {
            await Mosquitto.PublishAsync(broker.Port, ["-t", $"a/{i}", "-r", "-q", "1", .. Message(Payloads[i])]);
        }

        await Mosquitto.PublishAsync(broker.Port, ["-t", "a/p", "-r", "-q", "1", "-m", "with properties", "-V", "mqttv5", .. Properties]);
        // An empty one is not retained: see the next test.
        foreach (var topic in version == "mqttv5" ? ["a/0", "a/2", "a/3", "a/4", "a/p"] : new[] { "a/2", "a/p" })
        {
            foreach (var format in Formats)
            {
                await SameAsync(broker, ["-t", topic, "-C", "1", "-V", version, .. format]);
            }
        }

        foreach (var topic in (string[])["a/4", "a/5"])
        {
            await SameAsync(broker, ["-t", topic, "-C", "1", "-V", version, "-F", "%J"]);
        }
    }

    [Fact]
    public async Task Empty_messages_and_higher_QoS_are_printed_alike()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        foreach (var format in Formats.Where(f => f is not ["-v", "-N"])) // Of an empty message mosquitto_sub then shows nothing, not even the topic.
        {
            // Two sessions that were there before the message.
            string[] ours = ["-i", "ours", "-c", "-q", "2", "-t", "e/#", "-V", "mqttv5"], theirs = ["-i", "theirs", "-c", "-q", "2", "-t", "e/#", "-V", "mqttv5"];
            await using var subscribed = await WireRun.EndAsync(broker.Port, "sub -E", ours);
            await Mosquitto.RunAsync("mosquitto_sub", broker.Port, [.. theirs, "-E"]);
            await Mosquitto.PublishAsync(broker.Port, "-t", "e/1", "-q", "1", "-n");
            await Mosquitto.PublishAsync(broker.Port, "-t", "e/2", "-q", "2", "-m", "x");
            var expected = await Mosquitto.RunAsync("mosquitto_sub", broker.Port, [.. theirs, "-C", "2", .. format]);
            await using var run = await WireRun.EndAsync(broker.Port, "sub -C 2", [.. ours, .. format]);
            Assert.Equal(Text(expected), Text(run.Bytes));
        }
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task Mosquitto_sub_gets_what_pub_sends(string version)
    {
        await using var broker = await MosquittoBroker.StartAsync();
        for (var i = 0; i < Payloads.Length; i++)
        {
            var quality = (i % 3).ToString(System.Globalization.CultureInfo.InvariantCulture);
            string[] subscription = ["-i", "watch", "-c", "-q", "2", "-t", "b", "-V", "mqttv311"];
            await Mosquitto.RunAsync("mosquitto_sub", broker.Port, [.. subscription, "-E"]);
            await using var run = await WireRun.EndAsync(broker.Port, $"pub -t b -q {quality} -V {version}", Message(Payloads[i]));
            Assert.Equal((0, "", ""), (await run.CodeAsync(), run.Error, run.Output));
            if (i % 3 > 0)
            {
                // QoS 0 is not kept for a session without connection; the command has still ended well.
                Assert.Equal(Payloads[i], Text(await Mosquitto.RunAsync("mosquitto_sub", broker.Port, [.. subscription, "-C", "1", "-N"])));
            }
        }
    }

    [Fact]
    public async Task Properties_of_pub_arrive_as_those_of_mosquitto_pub()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await Mosquitto.PublishAsync(broker.Port, ["-t", "theirs", "-r", "-q", "1", "-m", "x", "-V", "mqttv5", .. Properties]);
        await using var run = await WireRun.EndAsync(broker.Port, "pub -t ours -r -q 1 -m x", Properties);
        Assert.Equal(0, await run.CodeAsync());
        string[] show = ["-C", "1", "-V", "mqttv5", "-F", "%C|%D|%F|%P|%R|%r|%p"];
        Assert.Equal(
            Text(await Mosquitto.RunAsync("mosquitto_sub", broker.Port, ["-t", "theirs", .. show])),
            Text(await Mosquitto.RunAsync("mosquitto_sub", broker.Port, ["-t", "ours", .. show])));
    }

    private static async Task SameAsync(MosquittoBroker broker, string[] arguments)
    {
        var expected = await Mosquitto.RunAsync("mosquitto_sub", broker.Port, arguments);
        await using var run = await WireRun.EndAsync(broker.Port, "sub", arguments);
        Assert.True(Text(expected) == Text(run.Bytes), $"{string.Join(' ', arguments)}\nmosquitto_sub: {Text(expected)}\nours:          {Text(run.Bytes)}\n{run.Error}");
    }

    private static string[] Message(string payload) => payload.Length == 0 ? ["-n"] : ["-m", payload];

    /// <summary>The two write the time in different ways, and at different times.</summary>
    private static string Text(byte[] bytes) => TimeOfJson().Replace(Encoding.UTF8.GetString(bytes), "\"tst\":\"\"");

    [GeneratedRegex("\"tst\":\"[^\"]*\"")]
    private static partial Regex TimeOfJson();
}
