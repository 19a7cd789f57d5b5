using System.Diagnostics;
using System.Globalization;
using MeetNet.EndToEnd.Tests.Rig;

namespace MeetNet.Benchmarks;

/// <summary>
/// Observations per second from the broker to the fact log (fsynced, acknowledged) and to the series (queryable), QoS 1, beside the rate at which
/// mosquitto_sub receives the same stream from the same broker in the same run. Publisher, broker and consumer share the machine's cores in both.
/// </summary>
internal static class IngestBenchmark
{
    private const int Runs = 3;

    public static async Task<int> RunAsync()
    {
        Console.WriteLine("## Ingest: broker to durable store, QoS 1\n");
        Console.WriteLine("| observations per message | run | mosquitto_sub msg/s | ingest msg/s (log) | ratio | log obs/s | queryable obs/s | CPU s of ingest per 1M obs |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var (each, messages) in new[] { (1, 60_000), (100, 10_000), (1_000, 2_000) })
        {
            for (var run = 1; run <= Runs; run++)
            {
                await OneAsync(each, messages, run);
            }
        }

        Console.WriteLine();
        return 0;
    }

    private static async Task OneAsync(int each, int messages, int run)
    {
        await using var rig = await MeetNetRig.StartAsync("max_queued_messages 0\nmax_inflight_messages 0\nlog_type subscribe\n");
        var plain = await PlainSubscriberAsync(rig, each, messages);

        await rig.StartIngestAsync();
        var observations = (long)each * messages;
        using var publisher = await PublisherAsync(rig, "load", 1, messages, each);
        var began = Stopwatch.GetTimestamp();
        Go(publisher);
        await UntilAsync(rig, books => books.GetProperty("log").GetProperty("observations").GetInt64() >= observations);
        var logged = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await UntilAsync(rig, books => books.GetProperty("projections").EnumerateArray().Where(p => p.GetProperty("name").GetString() == "series").All(p => p.GetProperty("lag").GetInt64() == 0));
        var queryable = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await publisher.WaitForExitAsync();
        var cpu = rig.Ingest.ProcessorSeconds / observations * 1e6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {each} | {run} | {messages / plain:N0} | {messages / logged:N0} | {plain / logged:P0} | {observations / logged:N0} | {observations / queryable:N0} | {cpu:N1} |"));
    }

    private static async Task<double> PlainSubscriberAsync(MeetNetRig rig, int each, int messages)
    {
        using var subscriber = Process.Start(new ProcessStartInfo(
            "mosquitto_sub",
            ["-p", rig.Broker.Port.ToString(CultureInfo.InvariantCulture), "-V", "5", "-q", "1", "-t", "meetnet/1/+/plain/up/#", "-C", messages.ToString(CultureInfo.InvariantCulture), "-F", "%l"])
        { RedirectStandardOutput = true })!;
        _ = subscriber.StandardOutput.ReadToEndAsync();
        while (!rig.Broker.Log.Contains("meetnet/1/+/plain/up/#", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        using var publisher = await PublisherAsync(rig, "plain", 1, messages, each);
        var began = Stopwatch.GetTimestamp();
        Go(publisher);
        await subscriber.WaitForExitAsync();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await publisher.WaitForExitAsync();
        return seconds;
    }

    private static async Task<Process> PublisherAsync(MeetNetRig rig, string station, int first, int messages, int each)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(IngestBenchmark).Assembly.Location);
        }

        foreach (var argument in new object[] { "publish", rig.Broker.Port, station, first, messages, each })
        {
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        }

        var process = Process.Start(start)!;
        await process.StandardOutput.ReadLineAsync();
        return process;
    }

    private static void Go(Process publisher) => publisher.StandardInput.WriteLine();

    private static async Task UntilAsync(MeetNetRig rig, Func<System.Text.Json.JsonElement, bool> done)
    {
        while (rig.BooksNow() is not { } books || !done(books))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
