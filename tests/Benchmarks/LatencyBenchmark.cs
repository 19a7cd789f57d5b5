using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MeetNet.EndToEnd.Tests.Crash;
using MeetNet.EndToEnd.Tests.Instruments;
using MeetNet.EndToEnd.Tests.Rig;
using MeetNet.TestKit;

namespace MeetNet.Benchmarks;

/// <summary>
/// From the last byte of a frame leaving the instrument to the value being returned by the query, at about 100 observations per second. The query is asked again
/// <see cref="Poll"/> after each answer, so its round trip and half that pause are in every figure.
/// </summary>
internal static class LatencyBenchmark
{
    private const int Frames = 1_000;
    private const int WarmUp = 100;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    /// <summary>Three observations in a frame: 34 frames a second are about 100 observations a second.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(1000.0 / 34);

    public static async Task<int> RunAsync()
    {
        await using var rig = await MeetNetRig.StartAsync();
        var gateway = await CrashScenario.CountingGatewayAsync(rig);
        var line = gateway.Line("pm");
        await rig.StartIngestAsync();
        await gateway.StartAsync();
        var sent = new long[Frames + WarmUp + 1];
        var taken = new List<double>(Frames);
        var sending = SendAsync(line, sent);
        for (var seen = 0; seen < Frames + WarmUp;)
        {
            // Unknown until its announcement has arrived.
            var latest = MeetNetRig.JsonNow(rig.Http, $"api/latest?datastream={CrashScenario.Datastreams}pm10");
            var now = Stopwatch.GetTimestamp();
            var newest = latest is { } answer ? Newest(answer) : 0;
            for (; seen < newest; seen++)
            {
                if (seen >= WarmUp)
                {
                    taken.Add(Stopwatch.GetElapsedTime(sent[seen + 1], now).TotalMilliseconds);
                }
            }

            await Task.Delay(Poll, TimeProvider.System);
        }

        await sending;
        taken.Sort();
        Console.WriteLine("## Latency: last byte of a frame to the value in the query, about 100 observations per second\n");
        Console.WriteLine("| frames | median ms | p90 ms | p99 ms | worst ms |\n|---|---|---|---|---|");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {taken.Count} | {taken[taken.Count / 2]:N1} | {taken[taken.Count * 9 / 10]:N1} | {taken[taken.Count * 99 / 100]:N1} | {taken[^1]:N1} |\n"));
        return 0;
    }

    private static async Task SendAsync(PtyPair line, long[] sent)
    {
        using var timer = new PeriodicTimer(Pace, TimeProvider.System);
        for (var number = 1; number < sent.Length; number++)
        {
            await timer.WaitForNextTickAsync();
            var frame = PlantowerFrame.Of((ushort)number, (ushort)number, (ushort)number);
            await line.WriteAsync(frame);
            Volatile.Write(ref sent[number], Stopwatch.GetTimestamp());
        }
    }

    private static int Newest(JsonElement latest)
    {
        foreach (var entry in latest.GetProperty("observations").EnumerateArray())
        {
            return (int)entry.GetProperty("raw").GetDouble();
        }

        return 0;
    }
}
