using System.Globalization;
using System.Text.Json;
using MeetNet.EndToEnd.Tests.Instruments;
using MeetNet.EndToEnd.Tests.Rig;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests;

/// <summary>
/// Bytes in, CSV out: both demonstration stations with their own station files, instruments played byte by byte, and expectations
/// worked out here from the published constants, not by the product.
/// </summary>
public sealed class MainPathTests
{
    private const string Flemish = "vmm/kalmthoutse-heide";
    private const string Dutch = "noord-brabant/brabantse-wal";

    // 1 ppb of NH3 at 293.15 K and 101.3 kPa: M p / (R T) / 1000 with M = 17.031 g/mol, R = 8.314462618 J/(mol K).
    private const double MicrogramsPerPpb = 17.031 * 101_300 / (8.314462618 * 293.15) / 1000;

    [Fact]
    public async Task The_same_water_and_air_come_out_alike_from_both_sides()
    {
        await using var rig = await MeetNetRig.StartAsync();
        await rig.StartIngestAsync();
        var (flemish, flemishBench) = await StationAsync(rig, "vmm", "kalmthoutse-heide");
        var (dutch, dutchBench) = await StationAsync(rig, "noord-brabant", "brabantse-wal");
        await using var _ = flemishBench;
        await using var __ = dutchBench;

        // One water table, 14.97 m above NAP: 17.30 m TAW by the agencies' constant of 2.33 m, and 1497 cm NAP.
        flemishBench.Level = 17.30f;
        dutchBench.Level = 1497.0f;
        flemishBench.Ammonia = 17.40;
        // Bit 6 of the operating status (Serinus manual, table 36): the number is volumetric, as the station file says.
        flemishBench.AnalyserOperating = 0x40;
        dutchBench.Ammonia = 12.31;
        await flemishBench.StartAsync();
        await dutchBench.StartAsync();
        await flemish.StartAsync();
        await dutch.StartAsync();
        await flemishBench.ParticlesAsync(7, 11, 19);
        await dutchBench.ParticlesAsync(8, 12, 20);
        await UplinksHeardAsync(rig, flemishBench, dutchBench);

        await Eventually.TrueAsync(() => DatastreamsHeard(rig) >= 13, $"values of every datastream\n{rig.Story()}", TimeSpan.FromSeconds(60));

        var be = await RowAsync(rig, $"{Flemish}/level-1/groundwater_level");
        var nl = await RowAsync(rig, $"{Dutch}/level-1/groundwater_level");
        Near(17.30f - 2.33, be, "result");
        Near(14.97, nl, "result");
        Near(17.30f, be, "raw");
        Near(1497, nl, "raw");
        Assert.Equal(Number(be, "result"), Number(nl, "result"), 1e-6);
        Assert.Equal(("m", "m"), (be["unit"], nl["unit"]));
        Assert.Equal(("vmm", "noord-brabant"), (be["owner"], nl["owner"]));
        Assert.Equal(("1", "1"), (be["quality"], nl["quality"]));

        Near(17.40 * MicrogramsPerPpb, await RowAsync(rig, $"{Flemish}/nh3-1/nh3"), "result");
        Near(12.31, await RowAsync(rig, $"{Dutch}/nh3-1/nh3"), "result");
        Near(11, await RowAsync(rig, $"{Flemish}/pm-1/pm2_5"), "result");
        Near(20, await RowAsync(rig, $"{Dutch}/pm-1/pm10"), "result");

        // The Flemish node stamps the end of an hour in Belgian time: 11:00 CET is the hour [09:00Z, 10:00Z).
        var surface = await RowAsync(rig, $"{Flemish}/surface-1/water_level");
        Near(16.95 - 2.33, surface, "result");
        Assert.Equal(("2026-01-20T09:00:00Z", "2026-01-20T10:00:00Z"), (surface["phenomenonTimeBegin"], surface["phenomenonTimeEnd"]));
        var node = await RowAsync(rig, $"{Dutch}/surface-1/water_level");
        Near(14.62, node, "result");
        Assert.Equal("2026-01-20T10:02:03.25Z", node["phenomenonTimeBegin"]);
        Assert.Equal(node["phenomenonTimeBegin"], node["phenomenonTimeEnd"]);

        await ExplainedAsync(rig, $"{Flemish}/nh3-1/nh3", "gas_reference");
        await ExplainedAsync(rig, $"{Flemish}/level-1/groundwater_level", "vertical_datum");
        await StopEverythingAsync(rig);
    }

    [Fact]
    public async Task A_line_pulled_out_and_put_back_resumes_and_the_gap_is_a_gap()
    {
        await using var rig = await MeetNetRig.StartAsync();
        await rig.StartIngestAsync();
        var (gateway, bench) = await StationAsync(rig, "vmm", "kalmthoutse-heide");
        await using var _ = bench;
        await gateway.StartAsync();
        var line = gateway.Line("ttyParticles");
        const string pm = $"{Flemish}/pm-1/pm2_5";
        await bench.ParticlesAsync(1, 1, 1);
        await RowsAsync(rig, pm, 1);

        line.Unplug();
        await Eventually.TrueAsync(() => gateway.Process.Output.Any(l => l.Contains("particles", StringComparison.Ordinal) && l.Contains("Z WARN ", StringComparison.Ordinal)),
            $"the gateway to say that the line is gone\n{rig.Story()}");
        line.Plug();
        await HeardAsync(rig, bench, pm, 2);

        var values = (await rig.CsvAsync($"datastream={pm}&from=2020-01-01T00:00:00Z")).Select(r => Number(r, "result")).ToList();
        Assert.Equal(1, values[0]);
        Assert.All(values.Skip(1), v => Assert.Equal(2, v));
        await StopEverythingAsync(rig);
    }

    [Fact]
    public async Task Garbage_half_frames_and_wrong_checksums_are_counted_and_never_become_a_value()
    {
        await using var rig = await MeetNetRig.StartAsync();
        await rig.StartIngestAsync();
        var (gateway, bench) = await StationAsync(rig, "vmm", "kalmthoutse-heide");
        await using var _ = bench;
        await gateway.StartAsync();
        var line = gateway.Line("ttyParticles");
        var random = new Random(20261121);
        var sound = 0;
        for (var i = 0; i < 60; i++)
        {
            await line.WriteAsync(Disturbance(random, i % 4));
            await bench.ParticlesAsync(5, 6, 7);
            sound++;
        }

        const string pm = $"{Flemish}/pm-1/pm2_5";
        var rows = await RowsAsync(rig, pm, sound);
        Assert.Equal(sound, rows.Count);
        Assert.All(rows, row => Assert.Equal(6, Number(row, "raw")));
        var books = (await gateway.BooksAsync())!.Value;
        var faults = books.GetProperty("lines").EnumerateArray().Single(l => l.GetProperty("line").GetString() == "particles").GetProperty("faults");
        Assert.True(faults.GetProperty("bad_checksum").GetProperty("count").GetInt64() >= 15, faults.ToString());
        await StopEverythingAsync(rig);
    }

    [Fact]
    public async Task Rebuilding_the_series_from_the_log_gives_the_same_answers()
    {
        await using var rig = await MeetNetRig.StartAsync();
        await rig.StartIngestAsync();
        var (gateway, bench) = await StationAsync(rig, "vmm", "kalmthoutse-heide");
        await using var _ = bench;
        await gateway.StartAsync();
        for (ushort i = 1; i <= 50; i++)
        {
            await bench.ParticlesAsync(i, i, i);
        }

        const string pm = $"{Flemish}/pm-1/pm10";
        await RowsAsync(rig, pm, 50);
        var before = await rig.Http.GetStringAsync($"api/observations?datastream={pm}&from=2020-01-01T00:00:00Z&format=csv&limit=10000");
        await gateway.Process.StopAsync();
        await rig.Ingest.StopAsync();

        foreach (var projection in new[] { "series", "catalogue", "alerting" })
        {
            await using var rebuild = new ProgramProcess("rebuild", Programs.Ingest, ["rebuild", projection, "--config", rig.IngestConfiguration, "--data", rig.IngestData]);
            Assert.True(await rebuild.RunAsync() == 0, rebuild.Tail());
        }

        await rig.StartIngestAsync();
        await rig.CaughtUpAsync();
        var after = await rig.Http.GetStringAsync($"api/observations?datastream={pm}&from=2020-01-01T00:00:00Z&format=csv&limit=10000");
        Assert.Equal(before, after);
        await rig.Ingest.StopAsync();
        rig.NoErrorLogged();
    }

    private static async Task<(GatewayRig Gateway, StationBench Bench)> StationAsync(MeetNetRig rig, string owner, string station)
    {
        await Task.CompletedTask;
        var gateway = rig.AddGateway(station, Path.Combine(Programs.FirmwareConfig, "stations", $"{station}.yaml"));
        PasswordFile.Write(gateway.Data);
        return (gateway, new StationBench(rig, gateway, owner, station));
    }

    /// <summary>The node's broker session is new: an uplink before the gateway has subscribed goes nowhere, as with a real network server.</summary>
    private static async Task UplinksHeardAsync(MeetNetRig rig, StationBench flemish, StationBench dutch)
    {
        var counter = 0;
        await Eventually.TrueAsync(
            () =>
            {
                counter++;
                _ = flemish.UplinkAsync(counter, 2, """{"level":16.95,"hour_end":"2026-01-20T11:00:00","battery":3.61}""", new(2026, 1, 20, 10, 1, 0, TimeSpan.Zero));
                _ = dutch.UplinkAsync(counter, 85, """{"water_level":1462,"battery":92}""", new DateTimeOffset(2026, 1, 20, 10, 2, 3, 250, TimeSpan.Zero));
                return Heard(rig, $"{Flemish}/surface-1/water_level") && Heard(rig, $"{Dutch}/surface-1/water_level");
            },
            "the uplinks",
            TimeSpan.FromSeconds(60));
    }

    private static async Task HeardAsync(MeetNetRig rig, StationBench bench, string datastream, ushort value)
    {
        var began = TimeProvider.System.GetTimestamp();
        var seen = 0;
        while (seen == 0)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(5), $"acquisition did not resume within 5 s\n{rig.Story()}");
            await bench.ParticlesAsync(value, value, value);
            seen = (await rig.CsvAsync($"datastream={datastream}&from=2020-01-01T00:00:00Z")).Count(r => Number(r, "result") == value);
        }
    }

    private static bool Heard(MeetNetRig rig, string datastream) =>
        MeetNetRig.JsonNow(rig.Http, "api/latest") is { } latest && latest.ToString().Contains($"\"{datastream}\"", StringComparison.Ordinal);

    private static int DatastreamsHeard(MeetNetRig rig) =>
        MeetNetRig.JsonNow(rig.Http, "api/latest") is { } latest
            ? System.Text.RegularExpressions.Regex.Count(latest.ToString(), "\"phenomenonTimeBegin\"")
            : 0;

    private static async Task<IReadOnlyDictionary<string, string>> RowAsync(MeetNetRig rig, string datastream) => (await RowsAsync(rig, datastream, 1))[^1];

    private static async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> RowsAsync(MeetNetRig rig, string datastream, int atLeast)
    {
        IReadOnlyList<IReadOnlyDictionary<string, string>> rows = [];
        var deadline = TimeProvider.System.GetTimestamp();
        while (rows.Count < atLeast)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(60), $"{rows.Count} of {atLeast} rows of {datastream}\n{rig.Story()}");
            using var response = await rig.Http.GetAsync($"api/observations?datastream={datastream}&from=2020-01-01T00:00:00Z&limit=10000&format=csv");
            rows = response.IsSuccessStatusCode ? MeetNetRig.Csv(await response.Content.ReadAsStringAsync()) : [];
        }

        return rows;
    }

    private static async Task ExplainedAsync(MeetNetRig rig, string datastream, string step)
    {
        var row = await RowAsync(rig, datastream);
        var explained = await rig.JsonAsync($"api/explain?datastream={datastream}&time={row["phenomenonTimeBegin"]}");
        Assert.True(explained.GetProperty("agrees").GetBoolean(), explained.ToString());
        Assert.Contains(explained.GetProperty("steps").EnumerateArray(), s => s.GetProperty("step").GetString() == step);
        Assert.Equal("raw", explained.GetProperty("steps")[0].GetProperty("step").GetString());
    }

    private static async Task StopEverythingAsync(MeetNetRig rig)
    {
        await Books.BalanceAsync(rig);
        foreach (var gateway in rig.Gateways)
        {
            await gateway.Process.StopAsync();
        }

        await rig.Ingest.StopAsync();
        rig.NoErrorLogged();
    }

    private static byte[] Disturbance(Random random, int kind)
    {
        var frame = PlantowerFrame.Of(900, 901, 902);
        switch (kind)
        {
            case 0:
                var noise = new byte[random.Next(1, 60)];
                random.NextBytes(noise);
                return noise;
            case 1:
                frame[31] ^= 0x01;
                return frame;
            case 2:
                return frame[..random.Next(2, 31)];
            default:
                // The same bytes heard at a wrong rate: mostly 0x00, 0x80 and 0xFF.
                return [.. frame.Select(_ => random.Next(3) switch { 0 => (byte)0x00, 1 => (byte)0x80, _ => (byte)0xFF })];
        }
    }

    private static void Near(double expected, IReadOnlyDictionary<string, string> row, string column) => Assert.Equal(expected, Number(row, column), 1e-9);

    private static double Number(IReadOnlyDictionary<string, string> row, string column) => double.Parse(row[column], CultureInfo.InvariantCulture);
}
