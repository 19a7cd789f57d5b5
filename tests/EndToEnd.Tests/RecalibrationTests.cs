using System.Globalization;
using MeetNet.EndToEnd.Tests.Instruments;
using MeetNet.EndToEnd.Tests.Rig;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests;

/// <summary>
/// A calibration that is entered in the station file after the values were measured, delivered and stored: made again by the gateway from what it has kept, by the hub from what it has logged, with the
/// same numbers; every revision stays and is explained.
/// </summary>
public sealed class RecalibrationTests
{
    private const string Station = "vmm/kalmthoutse-heide";
    private const string Particles = $"{Station}/pm-1/pm2_5";
    private const int Frames = 8;

    [Fact]
    public async Task A_calibration_entered_late_is_a_revision_of_what_was_measured()
    {
        await using var rig = await MeetNetRig.StartAsync();
        await rig.StartIngestAsync();
        var file = Path.Combine(rig.Folder, "station.yaml");
        await WriteAsync(file, null);
        var gateway = rig.AddGateway("kalmthoutse-heide", file);
        PasswordFile.Write(gateway.Data);
        await using var bench = new StationBench(rig, gateway, "vmm", "kalmthoutse-heide");
        await gateway.StartAsync();
        for (ushort i = 1; i <= Frames; i++)
        {
            await bench.ParticlesAsync(i, i, i);
        }

        Assert.All(await RevisionsAsync(rig, Frames), row => Assert.Equal((Number(row, "raw"), "0"), (Number(row, "result"), row["revision"])));
        await gateway.Process.StopAsync();

        // The certificate comes in. The gateway has kept what the hub has acknowledged, and makes it again.
        await WriteAsync(file, "{slope: 0.8, offset: 1.5, unit: ug/m3, validFrom: 2026-01-15T00:00:00Z, source: certificate 1}");
        Says(await RunAsync(gateway), $"{Particles}: {Frames} made again, 0 the same");
        Says(await RunAsync(gateway), $"{Particles}: 0 made again, {Frames} the same");
        await gateway.StartAsync();
        AssertRevisions(await RevisionsAsync(rig, 2 * Frames), raw => [raw, (0.8 * raw) + 1.5]);
        await gateway.Process.StopAsync();

        // The hub, from the raw values of its own log and the procedure announced, comes to the same numbers: nothing to do.
        await rig.Ingest.StopAsync();
        Says(await ReharmoniseAsync(rig), $"{Particles}: 0 made again, {Frames} the same");

        // The next certificate: this time the gateway only announces it, and the hub makes it again.
        await rig.StartIngestAsync();
        await WriteAsync(file, "{table: [[0, 0.5], [4, 4], [8, 7]], outside: hold, unit: ug/m3, validFrom: 2026-01-15T00:00:00Z, source: certificate 2}");
        await gateway.StartAsync();
        await Eventually.TrueAsync(
            () => MeetNetRig.JsonNow(rig.Http, $"api/datastreams?station={Station}&observedProperty=pm2_5") is { } found
                && found.GetProperty("datastreams")[0].GetProperty("procedures").GetArrayLength() == 3,
            $"the announcement of the second certificate\n{rig.Story()}");
        await gateway.Process.StopAsync();
        await rig.Ingest.StopAsync();
        Says(await ReharmoniseAsync(rig), $"{Particles}: {Frames} made again, 0 the same");
        await rig.StartIngestAsync();
        await rig.CaughtUpAsync();
        var rows = await RevisionsAsync(rig, 3 * Frames);

        // 0.5 + raw × 3.5/4 up to 4, 4 + (raw − 4) × 3/4 beyond.
        AssertRevisions(rows, raw => [raw, (0.8 * raw) + 1.5, raw <= 4 ? 0.5 + (raw * 3.5 / 4) : 4 + ((raw - 4) * 3 / 4)]);
        Assert.Equal(Frames, (await rig.CsvAsync($"datastream={Particles}&from=2020-01-01T00:00:00Z")).Count(row => row["revision"] == "2"));
        foreach (var (revision, source) in new[] { (0, "plantower/pms5003"), (1, "certificate 1"), (2, "certificate 2") })
        {
            var explained = await rig.JsonAsync(string.Create(
                CultureInfo.InvariantCulture, $"api/explain?datastream={Particles}&time={rows[0]["phenomenonTimeBegin"]}&revision={revision}"));
            Assert.True(explained.GetProperty("agrees").GetBoolean(), explained.ToString());
            Assert.Contains(explained.GetProperty("steps").EnumerateArray(), step => step.GetProperty("source").GetString()?.StartsWith(source, StringComparison.Ordinal) == true);
        }

        Books.AssertBalanced(rig);
        await rig.Ingest.StopAsync();
        rig.NoErrorLogged();
    }

    /// <summary>The station of the demonstration, its PM2.5 with a calibration or without.</summary>
    private static async Task WriteAsync(string file, string? calibration) => await File.WriteAllTextAsync(
        file,
        (await File.ReadAllTextAsync(Path.Combine(Programs.FirmwareConfig, "stations", "kalmthoutse-heide.yaml"))).Replace(
            "{field: pm2_5, property: pm2_5,",
            $"{{field: pm2_5, property: pm2_5, {(calibration is null ? "" : $"calibrations: [{calibration}], ")}",
            StringComparison.Ordinal));

    private static Task<string> RunAsync(GatewayRig gateway) =>
        Command.RunAsync("dotnet", Programs.Gateway, "recalibrate", "--config", gateway.Configuration, "--data", gateway.Data, "--lines", gateway.LinesFolder);

    private static Task<string> ReharmoniseAsync(MeetNetRig rig) =>
        Command.RunAsync("dotnet", Programs.Ingest, "reharmonise", "--station", Station, "--datastream", Particles, "--config", rig.IngestConfiguration, "--data", rig.IngestData);

    private static void Says(string output, string expected) => Assert.True(output.Contains(expected, StringComparison.Ordinal), $"not '{expected}' in:\n{output}");

    /// <summary>All revisions of the datastream, once there are so many.</summary>
    private static async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> RevisionsAsync(MeetNetRig rig, int atLeast)
    {
        const string query = $"api/observations?datastream={Particles}&from=2020-01-01T00:00:00Z&revisions=all&limit=10000";
        await Eventually.TrueAsync(
            () => MeetNetRig.JsonNow(rig.Http, query)?.ToString().Split("\"phenomenonTimeBegin\"").Length > atLeast, $"{atLeast} revisions\n{rig.Story()}", TimeSpan.FromSeconds(60));
        return MeetNetRig.Csv(await rig.Http.GetStringAsync($"{query}&format=csv"));
    }

    private static void AssertRevisions(IReadOnlyList<IReadOnlyDictionary<string, string>> rows, Func<double, double[]> expected)
    {
        foreach (var revisions in rows.GroupBy(row => row["phenomenonTimeBegin"]))
        {
            var wanted = expected(Number(revisions.First(), "raw"));
            Assert.Equal(Enumerable.Range(0, wanted.Length).Select(n => n.ToString(CultureInfo.InvariantCulture)), revisions.Select(row => row["revision"]));
            Assert.Equal(wanted.Select(value => Math.Round(value, 9)), revisions.Select(row => Math.Round(Number(row, "result"), 9)));
        }
    }

    private static double Number(IReadOnlyDictionary<string, string> row, string name) => double.Parse(row[name], CultureInfo.InvariantCulture);
}
