using System.Text.RegularExpressions;
using MeetNet.Observations;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Units;
using MeetNet.Yaml;

namespace MeetNet.Ingest.Alerting;

/// <summary>
/// Reads the alert rules of a folder: one rule per <c>*.yaml</c> file, strictly. Every mistake in every file is found in one go, with
/// file, line and column.
/// </summary>
internal static partial class RuleReader
{
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(31);

    /// <summary>The rules in the order of their file names; not to be used when there are problems.</summary>
    public static IReadOnlyList<AlertRule> ReadFolder(string folder, out IReadOnlyList<YamlProblem> problems)
    {
        var found = new List<YamlProblem>();
        var rules = new List<AlertRule>();
        problems = found;
        if (!Directory.Exists(folder))
        {
            found.Add(new YamlProblem(folder, 1, 1, "there is no such folder of alert rules"));
            return rules;
        }

        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var files = Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal).ToList();
        var misnamed = Directory.EnumerateFiles(folder, "*.yml").Order(StringComparer.Ordinal).ToList();
        found.AddRange(misnamed.Select(file => new YamlProblem(file, 1, 1, "is not read: rename it to .yaml")));
        if (files.Count + misnamed.Count == 0)
        {
            found.Add(new YamlProblem(folder, 1, 1, $"no rules in {folder}; leave 'rules' out to have none"));
        }
        foreach (var file in files)
        {
            var rule = ReadFile(file, out var ofFile);
            if (rule is not null && !names.TryAdd(rule.Name, file))
            {
                ofFile = [.. ofFile, new YamlProblem(file, 1, 1, $"the rule name '{rule.Name}' is taken by {names[rule.Name]}")];
            }
            found.AddRange(ofFile);
            if (rule is not null)
            {
                rules.Add(rule);
            }
        }
        return rules;
    }

    /// <summary>The rule of one file; null when there are problems.</summary>
    public static AlertRule? ReadFile(string file, out IReadOnlyList<YamlProblem> problems)
    {
        var map = YamlReader.Load(file, out var found);
        problems = found;
        if (found.Count > 0)
        {
            return null;
        }

        var name = map.Require("name").Matching(NamePattern(), "1 to 40 of a-z, 0-9 and -");
        var kind = map.Choice("kind", "band", "silence") == "band" ? AlertKind.Band : AlertKind.Silence;
        var severity = map.Choice("severity", "information", "warning", "critical") switch
        {
            "critical" => AlertSeverity.Critical,
            "warning" => AlertSeverity.Warning,
            _ => AlertSeverity.Information,
        };
        var title = ReadTitle(map.Map("title"));
        var select = ReadSelector(map, kind, out var property);
        BandCondition? band = null;
        SilenceCondition? silence = null;
        if (kind == AlertKind.Band)
        {
            band = ReadBand(map.Map("band"), property);
            Refuse(map, "silence", "band");
        }
        else
        {
            silence = ReadSilence(map.Map("silence"));
            Refuse(map, "band", "silence");
        }
        map.Done();
        return found.Count > 0
            ? null
            : new AlertRule { Name = name, Kind = kind, Severity = severity, Title = title, Select = select, Band = band, Silence = silence };
    }

    private static void Refuse(YamlMap map, string key, string kind)
    {
        if (map.Has(key))
        {
            map.Problem(key, $"'{key}' is not for a rule of kind {kind}");
        }
    }

    private static LocalizedText ReadTitle(YamlMap map)
    {
        var title = new LocalizedText(map.String("nl"), map.String("en"));
        map.Done();
        return title;
    }

    private static AlertSelector ReadSelector(YamlMap rule, AlertKind kind, out ObservedProperty? property)
    {
        property = null;
        string? name = null;
        var stations = new List<string>();
        var map = kind == AlertKind.Band ? rule.Map("select") : rule.Optional("select")?.Map();
        if (map is null)
        {
            return new AlertSelector(null, []);
        }

        var named = kind == AlertKind.Band ? map.Require("property") : map.Optional("property");
        if (named is { Exists: true })
        {
            name = named.String();
            if (!ObservedProperties.TryGet(name, out property))
            {
                named.Problem($"'property' is '{name}'; allowed: {string.Join(", ", ObservedProperties.All.Select(p => p.Name))}");
            }
        }
        foreach (var station in map.Optional("stations")?.List() ?? [])
        {
            stations.Add(station.Matching(StationPattern(), "owner/station, or owner/* for all stations of an owner"));
        }
        map.Done();
        return new AlertSelector(name, stations);
    }

    private static BandCondition ReadBand(YamlMap map, ObservedProperty? property)
    {
        var of = map.Choice("of", "result", "depth_below_surface") == "result" ? BandMeasure.Result : BandMeasure.DepthBelowSurface;
        var (factor, offset) = ReadUnit(map, property, of, out var unit);
        var lower = map.Optional("lower")?.Number();
        var upper = map.Optional("upper")?.Number();
        var hysteresis = map.Optional("hysteresis")?.Number(min: 0) ?? 0;
        var after = map.Duration("for", max: LongestDuration);
        var keep = map.Duration("keepFiringFor", max: LongestDuration);
        var gap = map.Optional("longestGap")?.Duration(min: TimeSpan.FromSeconds(1), max: LongestDuration);
        if (lower is null && upper is null)
        {
            map.Problem("a band has a 'lower' limit, an 'upper' limit or both");
        }
        else if (lower >= upper)
        {
            map.Problem("lower", "'lower' must be below 'upper'");
        }
        else if (hysteresis * 2 >= upper - lower)
        {
            map.Problem("hysteresis", "'hysteresis' must leave room inside: at most half the width of the band, else a firing alert could never calm");
        }
        map.Done();
        return new BandCondition
        {
            Of = of,
            Unit = unit,
            Factor = factor,
            Offset = of == BandMeasure.Result ? offset : 0,
            Lower = lower,
            Upper = upper,
            Hysteresis = hysteresis,
            For = after,
            KeepFiringFor = keep,
            LongestGap = gap,
        };
    }

    /// <summary>The limits of a rule may be in any unit that the canonical one converts to: 20 cm reads better than 0.20 m.</summary>
    private static (double Factor, double Offset) ReadUnit(YamlMap map, ObservedProperty? property, BandMeasure of, out string unit)
    {
        var value = map.Require("unit");
        unit = value.String();
        if (!value.Exists || property is null)
        {
            return (1, 0);
        }
        if (of == BandMeasure.DepthBelowSurface && property.VerticalDatum is null)
        {
            map.Problem("of", $"'depth_below_surface' is for heights above a vertical datum; {property.Name} is none");
        }
        if (!Unit.TryParse(unit, out var into) || !Unit.TryConvert(property.Unit, into, out var conversion))
        {
            value.Problem($"'unit' is '{unit}'; allowed: a UCUM unit that {property.Unit}, the unit of {property.Name}, converts to");
            return (1, 0);
        }
        return (conversion.Factor, conversion.Offset);
    }

    private static SilenceCondition ReadSilence(YamlMap map)
    {
        var silence = new SilenceCondition(
            map.Duration("after", min: TimeSpan.FromSeconds(1), max: LongestDuration),
            map.Integer("intervals", min: 1, max: 1_000));
        map.Done();
        return silence;
    }

    [GeneratedRegex("^[a-z0-9-]{1,40}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"^[a-z0-9-]{1,40}/([a-z0-9-]{1,40}|\*)$", RegexOptions.CultureInvariant)]
    private static partial Regex StationPattern();
}
