using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MeetNet.EndToEnd.Tests.Rig;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests;

/// <summary>
/// One station with an instrument of every protocol, played by the simulator over pseudo-terminals, TCP and the broker, read by a gateway, delivered to the hub: each
/// number comes out as it was played, and the books balance.
/// </summary>
public sealed partial class EveryProtocolTests
{
    /// <summary>A profile for each driver, in each form that it speaks. For those on a broker: the line's topic.</summary>
    private static readonly (string Driver, string Profile, string? Framing, string? Topic)[] Played =
    [
        ("modbus", "keller/series-30", "rtu", null),
        ("modbus", "keller/series-30", "ascii", null),
        ("modbus", "keller/series-30", "tcp", null),
        ("keller-bus", "keller/series-30-bus", null, null),
        ("fixed-frame", "plantower/pms5003", null, null),
        ("shdlc", "sensirion/sps30", null, null),
        ("iio", "bosch/bme280-iio", null, null),
        ("bayern-hessen", "metone/bam-1020", null, null),
        ("innova", "lumasense/innova-1412i", null, null),
        ("lgr", "lgr/ugga", null, null),
        ("ec9800", "acoem/serinus-44-ec9800", null, null),
        ("aeroqual", "aeroqual/aqm60", null, null),
        ("sdi-12", "campbell/cs451", "native", null),
        ("sdi-12", "ott/pls", "adapter", null),
        ("nmea", "lambrecht/meteo-nmea", null, null),
        ("vaisala", "vaisala/wxt520", "polled", null),
        ("vaisala", "vaisala/wxt530", "automatic", null),
        ("lorawan", "milesight/em300-th", "the-things-stack", "v3/heath@ttn/devices/{address}/up"),
        ("lorawan", "milesight/em300-th", "chirpstack", "application/heath/device/{address}/event/up"),
        ("text-line", "maxbotix/hrxl-5m", null, null),
        ("thermo-clink", "thermo/42i", null, null),
        ("teledyne-ascii", "teledyne/t101", null, null),
        ("picarro", "picarro/g2103", null, null),
        ("gasera", "gasera/one", null, null),
        ("json", "tasmota/bme280", null, "tele/+/SENSOR"),
        ("senml", "generic/senml-weather", null, "senml/weather"),
        ("sparkplug-b", "generic/sparkplug-ammonia", null, "spBv1.0/#"),
    ];

    /// <summary>What a field may be observed as, by its unit; whatever it really is, the number must arrive.</summary>
    private static readonly Dictionary<string, string> Observed = new()
    {
        ["Cel"] = "property: air_temperature",
        ["%"] = "property: relative_humidity",
        ["ug/m3"] = "property: pm10",
        ["mg/m3"] = "property: pm10",
        ["configured"] = "property: pm10, unit: ug/m3",
        ["hPa"] = "property: air_pressure",
        ["kPa"] = "property: air_pressure",
        ["deg"] = "property: wind_direction",
        ["m/s"] = "property: wind_speed",
        ["mm"] = "property: water_level, datum: NAP",
        ["cm"] = "property: water_level, datum: NAP",
        ["[ppb]"] = "property: nh3, gasReference: eu-20c-101.3kpa",
        ["[ppm]"] = "property: nh3, gasReference: eu-20c-101.3kpa",
    };

    [Fact]
    public void Every_driver_is_played()
    {
        var schema = JsonDocument.Parse(RepositoryFile.Text("firmware-config/schemas/profile.schema.json")).RootElement;
        var drivers = schema.GetProperty("properties").GetProperty("driver").GetProperty("enum").EnumerateArray().Select(d => d.GetString()!);
        Assert.Equal(drivers.Order(StringComparer.Ordinal), Played.Select(p => p.Driver).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_instrument_of_every_protocol_is_read_and_its_numbers_arrive()
    {
        await using var rig = await MeetNetRig.StartAsync();
        await rig.StartIngestAsync();
        var played = Played.Select((p, i) => Instrument.Of(i, p.Profile, p.Framing, p.Topic)).ToList();
        var station = Path.Combine(rig.Folder, "station.yaml");
        var simulation = Path.Combine(rig.Folder, "simulation.yaml");
        await File.WriteAllTextAsync(station, StationOf(played, rig.Broker.Port, Path.Combine(rig.Folder, "iio")));
        await File.WriteAllTextAsync(simulation, SimulationOf(played, rig.Broker.Port));
        var gateway = rig.AddGateway("heath", station);
        await using var simulator = new ProgramProcess("simulator", Programs.Gateway,
            ["simulate", "--station", station, "--simulation", simulation, "--lines", gateway.LinesFolder, "--profiles", Path.Combine(Programs.FirmwareConfig, "profiles")]);
        simulator.Start();
        await gateway.StartAsync();

        var missing = played.Select(p => p.Datastream).ToList();
        await Eventually.TrueAsync(
            () =>
            {
                Assert.True(simulator.IsRunning, simulator.Tail());
                missing = [.. missing.Where(id => !Heard(rig, id))];
                return missing.Count == 0;
            },
            $"a value of each\n{simulator.Tail()}\n{rig.Story()}",
            TimeSpan.FromSeconds(150));

        foreach (var instrument in played)
        {
            var row = (await rig.CsvAsync($"datastream={instrument.Datastream}&limit=1"))[0];
            var raw = double.Parse(row["raw"], CultureInfo.InvariantCulture);
            Assert.True(
                Math.Abs(raw - instrument.Value) <= Math.Max(0.51, Math.Abs(instrument.Value) * 0.01),
                string.Create(CultureInfo.InvariantCulture, $"{instrument.Profile} {instrument.Field}: {raw}, played {instrument.Value}"));
        }

        await simulator.StopAsync();
        Assert.Equal(0, simulator.ExitCode);
        await Books.BalanceAsync(rig);
        rig.NoErrorLogged();
        Assert.Empty(simulator.Errors());
    }

    private static bool Heard(MeetNetRig rig, string datastream)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/observations?datastream={datastream}&limit=1&format=csv");
        using var response = rig.Http.Send(request);
        using var text = new StreamReader(response.Content.ReadAsStream());
        return response.IsSuccessStatusCode && MeetNetRig.Csv(text.ReadToEnd()) is [var row] && row["raw"].Length > 0;
    }

    private static string StationOf(IEnumerable<Instrument> played, int broker, string folder)
    {
        var (lines, instruments) = (new StringBuilder(), new StringBuilder());
        foreach (var p in played)
        {
            var carrier = p.Topic is not null ? $"mqtt: {{address: \"mqtt://127.0.0.1:{broker}\", topic: \"{p.Topic.Replace("{address}", p.Address, StringComparison.Ordinal)}\"}}"
                : p.IsFolder ? $"iio: {{root: {folder}}}"
                : p.Framing == "tcp" ? $"tcp: {{host: 127.0.0.1, port: {MosquittoBroker.FreePort()}}}"
                : $"serial: {{port: tty{p.Name}{p.Serial}}}";
            lines.Append(CultureInfo.InvariantCulture, $"  - {{line: {p.Name}, {carrier}}}\n");
            instruments.Append(CultureInfo.InvariantCulture, $"  - sensor: {p.Name}\n    profile: {p.Profile}\n    serialNumber: \"SIM-{p.Name}\"\n    installed: 2026-01-15\n    line: {p.Name}\n");
            instruments.Append(p.Address is null ? string.Empty : $"    address: {p.Quoted}\n");
            instruments.Append(p.Framing is null ? string.Empty : $"    framing: {p.Framing}\n");
            instruments.Append(p.Interval is null ? string.Empty : $"    interval: {p.Interval}\n");
            instruments.Append(CultureInfo.InvariantCulture, $"    datastreams: [{{field: {p.Field}, {p.Observation}}}]\n");
        }

        return $$"""
            owner: vmm
            station: heath
            simulated: true
            name: {nl: Heide, en: Heath}
            description: {nl: Proef, en: Trial}
            location: {latitude: 51.39, longitude: 4.44, crs: "EPSG:4258"}
            lines:
            {{lines}}
            instruments:
            {{instruments}}
            """;
    }

    private static string SimulationOf(IReadOnlyList<Instrument> played, int broker)
    {
        var text = new StringBuilder("quantities:\n");
        foreach (var p in played)
        {
            foreach (var (field, value) in p.Values)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {p.Name.Replace('-', '_')}_{field}: {{parts: [{{shape: steady, mean: {value}}}]}}\n");
            }
        }

        text.Append(CultureInfo.InvariantCulture, $"networkServer: {{address: \"mqtt://127.0.0.1:{broker}\"}}\ninstruments:\n");
        foreach (var p in played)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {p.Name}:\n    fields:\n");
            foreach (var field in p.Values.Keys)
            {
                text.Append(CultureInfo.InvariantCulture, $"      {field}: {{quantity: {p.Name.Replace('-', '_')}_{field}}}\n");
            }

            text.Append(p.Topic is null ? string.Empty : "    uplink: {every: 1s}\n");
        }

        return text.ToString();
    }

    /// <summary>A profile as an instrument of the station, with a steady value for each of its fields.</summary>
    private sealed partial record Instrument(
        string Name, string Profile, string? Framing, string? Topic, string? Address, string? Interval, string Serial, string Field, string Observation, IReadOnlyDictionary<string, double> Values)
    {
        public bool IsFolder => Profile.EndsWith("-iio", StringComparison.Ordinal);

        public double Value => Values[Field];

        public string Datastream => $"vmm/heath/{Name}/{Observation.Split(' ', ',')[1]}";

        /// <summary>The address as a station file has it: in quotes unless it is a number.</summary>
        public string Quoted => int.TryParse(Address, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? Address : $"\"{Address}\"";

        public static Instrument Of(int index, string profile, string? framing, string? topic)
        {
            var json = YamlAsJson.Parse(RepositoryFile.Text($"firmware-config/profiles/{profile}.yaml"));
            var vectors = RepositoryFile.Text($"tests/vectors/{profile}.yaml");
            var address = AddressLine().Match(vectors) is { Success: true } match ? match.Groups[1].Value.Trim('"') : null;
            var fields = json.GetProperty("fields").EnumerateArray().ToList();
            var observed = fields.First(f => Observed.ContainsKey(f.GetProperty("unit").GetString()!));
            var timing = json.GetProperty("timing");
            var interval = topic is not null ? "1s" : framing == "automatic" ? null : timing.TryGetProperty("replyTimeout", out _) ? timing.GetProperty("interval").GetString() : null;
            var serial = json.TryGetProperty("serial", out _) ? string.Empty : ", baud: 9600, dataBits: 8, parity: none, stopBits: 1";
            return new Instrument(
                $"i{index}-{profile.Split('/')[0]}", profile, framing, topic, address, interval, serial, observed.GetProperty("name").GetString()!,
                Observed[observed.GetProperty("unit").GetString()!], fields.ToDictionary(f => f.GetProperty("name").GetString()!, ValueOf));
        }

        /// <summary>The middle of what the field can be, or 10.</summary>
        private static double ValueOf(JsonElement field) =>
            field.TryGetProperty("range", out var range) ? Math.Round((range[0].GetDouble() + range[1].GetDouble()) / 2) : 10;

        [GeneratedRegex("^address: (.+)$", RegexOptions.Multiline)]
        private static partial Regex AddressLine();
    }
}
