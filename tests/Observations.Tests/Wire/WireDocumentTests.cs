using System.Text.Json;
using System.Text.RegularExpressions;
using MeetNet.Observations.Calibration;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Wire;
using MeetNet.TestKit;

namespace MeetNet.Observations.Tests.Wire;

/// <summary>docs/wire.md shows messages that exist and names what there is.</summary>
public sealed partial class WireDocumentTests
{
    private static readonly string Document = RepositoryFile.Text("docs/wire.md");

    [Fact]
    public void Its_examples_are_the_goldens()
    {
        var examples = Example().Matches(Document);
        Assert.Equal(["ack", "announcement", "hello", "obs", "state-online"], examples.Select(e => e.Groups["name"].Value).Order(StringComparer.Ordinal));
        foreach (Match example in examples)
        {
            var name = example.Groups["name"].Value;
            using var shown = JsonDocument.Parse(example.Groups["json"].Value, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
            using var golden = JsonDocument.Parse(WireGoldens.Bytes(name));
            Assert.True(JsonElement.DeepEquals(shown.RootElement, golden.RootElement), name);
        }
    }

    [Fact]
    public void It_names_every_reason_and_every_loss()
    {
        foreach (var word in WireReasons.All.Concat([LostReasons.Corrupt, LostReasons.Evicted, LostReasons.NotHeld]))
        {
            Assert.Contains($"`{word}`", Document, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void It_names_every_kind_of_step()
    {
        var types = typeof(ProcedureStep).Assembly.GetTypes();
        var kinds = types.Where(t => t.IsSubclassOf(typeof(ProcedureStep)) && t != typeof(UnknownStep) && t != typeof(QualityTestStep) && t != typeof(CalibrationStep)).Select(t => (t, "Name"))
            .Concat(types.Where(t => t.IsSubclassOf(typeof(InstrumentCalibration))).Select(t => (t, "Step")))
            .Concat(types.Where(t => t.IsSubclassOf(typeof(QualityTest)) && !t.IsAbstract).Select(t => (t, "TestName")))
            .Select(kind => (string)kind.t.GetField(kind.Item2, System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!.GetValue(null)!);
        Assert.All(kinds, kind => Assert.Contains($"| `{kind}` |", Document, StringComparison.Ordinal));
    }

    [GeneratedRegex("<!-- golden: (?<name>[a-z-]+) -->\n```jsonc\n(?<json>.*?)\n```", RegexOptions.Singleline, 1000)]
    private static partial Regex Example();
}
