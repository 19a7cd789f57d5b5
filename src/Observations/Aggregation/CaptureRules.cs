using System.Text.Json;
using System.Text.Json.Serialization;

namespace MeetNet.Observations.Aggregation;

/// <summary>Parts of a year that each must have the data capture that is asked of the year.</summary>
[Flags]
public enum YearParts
{
    /// <summary>Only the year counts.</summary>
    None = 0,

    /// <summary>Summer (April to September) and winter.</summary>
    HalfYear = 1,

    /// <summary>The four quarters.</summary>
    Quarter = 2,

    /// <summary>The twelve months.</summary>
    Month = 4,

    /// <summary>The seven days of the week.</summary>
    Weekday = 8,
}

/// <summary>What makes an aggregate valid.</summary>
/// <param name="Set">Name of the set that it is part of.</param>
/// <param name="Period">The kind of aggregate.</param>
/// <param name="Basis">What is counted.</param>
/// <param name="Minimum">Least data capture, in percent.</param>
/// <param name="Parts">Parts of the period that must have it, too.</param>
/// <param name="Source">Where that is written.</param>
public sealed record CaptureRule(string Set, AggregateKind Period, AggregateBasis Basis, double Minimum, YearParts Parts, string Source);

/// <summary>The rules for one property and kind of aggregate through the years.</summary>
public sealed class CaptureTimeline
{
    private readonly (DateTimeOffset From, CaptureRule Rule)[] _rules;      // ascending; the first holds from ever

    internal CaptureTimeline(IEnumerable<(DateTimeOffset From, CaptureRule Rule)> rules) => _rules = [.. rules];

    /// <summary>What is counted, as the newest rule says.</summary>
    public AggregateBasis Basis => _rules[^1].Rule.Basis;

    /// <summary>The rule for a period that begins at an instant.</summary>
    public CaptureRule At(DateTimeOffset begin)
    {
        var last = _rules.Length - 1;
        while (last > 0 && begin < _rules[last].From)
        {
            last--;
        }

        return _rules[last].Rule;
    }
}

/// <summary>The sets of data capture rules, from the data file that is part of this library.</summary>
public static class CaptureRules
{
    private const string Resource = "MeetNet.Observations.Aggregation.capture-rules.json";

    private static readonly Entry[] Sets = Load();

    /// <summary>The names of the sets.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Sets.Select(set => set.Name)];

    /// <summary>Every rule, in the order of the file.</summary>
    public static IEnumerable<CaptureRule> All => Sets.SelectMany(set => set.Rules.Select(rule => rule.In(set.Name)));

    /// <summary>
    /// The rules for a property: of the set that covers it at the time, else of the last set, which covers everything. A set that is asked
    /// for by name is taken for every property and time; for a kind of aggregate that it says nothing of, the last set is.
    /// </summary>
    /// <exception cref="ArgumentException">There is no set of that name.</exception>
    public static CaptureTimeline For(string property, AggregateKind kind, string? set = null)
    {
        var otherwise = Sets[^1].Of(property, kind)!;
        if (set is not null)
        {
            var asked = Sets.FirstOrDefault(entry => entry.Name == set) ?? throw new ArgumentException($"There is no set of capture rules '{set}'.", nameof(set));
            return new CaptureTimeline([(DateTimeOffset.MinValue, asked.Of(property, kind) ?? otherwise)]);
        }

        var timeline = new List<(DateTimeOffset From, CaptureRule Rule)> { (DateTimeOffset.MinValue, otherwise) };
        foreach (var covering in Sets.Where(entry => entry.Properties?.Contains(property) == true))
        {
            if (covering.Of(property, kind) is { } rule)
            {
                timeline.Add((Start(covering.From) ?? DateTimeOffset.MinValue, rule));
                if (Start(covering.Until) is { } until)
                {
                    timeline.Add((until, otherwise));
                }
            }
        }

        return new CaptureTimeline(Distinct(timeline));
    }

    /// <summary>Of several that hold from the same instant, the last.</summary>
    private static IEnumerable<(DateTimeOffset From, CaptureRule Rule)> Distinct(IEnumerable<(DateTimeOffset From, CaptureRule Rule)> rules) =>
        rules.GroupBy(entry => entry.From).OrderBy(group => group.Key).Select(group => group.Last());

    private static DateTimeOffset? Start(DateOnly? date) => date is { } day ? FixedZone.Regulatory.StartOf(day) : null;

    private static Entry[] Load()
    {
        using var stream = typeof(CaptureRules).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is not in the assembly.");
        return JsonSerializer.Deserialize(stream, CaptureRulesJson.Default.EntryArray)
            ?? throw new InvalidOperationException($"The resource {Resource} is empty.");
    }

    internal sealed record Entry(string Name, string Title, DateOnly? From, DateOnly? Until, string[]? Properties, RuleEntry[] Rules)
    {
        /// <summary>The rule that names the property, else the one that names none.</summary>
        public CaptureRule? Of(string property, AggregateKind kind)
        {
            var candidates = Rules.Where(rule => rule.Period == AggregateNames.Of(kind)).ToArray();
            return (Array.Find(candidates, rule => rule.Properties?.Contains(property) == true)
                ?? Array.Find(candidates, rule => rule.Properties is null))?.In(Name);
        }
    }

    internal sealed record RuleEntry(string Period, string Of, double Minimum, string[]? Properties, string[]? Parts, string Source)
    {
        public CaptureRule In(string set)
        {
            if (!AggregateNames.TryParse(Period, out AggregateKind kind) || !AggregateNames.TryParse(Of, out AggregateBasis basis))
            {
                throw new InvalidOperationException($"The capture rule '{set}' {Period} of {Of} is not known.");
            }

            return new CaptureRule(set, kind, basis, Minimum, (Parts ?? []).Aggregate(YearParts.None, (all, part) => all | PartOf(part)), Source);
        }

        private static YearParts PartOf(string name) => name switch
        {
            "half-year" => YearParts.HalfYear,
            "quarter" => YearParts.Quarter,
            "month" => YearParts.Month,
            "weekday" => YearParts.Weekday,
            _ => throw new InvalidOperationException($"'{name}' is not a part of a year."),
        };
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(CaptureRules.Entry[]))]
internal sealed partial class CaptureRulesJson : JsonSerializerContext;
