using MeetNet.Observations.Procedures;
using MeetNet.Observations.Quality;

namespace MeetNet.Observations.Tests.Quality;

/// <summary>Sequences of observations and what a datastream's tests say of them.</summary>
internal static class Sequence
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private static readonly DatastreamId Level = DatastreamId.Create("vmm", "heide", "level-1", "water_level");

    /// <summary>A procedure without conversion, with a gross range of −1000 to 1000 and those tests.</summary>
    public static Procedure With(params QualityTest[] tests) => Procedure.Create(Level, Start.AddYears(-1),
    [
        new RawStep("m", "level", "p", "1"),
        new GrossRangeStep(new GrossRange(new ValueSpan(-1000, 1000), null), "x"),
        .. tests.Select(test => new QualityTestStep(test, "x")),
    ]);

    /// <summary>The observation of a raw value at so many minutes after the start.</summary>
    public static Observation At(Procedure procedure, double minutes, double? raw)
    {
        var time = PhenomenonTime.Instant(Start.AddMinutes(minutes));
        var result = raw is { } value ? procedure.Apply(value, time) : new ProcedureResult(null, ResultQuality.Missing("device:calibrating"));
        return new Observation(Level.ToString(), procedure.Id, time, time.End.AddSeconds(1), result.Value, result.Quality, raw, 0);
    }

    /// <summary>
    /// The final quality of each value, as <c>flag tests</c>, after corrections: what a reader sees who takes the highest
    /// revision.
    /// </summary>
    public static string[] Judge(QualityTest test, params (double Minutes, double? Value)[] values)
    {
        var procedure = With(test);
        return [.. Run(new DatastreamTests(), procedure, values.Select(v => At(procedure, v.Minutes, v.Value))).Select(o => Text(o.Quality))];
    }

    public static List<Observation> Run(DatastreamTests tests, Procedure procedure, IEnumerable<Observation> observations)
    {
        var judged = new List<Observation>();
        foreach (var observation in observations)
        {
            var outcome = tests.Judge(observation, procedure, out var correction);
            if (correction is { } corrected)
            {
                var place = judged.FindLastIndex(o => o.PhenomenonTime == corrected.PhenomenonTime && o.Result.Equals(corrected.Result));
                Assert.Equal(judged[place].Revision + 1, corrected.Revision);
                Assert.Equal((judged[place].Result, judged[place].Raw, judged[place].ProcedureId), (corrected.Result, corrected.Raw, corrected.ProcedureId));
                judged[place] = corrected;
            }

            judged.Add(outcome);
        }

        return judged;
    }

    public static string Text(ResultQuality quality) => quality.Tests is null ? $"{(int)quality.Flag}" : $"{(int)quality.Flag} {quality.Tests}";

    /// <summary>Values at a fixed number of minutes from each other.</summary>
    public static (double Minutes, double? Value)[] Every(double minutes, params double?[] values) =>
        [.. values.Select((value, i) => (i * minutes, value))];
}
