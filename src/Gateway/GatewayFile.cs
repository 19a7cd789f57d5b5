using MeetNet.Gateway.Clock;
using MeetNet.Gateway.Outbox;
using MeetNet.Gateway.Uplink;
using MeetNet.Hosting;
using MeetNet.Mqtt;
using MeetNet.Observations;
using MeetNet.Sqlite;
using MeetNet.Yaml;

namespace MeetNet.Gateway;

/// <summary>Reads the gateway file (schema: firmware-config/schemas/gateway.schema.json). All problems at once, each with its place.</summary>
internal static class GatewayFile
{
    /// <summary>Keys that people try; each gets a better answer than "unknown".</summary>
    public static (GatewayOptions? Options, IReadOnlyList<YamlProblem> Problems) Read(string path, ConfigurationPaths paths)
    {
        var map = YamlReader.Load(path, out var problems);
        var station = FileBeside(map, "station");
        var profiles = map.Has("profiles") ? FolderBeside(map, "profiles") : ConfigurationPaths.Beside(path, "../profiles");
        var listen = map.Optional("listen") is { } value ? Listen(value) : "127.0.0.1:8091";
        var hubs = Hubs(map.List("hubs"), map, paths);
        var outbox = map.Optional("outbox")?.Map() is { } outboxMap ? Outbox(outboxMap) : OutboxDefaults;
        var clock = map.Optional("clock")?.Choice("plausible", "synchronised") == "synchronised" ? ClockRule.Synchronised : ClockRule.Plausible;
        var log = map.Optional("log")?.Map() is { } logMap ? ConfigurationSections.ReadLog(logMap, paths.DataFolder) : new LogOptions();
        map.Done();
        return problems.Count > 0
            ? (null, problems)
            : (new GatewayOptions { StationPath = station, ProfilesPath = profiles, Listen = listen, Hubs = hubs, Outbox = outbox, Clock = clock, Log = log }, problems);
    }

    /// <summary>Address, user, password and TLS of a broker: the same keys wherever a file names one.</summary>
    public static BrokerOptions Broker(YamlMap map, ConfigurationPaths paths, MqttVersion defaultVersion) =>
        ConfigurationSections.ReadBroker(map, paths.DataFolder, defaultVersion, paths.Broker);

    private static List<HubOptions> Hubs(IReadOnlyList<YamlValue> values, YamlMap file, ConfigurationPaths paths)
    {
        var hubs = new List<HubOptions>();
        if (values.Count == 0)
        {
            file.Problem("hubs", "'hubs' must name at least one hub to deliver to");
        }

        foreach (var value in values)
        {
            var map = value.Map();
            var name = map.Require("name");
            var id = name.String();
            if (id.Length > 0 && !Identifiers.IsName(id))
            {
                name.Problem($"'{id}' is not a name of a hub; allowed: {Identifiers.NamePattern}");
            }

            if (hubs.Any(h => h.Name == id))
            {
                name.Problem($"the hub '{id}' is named twice");
            }

            var broker = Broker(map, paths, MqttVersion.V500);
            var limits = new UplinkLimits();
            limits = limits with
            {
                Resend = map.Optional("resend")?.Duration(TimeSpan.FromMilliseconds(200), TimeSpan.FromHours(1)) ?? limits.Resend,
                InFlight = map.Optional("inFlight")?.Integer(1, 1_000) ?? limits.InFlight,
                Linger = map.Optional("linger")?.Duration(TimeSpan.Zero, TimeSpan.FromMinutes(1)) ?? limits.Linger,
            };
            limits = limits with { Ask = limits.Resend < limits.Ask ? limits.Resend : limits.Ask };
            var forget = map.Optional("forgetAtPuback")?.Boolean() ?? false;
            map.Done();
            hubs.Add(new HubOptions { Name = id, Broker = broker, Limits = limits, ForgetAtPuback = forget });
        }

        return hubs;
    }

    /// <summary>What is delivered stays for as long as a certificate may take to come back from the laboratory.</summary>
    private static OutboxOptions OutboxDefaults => new() { Path = string.Empty, Hubs = [], KeepDelivered = TimeSpan.FromDays(30) };

    private static OutboxOptions Outbox(YamlMap map)
    {
        var defaults = OutboxDefaults;
        var options = defaults with
        {
            MaxBytes = map.Optional("maxMegabytes")?.Long(4, 1 << 20) << 20 ?? defaults.MaxBytes,
            MaxAge = map.Optional("maxAge")?.Duration(TimeSpan.FromHours(1)) ?? defaults.MaxAge,
            KeepDelivered = map.Optional("keepDelivered")?.Duration(TimeSpan.Zero) ?? defaults.KeepDelivered,
            WhenFull = map.Optional("whenFull")?.Choice("refuse", "drop-oldest") switch
            {
                "drop-oldest" => WhenFull.DropOldest,
                "refuse" => WhenFull.Refuse,
                _ => defaults.WhenFull,
            },
            MinFreeDisk = map.Optional("minFreeMegabytes")?.Long(0, 1 << 20) << 20 ?? defaults.MinFreeDisk,
            Synchronous = map.Optional("synchronous")?.Choice("full", "normal", "off") switch
            {
                "normal" => SqliteSynchronous.Normal,
                "off" => SqliteSynchronous.Off,
                _ => defaults.Synchronous,
            },
        };
        map.Done();
        return options;
    }

    private static string Listen(YamlValue value)
    {
        var text = value.String();
        if (text.Length > 0 && (!System.Net.IPEndPoint.TryParse(text, out var endpoint) || endpoint.Port == 0))
        {
            value.Problem($"'listen' is '{text}'; allowed: an address and a port such as 127.0.0.1:8091 or [::1]:8091");
        }

        return text;
    }

    private static string FileBeside(YamlMap map, string key)
    {
        var value = map.Require(key);
        var path = ConfigurationPaths.Beside(map.File, value.String());
        if (value.Exists && !File.Exists(path))
        {
            value.Problem($"the file {path} does not exist");
        }

        return path;
    }

    private static string FolderBeside(YamlMap map, string key)
    {
        var value = map.Require(key);
        var path = ConfigurationPaths.Beside(map.File, value.String());
        if (value.Exists && !Directory.Exists(path))
        {
            value.Problem($"the folder {path} does not exist");
        }

        return path;
    }
}
