using System.Buffers;
using System.Text;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Tests.Wire;
using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Tests.Procedures;

/// <summary>Steps that compute with the results of other datastreams.</summary>
public sealed class InputStepTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 15, 0, 0, 0, TimeSpan.Zero);
    private static readonly PhenomenonTime Noon = PhenomenonTime.Instant(Start.AddHours(12));

    [Fact]
    public void An_absolute_sensor_less_its_barometer_is_a_vented_one()
    {
        var absolute = Build(Well("mbar") with { Barometer = Barometer(0) });
        var vented = Build(Well("mbar"));
        Assert.Equal(["raw", "unit", "barometric", "hydrostatic", "gross_range"], absolute.Steps.Select(s => s.Kind));
        Assert.Equal(vented.Apply(300, Noon).Value!.Value, absolute.Apply(1313.25, Noon, new ProcedureInputs(1013.25)).Value!.Value, 1e-9);
    }

    [Fact]
    public void A_barometer_on_a_hill_has_less_air_above_it()
    {
        // ISO 2533: 1.225 kg/m³ × 9.80665 m/s² = 12.0131 Pa for each metre; 10 m are 120.13 Pa, or 12.25 mm of water at 11 °C.
        var level = Build(Well("mbar") with { Barometer = Barometer(0) }).Apply(1313.25, Noon, new ProcedureInputs(1013.25)).Value!.Value;
        var lower = Build(Well("mbar") with { Barometer = Barometer(10) }).Apply(1313.25, Noon, new ProcedureInputs(1013.25)).Value!.Value;
        Assert.Equal(0.01225, level - lower, 0.00001);
    }

    [Fact]
    public void Without_its_barometer_there_is_no_level()
    {
        var procedure = Build(Well("mbar") with { Barometer = Barometer(0) });
        Assert.Equal(new ProcedureResult(null, ResultQuality.Missing("input:missing")), procedure.Apply(1313.25, Noon));
        var explanation = procedure.Explain(1313.25, Noon);
        Assert.Null(explanation.Result);
        Assert.Contains("No air pressure from vmm/heide/baro-1/air_pressure", explanation.Steps[^1].Text.En, StringComparison.Ordinal);
    }

    [Fact]
    public void Ammonia_of_the_air_as_it_is_becomes_that_at_twenty_degrees()
    {
        // 10 µg/m³ at 5 °C and 1000 hPa: × (101300/293.15) / (100000/278.15) = 9.61166.
        var procedure = Build(Ammonia with { Ambient = Air(null) });
        var result = procedure.Apply(10, Noon, new ProcedureInputs(5, 1000));
        Assert.Equal(9.61166, result.Value!.Value, 0.000005);
        Assert.Equal(QartodFlag.Good, result.Quality.Flag);
        Assert.Contains("From the measured 278.15 K, 100000 Pa to 293.15 K, 101300 Pa", procedure.Explain(10, Noon, new ProcedureInputs(5, 1000)).Steps[1].Text.En, StringComparison.Ordinal);

        // At the reference conditions nothing changes.
        Assert.Equal(10, procedure.Apply(10, Noon, new ProcedureInputs(20, 1013)).Value!.Value, 1e-12);
    }

    [Fact]
    public void What_is_not_measured_falls_back_on_what_was_stated_and_says_so()
    {
        var stated = new GasReference(283.15, 101_300);
        var procedure = Build(Ammonia with { Ambient = Air(stated) });
        foreach (var inputs in new[] { default, new ProcedureInputs(5), new ProcedureInputs(null, 1000), new ProcedureInputs(-200, 1000) })
        {
            var result = procedure.Apply(10, Noon, inputs);
            Assert.Equal(10 * 283.15 / 293.15, result.Value!.Value, 1e-12);
            Assert.Equal(ResultQuality.Suspect("input:fallback"), result.Quality);
        }

        Assert.Equal(new ProcedureResult(null, ResultQuality.Missing("input:missing")), Build(Ammonia with { Ambient = Air(null) }).Apply(10, Noon, new ProcedureInputs(5)));
    }

    public static TheoryData<string, ProcedureSetting, string> Problems => new()
    {
        { "barometer of metres", ProcedureSetting.Barometer, "is no pressure" },
        { "barometer of a gas", ProcedureSetting.Barometer, "leave the barometer out" },
        { "barometer of another station", ProcedureSetting.Barometer, "is no air_pressure of this station" },
        { "thermometer as barometer", ProcedureSetting.Barometer, "is no air_pressure of this station" },
        { "barometer of last week", ProcedureSetting.Barometer, "at most a day" },
        { "barometer on a mountain", ProcedureSetting.Barometer, "at most 300 m" },
        { "air of a fraction", ProcedureSetting.Ambient, "leave it out" },
        { "air and reference", ProcedureSetting.Ambient, "leave it out" },
        { "air of particles", ProcedureSetting.Ambient, "is never normalised" },
        { "pressure as temperature", ProcedureSetting.Ambient, "is no air_temperature of this station" },
        { "fall-back in celsius", ProcedureSetting.Ambient, "no state of air" },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void What_can_not_be_an_input_is_refused_at_the_start(string name, ProcedureSetting setting, string message)
    {
        Assert.False(ProcedureBuilder.TryBuild(Bad(name), out _, out var problems));
        var problem = Assert.Single(problems);
        Assert.Equal(setting, problem.Setting);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_travel_with_the_observation_byte_for_byte()
    {
        var writer = new BatchWriter("vmm", "heide");
        writer.Begin(new Epoch(0x9f1c2a3b4d5e6f70));
        var row = new Observation(
            "vmm/heide/well-1/groundwater_level", "p-0123456789abcdef", Noon, Noon.Begin.AddSeconds(1), 12.5, ResultQuality.Good, 1313.25, 0);
        Add(1, row with { Inputs = new ProcedureInputs(1013.25) });
        Add(2, row with { Inputs = new ProcedureInputs(5, 1000) });
        Add(3, row with { Inputs = new ProcedureInputs(null, 1000) });
        Add(4, row with { Result = null, Quality = ResultQuality.Missing("input:missing") });
        var message = new ArrayBufferWriter<byte>();
        writer.Complete(message);
        Assert.Equal(Encoding.UTF8.GetString(WireGoldens.Bytes("obs-inputs")), Encoding.UTF8.GetString(message.WrittenSpan));
        Assert.True(BatchReader.TryRead(message.WrittenSpan, out var batch, out var fault), fault.ToString());
        Assert.Equal(
            [new ProcedureInputs(1013.25), new ProcedureInputs(5, 1000), new ProcedureInputs(null, 1000), default],
            batch.Datastreams.SelectMany(d => d.Rows).Select(r => r.Inputs));

        void Add(long sequence, Observation observation)
        {
            var fragment = new ArrayBufferWriter<byte>();
            BatchRow.Write(fragment, observation);
            Assert.True(writer.TryAdd(sequence, observation.DatastreamId, observation.ProcedureId, fragment.WrittenSpan));
        }
    }

    private static ProcedureRequest Bad(string name) => name switch
    {
        "barometer of metres" => Well("m") with { Column = null, Barometer = Barometer(0) },
        "barometer of a gas" => Ammonia with { GasReference = GasReference.Eu20C1013, Barometer = Barometer(0) },
        "barometer of another station" => Well("mbar") with { Barometer = Barometer(0) with { Datastream = DatastreamId.Create("vmm", "elsewhere", "baro-1", "air_pressure") } },
        "thermometer as barometer" => Well("mbar") with { Barometer = Barometer(0) with { Datastream = DatastreamId.Create("vmm", "heide", "baro-1", "air_temperature") } },
        "barometer of last week" => Well("mbar") with { Barometer = Barometer(0) with { MaximumAge = TimeSpan.FromDays(7) } },
        "barometer on a mountain" => Well("mbar") with { Barometer = Barometer(1000) },
        "air of a fraction" => Ammonia with { RawUnit = "[ppb]", Gas = "nh3", GasReference = GasReference.Eu20C1013, Ambient = Air(null) },
        "air and reference" => Ammonia with { GasReference = GasReference.Eu20C1013, Ambient = Air(null) },
        "air of particles" => Request("pm10", "ug/m3") with { Ambient = Air(null) },
        "pressure as temperature" => Ammonia with { Ambient = Air(null) with { Temperature = DatastreamId.Create("vmm", "heide", "meteo-1", "air_pressure") } },
        "fall-back in celsius" => Ammonia with { Ambient = Air(new GasReference(10, 101_300)) },
        _ => throw new ArgumentException(name),
    };

    private static ProcedureRequest Ammonia => Request("nh3", "ug/m3");

    private static Barometer Barometer(double higher) =>
        new(DatastreamId.Create("vmm", "heide", "baro-1", "air_pressure"), TimeSpan.FromHours(1), higher);

    private static AmbientAir Air(GasReference? fallback) => new(
        DatastreamId.Create("vmm", "heide", "meteo-1", "air_temperature"), DatastreamId.Create("vmm", "heide", "meteo-1", "air_pressure"),
        TimeSpan.FromMinutes(10), fallback);

    private static ProcedureRequest Well(string unit) => Request("groundwater_level", unit) with { Datum = "NAP", Column = WaterColumn.Fresh(11, 51.39) };

    private static ProcedureRequest Request(string property, string unit) => new()
    {
        Datastream = DatastreamId.Create("vmm", "heide", "x-1", property),
        RawUnit = unit,
        Field = "field",
        Profile = "maker/model",
        ProfileVersion = "1",
        ValidFrom = Start,
    };

    private static Procedure Build(ProcedureRequest request)
    {
        Assert.True(ProcedureBuilder.TryBuild(request, out var versions, out var problems), string.Join("; ", problems));
        return Assert.Single(versions.All);
    }
}
