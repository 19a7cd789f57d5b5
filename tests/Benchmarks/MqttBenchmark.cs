using System.Diagnostics;
using System.Globalization;
using MeetNet.Mqtt;
using MeetNet.TestKit;

namespace MeetNet.Benchmarks;

/// <summary>
/// QoS 1 messages per second that a client receives, and that it publishes with 100 in flight, beside other clients on the same stream in the same
/// run: mosquitto_sub (libmosquitto, C) and MQTT.js. Every client is a process of its own opposite the same peer (<see cref="MqttPeer"/>), in turn.
/// </summary>
internal static class MqttBenchmark
{
    private const int Runs = 3;
    private const int Messages = 500_000;
    private const int InFlight = 100;

    public static async Task<int> RunAsync()
    {
        Console.WriteLine("## MQTT client: received, QoS 1, 100-byte payloads\n");
        Console.WriteLine("| client | run | messages/s | CPU µs per message | bytes allocated per message |");
        Console.WriteLine("|---|---|---|---|---|");
        for (var run = 1; run <= Runs; run++)
        {
            await ReceiveAsync("mosquitto_sub", run, port => Start("mosquitto_sub", "-p", port, "-t", "t", "-q", "1", "-F", "%l"));
            await ReceiveAsync("MQTT.js", run, port => Node("mqtt-receive.js", port));
            foreach (var mode in new[] { "automatic", "manual", "pooled" })
            {
                await ReceiveAsync($"MeetNet.Mqtt, {mode}", run, port => Self("mqtt-receive", port, mode));
            }
        }

        Console.WriteLine($"\n## MQTT client: published, QoS 1, {InFlight} in flight, 100-byte payloads\n");
        Console.WriteLine("| client | run | messages/s | CPU µs per message | bytes allocated per message |");
        Console.WriteLine("|---|---|---|---|---|");
        for (var run = 1; run <= Runs; run++)
        {
            await PublishAsync("MQTT.js", run, port => Node("mqtt-publish.js", port, $"{Messages}", $"{InFlight}"));
            await PublishAsync("MeetNet.Mqtt", run, port => Self("mqtt-publish", port));
        }

        Console.WriteLine();
        return 0;
    }

    /// <summary>The client under measurement: receives until it is killed. port, mode.</summary>
    public static async Task<int> ReceiverAsync(string[] args)
    {
        await using var client = new MqttClient(
            Options(args[0]) with
            {
                AcknowledgesAutomatically = args[1] == "automatic",
                PoolsMessages = args[1] == "pooled",
                Subscriptions = [new MqttSubscription("t")],
            },
            TimeProvider.System);
        await client.StartAsync();
        var manual = args[1] != "automatic";
        var received = 0;
        var allocated = GC.GetTotalAllocatedBytes();
        while (await client.Messages.WaitToReadAsync())
        {
            while (client.Messages.TryRead(out var message))
            {
                if (manual)
                {
                    client.Acknowledge(message);
                }

                message.Dispose();
                if (++received == Messages)
                {
                    Say(GC.GetTotalAllocatedBytes() - allocated);
                }
            }
        }

        return 0;
    }

    /// <summary>The client under measurement: publishes. port.</summary>
    public static async Task<int> PublisherAsync(string[] args)
    {
        await using var client = new MqttClient(Options(args[0]), TimeProvider.System);
        await client.StartAsync();
        await client.WaitConnectedAsync();
        var allocated = GC.GetTotalAllocatedBytes();
        var lanes = Enumerable.Range(0, InFlight).Select(async lane =>
        {
            for (var i = lane; i < Messages; i += InFlight)
            {
                await client.PublishAsync("t", MqttPeer.Payload);
            }
        });
        await Task.WhenAll(lanes);
        Say(GC.GetTotalAllocatedBytes() - allocated);
        return 0;
    }

    private static MqttClientOptions Options(string port) => new()
    {
        Host = "127.0.0.1",
        Port = int.Parse(port, CultureInfo.InvariantCulture),
        ClientId = "bench",
        Version = MqttVersion.V311,
    };

    private static void Say(long allocated) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(double)allocated / Messages:N0}"));

    private static Task ReceiveAsync(string name, int run, Func<string, Process> client) =>
        OneAsync(name, run, client, (peer, atEnd) => peer.BlastAsync(Messages, atEnd));

    private static Task PublishAsync(string name, int run, Func<string, Process> client) =>
        OneAsync(name, run, client, (peer, atEnd) => peer.SinkAsync(Messages, atEnd));

    /// <summary>Runs one client opposite one peer. Its processor time is read while it still lives.</summary>
    private static async Task OneAsync(string name, int run, Func<string, Process> client, Func<MqttPeer, Action, Task<double>> measure)
    {
        using var peer = new MqttPeer();
        using var process = client(peer.Port.ToString(CultureInfo.InvariantCulture));
        var ours = name.StartsWith("MeetNet", StringComparison.Ordinal);
        var allocated = ours ? process.StandardOutput.ReadLineAsync() : Task.FromResult<string?>("");
        if (!ours)
        {
            _ = process.StandardOutput.ReadToEndAsync();
        }

        var cpu = TimeSpan.Zero;
        try
        {
            var seconds = await measure(peer, () => cpu = process.TotalProcessorTime);
            var bytes = await allocated;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {name} | {run} | {Messages / seconds:N0} | {cpu.TotalMicroseconds / Messages:N2} | {bytes} |"));
        }
        finally
        {
            process.Kill();
        }
    }

    private static Process Node(string script, params string[] arguments) =>
        Start("node", [RepositoryFile.PathOf($"tests/node/{script}"), .. arguments]);

    private static Process Self(params string[] arguments)
    {
        var host = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(host) == "dotnet"
            ? Start(host, [typeof(MqttBenchmark).Assembly.Location, .. arguments])
            : Start(host, arguments);
    }

    private static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        start.Environment["NODE_PATH"] = RepositoryFile.PathOf("artifacts/node/node_modules");
        return Process.Start(start)!;
    }
}
