using System.Text.RegularExpressions;
using MeetNet.Devices;
using MeetNet.Devices.Profiles;
using MeetNet.Hosting;
using MeetNet.Mqtt;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Stations;

/// <summary>A line as the file states it, of one kind.</summary>
internal sealed record LineEntry(YamlMap Map, string Name)
{
    /// <summary>The key that says what kind of line it is; null when there is none, or more than one.</summary>
    public string? Kind { get; init; }

    /// <summary>What devices on it are like.</summary>
    public Carrier Carrier { get; init; }

    public string? Port { get; init; }

    /// <summary>What the station file sets; null leaves it to the profiles of the instruments.</summary>
    public SerialSettings? Settings { get; init; }

    public Lines.Rs485Settings? Rs485 { get; init; }

    public bool Echo { get; init; }

    public Lines.TcpSettings? Tcp { get; init; }

    public Lines.FolderSettings? Folder { get; init; }

    public System.Net.IPEndPoint? Listen { get; init; }

    public string? Path { get; init; }

    public BrokerOptions? Broker { get; init; }

    public string? Topic { get; init; }
}

/// <summary>Reads the lines of a station file.</summary>
internal sealed partial class LineReader(ConfigurationPaths paths)
{
    private static readonly string[] Kinds = ["serial", "tcp", "mqtt", "http", "iio"];

    /// <summary>Longest RS-485 turn-around the kernel's interface is asked for; more is a mistake of unit.</summary>
    private static readonly TimeSpan LongestTurnaround = TimeSpan.FromMilliseconds(100);

    public IReadOnlyList<LineEntry> Read(IReadOnlyList<YamlValue> values)
    {
        var lines = new List<LineEntry>();
        foreach (var value in values)
        {
            var map = value.Map();
            var name = StationReader.Name(map, "line", "line");
            if (lines.Any(l => l.Name == name) && name.Length > 0)
            {
                map.Problem("line", $"the line '{name}' is there twice");
            }

            var line = new LineEntry(map, name);
            var kinds = Kinds.Where(map.Has).ToList();
            if (kinds is [var kind])
            {
                var own = map.Map(kind);
                line = kind switch
                {
                    "serial" => Serial(line, own, lines),
                    "tcp" => Tcp(line, own),
                    "http" => Http(line, own),
                    "iio" => Folder(line, own),
                    _ => Mqtt(line, own),
                } with { Kind = kind };
            }
            else
            {
                map.Problem($"the line '{name}' must have one of {string.Join(", ", Kinds.Select(k => $"'{k}'"))}");
                kinds.ForEach(k => map.Optional(k));
            }

            map.Done();
            lines.Add(line);
        }

        return lines;
    }

    private LineEntry Serial(LineEntry line, YamlMap map, List<LineEntry> before)
    {
        var port = map.String("port");
        if (port.Length > 0 && before.FirstOrDefault(l => l.Port is { Length: > 0 } other && PathOf(other) == PathOf(port)) is { } holder)
        {
            map.Problem("port", $"the port '{port}' is already that of the line '{holder.Name}': instruments that share a port share a line");
        }

        SerialSettings? settings = null;
        if (map.Has("baud") || map.Has("dataBits") || map.Has("parity") || map.Has("stopBits"))
        {
            settings = new SerialSettings(
                map.Integer("baud", 50, 4_000_000),
                map.Integer("dataBits", 5, 8),
                map.Choice("parity", "none", "even", "odd") switch { "even" => LineParity.Even, "odd" => LineParity.Odd, _ => LineParity.None },
                map.Integer("stopBits", 1, 2));
        }

        var rs485 = map.Optional("rs485")?.Map() is { } rs485Map ? Rs485(rs485Map) : null;
        var echo = map.Optional("echo")?.Boolean() ?? false;
        map.Done();
        return line with { Carrier = Carrier.Stream, Port = port, Settings = settings, Rs485 = rs485, Echo = echo };
    }

    private static LineEntry Tcp(LineEntry line, YamlMap map)
    {
        var settings = new Lines.TcpSettings(line.Name, map.String("host"), map.Integer("port", 1, 65535));
        map.Done();
        return line with { Carrier = Carrier.Stream, Tcp = settings };
    }

    private static LineEntry Http(LineEntry line, YamlMap map)
    {
        var listen = map.Require("listen");
        var text = listen.String();
        if (!System.Net.IPEndPoint.TryParse(text, out var endpoint) || endpoint.Port == 0)
        {
            listen.Problem($"'{text}' is not an address and port to listen on, for example 0.0.0.0:8090 for everyone in the station's network");
        }

        var path = map.Require("path").Matching(HttpPath(), "a path such as /airrohr");
        map.Done();
        return line with { Carrier = Carrier.Message, Listen = endpoint, Path = path };
    }

    /// <summary>The kernel's folder is always in the same place; another one can stand in for it.</summary>
    private static LineEntry Folder(LineEntry line, YamlMap map)
    {
        var settings = new Lines.FolderSettings(line.Name, Path.GetFullPath(map.String("root")));
        map.Done();
        return line with { Carrier = Carrier.Folder, Folder = settings };
    }

    private string PathOf(string port) => Path.GetFullPath(port, Path.GetFullPath(paths.LinesFolder));

    private static Lines.Rs485Settings Rs485(YamlMap map)
    {
        var settings = new Lines.Rs485Settings(
            map.Boolean("rtsOnSend"),
            map.Optional("delayBeforeSend")?.Duration(null, LongestTurnaround) ?? TimeSpan.Zero,
            map.Optional("delayAfterSend")?.Duration(null, LongestTurnaround) ?? TimeSpan.Zero,
            map.Optional("receiveOwn")?.Boolean() ?? false);
        map.Done();
        return settings;
    }

    private LineEntry Mqtt(LineEntry line, YamlMap map)
    {
        // Network servers speak 3.1.1 (The Things Stack) unless the file says otherwise.
        var broker = GatewayFile.Broker(map, paths, MqttVersion.V311);
        var topic = map.Require("topic");
        var text = topic.String();
        if (topic.Exists && !IsTopicFilter(text))
        {
            topic.Problem($"'{text}' is not a topic to listen to, for example v3/my-application@my-tenant/devices/my-device/up");
        }

        map.Done();
        return line with { Carrier = Carrier.Message, Broker = broker, Topic = text };
    }

    /// <summary>A filter by MQTT 5.0 §4.7.1 (wildcards stand for whole levels, <c>#</c> at the end), and no shared subscription: one gateway, all messages.</summary>
    private static bool IsTopicFilter(string text)
    {
        var levels = text.Split('/');
        return levels[0] is not ("" or "$share")
            && levels.Index().All(l => l.Item is "+" || (l.Item is "#" && l.Index == levels.Length - 1) || l.Item.AsSpan().IndexOfAny("+#\0") < 0);
    }

    [GeneratedRegex("^/[A-Za-z0-9/._-]{0,100}$")]
    private static partial Regex HttpPath();
}
