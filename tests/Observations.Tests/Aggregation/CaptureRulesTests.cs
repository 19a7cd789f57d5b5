using MeetNet.Observations.Aggregation;
using MeetNet.Observations.Catalogue;

namespace MeetNet.Observations.Tests.Aggregation;

public sealed class CaptureRulesTests
{
    private static readonly DateTimeOffset Old = FixedZone.Regulatory.StartOf(new(2026, 12, 11));
    private static readonly DateTimeOffset New = FixedZone.Regulatory.StartOf(new(2026, 12, 12));

    [Fact]
    public void Every_rule_says_where_it_is_from_and_can_be_met()
    {
        Assert.NotEmpty(CaptureRules.All);
        Assert.All(CaptureRules.All, rule =>
        {
            Assert.NotEmpty(rule.Source);
            Assert.InRange(rule.Minimum, 1, 100);
            Assert.Contains(rule.Set, CaptureRules.Names);
        });
    }

    [Fact]
    public void Every_property_has_a_rule_for_every_kind_at_every_time()
    {
        foreach (var property in ObservedProperties.All)
        {
            foreach (var kind in Enum.GetValues<AggregateKind>())
            {
                Assert.Equal(kind, CaptureRules.For(property.Name, kind).At(DateTimeOffset.MinValue).Period);
                Assert.Equal(kind, CaptureRules.For(property.Name, kind).At(DateTimeOffset.MaxValue).Period);
            }
        }
    }

    [Theory]
    [InlineData("no2", AggregateKind.Year, 90, 85)]
    [InlineData("pm10", AggregateKind.Year, 90, 85)]
    [InlineData("o3", AggregateKind.Year, 75, 85)]
    [InlineData("nh3", AggregateKind.Year, 75, 80)]
    [InlineData("bc", AggregateKind.Year, 75, 80)]
    [InlineData("no2", AggregateKind.Day, 75, 75)]
    [InlineData("o3", AggregateKind.DailyMaximumOfEightHours, 75, 75)]
    [InlineData("o3", AggregateKind.Aot40, 90, 90)]
    [InlineData("water_level", AggregateKind.Day, 75, 75)]
    public void The_directives_take_turns_on_12_December_2026(string property, AggregateKind kind, double until, double from)
    {
        var rules = CaptureRules.For(property, kind);
        Assert.Equal((until, from), (rules.At(New.AddTicks(-1)).Minimum, rules.At(New).Minimum));
    }

    [Fact]
    public void The_set_in_force_is_named()
    {
        var rules = CaptureRules.For("no2", AggregateKind.Hour);
        Assert.Equal(("eu-2008-50", "eu-2024-2881"), (rules.At(Old).Set, rules.At(New).Set));
        Assert.Equal("meetnet-75", CaptureRules.For("nh3", AggregateKind.Hour).At(Old).Set);
        Assert.Equal("eu-2024-2881", CaptureRules.For("nh3", AggregateKind.Hour).At(New).Set);
        Assert.Equal("meetnet-75", CaptureRules.For("water_level", AggregateKind.Hour).At(New).Set);
    }

    [Fact]
    public void A_set_that_is_asked_for_holds_for_everything()
    {
        Assert.Equal(90, CaptureRules.For("nh3", AggregateKind.Year, "eu-2008-50").At(New).Minimum);
        Assert.Equal("meetnet-75", CaptureRules.For("nh3", AggregateKind.FourWeeks, "eu-2008-50").At(New).Set);
        Assert.Throws<ArgumentException>(() => CaptureRules.For("nh3", AggregateKind.Year, "eu"));
    }

    [Fact]
    public void Rules_of_properties_that_do_not_exist_would_never_be_used()
    {
        using var stream = typeof(CaptureRules).Assembly.GetManifestResourceStream("MeetNet.Observations.Aggregation.capture-rules.json")!;
        using var sets = System.Text.Json.JsonDocument.Parse(stream);
        var named = sets.RootElement.EnumerateArray().SelectMany(set => set.GetProperty("rules").EnumerateArray().Append(set))
            .SelectMany(entry => entry.TryGetProperty("properties", out var properties) ? properties.EnumerateArray() : default)
            .Select(property => property.GetString()).ToHashSet();
        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.True(ObservedProperties.TryGet(name, out _), name));
    }

    /// <summary>The table of docs/harmonisation.md is this text; after a change of the rules, put it there.</summary>
    [Fact]
    public void The_document_has_the_table_of_the_rules()
    {
        using var stream = typeof(CaptureRules).Assembly.GetManifestResourceStream("MeetNet.Observations.Aggregation.capture-rules.json")!;
        using var sets = System.Text.Json.JsonDocument.Parse(stream);
        var rows = from set in sets.RootElement.EnumerateArray()
                   from rule in set.GetProperty("rules").EnumerateArray()
                   select $"| `{set.GetProperty("name")}` | `{rule.GetProperty("period")}` | {List(rule, "properties")} | {rule.GetProperty("of")} | {rule.GetProperty("minimum")} % | {List(rule, "parts")} | {rule.GetProperty("source")} |";
        var expected = string.Join('\n', rows);
        var document = TestKit.RepositoryFile.Text("docs/harmonisation.md");
        var begin = document.IndexOf("| `eu-2008-50` |", StringComparison.Ordinal);
        Assert.Equal(expected, begin < 0 ? "" : document[begin..document.IndexOf("\n\n", begin, StringComparison.Ordinal)]);

        static string List(System.Text.Json.JsonElement rule, string name) =>
            rule.TryGetProperty(name, out var list) ? string.Join(", ", list.EnumerateArray().Select(entry => entry.GetString())) : "";
    }
}
