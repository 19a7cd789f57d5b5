using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MeetNet.Ingest.Alerting;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Alerting;

public sealed partial class RuleReaderTests
{
    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath("../../..", Path.GetDirectoryName(here)!);

    public static TheoryData<string> InvalidRules() =>
        [.. Directory.EnumerateFiles(Path.Combine(Root(), "tests/Ingest.Tests/invalid-rules"), "*.yaml").Select(file => Path.GetFileName(file)).Order()];

    /// <summary>Each sample says at its top what has to be found: <c># expect LINE:COLUMN part of the message</c>; those and no others.</summary>
    [Theory]
    [MemberData(nameof(InvalidRules))]
    public void Every_mistake_has_its_place_and_its_words(string sample)
    {
        var file = Path.Combine(Root(), "tests/Ingest.Tests/invalid-rules", sample);
        var expected = File.ReadLines(file).Select(line => Expectation().Match(line)).Where(match => match.Success).ToList();
        Assert.NotEmpty(expected);

        Assert.Null(RuleReader.ReadFile(file, out var problems));

        var said = string.Join('\n', problems);
        foreach (var match in expected)
        {
            var (line, column) = (int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
            Assert.True(
                problems.Any(problem => problem.Line == line && problem.Column == column && problem.Message.Contains(match.Groups[3].Value, StringComparison.Ordinal)),
                $"{match.Value}\nwas not among\n{said}");
        }
        Assert.True(expected.Count == problems.Count, $"{expected.Count} expected, found\n{said}");
    }

    [Fact]
    public void The_rules_that_are_shipped_can_be_read()
    {
        var rules = RuleReader.ReadFolder(Path.Combine(Root(), "firmware-config/rules"), out var problems);
        Assert.Empty(problems);
        var band = Assert.Single(rules, rule => rule.Name == "groundwater-band").Band!;
        Assert.Equal((BandMeasure.DepthBelowSurface, "cm", 20.0, 40.0), (band.Of, band.Unit, band.Lower!.Value, band.Upper!.Value));
        Assert.Equal(31.0, band.Measure(14.96, 15.27)!.Value, 9);
        Assert.Null(band.Measure(14.96, null));
        Assert.Equal(AlertKind.Silence, Assert.Single(rules, rule => rule.Name == "silence").Kind);
    }

    [Fact]
    public void A_name_is_taken_once()
    {
        using var folder = new TemporaryFolder();
        var rule = File.ReadAllText(Path.Combine(Root(), "firmware-config/rules/silence.yaml"));
        File.WriteAllText(folder.File("a.yaml"), rule);
        File.WriteAllText(folder.File("b.yaml"), rule);
        RuleReader.ReadFolder(folder.Path, out var problems);
        Assert.Contains("a.yaml", Assert.Single(problems).Message, StringComparison.Ordinal);
        Assert.EndsWith("b.yaml", problems[0].File, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_a_problem()
    {
        Assert.Empty(RuleReader.ReadFolder("/nowhere/rules", out var problems));
        Assert.Single(problems);
    }

    [Fact]
    public void A_folder_without_rules_is_a_problem()
    {
        using var folder = new TemporaryFolder();
        Assert.Empty(RuleReader.ReadFolder(folder.Path, out var problems));
        Assert.Equal($"no rules in {folder.Path}; leave 'rules' out to have none", Assert.Single(problems).Message);
    }

    [Fact]
    public void A_file_that_would_be_passed_over_is_a_problem()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(Root(), "firmware-config/rules/silence.yaml"), folder.File("a.yaml"));
        File.WriteAllText(folder.File("b.yml"), "");
        RuleReader.ReadFolder(folder.Path, out var problems);
        Assert.Equal($"{folder.File("b.yml")}:1:1: is not read: rename it to .yaml", Assert.Single(problems).ToString());
    }

    [Theory]
    [InlineData("vmm/kalmthoutse-heide", true)]
    [InlineData("vmm/*", true)]
    [InlineData("vmm/kalmthoutse", false)]
    [InlineData("rws/*", false)]
    public void A_selection_is_by_owner_and_station(string selector, bool selects) =>
        Assert.Equal(selects, new AlertSelector(null, [selector]).Selects("vmm", "kalmthoutse-heide", "nh3"));

    [GeneratedRegex(@"^# expect (\d+):(\d+) (.+)$")]
    private static partial Regex Expectation();
}
