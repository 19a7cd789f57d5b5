using System.Text.RegularExpressions;
using MeetNet.Yaml;

namespace MeetNet.Devices.Profiles;

/// <summary>Reads and checks profiles: all problems at once, each with its place. The keys are those of <c>profile.schema.json</c>.</summary>
public static partial class ProfileReader
{
    /// <summary>More fields than any device of the house has; a stack buffer of this many readings always suffices.</summary>
    public const int MaxFields = 64;

    private static readonly TimeSpan LongestReply = TimeSpan.FromMinutes(1);

    /// <summary>Reads <c>…/&lt;maker&gt;/&lt;model&gt;.yaml</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problems">Everything wrong in it.</param>
    /// <returns>The profile, or null when there is any problem.</returns>
    public static DeviceProfile? Read(string path, out IReadOnlyList<YamlProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(path);
        var map = YamlReader.Load(path, out var found);
        if (found.Count > 0)
        {
            problems = found;
            return null;
        }

        var profile = Read(map, IdOf(path, map));
        problems = [.. found.OrderBy(p => p.Line).ThenBy(p => p.Column)];
        return found.Count == 0 ? profile : null;
    }

    /// <summary>Reads a profile from a map that is in memory. Problems go to the map's list; null when the driver is unknown.</summary>
    internal static DeviceProfile? Read(YamlMap map, string id)
    {
        var maker = map.String("maker");
        var model = map.String("model");
        var version = map.Integer("version", 1, 9999);
        var sources = Sources(map.Require("sources"));
        var driver = Driver(map.Require("driver"));
        if (driver is null)
        {
            return null;
        }

        var serial = Serial(map, driver);
        var section = map.Map(driver.Name);
        var settings = driver.ReadSettings(section);
        section.Done();
        var timing = Timing(map.Map("timing"), driver.IsPolled(settings));
        var commands = CommandReader.Read(map.Optional("commands"), driver, settings);
        var fields = Fields(map, driver, settings, out var places);
        map.Done();

        var profile = new DeviceProfile
        {
            Id = id,
            Maker = maker,
            Model = model,
            Version = version,
            Sources = sources,
            Driver = driver.Name,
            Serial = serial,
            Timing = timing,
            Fields = fields,
            Commands = commands,
            Settings = settings,
        };
        driver.Check(profile, new ProfilePlaces(section, places));
        return profile;
    }

    private static string IdOf(string path, YamlMap map)
    {
        var full = Path.GetFullPath(path);
        var model = Path.GetFileNameWithoutExtension(full);
        var maker = Path.GetFileName(Path.GetDirectoryName(full)) ?? string.Empty;
        if (!Slug().IsMatch(model) || !Slug().IsMatch(maker))
        {
            map.Problem($"the file's place is its name: <maker>/<model>.yaml in lower-case letters, digits and '-', not '{maker}/{model}.yaml'");
        }

        return $"{maker}/{model}";
    }

    private static List<string> Sources(YamlValue value)
    {
        var sources = value.List().Select(item => item.String()).ToList();
        if (value.IsList && sources.Count == 0)
        {
            value.Problem("at least one source: the manual with its section, or where the bytes were captured");
        }

        return sources;
    }

    private static IDeviceDriver? Driver(YamlValue value)
    {
        // Not the stand-in of a wrong word: its keys would be asked for in vain.
        var known = value.Exists ? DriverCatalog.Find(value.Raw()) : null;
        value.Choice([.. DriverCatalog.All.Select(d => d.Name)]);
        return known;
    }

    private static SerialSettings? Serial(YamlMap map, IDeviceDriver driver)
    {
        if (driver.Carrier != Carrier.Stream)
        {
            map.Optional("serial")?.Problem($"driver '{driver.Name}' does not talk over a serial line: leave 'serial' out");
            return null;
        }

        if (map.Optional("serial")?.Map() is not { } serial)
        {
            // A model that is reached over TCP only.
            return null;
        }

        var settings = new SerialSettings(
            serial.Integer("baud", 50, 4_000_000),
            serial.Integer("dataBits", 7, 8),
            serial.Choice("parity", "none", "even", "odd") switch
            {
                "even" => LineParity.Even,
                "odd" => LineParity.Odd,
                _ => LineParity.None,
            },
            serial.Integer("stopBits", 1, 2));
        serial.Done();
        return settings;
    }

    private static DeviceTiming Timing(YamlMap map, bool polled)
    {
        var reply = TimeSpan.Zero;
        var quiet = TimeSpan.Zero;
        var tries = DeviceTiming.UsualTries;
        if (polled)
        {
            reply = map.Duration("replyTimeout", TimeSpan.FromMilliseconds(1), LongestReply);
            quiet = map.Optional("quietTime")?.Duration(TimeSpan.Zero, LongestReply) ?? TimeSpan.Zero;
            tries = map.Optional("tries")?.Integer(1, 10) ?? tries;
        }

        var interval = map.Duration("interval", TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1));
        var warmUp = map.Optional("warmUp")?.Duration(TimeSpan.Zero, TimeSpan.FromDays(2)) ?? TimeSpan.Zero;
        var latency = map.Optional("latency")?.Duration(TimeSpan.Zero, TimeSpan.FromDays(1)) ?? TimeSpan.Zero;
        var averaging = map.Optional("averaging")?.Duration(TimeSpan.Zero, TimeSpan.FromDays(1)) ?? TimeSpan.Zero;
        map.Done();
        return new DeviceTiming(reply, quiet, interval, warmUp, tries, latency, averaging);
    }

    private static List<FieldProfile> Fields(YamlMap map, IDeviceDriver driver, DriverSettings settings, out List<YamlMap> places)
    {
        var fields = new List<FieldProfile>();
        places = [];
        var list = map.Require("fields");
        var items = list.List();
        if (list.IsList && items.Count is 0 or > MaxFields)
        {
            list.Problem($"a profile has 1 to {MaxFields} fields");
        }

        foreach (var item in items)
        {
            if (!item.IsMap)
            {
                item.Map();
                continue;
            }

            var field = item.Map();
            places.Add(field);
            fields.Add(Field(field, driver, settings));
            field.Done();
            var name = fields[^1].Name;
            if (fields.Take(fields.Count - 1).Any(f => f.Name == name && name.Length > 0))
            {
                field.Problem("name", $"field '{name}' is here twice: names are unique within a profile");
            }
        }

        return fields;
    }

    private static FieldProfile Field(YamlMap field, IDeviceDriver driver, DriverSettings settings)
    {
        var name = field.Require("name").Matching(Word(), "lower-case letters, digits and '_', at most 40");
        var unit = field.Require("unit").Matching(UnitText(), "a UCUM unit such as 'ug/m3' or 'Cel', or 'configured' when it is a setting of the instrument");
        var property = field.Optional("property")?.Matching(Word(), "an observed property such as 'nh3' or 'water_level'");
        var own = driver.ReadField(field, settings);
        return new FieldProfile
        {
            Name = name,
            Unit = unit == "configured" ? null : unit,
            Property = property,
            Value = Rule(field, own),
            Settings = own,
        };
    }

    private static ValueRule Rule(YamlMap field, FieldSettings own)
    {
        var scale = field.Optional("scale")?.Number() ?? 1;
        if (scale == 0)
        {
            field.Problem("scale", "scale is 0: every value would be the same");
            scale = 1;
        }

        var offset = field.Optional("offset")?.Number() ?? 0;
        var sentinels = Sentinels(field, own);
        var range = field.Optional("range");
        if (range is null)
        {
            return new ValueRule(scale, offset, sentinels, null, null);
        }

        var ends = range.List();
        if (range.IsList && ends.Count != 2)
        {
            range.Problem("range is [lowest, highest] in the field's unit");
        }

        var (low, high) = ends.Count == 2 ? (ends[0].Number(), ends[1].Number()) : (0, 0);
        if (ends.Count == 2 && low >= high)
        {
            range.Problem("range is [lowest, highest]: the first must be lower than the second");
        }

        return new ValueRule(scale, offset, sentinels, low, high);
    }

    private static List<Sentinel> Sentinels(YamlMap field, FieldSettings own)
    {
        var sentinels = new List<Sentinel>();
        foreach (var item in field.Optional("sentinels")?.List() ?? [])
        {
            var map = item.Map();
            var transmitted = map.Number("raw");
            sentinels.Add(new Sentinel(transmitted, ReadingWords.Means(map)));
            map.Done();
            if (sentinels.Take(sentinels.Count - 1).Any(s => s.Transmitted == transmitted))
            {
                map.Problem("raw", "this sentinel is here twice");
            }

            if (own.Layout is { } layout && !layout.CanHold(transmitted))
            {
                map.Problem("raw", "the field's type can't hold this number, so it can never be sent (sentinels are compared before scale and offset)");
            }
        }

        return sentinels;
    }

    [GeneratedRegex("^[a-z0-9_]{1,40}$")]
    internal static partial Regex Word();

    [GeneratedRegex("^[a-z0-9-]{1,40}$")]
    private static partial Regex Slug();

    [GeneratedRegex("^[!-~]{1,20}$")]
    private static partial Regex UnitText();
}
