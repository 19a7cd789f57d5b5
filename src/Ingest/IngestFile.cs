using System.Net;
using System.Text.RegularExpressions;
using MeetNet.Hosting;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;
using MeetNet.Ingest.Neighbours;
using MeetNet.Ingest.Series;
using MeetNet.Mqtt;
using MeetNet.Observations;
using MeetNet.Sqlite;
using MeetNet.Yaml;

namespace MeetNet.Ingest;

/// <summary>
/// Reads the ingest file (schema: firmware-config/schemas/ingest.schema.json). All problems at once, each with its place. Folders are beside the file;
/// secrets are in the data directory.
/// </summary>
internal static partial class IngestFile
{
    /// <param name="path">The file.</param>
    /// <param name="dataDirectory">Null when only checking, away from the machine: then secrets are not opened.</param>
    public static (IngestOptions? Options, IReadOnlyList<YamlProblem> Problems) Read(string path, string? dataDirectory)
    {
        var map = YamlReader.Load(path, out var problems);
        var hub = map.Require("hub");
        var name = hub.String();
        if (hub.Exists && name.Length > 0 && !Identifiers.IsName(name))
        {
            hub.Problem($"'{name}' is not a name of a hub; allowed: {Identifiers.NamePattern}");
        }
        var data = Path.GetFullPath(dataDirectory ?? "/");
        var options = new IngestOptions { Hub = name, DataDirectory = data, Listen = new IPEndPoint(IPAddress.Loopback, 8080) };
        options = options with
        {
            Listen = map.Optional("listen") is { } listen ? ReadAddress(listen) : options.Listen,
            RulesDirectory = map.Optional("rules") is { } rules ? ReadFolder(rules, path) : null,
            Webhook = map.Optional("webhook") is { } webhook ? ReadUri(webhook) : null,
            LogSynchronous = map.Optional("factLog")?.Map() is { } log ? ReadFactLog(log) : options.LogSynchronous,
            Groups = map.Optional("intake")?.Map() is { } intake ? ReadIntake(intake) : options.Groups,
            Rejects = map.Optional("rejects")?.Map() is { } rejects ? ReadRejects(rejects) : options.Rejects,
            Neighbours = map.Optional("neighbours")?.Map() is { } neighbours ? NeighbourReader.Read(neighbours) : null,
            Log = map.Optional("log")?.Map() is { } logging ? ConfigurationSections.ReadLog(logging, dataDirectory) : options.Log,
        };
        options = ReadBroker(map.Map("broker"), options, dataDirectory);
        options = map.Optional("series")?.Map() is { } series ? ReadSeries(series, options, dataDirectory) : options;
        map.Done();
        return (problems.Count > 0 ? null : options, problems);
    }

    private static IngestOptions ReadBroker(YamlMap map, IngestOptions options, string? dataDirectory)
    {
        options = options with
        {
            Broker = ConfigurationSections.ReadBroker(map, dataDirectory, MqttVersion.V500),
            ReceiveMaximum = map.Optional("receiveMaximum")?.Integer(1, 65_535) ?? options.ReceiveMaximum,
            ReceiveBufferBytes = map.Optional("receiveBufferMegabytes")?.Integer(1, 1_024) << 20 ?? options.ReceiveBufferBytes,
        };
        map.Done();
        return options;
    }

    private static SqliteSynchronous ReadFactLog(YamlMap map)
    {
        var synchronous = map.Optional("synchronous")?.Choice("full", "normal", "off") switch
        {
            "normal" => SqliteSynchronous.Normal,
            "off" => SqliteSynchronous.Off,
            _ => SqliteSynchronous.Full,
        };
        map.Done();
        return synchronous;
    }

    private static GroupLimits ReadIntake(YamlMap map)
    {
        var defaults = new GroupLimits();
        var limits = new GroupLimits
        {
            Queue = map.Optional("queue")?.Integer(1, 65_536) ?? defaults.Queue,
            Messages = map.Optional("groupMessages")?.Integer(1, 65_536) ?? defaults.Messages,
            Bytes = map.Optional("groupMegabytes")?.Integer(1, 256) << 20 ?? defaults.Bytes,
            Window = map.Optional("groupWindow")?.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)) ?? defaults.Window,
        };
        map.Done();
        return limits;
    }

    private static RejectLimits ReadRejects(YamlMap map)
    {
        var defaults = new RejectLimits();
        var limits = defaults with
        {
            Rows = map.Optional("rows")?.Integer(100, 10_000_000) ?? defaults.Rows,
            Age = map.Optional("age")?.Duration(TimeSpan.FromHours(1)) ?? defaults.Age,
        };
        map.Done();
        return limits;
    }

    private static IngestOptions ReadSeries(YamlMap map, IngestOptions options, string? dataDirectory)
    {
        var embedded = map.Optional("embedded")?.Boolean() ?? true;
        var servers = new List<InfluxOptions>();
        foreach (var value in map.Optional("influx")?.List() ?? [])
        {
            var server = value.Map();
            var name = server.Require("name");
            var id = name.String();
            if (name.Exists && !Identifiers.IsName(id))
            {
                name.Problem($"'{id}' is not a name of a series store; allowed: {Identifiers.NamePattern}");
            }
            else if (ReservedNames.Contains(id) || servers.Any(other => other.Name == id))
            {
                name.Problem($"the name '{id}' is taken");
            }
            servers.Add(new InfluxOptions
            {
                Name = id,
                Url = ReadUri(server.Require("url")),
                Database = server.Require("database").Matching(DatabaseName(), "letters, digits, '_' and '-', at most 64"),
                CreateDatabase = server.Optional("createDatabase")?.Boolean() ?? false,
                User = server.Optional("user")?.String(),
                Password = ConfigurationSections.ReadPassword(server, dataDirectory),
                Timeout = server.Optional("timeout")?.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)) ?? TimeSpan.FromSeconds(30),
            });
            server.Done();
        }
        if (!embedded && servers.Count == 0)
        {
            map.Problem("embedded", "without the embedded store at least one 'influx' has to answer the queries");
        }
        map.Done();
        return options with { EmbeddedSeries = embedded, Influx = servers };
    }

    private static IPEndPoint ReadAddress(YamlValue value)
    {
        var text = value.String();
        if (IPEndPoint.TryParse(text, out var address) && address.Port != 0)
        {
            return address;
        }
        if (!value.IsNumber && text.Length > 0)
        {
            value.Problem($"'listen' is '{text}'; allowed: an address and a port such as 127.0.0.1:8080 or [::1]:8080");
        }
        return new IPEndPoint(IPAddress.Loopback, 8080);
    }

    private static Uri ReadUri(YamlValue value)
    {
        var text = value.String();
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && uri.UserInfo.Length == 0)
        {
            return uri;
        }
        value.Problem($"'{value.Name}' is '{text}'; allowed: an http or https address without a user or password in it");
        return new Uri("http://invalid/");
    }

    private static string ReadFolder(YamlValue value, string file)
    {
        var path = Path.GetFullPath(value.String(), Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/");
        if (!Directory.Exists(path))
        {
            value.Problem($"the folder {path} does not exist");
        }
        return path;
    }

    /// <summary>Names of the projections that are always there.</summary>
    private static readonly string[] ReservedNames = ["series", "catalogue", "alerting", NeighbourProjection.DefaultName];

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex DatabaseName();
}
