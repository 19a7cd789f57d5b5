using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MeetNet.Observations.Calibration;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Tests.Procedures;

public sealed class ProcedureTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PhenomenonTime Noon = PhenomenonTime.Instant(Start.AddHours(12));
    private static readonly DatastreamId Nh3 = DatastreamId.Create("vmm", "heide", "nh3-1", "nh3");

    [Fact]
    public void The_explanation_computes_the_same_double_whatever_the_raw_value()
    {
        var procedure = Full(1.02, -0.3);
        Assert.True(Procedure.TryRead(procedure.ToUtf8(), out var announced, out _));
        Prop.ForAll<double>(raw =>
        {
            var here = procedure.Apply(raw, Noon);
            var there = announced.Explain(raw, Noon);
            return here.Value.Equals(there.Result) && here.Quality == there.Quality
                && (here.Value is null || there.Steps[^1].Output.Equals(here.Value.Value));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_calibration_survives_writing_and_reading_to_the_last_bit()
    {
        Prop.ForAll<NormalFloat, NormalFloat, NormalFloat>((slope, offset, raw) =>
        {
            var procedure = Full(slope.Get, offset.Get);
            return Procedure.TryRead(procedure.ToUtf8(), out var read, out _)
                && read.Id == procedure.Id && read.StepsJson == procedure.StepsJson
                && read.Apply(raw.Get, Noon) == procedure.Apply(raw.Get, Noon);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_explanation_says_each_step_with_its_input_output_and_unit()
    {
        var explanation = Full(2, 1).Explain(10, Noon);
        Assert.Equal(
            [("raw", 10.0, "[ppb]", 10.0, "[ppb]"), ("calibration", 10.0, "[ppb]", 21.0, "[ppb]")],
            explanation.Steps.Take(2).Select(s => (s.Step.Kind, s.Input, s.InputUnit, s.Output, s.OutputUnit)));
        Assert.Equal(("gas_reference", 21.0, "[ppb]", "ug/m3"), Tuple(explanation.Steps[2]));
        Assert.Equal("Calibration: 2 × 10 + 1 = 21 [ppb].", explanation.Steps[1].Text.En);
        Assert.Equal("Kalibratie: 2 × 10 + 1 = 21 [ppb].", explanation.Steps[1].Text.Nl);
        Assert.Equal(explanation.Result, explanation.Steps[^1].Output);
        Assert.All(explanation.Steps, s => Assert.False(string.IsNullOrWhiteSpace(s.Text.Nl)));
        Assert.True(explanation.IsComplete);

        static (string, double, string, string) Tuple(ExplainedStep s) => (s.Step.Kind, s.Input, s.InputUnit, s.OutputUnit);
    }

    [Theory]
    [InlineData(0, QartodFlag.Good, null)]
    [InlineData(400, QartodFlag.Suspect, "gross_range")]
    [InlineData(-20, QartodFlag.Fail, "gross_range")]
    public void Suspect_and_failed_values_travel_with_their_flag(double raw, QartodFlag flag, string? tests)
    {
        var result = Full(1, 0).Apply(raw, Noon);
        Assert.NotNull(result.Value);
        Assert.Equal(new ResultQuality(flag, tests), result.Quality);
    }

    [Fact]
    public void Outside_its_validity_a_calibration_is_left_out_and_said()
    {
        var early = PhenomenonTime.Instant(Start.AddSeconds(-1));
        var calibrated = Full(2, 1);
        var result = calibrated.Apply(400, early);
        Assert.Equal(new ResultQuality(QartodFlag.Suspect, "calibration:expired,gross_range"), result.Quality);
        Assert.Equal(Full(1, 0).Apply(400, Noon).Value, result.Value);
        Assert.Contains("not calibrated", calibrated.Explain(400, early).Steps[1].Text.En, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.MaxValue)]
    public void What_is_no_number_is_missing(double raw)
    {
        var result = Full(10, 0).Apply(raw, Noon);
        Assert.Equal(new ProcedureResult(null, ResultQuality.Missing("not_finite")), result);
        Assert.Null(Full(10, 0).Explain(raw, Noon).Result);
    }

    [Fact]
    public void Without_a_test_a_value_is_not_evaluated()
    {
        var procedure = Procedure.Create(Nh3, Start, [new RawStep("[ppb]", "f", "p", "1")]);
        Assert.Equal(new ProcedureResult(5, ResultQuality.NotEvaluated), procedure.Apply(5, Noon));
    }

    [Fact]
    public void The_id_is_of_the_content_and_of_nothing_else()
    {
        var procedure = Full(1.02, -0.3);
        Assert.Equal(procedure.Id, Full(1.02, -0.3).Id);
        Assert.Equal(procedure.Id, Procedure.Create(Nh3, Start.AddDays(1), procedure.Steps).Id);
        Assert.NotEqual(procedure.Id, Full(1.02, -0.30000000000000004).Id);
        Assert.NotEqual(procedure.Id, Procedure.Create(DatastreamId.Create("vmm", "heide", "nh3-2", "nh3"), Start, procedure.Steps).Id);
        Assert.Matches("^p-[0-9a-f]{16}$", procedure.Id);
    }

    [Fact]
    public void The_canonical_form_does_not_change()
    {
        var procedure = Procedure.Create(Nh3, Start, [new RawStep("ug/m3", "é\"\\\n", "p", "1"), new UnitStep("mg/m3", "ug/m3", 1000, 0)]);
        Assert.Equal(
            """[{"step":"raw","unit":"ug/m3","field":"é\"\\\n","profile":"p","profileVersion":"1"},{"step":"unit","from":"mg/m3","to":"ug/m3","factor":1000,"offset":0}]""",
            procedure.StepsJson);
        Assert.Equal("p-ee4192d66ab1aff3", procedure.Id);
    }

    [Fact]
    public void Steps_with_members_of_a_newer_version_keep_their_identity()
    {
        var steps = """[{"step":"raw","unit":"m","field":"f","profile":"p","profileVersion":"1","depth":2.5}]""";
        var id = Procedure.IdOf(Nh3, Encoding.UTF8.GetBytes(steps));
        var json = $$"""{"id":"{{id}}","datastream":"{{Nh3}}","validFrom":"2026-01-01T00:00:00Z","steps":{{steps}}}""";
        Assert.True(Procedure.TryRead(Encoding.UTF8.GetBytes(json), out var procedure, out var fault), fault.ToString());
        Assert.Equal(steps, procedure.StepsJson);
        Assert.Equal(json, Encoding.UTF8.GetString(procedure.ToUtf8()));
    }

    [Fact]
    public void Every_kind_of_step_is_read_back_as_it_was()
    {
        ProcedureStep[] steps =
        [
            new RawStep("[ppb]", "f", "p", "1"),
            new CalibrationStep(new LinearCalibration(1, 2, "[ppb]", Start, null, "s")),
            new UnitStep("Cel", "K", 1, 273.15),
            new GasReferenceStep("nh3", "ug/m3", "ug/m3", GasReference.Eu20C1013, GasReference.Eu20C1013, null, 1, "s"),
            new VerticalDatumStep("GAUGE", "TAW", "gauge-zero", 12.5, null, null, "s"),
            new VerticalDatumStep("TAW", "NAP", "taw-const-2.33", -2.33, 0.035, null, "s"),
            new ReverseStep("WELLHEAD"),
            new BarometricStep("vmm/heide/baro-1/air_pressure", TimeSpan.FromHours(1), -2.5, "KNMI, Woensdrecht"),
            new HydrostaticStep(Observations.Datums.WaterColumn.Fresh(11, 51.39)),
            new HydrostaticStep(Observations.Datums.WaterColumn.OfDensity(1012, "s", 51.39, 9.81)),
            new TimeSourceStep(Observations.Time.TimeSource.NetworkReception),
            new StampStep(Observations.Time.StampConvention.UtcInstant),
            new GrossRangeStep(new GrossRange(new ValueSpan(0, 1), null), "s"),
        ];
        var procedure = Procedure.Create(Nh3, Start, steps);
        Assert.True(Procedure.TryRead(procedure.ToUtf8(), out var read, out var fault), fault.ToString());
        Assert.Equal(steps, read.Steps);
        Assert.Equal((procedure.Id, procedure.Datastream, procedure.ValidFrom, "[ppb]"), (read.Id, read.Datastream, read.ValidFrom, read.RawUnit));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_step_with_two_inputs_is_read_back_too(bool fallback)
    {
        ProcedureStep[] steps =
        [
            new RawStep("ug/m3", "f", "p", "1"),
            new GasAmbientStep("nh3", "vmm/heide/meteo-1/air_temperature", "vmm/heide/meteo-1/air_pressure", TimeSpan.FromMinutes(10),
                fallback ? new GasReference(283.15, 101_300) : null, GasReference.Eu20C1013, "s"),
        ];
        var procedure = Procedure.Create(Nh3, Start, steps);
        Assert.True(Procedure.TryRead(procedure.ToUtf8(), out var read, out var fault), fault.ToString());
        Assert.Equal(steps, read.Steps);
        Assert.Equal(["vmm/heide/meteo-1/air_temperature", "vmm/heide/meteo-1/air_pressure"], read.Inputs.Select(i => i.Datastream));
    }

    [Fact]
    public void A_procedure_has_two_inputs_at_most()
    {
        var barometer = new BarometricStep("vmm/heide/baro-1/air_pressure", TimeSpan.FromHours(1), 0);
        var two = Procedure.Create(Nh3, Start, [new RawStep("Pa", "f", "p", "1"), barometer, barometer]);
        Assert.Throws<ArgumentException>(() => Procedure.Create(Nh3, Start, [.. two.Steps, barometer]));
        Assert.Equal(new ProcedureResult(90_000, ResultQuality.NotEvaluated), two.Apply(290_000, Noon, new ProcedureInputs(1000, 1000)));
    }

    [Fact]
    public void A_procedure_begins_with_the_raw_value()
    {
        Assert.Throws<ArgumentException>(() => Procedure.Create(Nh3, Start, []));
        Assert.Throws<ArgumentException>(() => Procedure.Create(Nh3, Start, [new UnitStep("cm", "m", 0.01, 0)]));
    }

    [Fact]
    public void Every_truncation_is_refused_without_a_throw()
    {
        var json = Full(1.02, -0.3).ToUtf8();
        for (var length = 0; length < json.Length; length++)
        {
            Assert.False(Procedure.TryRead(json.AsSpan(0, length), out _, out var fault));
            Assert.Equal(WireReasons.NotJson, fault.Reason);
        }

        using var whole = JsonDocument.Parse(json);
        Assert.Equal("p-", whole.RootElement.GetProperty("id").GetString()![..2]);
    }

    [Fact]
    public void Versions_are_of_one_datastream()
    {
        var one = Full(1, 0);
        var other = Procedure.Create(DatastreamId.Create("vmm", "heide", "nh3-2", "nh3"), Start.AddDays(1), one.Steps);
        Assert.Throws<ArgumentException>(() => new ProcedureVersions([]));
        Assert.Throws<ArgumentException>(() => new ProcedureVersions([one, other]));
        Assert.Throws<ArgumentException>(() => new ProcedureVersions([one, Full(2, 0)]));
    }

    private static Procedure Full(double slope, double offset)
    {
        var request = new ProcedureRequest
        {
            Datastream = Nh3, RawUnit = "[ppb]", Field = "concentration", Profile = "thermo/17i", ProfileVersion = "2", ValidFrom = Start,
            Gas = "nh3", GasReference = GasReference.Eu20C1013,
            Calibrations = [new LinearCalibration(slope == 0 ? 1 : slope, offset, "[ppb]", Start, null, "certificate")],
            GrossRange = new GrossRange(new ValueSpan(-5, 500), new ValueSpan(-1, 200)),
        };
        Assert.True(ProcedureBuilder.TryBuild(request, out var versions, out var problems), string.Join("; ", problems));
        return versions.All[0];
    }
}
