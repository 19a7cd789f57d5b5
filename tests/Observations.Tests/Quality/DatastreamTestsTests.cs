using FsCheck;
using FsCheck.Fluent;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Quality;
using static MeetNet.Observations.Tests.Quality.Sequence;

namespace MeetNet.Observations.Tests.Quality;

/// <summary>All tests of a datastream together, on irregular, late and gappy input.</summary>
public sealed class DatastreamTestsTests
{
    private static readonly Procedure All = With(
        new Spike(1, 5, TimeSpan.FromMinutes(30)),
        new RateOfChange(6, TimeSpan.FromHours(1), 0.1, TimeSpan.FromHours(1)),
        new FlatLine(0.01, TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromMinutes(20)),
        new AttenuatedSignal(SignalMeasure.StandardDeviation, TimeSpan.FromMinutes(30), 0.2, 0.02, TimeSpan.FromMinutes(20)),
        new TimeGap(TimeSpan.FromMinutes(45), []));

    /// <summary>Minutes since the value before, some negative (late) and some long, and values, some of them absurd or missing.</summary>
    private static readonly Arbitrary<(double Minutes, double? Value)[]> Sequences = (
        from step in Gen.Frequency((6, Gen.Choose(1, 15)), (1, Gen.Choose(-60, 0)), (1, Gen.Choose(30, 600)))
        from value in Gen.Frequency(
            (6, Gen.Choose(-300, 300).Select(v => (double?)(v / 100.0))), (2, Gen.Constant((double?)1)), (1, Gen.Constant((double?)5000)), (1, Gen.Constant((double?)null)))
        select (Step: (double)step, Value: value)).ArrayOf().Select(steps =>
        {
            var at = 0.0;
            return steps.Select(s => (at += s.Step, s.Value)).ToArray();
        }).ToArbitrary();

    [Fact]
    public void A_test_never_changes_a_value_a_time_or_what_the_procedure_found() => Prop.ForAll(Sequences, values =>
    {
        var observations = Observations(values);
        var judged = Run(new DatastreamTests(), All, observations);
        return observations.Zip(judged).All(pair =>
            pair.First.Result.Equals(pair.Second.Result) && pair.First.Raw.Equals(pair.Second.Raw) && pair.First.PhenomenonTime == pair.Second.PhenomenonTime
            && pair.First.ProcedureId == pair.Second.ProcedureId
            && QartodFlags.Rank(pair.Second.Quality.Flag) >= QartodFlags.Rank(pair.First.Quality.Flag));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Each_objection_is_named_and_nothing_else_is() => Prop.ForAll(Sequences, values =>
        Run(new DatastreamTests(), All, Observations(values)).All(o =>
            (o.Quality.Flag is QartodFlag.Suspect or QartodFlag.Fail) == (o.Quality.Tests?.Split(',').Any(t => !t.EndsWith(":2", StringComparison.Ordinal)) ?? false)
            || o.Quality.Flag == QartodFlag.Missing)).QuickCheckThrowOnFailure();

    [Fact]
    public void Two_datastreams_know_nothing_of_each_other() => Prop.ForAll(Sequences, Sequences, (first, second) =>
    {
        var (alone, beside, other) = (new DatastreamTests(), new DatastreamTests(), new DatastreamTests());
        var expected = Run(alone, All, Observations(first));
        var found = new List<Observation>();
        var (left, right) = (Observations(first), Observations(second));
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            if (i < right.Count)
            {
                other.Judge(right[i], All, out _);
            }

            if (i < left.Count)
            {
                found.AddRange(Run(beside, All, [left[i]], found));
            }
        }

        return expected.SequenceEqual(found);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_late_value_leaves_no_trace() => Prop.ForAll(
        Gen.Zip(Gen.Choose(1, 15), Gen.Choose(-300, 300)).ArrayOf().ToArbitrary(), Gen.Choose(0, 1200).ToArbitrary(), (steps, seconds) =>
        {
            // Late: not after the last, and no further back than the shortest gap of the tests, 20 minutes.
            var at = 0;
            var observations = steps.Select(s => At(All, at += s.Item1, s.Item2 / 100.0)).ToList();
            if (observations.Count == 0)
            {
                return true;
            }

            var place = (observations.Count + 1) / 2;
            var time = observations[place - 1].PhenomenonTime.Begin.AddSeconds(-seconds);
            var late = observations[place - 1] with { PhenomenonTime = PhenomenonTime.Instant(time), Result = 7, Raw = 7 };
            var expected = Run(new DatastreamTests(), All, observations);
            var found = Run(new DatastreamTests(), All, [.. observations[..place], late, .. observations[place..]]);
            var said = Text(found[place].Quality);
            found.RemoveAt(place);
            return expected.SequenceEqual(found) && said == "1 spike:2,rate_of_change:2,flat_line:2,attenuated_signal:2,time_gap:2";
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_ramp_below_the_limit_never_is_too_fast_and_never_a_spike() => Prop.ForAll(
        Gen.Choose(1, 99).ToArbitrary(), Gen.Choose(1, 1800).ArrayOf().ToArbitrary(), (percent, seconds) =>
        {
            var procedure = With(new RateOfChange(6, TimeSpan.FromHours(1), 0, TimeSpan.FromHours(1)), new Spike(0.0001, null, TimeSpan.FromHours(1)));
            var (at, rate) = (0.0, 6.0 / 60 * percent / 100);
            var observations = seconds.Select(s => At(procedure, at += s / 60.0, rate * at)).ToList();
            return Run(new DatastreamTests(), procedure, observations).Skip(1).All(o => o.Quality.Flag == QartodFlag.Good && o.Quality.Tests is null);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_ramp_above_the_limit_always_is_too_fast() => Prop.ForAll(Gen.Choose(1, 1800).ArrayOf().ToArbitrary(), seconds =>
    {
        var procedure = With(new RateOfChange(6, TimeSpan.FromHours(1), 0, TimeSpan.FromHours(1)));
        var at = 0.0;
        var observations = seconds.Select(s => At(procedure, at += s / 60.0, 0.101 * at)).Where(o => o.Quality.Flag == QartodFlag.Good).ToList();
        return Run(new DatastreamTests(), procedure, observations).Skip(1).All(o => o.Quality == ResultQuality.Suspect("rate_of_change"));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Monotone_values_are_never_spikes() => Prop.ForAll<NonNegativeInt[]>(rises =>
    {
        var procedure = With(new Spike(0.5, 1, TimeSpan.FromHours(1)));
        var level = -900.0;
        var observations = rises.Select((rise, i) => At(procedure, i, level = Math.Min(900, level + (rise.Get % 100)))).ToList();
        return Run(new DatastreamTests(), procedure, observations).All(o => o.Revision == 0);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_window_agrees_with_all_values_of_its_stretch_kept() => Prop.ForAll(
        Gen.Zip(Gen.Choose(1, 900), Gen.Choose(-1000, 1000)).ArrayOf().ToArbitrary(), values =>
        {
            var length = TimeSpan.FromMinutes(60);
            var window = new TimeWindow(length);
            var kept = new List<(long At, double Value)>();
            var at = Start.UtcTicks;
            foreach (var (seconds, value) in values)
            {
                at += seconds * TimeSpan.TicksPerSecond;
                kept.Add((at, value));
                window.Add(at, value);

                // The begin of the stretch is that of a slot of one minute.
                var slot = TimeSpan.TicksPerMinute;
                var inside = kept.Where(k => k.At >= ((at / slot) - 60) * slot).Select(k => k.Value).ToList();
                var mean = inside.Average();
                var deviation = Math.Sqrt(inside.Average(v => (v - mean) * (v - mean)));
                if (window.Summary.Count != inside.Count || window.Summary.Range != inside.Max() - inside.Min()
                    || Math.Abs(window.Summary.StandardDeviation - deviation) > 1e-9 * (1 + deviation))
                {
                    return false;
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_clock_that_was_wrong_does_not_silence_the_tests_for_ever()
    {
        // A stamp ten years ahead, then the right time again: the tests start anew there.
        var tests = new DatastreamTests();
        var judged = Run(tests, All, [At(All, 5_256_000, 1), At(All, 0, 1), At(All, 10, 1.5), At(All, 20, 9)]);
        Assert.Equal("3 rate_of_change,attenuated_signal:2", Text(judged[^1].Quality));
    }

    [Theory]
    [InlineData("clock:unsynchronised")]
    [InlineData("stamp:ambiguous")]
    public void A_value_at_a_doubtful_time_is_neither_judged_nor_remembered(string reason)
    {
        var tests = new DatastreamTests();
        var doubtful = At(All, 10, 500) with { Quality = ResultQuality.Suspect(reason) };
        var judged = Run(tests, All, [At(All, 0, 1), doubtful, At(All, 10, 1.1)]);
        Assert.Equal(reason, judged[1].Quality.Tests);
        Assert.Equal("1 attenuated_signal:2", Text(judged[2].Quality));
    }

    [Fact]
    public void Another_procedure_starts_the_tests_anew()
    {
        var tests = new DatastreamTests();
        Run(tests, All, [At(All, 0, 1), At(All, 10, 2)]);
        var next = With(new RateOfChange(6, TimeSpan.FromHours(1), 0, TimeSpan.FromHours(1)));
        Assert.Equal("1 rate_of_change:2", Text(tests.Judge(At(next, 11, 50), next, out _).Quality));
    }

    [Fact]
    public void What_other_steps_found_stays_before_what_the_tests_find()
    {
        var procedure = With(new RateOfChange(6, TimeSpan.FromHours(1), 0, TimeSpan.FromHours(1)));
        var tests = new DatastreamTests();
        var judged = Run(tests, procedure, [At(procedure, 0, 1), At(procedure, 10, 50) with { Quality = ResultQuality.Suspect("calibration:expired") }]);
        Assert.Equal("3 calibration:expired,rate_of_change", Text(judged[1].Quality));
    }

    [Theory]
    [InlineData(QartodFlag.Good, null, QartodFlag.Good)]
    [InlineData(QartodFlag.Good, "spike:2", QartodFlag.NotEvaluated)]
    [InlineData(QartodFlag.Suspect, "spike,rate_of_change", QartodFlag.Suspect)]
    [InlineData(QartodFlag.Fail, "rate_of_change,spike", QartodFlag.Fail)]
    [InlineData(QartodFlag.Fail, "flat_line", QartodFlag.Good)]
    [InlineData(QartodFlag.Fail, "gross_range", QartodFlag.None)]
    [InlineData(QartodFlag.Suspect, "clock:unsynchronised", QartodFlag.None)]
    [InlineData(QartodFlag.Missing, "device:fault", QartodFlag.None)]
    public void What_a_test_said_can_be_read_from_the_observation(QartodFlag flag, string? tests, QartodFlag said)
    {
        var step = new QualityTestStep(new Spike(1, 5, TimeSpan.FromMinutes(30)), "x");
        Assert.Equal(said, step.Verdict(new ResultQuality(flag, tests)).Flag);
        Assert.Equal(QartodFlag.Suspect, (step with { Test = new Spike(1, null, TimeSpan.FromMinutes(30)) }).Verdict(new(QartodFlag.Fail, "spike,flat_line")).Flag);
    }

    [Fact]
    public void Judging_allocates_nothing()
    {
        var tests = new DatastreamTests();
        var observations = Enumerable.Range(0, 4000).Select(i => At(All, i, i % 7 == 0 ? 3 : i % 2)).ToArray();
        var least = long.MaxValue;
        for (var run = 0; run < 5; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var observation in observations)
            {
                tests.Judge(observation, All, out _);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static List<Observation> Observations((double Minutes, double? Value)[] values) => [.. values.Select(v => At(All, v.Minutes, v.Value))];

    /// <summary>As <see cref="Sequence.Run"/>, with corrections of what was found before.</summary>
    private static List<Observation> Run(DatastreamTests tests, Procedure procedure, IEnumerable<Observation> observations, List<Observation> found)
    {
        var judged = new List<Observation>();
        foreach (var observation in observations)
        {
            judged.Add(tests.Judge(observation, procedure, out var correction));
            if (correction is { } corrected)
            {
                found[found.FindLastIndex(o => o.PhenomenonTime == corrected.PhenomenonTime && o.Result.Equals(corrected.Result))] = corrected;
            }
        }

        return judged;
    }

    private static List<Observation> Run(DatastreamTests tests, Procedure procedure, IEnumerable<Observation> observations) =>
        Sequence.Run(tests, procedure, observations);
}
