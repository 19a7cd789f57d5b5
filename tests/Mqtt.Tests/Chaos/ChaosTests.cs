using System.Globalization;
using Xunit.Abstractions;

namespace MeetNet.Mqtt.Tests.Chaos;

/// <summary>
/// A real broker, real sockets, and everything that happens to them. <c>./meetnet soak</c> runs it for MEETNET_MINUTES and leaves a report;
/// MEETNET_SEED gives the same mischief in the same order.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    /// <summary>Messages of each QoS in a round.</summary>
    private const int Few = 200;
    private const int Many = 3_000;

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null;

    [Fact]
    public async Task Nothing_is_lost_and_nothing_comes_twice_whatever_happens()
    {
        var seed = Setting("MEETNET_SEED") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : Random.Shared.Next();
        await using var run = await ChaosRun.StartAsync(seed);
        try
        {
            await (Setting("MEETNET_MINUTES") is { } minutes
                ? SoakAsync(run, seed, TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)))
                : EachOnceAsync(run));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"MEETNET_SEED={seed}: {e.Message}; {run}", e);
        }

        output.WriteLine($"{run}");
    }

    private static async Task EachOnceAsync(ChaosRun run)
    {
        foreach (var mischief in Enum.GetValues<Mischief>())
        {
            await run.RoundAsync(mischief, Few);
        }
    }

    private static async Task SoakAsync(ChaosRun run, int seed, TimeSpan length)
    {
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        var random = new Random(seed);
        var memory = new List<(TimeSpan At, long WorkingSet, long Managed)>();
        var rounds = Enum.GetValues<Mischief>().ToDictionary(mischief => mischief, _ => 0);
        void Note() => memory.Add((time.GetElapsedTime(began), Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: true)));

        // What is made once is there after each kind of mischief.
        await EachOnceAsync(run);
        Note();
        while (time.GetElapsedTime(began) < length)
        {
            var mischief = (Mischief)random.Next(rounds.Count);
            await run.RoundAsync(mischief, Many);
            rounds[mischief]++;
            if (memory.Count == 1 && time.GetElapsedTime(began) > length / 2)
            {
                Note();
            }
        }

        Note();
        var report = new List<string>
        {
            $"Mosquitto, {length.TotalMinutes:0.#} minutes, MEETNET_SEED={seed}",
            $"rounds: {string.Join(", ", rounds.Select(happened => $"{happened.Key} {happened.Value}"))}",
            $"{run}",
            $"books: {run.Books}",
        };
        report.AddRange(memory.Select(now => string.Create(
            CultureInfo.InvariantCulture,
            $"after {now.At.TotalMinutes:0.0} min: working set {now.WorkingSet / 1048576.0:0.0} MiB, managed {now.Managed / 1048576.0:0.0} MiB")));
        if (Setting("MEETNET_REPORTS") is { } folder)
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllLinesAsync(Path.Combine(folder, "mqtt-chaos.txt"), report);
        }

        // Live objects after a full collection: what would grow with the messages is far beyond this after some minutes.
        Assert.True(memory[^1].Managed < memory[0].Managed + (16 * 1024 * 1024), string.Join('\n', report));
    }
}
