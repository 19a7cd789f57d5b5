using System.Text.Json;
using System.Text.RegularExpressions;
using MeetNet.Gateway.Commissioning;
using MeetNet.Gateway.Stations;
using MeetNet.TestKit;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Tests.Stations;

/// <summary>What editors say about station, gateway and simulation files is what the readers say.</summary>
public sealed partial class SchemaTests : IDisposable
{
    /// <summary>A station with an unknown key in every map.</summary>
    private const string NosyStation = """
        owner: vmm
        station: nosy
        simulated: true
        zzz: 1
        name: {nl: n, en: n, zzz: 1}
        description: {nl: n, en: n, zzz: 1}
        location: {latitude: 51.39, longitude: 4.44, crs: "EPSG:4258", zzz: 1}
        surfaceLevel: {value: 1, unit: m, datum: NAP, zzz: 1}
        lines:
          - {line: a, serial: {port: p, baud: 9600, dataBits: 8, parity: none, stopBits: 1, rs485: {rtsOnSend: true, zzz: 1}, zzz: 1}, zzz: 1}
          - {line: d, http: {listen: "127.0.0.1:8090", path: /x, zzz: 1}}
          - {line: e, iio: {root: /sys/bus/iio/devices, zzz: 1}}
          - {line: c, tcp: {host: h, port: 502, zzz: 1}}
          - {line: b, mqtt: {address: mqtts://h, topic: t, tls: {zzz: 1}, zzz: 1}}
        instruments:
          - sensor: level-1
            profile: vega/plics-modbus
            serialNumber: x
            installed: 2026-01-15
            predecessors: [{serialNumber: y, installed: 2025-01-15, zzz: 1}]
            line: a
            address: 1
            interval: 2s
            zzz: 1
            datastreams:
              - field: level
                property: water_level
                zzz: 1
                gasReference: {temperature: 293, pressure: 101300, zzz: 1}
                zeros: [{level: 1, datum: NAP, source: x, zzz: 1}]
                column: {temperature: 10, zzz: 1}
                barometer: {sensor: a, maximumAge: 1h, zzz: 1}
                gasAmbient: {temperature: a, pressure: a, maximumAge: 1h, zzz: 1}
                statedAs: N
                humidityCorrection: {humidity: a, maximumAge: 1h, kappa: 0.3, density: 1650, maximumHumidity: 95, source: x, zzz: 1}
                sumOf: {no: a, no2: a, maximumAge: 1h, zzz: 1}
                calibrations: [{slope: 1, offset: 0, unit: m, validFrom: 2026-01-01T00:00:00Z, source: x, zzz: 1}]
                checks: [{kind: zero, time: 2026-01-01T00:00:00Z, expected: 0, measured: 0, unit: m, limit: 1, source: x, zzz: 1}]
                grossRange: {fail: [0, 1], zzz: 1}
                tests:
                  zzz: 1
                  spike: {suspect: 1, maximumGap: 1m, zzz: 1}
                  rateOfChange: {maximum: 1, per: 1h, maximumGap: 1m, zzz: 1}
                  flatLine: {tolerance: 0, suspect: 1h, maximumGap: 1m, zzz: 1}
                  attenuatedSignal: {measure: range, window: 1h, suspect: 1, maximumGap: 1m, zzz: 1}
                  climatology: [{months: [1], suspect: [0, 1], zzz: 1}]
                  timeGap: {maximum: 1m, zzz: 1}
                stamp: {position: instant, zone: utc, zzz: 1}
        """;

    private const string NosyGateway = """
        station: station.yaml
        zzz: 1
        hubs: [{name: a, address: mqtts://h, tls: {zzz: 1}, zzz: 1}]
        outbox: {zzz: 1}
        log: {zzz: 1}
        """;

    private const string NosySimulation = """
        zzz: 1
        quantities: {level: {parts: [{shape: sine, amplitude: 1, period: 1h, zzz: 1}], zzz: 1}}
        networkServer: {address: mqtts://h, tls: {zzz: 1}, zzz: 1}
        instruments:
          surface-1:
            fields: {level: {quantity: level, zzz: 1}}
            uplink: {every: 1h, zzz: 1}
            disturbances: [{kind: silence, every: 1h, lasts: 1m, zzz: 1}]
            zzz: 1
        """;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("station", "stations/kalmthoutse-heide")]
    [InlineData("station", "stations/brabantse-wal")]
    [InlineData("gateway", "gateway/kalmthoutse-heide")]
    [InlineData("gateway", "gateway/brabantse-wal")]
    [InlineData("simulation", "simulation/kalmthoutse-heide")]
    [InlineData("simulation", "simulation/brabantse-wal")]
    [InlineData("simulation", "simulation/border-region")]
    public void The_schema_accepts_what_the_repository_has(string schema, string file) =>
        Assert.Null(Schema(schema).Problem(YamlAsJson.Parse(RepositoryFile.Text($"firmware-config/{file}.yaml"))));

    [Theory]
    [MemberData(nameof(StationReaderTests.Invalid), MemberType = typeof(StationReaderTests))]
    public void The_station_schema_refuses_what_the_reader_refuses_except_rules_across_keys(string file)
    {
        var text = RepositoryFile.Text($"tests/Gateway.Tests/invalid-stations/{file}");
        var problem = Schema("station").Problem(YamlAsJson.Parse(text));
        Assert.True(text.Contains("\n# schema: accepts it", StringComparison.Ordinal) == problem is null, problem ?? "accepted");
    }

    [Fact]
    public void The_station_schema_has_the_keys_of_the_reader_and_no_others()
    {
        var path = Write("station.yaml", NosyStation);
        var (_, problems) = StationReader.Read(path, TestStations.Profiles, new ConfigurationPaths(null));
        var root = Root("station");
        Compare(KeysOf(problems), new Dictionary<string, JsonElement>
        {
            ["the file"] = root,
            ["'name'"] = At(root, "properties", "name"),
            ["'description'"] = At(root, "properties", "description"),
            ["'location'"] = At(root, "properties", "location"),
            ["'surfaceLevel'"] = At(root, "properties", "surfaceLevel", "anyOf").EnumerateArray().Last(),
            ["'lines[0]'"] = At(root, "$defs", "line"),
            ["'serial'"] = At(root, "$defs", "serial"),
            ["'rs485'"] = At(root, "$defs", "rs485"),
            ["'mqtt'"] = At(root, "$defs", "mqtt"),
            ["'tcp'"] = At(root, "$defs", "tcp"),
            ["'iio'"] = At(root, "$defs", "iio"),
            ["'http'"] = At(root, "$defs", "http"),
            ["'tls'"] = At(root, "$defs", "tls"),
            ["'instruments[0]'"] = At(root, "$defs", "instrument"),
            ["'datastreams[0]'"] = At(root, "$defs", "datastream"),
            ["'gasReference'"] = At(root, "$defs", "gasState", "anyOf").EnumerateArray().Last(),
            ["'barometer'"] = At(root, "$defs", "datastream", "properties", "barometer"),
            ["'gasAmbient'"] = At(root, "$defs", "datastream", "properties", "gasAmbient"),
            ["'zeros[0]'"] = At(root, "$defs", "datastream", "properties", "zeros", "items"),
            ["'column'"] = At(root, "$defs", "datastream", "properties", "column"),
            ["'calibrations[0]'"] = At(root, "$defs", "datastream", "properties", "calibrations", "items"),
            ["'predecessors[0]'"] = At(root, "$defs", "instrument", "properties", "predecessors", "items"),
            ["'humidityCorrection'"] = At(root, "$defs", "datastream", "properties", "humidityCorrection"),
            ["'sumOf'"] = At(root, "$defs", "datastream", "properties", "sumOf"),
            ["'checks[0]'"] = At(root, "$defs", "datastream", "properties", "checks", "items"),
            ["'grossRange'"] = At(root, "$defs", "datastream", "properties", "grossRange"),
            ["'tests'"] = Test(),
            ["'spike'"] = Test("spike"),
            ["'rateOfChange'"] = Test("rateOfChange"),
            ["'flatLine'"] = Test("flatLine"),
            ["'attenuatedSignal'"] = Test("attenuatedSignal"),
            ["'climatology[0]'"] = At(Test("climatology"), "items"),
            ["'timeGap'"] = Test("timeGap"),
            ["'stamp'"] = At(root, "$defs", "datastream", "properties", "stamp"),
        });

        JsonElement Test(string? name = null)
        {
            var tests = At(root, "$defs", "datastream", "properties", "tests");
            return name is null ? tests : At(tests, "properties", name);
        }
    }

    [Fact]
    public void The_gateway_schema_has_the_keys_of_the_reader_and_no_others()
    {
        Write("station.yaml", NosyStation);
        var (_, problems) = GatewayFile.Read(Write("gateway.yaml", NosyGateway), new ConfigurationPaths(null));
        var root = Root("gateway");
        Compare(KeysOf(problems), new Dictionary<string, JsonElement>
        {
            ["the file"] = root,
            ["'hubs[0]'"] = At(root, "properties", "hubs", "items"),
            ["'tls'"] = At(root, "$defs", "tls"),
            ["'outbox'"] = At(root, "properties", "outbox"),
            ["'log'"] = At(root, "properties", "log"),
        });
    }

    [Fact]
    public void The_simulation_schema_has_the_keys_of_the_reader_and_no_others()
    {
        var (_, problems) = SimulationFile.Read(Write("simulation.yaml", NosySimulation), TestStations.Dutch(), new ConfigurationPaths(null));
        var root = Root("simulation");
        Compare(KeysOf(problems), new Dictionary<string, JsonElement>
        {
            ["the file"] = root,
            ["'level'"] = At(root, "$defs", "quantity"),
            ["'parts[0]'"] = At(root, "$defs", "part"),
            ["'networkServer'"] = At(root, "properties", "networkServer"),
            ["'tls'"] = At(root, "$defs", "tls"),
            ["'surface-1'"] = At(root, "$defs", "instrument"),
            ["'uplink'"] = At(root, "$defs", "instrument", "properties", "uplink"),
            ["'disturbances[0]'"] = At(root, "$defs", "instrument", "properties", "disturbances", "items"),
        });
    }

    public void Dispose() => _folder.Dispose();

    private static void Compare(Dictionary<string, HashSet<string>> read, Dictionary<string, JsonElement> written)
    {
        Assert.Equal(written.Keys.Order(StringComparer.Ordinal), read.Keys.Order(StringComparer.Ordinal));
        foreach (var (place, schema) in written)
        {
            Assert.True(
                schema.GetProperty("properties").EnumerateObject().Select(p => p.Name).ToHashSet().SetEquals(read[place]),
                $"{place}: the reader allows {string.Join(", ", read[place].Order(StringComparer.Ordinal))}");
        }
    }

    /// <summary>Place → keys, as the reader lists them when it meets a key that it doesn't know.</summary>
    private static Dictionary<string, HashSet<string>> KeysOf(IReadOnlyList<YamlProblem> problems)
    {
        var keys = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var match in problems.Select(p => UnknownKey().Match(p.Message)).Where(m => m.Success))
        {
            // 'level' is the place of a quantity and of a field; the field's keys are the ones with a quantity among them.
            var found = match.Groups["keys"].Value.Split(", ").ToHashSet();
            if (!found.SetEquals(["quantity", "factor", "offset"]))
            {
                keys[match.Groups["place"].Value] = found;
            }
        }

        return keys;
    }

    private static JsonSchemaSubset Schema(string name) => new(RepositoryFile.Text($"firmware-config/schemas/{name}.schema.json"));

    private static JsonElement Root(string name) => JsonDocument.Parse(RepositoryFile.Text($"firmware-config/schemas/{name}.schema.json")).RootElement;

    private static JsonElement At(JsonElement element, params string[] path) => path.Aggregate(element, (e, name) => e.GetProperty(name));

    private string Write(string name, string text)
    {
        var path = _folder.File(name);
        File.WriteAllText(path, text);
        return path;
    }

    [GeneratedRegex("^unknown key 'zzz' in (?<place>.+); allowed: (?<keys>.+)$")]
    private static partial Regex UnknownKey();
}
