using MeetNet.EndToEnd.Tests.Instruments;
using MeetNet.EndToEnd.Tests.Rig;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests;

/// <summary>The two rules that show the shape, from the instrument's bytes to a webhook: a band and a silence.</summary>
public sealed class AlertTests
{
    private const string Rules = """
        name: groundwater-band
        kind: band
        severity: warning
        title: {nl: Grondwaterstand, en: Groundwater level}
        select: {property: groundwater_level}
        band: {of: depth_below_surface, unit: cm, lower: 20, upper: 40, hysteresis: 1, for: 2s, keepFiringFor: 1s}
        """;

    private const string Silence = """
        name: silence
        kind: silence
        severity: warning
        title: {nl: Meetreeks zwijgt, en: Datastream is silent}
        select: {property: groundwater_level}
        silence: {after: 5s, intervals: 2}
        """;

    [Fact]
    public async Task A_level_outside_its_band_fires_and_resolves_and_silence_fires_each_told_once()
    {
        using var rules = new TemporaryFolder();
        await File.WriteAllTextAsync(rules.File("band.yaml"), Rules);
        await File.WriteAllTextAsync(rules.File("silence.yaml"), Silence);
        await using var webhook = new WebhookReceiver(refuseFirst: 2);
        await using var rig = await MeetNetRig.StartAsync(ingestLines: $"rules: {rules.Path}\nwebhook: {webhook.Address}\n");
        await rig.StartIngestAsync();
        var gateway = rig.AddGateway("brabantse-wal", Path.Combine(Programs.FirmwareConfig, "stations", "brabantse-wal.yaml"));
        PasswordFile.Write(gateway.Data);
        await using var bench = new StationBench(rig, gateway, "noord-brabant", "brabantse-wal") { Level = 1480, Ammonia = 1 };
        await bench.StartAsync();
        await gateway.StartAsync();

        // Surface level 15.27 m NAP: 1480 cm is 47 cm below it, outside 20 to 40; 1497 cm is 30 cm below it.
        await ToldAsync(rig, webhook, "groundwater-band", "fired");
        bench.Level = 1497;
        await ToldAsync(rig, webhook, "groundwater-band", "resolved");

        // What has been told stays told when ingest dies and comes back. (Between the receiver's answer and its own commit it can't know: there the id is the same again.)
        await Eventually.TrueAsync(
            () => MeetNetRig.JsonNow(rig.Http, "api/alerts") is { } answer && !(answer.GetProperty("notifications").TryGetProperty("pending", out var pending) && pending.GetInt64() > 0),
            "what was told to be written down");
        await rig.Ingest.KillAsync();
        await rig.StartIngestAsync();
        gateway.Line("ttyGroundwater").Unplug();
        await ToldAsync(rig, webhook, "silence", "fired");

        var told = webhook.Taken.Select(n => n.GetProperty("id").GetString()).ToList();
        Assert.Equal(told.Count, told.Distinct().Count());
        Assert.Equal(["fired", "resolved"], [.. webhook.Taken.Where(n => n.GetProperty("rule").GetString() == "groundwater-band").Select(n => n.GetProperty("transition").GetString()!)]);
        var measured = webhook.Taken.First(n => n.GetProperty("transition").GetString() == "fired").GetProperty("measured").GetDouble();
        Assert.Equal(47, measured, 1e-6);
        await gateway.Process.StopAsync();
        await rig.Ingest.StopAsync();
        rig.NoErrorLogged();
    }

    private static Task ToldAsync(MeetNetRig rig, WebhookReceiver webhook, string rule, string transition) => Eventually.TrueAsync(
        () => webhook.Taken.Any(n => n.GetProperty("rule").GetString() == rule && n.GetProperty("transition").GetString() == transition),
        $"{rule} to be told as {transition}; told so far: {string.Join(", ", webhook.Taken)}\n{rig.Story(10)}",
        TimeSpan.FromSeconds(60));
}
