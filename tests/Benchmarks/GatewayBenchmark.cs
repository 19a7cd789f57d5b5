using System.Diagnostics;
using System.Globalization;
using MeetNet.EndToEnd.Tests.Crash;
using MeetNet.EndToEnd.Tests.Instruments;
using MeetNet.EndToEnd.Tests.Rig;

namespace MeetNet.Benchmarks;

/// <summary>
/// Observations per second from the bytes of a pseudo-terminal to the outbox (fsynced), and what a gateway takes that waits, or has 16 or 50 instruments at 1 Hz.
/// </summary>
internal static class GatewayBenchmark
{
    private const int Frames = 20_000;
    private const int Seconds = 60;
    private static readonly int[] Stations = [16, 50];
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync()
    {
        Console.WriteLine("## Gateway\n");
        Console.WriteLine("| what | figure |\n|---|---|");
        await ThroughputAsync();
        foreach (var instruments in Stations)
        {
            await StationAsync(instruments);
        }

        Console.WriteLine();
        return 0;
    }

    private static async Task ThroughputAsync()
    {
        await using var rig = await MeetNetRig.StartAsync();
        var gateway = await CrashScenario.CountingGatewayAsync(rig);
        var line = gateway.Line("pm");
        await gateway.StartAsync();
        var burst = new byte[PlantowerFrame.Length * 50];
        var began = Stopwatch.GetTimestamp();
        for (var number = 1; number <= Frames; number += 50)
        {
            for (var i = 0; i < 50; i++)
            {
                PlantowerFrame.Of((ushort)(number + i), (ushort)(number + i), (ushort)(number + i)).CopyTo(burst, i * PlantowerFrame.Length);
            }

            await line.WriteAsync(burst);
        }

        while (gateway.BooksNow() is not { } books || books.GetProperty("outbox").GetProperty("issued").GetInt64() < Frames * 3L)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| PTY bytes to outbox | {Frames * 3 / seconds:N0} observations/s, {gateway.Process.ProcessorSeconds / Frames / 3 * 1e6:N1} µs of CPU each (start-up included) |"));
    }

    private static async Task StationAsync(int instruments)
    {
        await using var rig = await MeetNetRig.StartAsync();
        await rig.StartIngestAsync();
        var gateway = await CrashScenario.CountingGatewayAsync(rig, instruments);
        var lines = Enumerable.Range(1, instruments).Select(i => gateway.Line(CrashScenario.Port(i))).ToList();
        await gateway.StartAsync();
        await Task.Delay(Settle, TimeProvider.System);
        var idle = gateway.Process.ResidentBytes;
        var began = gateway.Process.ProcessorSeconds;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        for (ushort number = 1; number <= Seconds; number++)
        {
            await timer.WaitForNextTickAsync();
            foreach (var line in lines)
            {
                await line.WriteAsync(PlantowerFrame.Of(number, number, number));
            }
        }

        var busy = gateway.Process.ResidentBytes;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| resident memory, connected, {instruments} open lines, no bytes | {idle / 1048576.0:N0} MiB |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {instruments} instruments at 1 Hz for a minute | {busy / 1048576.0:N0} MiB resident, {100 * (gateway.Process.ProcessorSeconds - began) / Seconds:N1} % of a core |"));
    }
}
