using System.Globalization;
using System.Text;
using System.Text.Json;
using MeetNet.EndToEnd.Tests.Rig;
using MeetNet.Mqtt;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests;

/// <summary>
/// One physical situation, measured on both sides of the border as each side is used to, through the real programs: what comes out of the query is the same. Expectations are worked out here.
/// </summary>
public sealed class CrossBorderTests
{
    private const string Flemish = "vmm/stabroek/logger-1";
    private const string Dutch = "noord-brabant/ossendrecht/logger-1";
    private const int Hours = 24;

    // NH3 at 25 °C and 101.325 kPa, µg/m³ per ppb: M p / (R T) / 1000; and at 20 °C and 101.3 kPa.
    private const double UsMicrogramsPerPpb = 17.031 * 101_325 / (8.314462618 * 298.15) / 1000;
    private const double EuMicrogramsPerPpb = 17.031 * 101_300 / (8.314462618 * 293.15) / 1000;

    /// <summary>The regulatory day of 20 January 2026, UTC+1.</summary>
    private static readonly DateTimeOffset Midnight = new(2026, 1, 19, 23, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// A day of hourly means of the same water and air. The Flemish logger writes m TAW and ppb and stamps the begin of the hour in UTC+1; the Dutch one writes cm NAP and µg/m³ at 25 °C, and
    /// stamps the end of the hour in UTC: the same clock text for the same hour. Levels agree within the constant TAW = NAP + 2.33 m, exactly; ammonia within the rounding of a double.
    /// </summary>
    [Fact]
    public async Task A_day_of_the_same_water_and_air_is_the_same_day_on_both_sides()
    {
        await using var rig = await MeetNetRig.StartAsync();
        await rig.StartIngestAsync();
        var profiles = Profiles(rig);
        var flemish = await StationAsync(rig, profiles, Flemish, """
            - {field: level, property: water_level, unit: m, datum: TAW, transformation: taw-const-2.33, stamp: {position: begin, zone: utc+1, period: 1h}}
            - {field: nh3, property: nh3, unit: "[ppb]", gasReference: eu-20c-101.3kpa, stamp: {position: begin, zone: utc+1, period: 1h}}
            """);
        var dutch = await StationAsync(rig, profiles, Dutch, """
            - {field: level, property: water_level, unit: cm, datum: NAP, stamp: {position: end, zone: utc, period: 1h}}
            - {field: nh3, property: nh3, unit: ug/m3, gasReference: us-25c-101.325kpa, stamp: {position: end, zone: utc, period: 1h}}
            """);
        await using var networkServer = new MqttClient(
            new MqttClientOptions { Host = "127.0.0.1", Port = rig.Broker.Port, ClientId = "network-server", CleanStart = true }, TimeProvider.System);
        await networkServer.StartAsync();
        await networkServer.WaitConnectedAsync();
        await flemish.StartAsync();
        await dutch.StartAsync();

        var counter = 0;
        await Eventually.TrueAsync(
            () =>
            {
                // An uplink before the gateway has subscribed goes nowhere: the first hour is sent until both are heard.
                SendHourAsync(networkServer, 0, ++counter).GetAwaiter().GetResult();
                return MeetNetRig.JsonNow(rig.Http, "api/latest") is { } latest
                    && new[] { Flemish, Dutch }.All(s => latest.ToString().Contains($"\"{s}/water_level\"", StringComparison.Ordinal));
            },
            $"the first hour\n{rig.Story()}",
            TimeSpan.FromSeconds(60));
        for (var hour = 1; hour < Hours; hour++)
        {
            await SendHourAsync(networkServer, hour, ++counter);
        }

        foreach (var (property, expected, tolerance) in new[]
        {
            ("water_level", Enumerable.Range(0, Hours).Average(Level), 1e-9),
            ("nh3", Enumerable.Range(0, Hours).Average(Ppb) * EuMicrogramsPerPpb, 1e-9),
        })
        {
            var address = $"datastream={Flemish}/{property}&datastream={Dutch}/{property}&from={Iso(Midnight)}&to={Iso(Midnight.AddHours(Hours))}";
            IReadOnlyList<IReadOnlyDictionary<string, string>> hours = [];
            await Eventually.TrueAsync(
                () => (hours = rig.CsvAsync(address).GetAwaiter().GetResult()).Count == 2 * Hours, $"two days of {property}\n{rig.Story()}", TimeSpan.FromSeconds(60));
            var (be, nl) = (Of(hours, Flemish), Of(hours, Dutch));
            for (var hour = 0; hour < Hours; hour++)
            {
                Assert.Equal((Iso(Midnight.AddHours(hour)), Iso(Midnight.AddHours(hour + 1))), (be[hour]["phenomenonTimeBegin"], be[hour]["phenomenonTimeEnd"]));
                Assert.Equal(be[hour]["phenomenonTimeBegin"], nl[hour]["phenomenonTimeBegin"]);
                Assert.Equal(Number(be[hour], "result"), Number(nl[hour], "result"), tolerance);
                Assert.NotEqual(be[hour]["raw"], nl[hour]["raw"]);
            }

            var days = await rig.CsvAsync($"{address}&aggregate=day");
            Assert.Equal(2, days.Count);
            foreach (var day in days)
            {
                Assert.Equal((Iso(Midnight), "24", "100", "1"), (day["phenomenonTimeBegin"], day["count"], day["dataCapture"], day["quality"]));
                Assert.Equal(expected, Number(day, "mean"), tolerance);
            }
        }

        await ExplainedAsync(rig, $"{Flemish}/water_level", "vertical_datum", "stamp");
        await ExplainedAsync(rig, $"{Dutch}/water_level", "unit", "stamp");
        await ExplainedAsync(rig, $"{Flemish}/nh3", "gas_reference", "stamp");
        await ExplainedAsync(rig, $"{Dutch}/nh3", "gas_reference", "stamp");
        await Books.BalanceAsync(rig);
        await flemish.Process.StopAsync();
        await dutch.Process.StopAsync();
        await rig.Ingest.StopAsync();
        rig.NoErrorLogged();
    }

    /// <summary>
    /// Passive samplers in the same air, whose ammonia rises by 0.01 µg/m³ a day: for calendar months in the Netherlands (MAN), for four weeks in Flanders (VMM). On the periods of either side, by
    /// overlap weights, they agree within what the air can change in half of four weeks: 14 days × 0.01 = 0.14 µg/m³.
    /// </summary>
    [Fact]
    public async Task Calendar_months_and_four_weeks_of_the_same_air_meet_by_overlap()
    {
        const string man = "rivm/man-ossendrecht/eea/nh3";
        const string passive = "vmm/passief-stabroek/eea/nh3";
        const double stated = 0.14;
        await using var rig = await MeetNetRig.StartAsync();
        var months = Enumerable.Range(0, 12).Select(m => (Begin: new DateOnly(2025, 1, 1).AddMonths(m), End: new DateOnly(2025, 1, 1).AddMonths(m + 1))).ToList();
        var fours = Enumerable.Range(0, 13).Select(i => (Begin: new DateOnly(2025, 1, 6).AddDays(28 * i), End: new DateOnly(2025, 1, 6).AddDays(28 * (i + 1)))).ToList();
        await ImportAsync(rig, "rivm", "man-ossendrecht", months);
        await ImportAsync(rig, "vmm", "passief-stabroek", fours);
        await rig.StartIngestAsync();
        await rig.CaughtUpAsync();

        // Whole months of the time in which both hung: February to November.
        var byMonth = await AggregateAsync("month", "2025-02-01", "2025-12-01");
        foreach (var (mine, other) in Of(byMonth, man).Zip(Of(byMonth, passive)))
        {
            var month = months.Single(m => Stamp(m.Begin) == mine["phenomenonTimeBegin"]);
            Assert.Equal(Stamp(month.Begin), other["phenomenonTimeBegin"]);
            Assert.Equal(("100", "100"), (mine["dataCapture"], other["dataCapture"]));
            Assert.Equal(Air(month), Number(mine, "mean"), 1e-9);
            Assert.Equal(ByOverlap(month, fours), Number(other, "mean"), 1e-9);
            Assert.Equal(Number(mine, "mean"), Number(other, "mean"), stated);
        }

        Assert.Equal(10, Of(byMonth, passive).Count);
        var byFours = await AggregateAsync("4week&anchor=2025-01-06", "2025-01-06", "2025-12-08");
        Assert.Equal(12, Of(byFours, man).Count);
        foreach (var (mine, other) in Of(byFours, passive).Zip(Of(byFours, man)))
        {
            Assert.Equal(mine["phenomenonTimeBegin"], other["phenomenonTimeBegin"]);
            Assert.Equal(ByOverlap(fours.Single(f => Stamp(f.Begin) == mine["phenomenonTimeBegin"]), months), Number(other, "mean"), 1e-9);
            Assert.Equal(Number(mine, "mean"), Number(other, "mean"), stated);
        }

        await ExplainedAsync(rig, passive, "gas_reference", "stamp");
        await ExplainedAsync(rig, man, "gas_reference", "stamp");
        Books.AssertBalanced(rig);
        await rig.Ingest.StopAsync();
        rig.NoErrorLogged();

        Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> AggregateAsync(string aggregate, string from, string to) => rig.CsvAsync(
            $"datastream={man}&datastream={passive}&aggregate={aggregate}&weights=overlap&from={Stamp(DateOnly.Parse(from, CultureInfo.InvariantCulture))}&to={Stamp(DateOnly.Parse(to, CultureInfo.InvariantCulture))}");
    }

    private static double Level(int hour) => 14.97 + (0.01 * hour);

    private static double Ppb(int hour) => 10 + (0.5 * hour);

    private static async Task SendHourAsync(MqttClient networkServer, int hour, int counter)
    {
        // The begin of the hour in UTC+1 and its end in UTC are the same text.
        var stamp = Midnight.AddHours(hour + 1).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        var received = Midnight.AddHours(hour + 1).AddSeconds(20);
        await UplinkAsync(networkServer, Flemish, counter, Level(hour) + 2.33, Ppb(hour), stamp, received);
        await UplinkAsync(networkServer, Dutch, counter, Level(hour) * 100, Ppb(hour) * UsMicrogramsPerPpb, stamp, received);
    }

    /// <summary>An uplink as The Things Stack v3 publishes it, with the members that matter here.</summary>
    private static Task<MqttPublishResult> UplinkAsync(MqttClient networkServer, string sensor, int counter, double level, double ammonia, string stamp, DateTimeOffset received)
    {
        var json = string.Create(CultureInfo.InvariantCulture, $$$"""
            {"end_device_ids":{"device_id":"logger-1"},"received_at":"{{{Iso(received)}}}","uplink_message":{"f_port":2,"f_cnt":{{{counter}}},
             "decoded_payload":{"level":{{{level:R}}},"nh3":{{{ammonia:R}}},"stamp":"{{{stamp}}}"} } }
            """);
        return networkServer.PublishAsync($"nodes/{sensor}", Encoding.UTF8.GetBytes(json), MqttQualityOfService.AtLeastOnce);
    }

    /// <summary>The profiles of the repository and one of a logger whose units are settings.</summary>
    private static string Profiles(MeetNetRig rig)
    {
        var folder = Path.Combine(rig.Folder, "profiles");
        var own = Path.Combine(folder, "generic", "hourly-air-and-water.yaml");
        Directory.CreateDirectory(Path.GetDirectoryName(own)!);
        var text = File.ReadAllText(Path.Combine(Programs.FirmwareConfig, "profiles", "generic", "hourly-level.yaml"));
        text = text[..text.IndexOf("fields:", StringComparison.Ordinal)].Replace("/hour_end", "/stamp", StringComparison.Ordinal)
            .Replace("model: hourly level logger", "model: hourly air and water", StringComparison.Ordinal) + """
            fields:
              - {name: level, unit: configured, property: water_level, pointer: /level}
              - {name: nh3, unit: configured, property: nh3, pointer: /nh3}
            """;
        File.WriteAllText(own, text);
        return folder;
    }

    private static async Task<GatewayRig> StationAsync(MeetNetRig rig, string profiles, string sensor, string datastreams)
    {
        var (owner, station) = (sensor.Split('/')[0], sensor.Split('/')[1]);
        var path = Path.Combine(rig.Folder, $"{station}.yaml");
        var indented = datastreams.Replace("\n", "\n      ", StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, $$"""
            owner: {{owner}}
            station: {{station}}
            simulated: true
            name: {nl: {{station}}, en: {{station}}}
            description: {nl: proef, en: trial}
            location: {latitude: 51.39, longitude: 4.32, crs: "EPSG:4258"}
            lines:
              - {line: nodes, mqtt: {address: "mqtt://127.0.0.1", topic: nodes/{{sensor}} } }
            instruments:
              - sensor: logger-1
                profile: generic/hourly-air-and-water
                serialNumber: "1"
                installed: 2026-01-01
                line: nodes
                address: logger-1
                interval: 1h
                datastreams:
                  {{indented}}
            """);
        return rig.AddGateway(station, path, profiles: profiles);
    }

    private static async Task ImportAsync(MeetNetRig rig, string owner, string station, IReadOnlyList<(DateOnly Begin, DateOnly End)> periods)
    {
        var file = Path.Combine(rig.Folder, $"{station}.csv");
        var rows = periods.Select(p => string.Create(CultureInfo.InvariantCulture,
            $"{station},35,{p.Begin:yyyy-MM-dd} 00:00:00,{p.End:yyyy-MM-dd} 00:00:00,{Air(p):R},ug.m-3,var,1,1"));
        await File.WriteAllLinesAsync(file, ["Samplingpoint,Pollutant,Start,End,Value,Unit,AggType,Validity,Verification", .. rows]);
        await using var import = new ProgramProcess("import", Programs.Ingest,
            ["import", "eea", file, "--config", rig.IngestConfiguration, "--data", rig.IngestData, "--owner", owner, "--station", station, "--place", "51.39,4.32",
             "--reference", "eu-20c-101.3kpa"]);
        Assert.True(await import.RunAsync() == 0, import.Tail());
    }

    /// <summary>Mean of the air over a period: it rises evenly, so it is what it was in the middle.</summary>
    private static double Air((DateOnly Begin, DateOnly End) period) =>
        5 + (0.01 * ((period.Begin.DayNumber + period.End.DayNumber) / 2.0 - new DateOnly(2025, 1, 1).DayNumber));

    private static double ByOverlap((DateOnly Begin, DateOnly End) period, IReadOnlyList<(DateOnly Begin, DateOnly End)> pieces)
    {
        var shares = pieces.Select(p => (
            Days: Math.Max(0, Math.Min(period.End.DayNumber, p.End.DayNumber) - Math.Max(period.Begin.DayNumber, p.Begin.DayNumber)), Value: Air(p))).ToList();
        return shares.Sum(s => s.Days * s.Value) / shares.Sum(s => (double)s.Days);
    }

    private static async Task ExplainedAsync(MeetNetRig rig, string datastream, params string[] steps)
    {
        var explained = await rig.JsonAsync($"api/explain?datastream={datastream}");
        Assert.True(explained.GetProperty("agrees").GetBoolean(), explained.ToString());
        foreach (var step in steps)
        {
            Assert.Contains(explained.GetProperty("steps").EnumerateArray(), s => s.GetProperty("step").GetString() == step && s.GetProperty("text").ValueKind == JsonValueKind.Object);
        }
    }

    private static List<IReadOnlyDictionary<string, string>> Of(IReadOnlyList<IReadOnlyDictionary<string, string>> rows, string sensor) =>
        [.. rows.Where(r => r["datastream"].StartsWith(sensor, StringComparison.Ordinal))];

    /// <summary>Midnight in UTC+1, which is the clock of the file.</summary>
    private static string Stamp(DateOnly day) => Iso(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.FromHours(1)));

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static double Number(IReadOnlyDictionary<string, string> row, string column) => double.Parse(row[column], CultureInfo.InvariantCulture);
}
