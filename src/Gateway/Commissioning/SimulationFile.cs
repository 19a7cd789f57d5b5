using MeetNet.Devices.Simulation;
using MeetNet.Gateway.Stations;
using MeetNet.Hosting;
using MeetNet.Mqtt;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Commissioning;

/// <summary>Reads a simulation file against the station that it is for (schema: firmware-config/schemas/simulation.schema.json).</summary>
internal sealed class SimulationFile
{
    private static readonly string[] Shapes = ["steady", "sine", "ramp", "square"];

    private readonly Station _station;
    private readonly ConfigurationPaths _paths;
    private readonly List<YamlProblem> _problems;

    private SimulationFile(Station station, ConfigurationPaths paths, List<YamlProblem> problems)
    {
        _station = station;
        _paths = paths;
        _problems = problems;
    }

    /// <param name="paths">Its data folder is where the password of the network server is looked for.</param>
    public static (Simulation? Simulation, IReadOnlyList<YamlProblem> Problems) Read(string path, Station station, ConfigurationPaths paths)
    {
        var map = YamlReader.Load(path, out var problems);
        var file = new SimulationFile(station, paths, problems);
        var quantities = file.Quantities(map.Require("quantities"), map.File);
        var broker = map.Optional("networkServer")?.Map() is { } server ? Server(server, paths) : null;
        var instruments = file.Instruments(map.Require("instruments"), quantities);
        map.Done();
        return problems.Count > 0 ? (null, problems) : (new Simulation { NetworkServer = broker, Instruments = instruments }, problems);
    }

    private static BrokerOptions Server(YamlMap map, ConfigurationPaths paths)
    {
        var broker = GatewayFile.Broker(map, paths, MqttVersion.V311);
        map.Done();
        return broker;
    }

    /// <summary>Written here, or in a file beside this one that several stations share.</summary>
    private Dictionary<string, Quantity> Quantities(YamlValue value, string file)
    {
        if (value.IsMap)
        {
            return Quantities(value.Map());
        }

        var name = value.String();
        var shared = YamlReader.Load(ConfigurationPaths.Beside(file, name), out var found);
        var quantities = Quantities(shared.Map("quantities"));
        shared.Done();
        _problems.AddRange(found);
        return quantities;
    }

    private static Dictionary<string, Quantity> Quantities(YamlMap map)
    {
        var quantities = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var entry in map.Entries())
        {
            var quantity = entry.Value.Map();
            var minimum = quantity.Optional("minimum")?.Number() ?? double.NegativeInfinity;
            var parts = quantity.List("parts").Select(p => Part(p.Map())).ToList();
            quantity.Done();
            quantities[entry.Key] = new Quantity(entry.Key, parts, minimum);
        }

        return quantities;
    }

    private static ValueCurve Part(YamlMap map)
    {
        var kind = map.Choice("shape", Shapes) switch
        {
            "sine" => CurveKind.Sine,
            "ramp" => CurveKind.Ramp,
            "square" => CurveKind.Square,
            _ => CurveKind.Steady,
        };
        var mean = map.Optional("mean")?.Number() ?? 0;
        var (amplitude, period, phase) = (0.0, TimeSpan.Zero, TimeSpan.Zero);
        if (kind != CurveKind.Steady)
        {
            amplitude = map.Number("amplitude");
            period = map.Duration("period", TimeSpan.FromSeconds(1));
            phase = map.Optional("phase")?.Duration() ?? TimeSpan.Zero;
        }

        var noise = map.Optional("noise")?.Number(0) ?? 0;
        var seed = map.Optional("seed")?.Long(0) ?? 0;
        map.Done();
        return new ValueCurve(kind, mean, amplitude, period, phase, noise, (ulong)seed);
    }

    private Dictionary<string, InstrumentScript> Instruments(YamlValue value, Dictionary<string, Quantity> quantities)
    {
        var scripts = new Dictionary<string, InstrumentScript>(StringComparer.Ordinal);
        foreach (var entry in value.Map().Entries())
        {
            if (_station.Instruments.FirstOrDefault(i => i.Sensor == entry.Key) is { } instrument)
            {
                scripts[entry.Key] = Script(entry.Value.Map(), instrument, quantities);
            }
            else
            {
                entry.Name.Problem($"the station {_station.FullName} has no sensor '{entry.Key}'; allowed: {string.Join(", ", _station.Instruments.Select(i => i.Sensor))}");
            }
        }

        return scripts;
    }

    private static InstrumentScript Script(YamlMap map, Instrument instrument, Dictionary<string, Quantity> quantities)
    {
        var fields = new Dictionary<string, FieldScript>(StringComparer.Ordinal);
        foreach (var entry in map.Map("fields").Entries())
        {
            if (instrument.Profile.FieldIndex(entry.Key) < 0)
            {
                entry.Name.Problem($"the profile {instrument.Profile.Id} has no field '{entry.Key}'; allowed: {string.Join(", ", instrument.Profile.Fields.Select(f => f.Name))}");
            }

            fields[entry.Key] = Field(entry.Value.Map(), quantities);
        }

        var disturbances = (map.Optional("disturbances")?.List() ?? []).Select(d => DisturbanceOf(d.Map())).ToList();
        var isMessage = ProfileShelf.DriverOf(instrument.Profile).Carrier == Devices.Carrier.Message;
        UplinkScript? uplink = null;
        if (isMessage)
        {
            uplink = Uplink(map.Map("uplink"));
        }

        map.Done();
        return new InstrumentScript(fields, disturbances, uplink);
    }

    private static FieldScript Field(YamlMap map, Dictionary<string, Quantity> quantities)
    {
        var name = map.Require("quantity");
        var text = name.String();
        if (!quantities.TryGetValue(text, out var quantity))
        {
            if (text.Length > 0)
            {
                name.Problem($"there is no quantity '{text}'; allowed: {string.Join(", ", quantities.Keys)}");
            }

            quantity = new Quantity(text, [], double.NegativeInfinity);
        }

        var field = new FieldScript(quantity, map.Optional("factor")?.Number() ?? 1, map.Optional("offset")?.Number() ?? 0);
        map.Done();
        return field;
    }

    private static UplinkScript Uplink(YamlMap map)
    {
        var every = map.Duration("every", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        var mean = map.Optional("mean")?.Boolean() ?? false;
        var backfill = map.Optional("backfill")?.Integer(0, 1_000) ?? 0;
        TimeZoneInfo? zone = null;
        if (map.Optional("zone") is { } value)
        {
            var id = value.String();
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(id, out zone))
            {
                value.Problem($"'{id}' is not a time zone that this machine knows, for example Europe/Brussels (Debian: package tzdata)");
            }
        }

        map.Done();
        return new UplinkScript(every, mean, backfill, zone);
    }

    private static DisturbanceScript DisturbanceOf(YamlMap map)
    {
        var kind = DisturbanceWords.KindOf(map.Choice("kind", DisturbanceWords.All));
        var every = map.Duration("every", TimeSpan.FromSeconds(1));
        var lasts = map.Duration("lasts", TimeSpan.FromMilliseconds(1), every > TimeSpan.Zero ? every : null);
        var phase = map.Optional("phase")?.Duration() ?? TimeSpan.Zero;
        map.Done();
        return new DisturbanceScript(kind, every, lasts, phase);
    }
}
