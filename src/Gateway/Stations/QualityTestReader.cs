using MeetNet.Observations.Quality;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Stations;

/// <summary>Reads <c>tests</c> of a datastream. What is wrong with a test is reported at its key.</summary>
internal static class QualityTestReader
{
    /// <summary>The tests, in the order of <see cref="Names"/>.</summary>
    /// <param name="map">The value of <c>tests</c>.</param>
    /// <param name="interval">Expected time between results: a test that may not look further back than that never judges.</param>
    public static IReadOnlyList<QualityTest> Read(YamlMap map, TimeSpan interval)
    {
        var tests = new List<QualityTest>();
        foreach (var (name, read) in Readers)
        {
            if (map.Optional(name) is not { } value)
            {
                continue;
            }

            var test = read(value);
            if (test.Check() is { } problem)
            {
                value.Problem($"{problem}");
            }
            else if (test is SequenceTest { MaximumGap: var gap } && gap < interval)
            {
                value.Problem($"'maximumGap' is shorter than the {interval.TotalSeconds:0.###} s between two values: the test would never judge");
            }
            else
            {
                tests.Add(test);
            }
        }

        map.Done();
        return tests;
    }

    private static IReadOnlyList<(string Name, Func<YamlValue, QualityTest> Read)> Readers { get; } =
    [
        ("spike", Spike), ("rateOfChange", Rate), ("flatLine", Flat), ("attenuatedSignal", Attenuated), ("climatology", Climatology), ("timeGap", Gap),
    ];

    private static Spike Spike(YamlValue value)
    {
        var map = value.Map();
        var test = new Spike(map.Number("suspect"), map.Optional("fail")?.Number(), map.Duration("maximumGap"));
        map.Done();
        return test;
    }

    private static RateOfChange Rate(YamlValue value)
    {
        var map = value.Map();
        var test = new RateOfChange(map.Number("maximum"), map.Duration("per"), map.Optional("tolerance")?.Number() ?? 0, map.Duration("maximumGap"));
        map.Done();
        return test;
    }

    private static FlatLine Flat(YamlValue value)
    {
        var map = value.Map();
        var test = new FlatLine(map.Number("tolerance"), map.Duration("suspect"), map.Optional("fail")?.Duration(), map.Duration("maximumGap"));
        map.Done();
        return test;
    }

    private static AttenuatedSignal Attenuated(YamlValue value)
    {
        var map = value.Map();
        var measure = map.Choice("measure", [.. AttenuatedSignal.MeasureNames]) == AttenuatedSignal.NameOf(SignalMeasure.Range)
            ? SignalMeasure.Range : SignalMeasure.StandardDeviation;
        var test = new AttenuatedSignal(
            measure, map.Duration("window"), map.Number("suspect"), map.Optional("fail")?.Number(), map.Duration("maximumGap"));
        map.Done();
        return test;
    }

    private static Climatology Climatology(YamlValue value) => new([.. value.List().Select(season =>
    {
        var map = season.Map();
        var read = new Season([.. map.List("months").Select(m => m.Integer(1, 12))], DatastreamReader.Span(map.Require("suspect")) ?? default);
        map.Done();
        return read;
    })]);

    private static TimeGap Gap(YamlValue value)
    {
        var map = value.Map();
        var except = new List<DailySpan>();
        foreach (var text in map.Optional("except")?.List() ?? [])
        {
            if (DailySpan.TryParse(text.String(), out var span))
            {
                except.Add(span);
            }
            else
            {
                text.Problem($"'{text.Name}' must be a stretch of the day in UTC, {DailySpan.Form}, for example \"02:00-02:30\"");
            }
        }

        var test = new TimeGap(map.Duration("maximum"), except);
        map.Done();
        return test;
    }
}
