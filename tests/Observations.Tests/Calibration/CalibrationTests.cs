using FsCheck;
using FsCheck.Fluent;
using MeetNet.Observations.Calibration;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Reference;

namespace MeetNet.Observations.Tests.Calibration;

public sealed class CalibrationTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 15, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Summer = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 2)] // 2 + 1.5·0 + 0.01·0²
    [InlineData(10, 18)] // 2 + 15 + 1
    [InlineData(100, 252)] // 2 + 150 + 100
    public void A_polynomial_is_of_ascending_powers(double raw, double expected) =>
        Assert.Equal(expected, Step(Polynomial(OutsideRule.Missing)).Apply(raw, At(Start)).Value, 1e-9);

    [Theory]
    [InlineData(0, 10)]
    [InlineData(5, 15)] // half of the way from 10 to 20
    [InlineData(10, 20)]
    [InlineData(25, 65)] // half of the way from 20 to 110
    [InlineData(40, 110)]
    public void A_table_is_straight_between_its_points(double raw, double expected) =>
        Assert.Equal(expected, Step(Table(OutsideRule.Missing)).Apply(raw, At(Start)).Value, 1e-9);

    [Fact]
    public void Outside_its_values_a_calibration_does_what_it_states_and_says_so()
    {
        // Beyond 40 the last stretch rises by 3 for each 1, before 0 the first by 1; the polynomial at 200 is 2 + 300 + 400.
        var suspect = ResultQuality.Suspect("calibration:outside");
        Assert.Equal(new StepOutcome(140, suspect), Step(Table(OutsideRule.Extend)).Apply(50, At(Start)));
        Assert.Equal(new StepOutcome(5, suspect), Step(Table(OutsideRule.Extend)).Apply(-5, At(Start)));
        Assert.Equal(new StepOutcome(110, suspect), Step(Table(OutsideRule.Hold)).Apply(50, At(Start)));
        Assert.Equal(new StepOutcome(10, suspect), Step(Table(OutsideRule.Hold)).Apply(-5, At(Start)));
        Assert.Equal(702, Step(Polynomial(OutsideRule.Extend)).Apply(200, At(Start)).Value, 1e-9);
        Assert.Equal(252, Step(Polynomial(OutsideRule.Hold)).Apply(200, At(Start)).Value, 1e-9);
        foreach (var curve in new InstrumentCalibration[] { Table(OutsideRule.Missing), Polynomial(OutsideRule.Missing) })
        {
            var result = Build(Request with { Calibrations = [curve] }).All[0].Apply(200, At(Start));
            Assert.Equal(new ProcedureResult(null, ResultQuality.Missing("calibration:outside")), result);
        }
    }

    [Fact]
    public void A_table_that_rises_gives_a_higher_value_for_a_higher_one()
    {
        var table = Table(OutsideRule.Extend);
        Prop.ForAll(
            Gen.Choose(-1000, 5000).Select(n => n / 100.0).Two().ToArbitrary(),
            pair => pair.Item1 == pair.Item2 || table.Apply(pair.Item1) < table.Apply(pair.Item2) == pair.Item1 < pair.Item2).QuickCheckThrowOnFailure();
    }

    public static TheoryData<string, InstrumentCalibration> Wrong => new()
    {
        { "3 to 6 coefficients", Polynomial(OutsideRule.Hold) with { Coefficients = [1, 2] } },
        { "3 to 6 coefficients", Polynomial(OutsideRule.Hold) with { Coefficients = [1, 2, 0] } },
        { "turns back within its domain", Polynomial(OutsideRule.Hold) with { Coefficients = [0, 1, -0.01] } },
        { "lowest value below its highest", Polynomial(OutsideRule.Hold) with { Fitted = new ValueSpan(5, 5) } },
        { "2 to 100 points", Table(OutsideRule.Hold) with { Points = [new(0, 0)] } },
        { "ascending order", Table(OutsideRule.Hold) with { Points = [new(0, 0), new(0, 1)] } },
        { "rise or fall throughout", Table(OutsideRule.Hold) with { Points = [new(0, 0), new(1, 2), new(2, 1)] } },
        { "must say its source", Table(OutsideRule.Hold) with { Source = "" } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_curve_that_can_not_be_one_is_refused(string problem, InstrumentCalibration calibration)
    {
        Assert.False(ProcedureBuilder.TryBuild(Request with { Calibrations = [calibration] }, out _, out var problems));
        Assert.Contains(problems, p => p.Setting == ProcedureSetting.Calibration && p.Message.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void A_check_is_judged_by_the_calibration_in_force_at_its_time()
    {
        // 190 × 1.05 + 0 = 199.5: half a ppb below the 200 that were given.
        var versions = Build(Request with
        {
            Calibrations = [new LinearCalibration(1.05, 0, "[ppb]", Start, Summer, "a"), new LinearCalibration(1.1, 0, "[ppb]", Summer, null, "b")],
            Checks = [Check(CheckKind.Span, Start.AddDays(9), 200, 190, 1), Check(CheckKind.Span, Summer.AddDays(1), 200, 190, 1)],
        });
        Assert.Equal([(199.5, -0.5, true), (209, 9, false)], versions.All.Select(p => ChecksOf(p).Single()).Select(c => (Math.Round(c.Calibrated, 9), c.Drift, c.Passed)));
    }

    [Fact]
    public void After_a_check_that_failed_values_are_suspect_until_one_of_its_kind_passes_or_a_new_calibration_begins()
    {
        var versions = Build(Request with
        {
            Calibrations = [Linear(Start, Summer), Linear(Summer, null)],
            Checks =
            [
                Check(CheckKind.Zero, Start.AddDays(1), 0, 0.5, 1), Check(CheckKind.Zero, Start.AddDays(10), 0, 1.5, 1), Check(CheckKind.Span, Start.AddDays(11), 100, 100, 1),
                Check(CheckKind.Zero, Start.AddDays(20), 0, -0.5, 1), Check(CheckKind.Span, Start.AddDays(30), 100, 102, 1),
            ],
        });
        foreach (var (day, suspect) in new[] { (0, false), (5, false), (10, true), (15, true), (20, false), (25, false), (30, true), (130, true), (140, false) })
        {
            var time = At(Start.AddDays(day));
            Assert.Equal(suspect ? ResultQuality.Suspect("calibration:check_failed") : ResultQuality.Good, versions.At(time).Apply(50, time).Quality);
        }

        var explained = versions.All[0].Explain(50, At(Start.AddDays(15))).Steps.Single(s => s.Step is ChecksStep).Text.En;
        Assert.Contains("5, of which 2 failed", explained, StringComparison.Ordinal);
        Assert.Contains("102 − 100 = 2 [ppb], ± 1: failed", explained, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replaced_instrument_is_in_the_lineage_from_its_date_on()
    {
        var request = Request with
        {
            Instruments = [new InstrumentPlacement("SN 1", Start), new InstrumentPlacement("SN 2", Summer)],
            Calibrations = [Linear(Start, Summer)],
        };
        var versions = Build(request);
        Assert.Equal([("SN 1", Start), ("SN 2", Summer)], versions.All.Select(p => (((RawStep)p.Steps[0]).SerialNumber!, p.ValidFrom)));
        Assert.Contains("serial number SN 2", versions.At(At(Summer)).Explain(5, At(Summer)).Steps[0].Text.En, StringComparison.Ordinal);

        // The calibration was of the first; the second has none, and says so.
        Assert.Equal(ResultQuality.Suspect("calibration:expired"), versions.At(At(Summer)).Apply(5, At(Summer)).Quality);
        Assert.False(ProcedureBuilder.TryBuild(request with { Calibrations = [Linear(Start, null)] }, out _, out var problems));
        Assert.Equal("calibration number 1 goes on when the instrument was replaced on 2026-06-01T00:00:00Z: it was of the one before, end it there", Assert.Single(problems).Message);
    }

    [Fact]
    public void Every_kind_of_calibration_computes_the_same_double_when_it_was_announced()
    {
        foreach (var curve in new InstrumentCalibration[] { Linear(Start, null), Polynomial(OutsideRule.Hold), Table(OutsideRule.Extend) })
        {
            var here = Build(Request with { Calibrations = [curve], Checks = [Check(CheckKind.Zero, Start.AddDays(1), 0, 0.1, 3)] }).All[0];
            Assert.True(Procedure.TryRead(here.ToUtf8(), out var there, out var fault), fault.ToString());
            Prop.ForAll(
                Gen.Choose(-2000, 20000).Select(n => n / 73.0).ToArbitrary(),
                raw => here.Apply(raw, At(Start.AddDays(2))) == there.Apply(raw, At(Start.AddDays(2)))).QuickCheckThrowOnFailure();
        }
    }

    private static ProcedureRequest Request { get; } = new()
    {
        Datastream = DatastreamId.Create("vmm", "heide", "nh3-1", "nh3"), RawUnit = "[ppb]", Field = "nh3", Profile = "maker/model", ProfileVersion = "1", ValidFrom = Start,
        Gas = "nh3", GasReference = GasReference.Eu20C1013,
    };

    private static LinearCalibration Linear(DateTimeOffset from, DateTimeOffset? to) => new(1, 0, "[ppb]", from, to, "certificate");

    private static PolynomialCalibration Polynomial(OutsideRule outside) => new([2, 1.5, 0.01], new ValueSpan(0, 100), outside, "[ppb]", Start, null, "certificate");

    private static TableCalibration Table(OutsideRule outside) => new([new(0, 10), new(10, 20), new(40, 110)], outside, "[ppb]", Start, null, "certificate");

    private static CalibrationCheck Check(CheckKind kind, DateTimeOffset time, double expected, double measured, double limit) =>
        new(kind, time, expected, measured, measured, limit, "cylinder 7");

    private static IEnumerable<CalibrationCheck> ChecksOf(Procedure procedure) => procedure.Steps.OfType<ChecksStep>().SelectMany(s => s.Checks);

    private static CalibrationStep Step(InstrumentCalibration calibration) => new(calibration);

    private static ProcedureVersions Build(ProcedureRequest request)
    {
        Assert.True(ProcedureBuilder.TryBuild(request, out var versions, out var problems), string.Join("; ", problems));
        return versions;
    }

    private static PhenomenonTime At(DateTimeOffset time) => PhenomenonTime.Instant(time);
}
