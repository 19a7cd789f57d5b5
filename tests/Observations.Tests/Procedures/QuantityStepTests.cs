using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Reference;

namespace MeetNet.Observations.Tests.Procedures;

/// <summary>Expected values are worked out by hand, with their tolerance beside them.</summary>
public sealed class QuantityStepTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 15, 0, 0, 0, TimeSpan.Zero);
    private static readonly PhenomenonTime Noon = PhenomenonTime.Instant(Start.AddHours(12));

    [Theory]
    [InlineData("nitrate", "N", 11.3, 50.021)] // 11.3 × 62.004/14.007
    [InlineData("nitrate", "NO3", 50, 50)]
    [InlineData("ammonium", "N", 1, 1.28786)] // 18.039/14.007
    [InlineData("ammonium", "NH4", 0.5, 0.5)]
    public void Nitrogen_in_a_substance_becomes_the_substance(string property, string statedAs, double raw, double expected) =>
        Assert.Equal(expected, Build(Water(property) with { StatedAs = statedAs }).Apply(raw, Noon).Value!.Value, 0.0005);

    [Theory]
    [InlineData("nitrate", null, "state which, NO3 or N")]
    [InlineData("nitrate", "NH4", "not 'NH4'")]
    [InlineData("ammonium", null, "1.29 times less")]
    [InlineData("conductivity", "N", "leave it out")]
    public void Nitrate_that_does_not_say_what_it_is_the_mass_of_is_refused(string property, string? statedAs, string message) => AssertProblem(
        Water(property) with { StatedAs = statedAs, RawUnit = property == "conductivity" ? "uS/cm" : "mg/l" }, ProcedureSetting.StatedAs, message);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(50, 1.242424)] // 1 + 0.4/1.65 × 0.5/0.5
    [InlineData(80, 1.969697)] // 1 + 0.4/1.65 × 0.8/0.2
    [InlineData(95, 5.606061)] // 1 + 0.4/1.65 × 0.95/0.05
    public void Wet_particles_are_heavier_by_kappa_Koehler(double humidity, double factor)
    {
        Assert.Equal(factor, ParticleGrowth.Factor(humidity, 0.4, 1650), 1e-6);
        Assert.Equal(30 / factor, Build(Particles(null)).Apply(30, Noon, new ProcedureInputs(humidity)).Value!.Value, 1e-5);
    }

    [Fact]
    public void Above_its_limit_of_humidity_the_correction_is_that_of_the_limit_and_suspect()
    {
        var at = Build(Particles(null)).Apply(30, Noon, new ProcedureInputs(95));
        foreach (var humidity in new[] { 95.1, 99.9, 100, 104 })
        {
            Assert.Equal(new ProcedureResult(at.Value, ResultQuality.Suspect("humidity:above_limit")), Build(Particles(null)).Apply(30, Noon, new ProcedureInputs(humidity)));
        }
    }

    [Fact]
    public void Without_a_humidity_there_is_the_stated_one_or_no_result()
    {
        Assert.Equal(new ProcedureResult(null, ResultQuality.Missing("input:missing")), Build(Particles(null)).Apply(30, Noon));
        var stated = Build(Particles(80)).Apply(30, Noon);
        Assert.Equal(30 / 1.969697, stated.Value!.Value, 1e-5);
        Assert.Equal(ResultQuality.Suspect("input:fallback"), stated.Quality);
        var text = Build(Particles(80)).Explain(30, Noon).Steps[1];
        Assert.Contains("stated: no result of vmm/heide/meteo-1/relative_humidity", text.Text.En, StringComparison.Ordinal);
        Assert.Contains("doi 10.5194/amt-11-709-2018); co-location", text.Step.Source, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bc", 0.4, 1650, 95, "no mass of particles")]
    [InlineData("pm2_5", 0, 1650, 95, "kappa is above 0")]
    [InlineData("pm2_5", 0.4, 1.65, 95, "800 to 3000 kg/m3")]
    [InlineData("pm2_5", 0.4, 1650, 100, "50 to 98 %")]
    public void A_correction_that_can_not_be_one_is_refused(string property, double kappa, double density, double maximum, string message)
    {
        var request = Particles(null);
        AssertProblem(
            request with
            {
                Datastream = DatastreamId.Create("vmm", "heide", "pm-1", property),
                ParticleGrowth = request.ParticleGrowth! with { Kappa = kappa, Density = density, MaximumHumidity = maximum },
            },
            ProcedureSetting.ParticleGrowth, message);
    }

    [Fact]
    public void Nox_is_the_sum_of_the_mole_fractions_of_two_datastreams()
    {
        // NO 20 ppb is 24.9416 µg/m³ and NO2 30 ppb is 57.3610 µg/m³; together 50 ppb, 95.6016 µg/m³ as NO2, not 82.3025.
        var inputs = new ProcedureInputs(20 * 1.247081, 30 * 1.912032);
        var procedure = Build(Oxides);
        var result = procedure.Apply(999, Noon, inputs);
        Assert.Equal(95.6016, result.Value!.Value, 0.0005);
        Assert.Equal(50, procedure.Explain(999, Noon, inputs).Steps[1].Output, 0.0005);
        Assert.Equal(GasConversion.NitrogenOxides(20, 30, GasReference.Eu20C1013), result.Value.Value, 0.0005);
    }

    [Fact]
    public void Half_a_sum_is_none()
    {
        foreach (var inputs in new[] { default, new ProcedureInputs(24.9), new ProcedureInputs(null, 57.4) })
        {
            Assert.Equal(new ProcedureResult(null, ResultQuality.Missing("input:missing")), Build(Oxides).Apply(20, Noon, inputs));
        }

        Assert.Contains(
            "No result of vmm/heide/nox-1/no2: no sum", Build(Oxides).Explain(20, Noon, new ProcedureInputs(24.9)).Steps[1].Text.En, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sum_is_of_its_own_station_and_has_nothing_of_a_measured_gas()
    {
        AssertProblem(Oxides with { GasReference = GasReference.Eu20C1013 }, ProcedureSetting.GasReference, "leave them out");
        AssertProblem(
            Oxides with { NitrogenOxides = Oxides.NitrogenOxides! with { No = DatastreamId.Create("vmm", "elsewhere", "nox-1", "no") } },
            ProcedureSetting.NitrogenOxides, "is no no of this station");
        AssertProblem(
            Oxides with { Datastream = DatastreamId.Create("vmm", "heide", "nox-1", "no2"), GasReference = GasReference.Eu20C1013, Gas = "no2" },
            ProcedureSetting.NitrogenOxides, "only 'nox' is one");
        AssertProblem(
            Oxides with { Calibrations = [new Observations.Calibration.LinearCalibration(1, 0, "[ppb]", Start, null, "x")] },
            ProcedureSetting.Calibration, "calibrate and check those two");
    }

    [Fact]
    public void The_factors_are_those_of_the_molar_masses()
    {
        Assert.Equal(4.42664, NitrogenSpecies.All[0].Factor, 0.00001);
        Assert.Equal(1.28786, NitrogenSpecies.All[1].Factor, 0.00001);
        Assert.All(NitrogenSpecies.All, species => Assert.Equal("mg/l", ObservedProperties.Get(species.Property).Unit.Code));
    }

    private static ProcedureRequest Oxides { get; } = Any("nox-1", "nox", "[ppb]") with
    {
        NitrogenOxides = new NitrogenOxideSum(DatastreamId.Create("vmm", "heide", "nox-1", "no"), DatastreamId.Create("vmm", "heide", "nox-1", "no2"), TimeSpan.FromMinutes(1)),
    };

    private static ProcedureRequest Water(string property) => Any("water-1", property, "mg/l");

    private static ProcedureRequest Particles(double? fallback) => Any("pm-1", "pm2_5", "ug/m3") with
    {
        ParticleGrowth = new ParticleGrowth(
            DatastreamId.Create("vmm", "heide", "meteo-1", "relative_humidity"), TimeSpan.FromMinutes(10), 0.4, 1650, 95, fallback, "co-location"),
    };

    private static ProcedureRequest Any(string sensor, string property, string unit) => new()
    {
        Datastream = DatastreamId.Create("vmm", "heide", sensor, property), RawUnit = unit, Field = property, Profile = "maker/model", ProfileVersion = "1", ValidFrom = Start,
    };

    private static Procedure Build(ProcedureRequest request)
    {
        Assert.True(ProcedureBuilder.TryBuild(request, out var versions, out var problems), string.Join("; ", problems));
        Assert.True(Procedure.TryRead(versions.All[0].ToUtf8(), out var read, out var fault), fault.ToString());
        return read;
    }

    private static void AssertProblem(ProcedureRequest request, ProcedureSetting setting, string message)
    {
        Assert.False(ProcedureBuilder.TryBuild(request, out _, out var problems));
        Assert.Contains(problems, p => p.Setting == setting && p.Message.Contains(message, StringComparison.Ordinal));
    }
}
