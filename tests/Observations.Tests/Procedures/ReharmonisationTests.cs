using FsCheck;
using FsCheck.Fluent;
using MeetNet.Observations.Calibration;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Reference;

namespace MeetNet.Observations.Tests.Procedures;

/// <summary>What is made again from the raw value is what would have been made at once; what it was stays.</summary>
public sealed class ReharmonisationTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 15, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Start.AddYears(1);

    private static readonly Gen<(double Raw, int Fate)[]> Series =
        (from raw in Gen.Choose(-100, 9000) from fate in Gen.Choose(0, 9) select (raw / 13.0, fate)).ArrayOf();

    [Fact]
    public void By_the_same_procedure_everything_is_what_it_was()
    {
        // Spikes, flat stretches, values out of range, a clock in doubt, and nothing at all: whatever was said, it would be said again.
        var versions = Build(Ammonia(1.02, Start) with { GrossRange = new GrossRange(new ValueSpan(-5, 400), new ValueSpan(0, 300)), Tests = Tests });
        var (remade, same) = (0, 0);
        Prop.ForAll(Series.ToArbitrary(), series =>
        {
            var again = Again(versions, versions);
            foreach (var revisions in Harmonise(versions, series))
            {
                var outcome = again.Remake(revisions, Later, out var observation);
                Assert.Equal(revisions[^1], observation);
                Assert.True(outcome == (revisions[^1].Raw is null ? RemakeOutcome.NothingToMake : RemakeOutcome.Same), $"{outcome}: {revisions[^1]}");
                same += outcome == RemakeOutcome.Same ? 1 : 0;
                remade += revisions.Count - 1;
            }
        }).QuickCheckThrowOnFailure();
        Assert.True(same > 100 && remade > 0, $"{same} the same, {remade} corrected spikes");
    }

    [Fact]
    public void By_a_calibration_entered_late_it_is_what_it_would_have_been()
    {
        var before = Build(Ammonia(1.02, Start));
        Prop.ForAll(Series.ToArbitrary(), Gen.Choose(80, 120).ToArbitrary(), (series, percent) =>
        {
            // The second calibration begins in the middle of the series.
            var request = Ammonia(1.02, Start);
            var now = Build(request with
            {
                Calibrations =
                [
                    ((LinearCalibration)request.Calibrations[0]) with { ValidTo = Start.AddMinutes(10) },
                    new LinearCalibration(percent / 100.0, 0.5, "[ppb]", Start.AddMinutes(10), null, "late"),
                ],
            });
            var again = Again(before, now);
            foreach (var (was, wanted) in Harmonise(before, series).Zip(Harmonise(now, series)))
            {
                var outcome = again.Remake(was, Later, out var made);
                Assert.Equal(BitsOf(wanted[^1].Result), BitsOf(made.Result));
                Assert.Equal(wanted[^1].Quality, made.Quality);
                Assert.Equal(outcome == RemakeOutcome.Remade ? (wanted[^1].ProcedureId, was[^1].Revision + 1, Later) : (was[^1].ProcedureId, was[^1].Revision, was[^1].ResultTime),
                    (made.ProcedureId, made.Revision, made.ResultTime));

                // And once more there is nothing left to do.
                Assert.NotEqual(RemakeOutcome.Remade, Again(before, now).Remake([.. was, .. outcome == RemakeOutcome.Remade ? [made] : Array.Empty<Observation>()], Later, out _));
            }
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(50, QartodFlag.Suspect, "spike", QartodFlag.Suspect, "spike")]
    [InlineData(50, QartodFlag.Fail, "spike", QartodFlag.Fail, "spike")]
    [InlineData(500, QartodFlag.Suspect, "gross_range", QartodFlag.Good, null)] // 354 µg/m³, and half of it is in range: of one value, said anew
    [InlineData(500, QartodFlag.Suspect, "gross_range,spike", QartodFlag.Suspect, "spike")]
    [InlineData(500, QartodFlag.Fail, "gross_range,spike", QartodFlag.Fail, "spike")] // suspect by its range, failed as a spike
    [InlineData(50, QartodFlag.Good, "spike:2", QartodFlag.Good, "spike:2")]
    [InlineData(50, QartodFlag.Suspect, "clock:unsynchronised", QartodFlag.Suspect, "clock:unsynchronised")]
    [InlineData(600, QartodFlag.Fail, "gross_range,clock:unsynchronised", QartodFlag.Suspect, "clock:unsynchronised")] // 425 µg/m³ failed, the clock did not
    [InlineData(600, QartodFlag.Fail, "gross_range", QartodFlag.Good, "spike:2,flat_line:2")] // its tests were not run then, and can't be now
    public void What_needed_more_than_the_raw_value_is_carried_over(double raw, QartodFlag flag, string tests, QartodFlag expected, string? expectedTests)
    {
        var range = new GrossRange(new ValueSpan(-5, 400), new ValueSpan(0, 300));
        var before = Build(Ammonia(1, Start) with { Tests = Tests, GrossRange = range });
        var now = Build(Ammonia(0.5, Start) with { Tests = Tests, GrossRange = range });
        var was = new Observation(
            before.All[0].Datastream.ToString(), before.All[0].Id, At(0), Start, before.All[0].Apply(raw, At(0)).Value, new ResultQuality(flag, tests), raw, 0);
        Assert.Equal(RemakeOutcome.Remade, Again(before, now).Remake([was], Later, out var made));
        Assert.Equal(new ResultQuality(expected, expectedTests), made.Quality);
    }

    [Theory]
    [InlineData("device:warming_up")]
    [InlineData("stamp:missing")]
    public void What_was_no_measurement_is_none_by_any_procedure(string reason)
    {
        var (before, now) = (Build(Ammonia(1, Start)), Build(Ammonia(1.1, Start)));
        var was = new Observation(before.All[0].Datastream.ToString(), before.All[0].Id, At(0), Start, null, ResultQuality.Missing(reason), 50, 0);
        Assert.Equal(RemakeOutcome.NothingToMake, Again(before, now).Remake([was], Later, out var made));
        Assert.Equal(was, made);
    }

    [Fact]
    public void The_number_of_another_field_or_profile_is_not_the_raw_value_of_this_procedure()
    {
        var before = Build(Ammonia(1, Start));
        var was = new Observation(before.All[0].Datastream.ToString(), before.All[0].Id, At(0), Start, 35.4, ResultQuality.Good, 50, 0);
        foreach (var now in new[] { Ammonia(1.1, Start) with { Field = "nh3_2" }, Ammonia(1.1, Start) with { Profile = "maker/other" }, Ammonia(1.1, Start) with { ProfileVersion = "2" } })
        {
            Assert.Equal(RemakeOutcome.OtherReading, Again(before, Build(now)).Remake([was], Later, out _));
        }

        Assert.Equal(RemakeOutcome.OtherReading, Again(before, Build(Ammonia(1.1, Start))).Remake([was with { ProcedureId = "p-0000000000000000" }], Later, out _));
        Assert.Equal(RemakeOutcome.NoProcedure, Again(before, Build(Ammonia(1.1, Start))).Remake([was with { DatastreamId = "vmm/heide/x/nh3" }], Later, out _));
    }

    [Fact]
    public void Another_instrument_is_a_revision_although_the_number_is_the_same()
    {
        var (before, now) = (Build(Ammonia(1, Start)), Build(Ammonia(1, Start) with { Instruments = [new InstrumentPlacement("SN 2", Start)] }));
        var was = Harmonise(before, [(50, 9)])[0];
        Assert.Equal(RemakeOutcome.Remade, Again(before, now).Remake(was, Later, out var made));
        Assert.Equal((was[0].Result, 1), (made.Result, made.Revision));
    }

    [Fact]
    public void What_is_computed_with_it_is_made_again_with_what_became_of_it()
    {
        // NO 20 ppb and NO2 30 ppb, every minute; then a slope of 1.1 for NO.
        var no2 = Build(Gas("no2", 1));
        var nox = Build(Any("nox") with { NitrogenOxides = new NitrogenOxideSum(Id("no"), Id("no2"), TimeSpan.FromSeconds(30)) });
        var (before, now) = (Build(Gas("no", 1)), Build(Gas("no", 1.1)));
        var again = new Reharmonisation(
            new Dictionary<string, ProcedureVersions>(StringComparer.Ordinal) { [Id("nox").ToString()] = nox, [Id("no").ToString()] = now, [Id("no2").ToString()] = no2 },
            id => new[] { before, now, no2, nox }.SelectMany(v => v.All).FirstOrDefault(p => p.Id == id));
        Assert.Equal(["no", "no2", "nox"], again.Order.Select(id => id.Split('/')[^1]));
        Assert.Equal(3, again.WithDependents([Id("no").ToString(), Id("no2").ToString()]).Count);
        Assert.True(again.WithDependents([Id("no").ToString()]).SetEquals([Id("no").ToString(), Id("nox").ToString()]));

        var made = new Dictionary<string, List<Observation>>(StringComparer.Ordinal);
        foreach (var datastream in again.Order)
        {
            made[datastream] = [];
            for (var minute = 0; minute < 5; minute++)
            {
                var (raw, inputs) = datastream.Split('/')[^1] switch
                {
                    "no" => (20 + minute, default),
                    "no2" => (30, default),
                    _ => (99, new ProcedureInputs(before.All[0].Apply(20 + minute, At(minute)).Value, no2.All[0].Apply(30, At(minute)).Value)),
                };
                var procedure = datastream == Id("no").ToString() ? before.All[0] : datastream == Id("no2").ToString() ? no2.All[0] : nox.All[0];
                var result = procedure.Apply(raw, At(minute), inputs);
                again.Remake([new Observation(datastream, procedure.Id, At(minute), Start, result.Value, result.Quality, raw, 0, inputs)], Later, out var observation);
                made[datastream].Add(observation);
            }
        }

        // (20 + i) × 1.1 + 30 ppb by 1.912032 µg/m³ for each.
        Assert.Equal(Enumerable.Range(0, 5).Select(i => Math.Round((((20 + i) * 1.1) + 30) * 1.912032, 3)), made[Id("nox").ToString()].Select(o => Math.Round(o.Result!.Value, 3)));
        Assert.All(made[Id("nox").ToString()], o => Assert.Equal(1, o.Revision));
        Assert.All(made[Id("no2").ToString()], o => Assert.Equal(0, o.Revision));
        foreach (var (sum, part) in made[Id("nox").ToString()].Zip(made[Id("no").ToString()]))
        {
            Assert.Equal(part.Result, sum.Inputs.First);
            Assert.Equal(sum.Result, nox.All[0].Explain(99, sum.PhenomenonTime, sum.Inputs).Result);
        }
    }

    [Fact]
    public void A_correction_added_late_takes_the_nearest_humidity_and_a_missing_input_stays_missing()
    {
        var humidity = Build(Any("relative_humidity") with { RawUnit = "%" });
        var wet = Build(Any("pm2_5") with { RawUnit = "ug/m3" });
        var growth = new ParticleGrowth(Id("relative_humidity"), TimeSpan.FromMinutes(10), 0.4, 1650, 95, null, "x");
        var dry = Build(Any("pm2_5") with { RawUnit = "ug/m3", ParticleGrowth = growth });
        var again = new Reharmonisation(
            new Dictionary<string, ProcedureVersions>(StringComparer.Ordinal) { [Id("pm2_5").ToString()] = dry, [Id("relative_humidity").ToString()] = humidity },
            id => new[] { humidity, wet, dry }.SelectMany(v => v.All).FirstOrDefault(p => p.Id == id));
        again.Pass([One(humidity, 0, 50)]);
        again.Pass([One(humidity, 20, 80)]);

        // 30 / 1.242424 by the humidity of 5 minutes before, 30 / 1.969697 by that of 9 minutes after, none at 35 minutes.
        Assert.Equal([24.1463, 15.2308, null], new[] { 5, 11, 35 }.Select(minute =>
        {
            Assert.Equal(RemakeOutcome.Remade, again.Remake([One(wet, minute, 30)], Later, out var made));
            return made.Result is { } result ? Math.Round(result, 4) : default(double?);
        }));

        var missing = new Observation(Id("pm2_5").ToString(), dry.All[0].Id, At(6), Start, null, ResultQuality.Missing("input:missing"), 30, 0);
        Assert.Equal(RemakeOutcome.Same, again.Remake([missing], Later, out _));

        static Observation One(ProcedureVersions versions, int minute, double raw) => new(
            versions.All[0].Datastream.ToString(), versions.All[0].Id, At(minute), Start, versions.All[0].Apply(raw, At(minute)).Value, ResultQuality.Good, raw, 0);
    }

    private static IReadOnlyList<QualityTest> Tests { get; } = [new Spike(20, 60, TimeSpan.FromHours(1)), new FlatLine(0.1, TimeSpan.FromMinutes(3), null, TimeSpan.FromMinutes(2))];

    /// <summary>What a gateway makes of a series, one value a minute, by phenomenon time with all revisions.</summary>
    private static List<List<Observation>> Harmonise(ProcedureVersions versions, (double Raw, int Fate)[] series)
    {
        var (tests, made) = (new DatastreamTests(), new List<List<Observation>>());
        for (var minute = 0; minute < series.Length; minute++)
        {
            var ((raw, fate), time) = (series[minute], At(minute));
            var procedure = versions.At(time);
            var (result, quality) = fate == 0 ? new ProcedureResult(null, ResultQuality.Missing("device:fault")) : procedure.Apply(raw, time);
            quality = fate == 1 && result is not null ? quality.And(ResultQuality.Suspect("clock:unsynchronised")) : quality;
            var observation = new Observation(
                procedure.Datastream.ToString(), procedure.Id, time, time.End, result, quality, fate == 0 ? null : raw, 0);
            if (DatastreamTests.AreIn(procedure))
            {
                observation = tests.Judge(observation, procedure, out var correction);
                if (correction is { } earlier)
                {
                    made.Single(revisions => revisions[0].PhenomenonTime == earlier.PhenomenonTime).Add(earlier);
                }
            }

            made.Add([observation]);
        }

        return made;
    }

    private static Reharmonisation Again(ProcedureVersions before, ProcedureVersions now) => new(
        new Dictionary<string, ProcedureVersions>(StringComparer.Ordinal) { [now.All[0].Datastream.ToString()] = now },
        id => before.All.Concat(now.All).FirstOrDefault(p => p.Id == id));

    private static long? BitsOf(double? value) => value is { } number ? BitConverter.DoubleToInt64Bits(number) : null;

    private static PhenomenonTime At(int minute) => PhenomenonTime.Instant(Start.AddMinutes(minute));

    private static DatastreamId Id(string property) => DatastreamId.Create("vmm", "heide", "a-1", property);

    private static ProcedureRequest Ammonia(double slope, DateTimeOffset from) => Gas("nh3", slope) with
    {
        Calibrations = [new LinearCalibration(slope, 0, "[ppb]", from, null, "certificate")],
    };

    private static ProcedureRequest Gas(string property, double slope) => Any(property) with
    {
        Gas = property, GasReference = GasReference.Eu20C1013, Calibrations = [new LinearCalibration(slope, 0, "[ppb]", Start, null, "certificate")],
    };

    private static ProcedureRequest Any(string property) => new()
    {
        Datastream = Id(property), RawUnit = "[ppb]", Field = property, Profile = "maker/model", ProfileVersion = "1", ValidFrom = Start,
    };

    private static ProcedureVersions Build(ProcedureRequest request)
    {
        Assert.True(ProcedureBuilder.TryBuild(request, out var versions, out var problems), string.Join("; ", problems));
        return versions;
    }
}
