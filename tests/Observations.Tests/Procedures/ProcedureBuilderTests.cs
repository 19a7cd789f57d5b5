using MeetNet.Observations.Calibration;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Time;

namespace MeetNet.Observations.Tests.Procedures;

public sealed class ProcedureBuilderTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PhenomenonTime Noon = PhenomenonTime.Instant(Start.AddHours(12));

    [Fact]
    public void Both_sides_of_the_border_come_to_the_same_ammonia()
    {
        // 10 ppb at Kalmthout, and the same air as µg/m³ at 20 °C and at 0 °C across the border.
        var flemish = Build(Nh3("[ppb]") with { Gas = "nh3", GasReference = GasReference.Eu20C1013 });
        var dutch = Build(Nh3("ug/m3") with { GasReference = GasReference.Eu20C1013 });
        var cold = Build(Nh3("mg/m3") with { GasReference = new GasReference(273.15, 101_300) });
        Assert.Equal(7.0782, Value(flemish, 10), 4);
        Assert.Equal(7.0782, Value(dutch, 7.0782), 9);
        Assert.Equal(7.0782, Value(cold, 7.0782e-3 * 293.15 / 273.15), 9);
    }

    [Fact]
    public void Both_sides_of_the_border_come_to_the_same_level()
    {
        var taw = Build(Water("m", "TAW") with { Transformation = "taw-const-2.33" });
        var nap = Build(Water("cm", "NAP"));
        Assert.Equal(14.97, Value(taw, 17.30), 9);
        Assert.Equal(14.97, Value(nap, 1497), 9);
    }

    [Fact]
    public void The_grid_is_taken_at_the_station()
    {
        var procedure = Build(Water("m", "TAW") with { Transformation = "taw-grid-2018", Location = new Location(51.39, 4.44, Location.Etrs89) });
        Assert.True(TawGrid2018.TryOffset(51.39, 4.44, out var offset));
        Assert.Equal(17.30 - offset, Value(procedure, 17.30));
        var step = Assert.Single(procedure.Steps.OfType<VerticalDatumStep>());
        Assert.Contains("NSGI", step.Source, StringComparison.Ordinal);
        Assert.Equal(TawGrid2018.Accuracy, step.Accuracy);
    }

    [Fact]
    public void A_gauge_zero_is_levelled_and_then_transformed()
    {
        var zero = new LocalZero(15.00, "TAW", 0.01, "levelled 2025-03-04");
        var procedure = Build(Water("cm", "GAUGE") with { Zeros = [zero], Transformation = "taw-const-2.33" });
        Assert.Equal(["raw", "unit", "vertical_datum", "vertical_datum", "gross_range"], procedure.Steps.Select(s => s.Kind));
        Assert.Equal(14.97, Value(procedure, 230), 9);
        Assert.Equal(17.30, Value(Build(Water("cm", "GAUGE") with { Zeros = [zero with { Datum = "NAP" }] }), 230), 9);
    }

    [Fact]
    public void The_steps_are_in_order_and_account_for_themselves()
    {
        var procedure = Build(Nh3("[ppm]") with
        {
            Gas = "nh3",
            GasReference = GasReference.Eu20C1013,
            Calibrations = [Calibration("[ppm]")],
            Stamp = new StampConvention(StampPosition.End, StampZone.Utc, TimeSpan.FromHours(1)),
        });
        Assert.Equal(["raw", "calibration", "gas_reference", "stamp", "gross_range"], procedure.Steps.Select(s => s.Kind));
        Assert.All(procedure.Steps.Where(s => s is not StampStep), step => Assert.False(string.IsNullOrEmpty(step.Source)));
        Assert.Equal("catalogue: physical range", procedure.Steps[^1].Source);
    }

    [Fact]
    public void Particles_stay_as_they_are()
    {
        // U16: PM10 is reported at ambient conditions.
        var procedure = Build(Request("pm10", "ug/m3"));
        Assert.Equal(["raw", "gross_range"], procedure.Steps.Select(s => s.Kind));
        Assert.Equal(42, Value(procedure, 42));
    }

    [Fact]
    public void Nitrogen_oxides_in_ppb_are_stated_as_nitrogen_dioxide()
    {
        // U11: NO 20 ppb and NO2 30 ppb.
        var procedure = Build(Request("nox", "[ppb]") with { Gas = "nox", GasReference = GasReference.Eu20C1013 });
        Assert.Equal(95.6016, Value(procedure, 50), 0.00005);
    }

    [Fact]
    public void Carbon_monoxide_is_in_milligrams_and_carbon_dioxide_stays_a_fraction()
    {
        // U8, backwards.
        Assert.Equal(10, Value(Build(Request("co", "[ppm]") with { Gas = "co", GasReference = GasReference.Eu20C1013 }), 8.59017), 0.00001);
        Assert.Equal(420, Value(Build(Request("co2", "[ppm]") with { Gas = "co2" }), 420));
        Assert.Equal(420, Value(Build(Request("co2", "[ppb]")), 420_000), 1e-9);
    }

    [Fact]
    public void Each_calibration_makes_a_version()
    {
        var first = Calibration("ug/m3") with { Slope = 2, Offset = 0, ValidFrom = Start, ValidTo = Start.AddDays(10), Source = "a" };
        var second = first with { Slope = 3, ValidFrom = Start.AddDays(20), ValidTo = null, Source = "b" };
        Assert.True(ProcedureBuilder.TryBuild(
            Nh3("ug/m3") with { GasReference = GasReference.Eu20C1013, Calibrations = [second, first] }, out var versions, out _));
        Assert.Equal(2, versions.All.Count);
        (double Day, double Expected, QartodFlag Flag)[] cases =
        [
            (-1, 1, QartodFlag.Suspect), (0, 2, QartodFlag.Good), (9.99, 2, QartodFlag.Good), (10, 1, QartodFlag.Suspect), (20, 3, QartodFlag.Good), (9999, 3, QartodFlag.Good),
        ];
        foreach (var (day, expected, flag) in cases)
        {
            var time = PhenomenonTime.Instant(Start.AddDays(day));
            var result = versions.At(time).Apply(1, time);
            Assert.Equal((expected, flag, flag == QartodFlag.Good ? null : "calibration:expired"), (result.Value!.Value, result.Quality.Flag, result.Quality.Tests));
        }

        Assert.NotEqual(versions.All[0].Id, versions.All[1].Id);
    }

    public static TheoryData<string, ProcedureSetting, string> Problems => new()
    {
        { "property unknown", ProcedureSetting.ObservedProperty, "known are nh3" },
        { "unit unknown", ProcedureSetting.RawUnit, "'ppb' is not a unit" },
        { "unit of another dimension", ProcedureSetting.RawUnit, "'V' is neither a mole fraction nor a mass" },
        { "particles in ppb", ProcedureSetting.RawUnit, "'[ppb]' does not convert to 'ug/m3'" },
        { "pressure as level", ProcedureSetting.RawUnit, "'m[H2O]' does not convert to 'm'" },
        { "ppb without gas", ProcedureSetting.Gas, "state the gas ('nh3')" },
        { "ppb of another gas", ProcedureSetting.Gas, "is the gas 'nh3', not 'no2'" },
        { "ppb without reference", ProcedureSetting.GasReference, "293.15 K, 101300 Pa" },
        { "ppb at another reference", ProcedureSetting.GasReference, "not 298.15 K, 101325 Pa" },
        { "mass without reference", ProcedureSetting.GasReference, "state those of the device" },
        { "reference in celsius", ProcedureSetting.GasReference, "is no reference state" },
        { "reference of particles", ProcedureSetting.GasReference, "is never normalised" },
        { "reference of carbon dioxide", ProcedureSetting.GasReference, "leave them out" },
        { "carbon dioxide in milligrams", ProcedureSetting.RawUnit, "'mg/m3' does not convert to '[ppm]'" },
        { "carbon dioxide as another gas", ProcedureSetting.Gas, "is the gas 'co2', not 'co'" },
        { "gas of particles", ProcedureSetting.Gas, "leave the gas out" },
        { "level without datum", ProcedureSetting.Datum, "state the datum of the raw value (NAP, TAW, GAUGE, SURFACE, WELLHEAD)" },
        { "datum unknown", ProcedureSetting.Datum, "'DNG' is not a datum" },
        { "datum of a gas", ProcedureSetting.Datum, "leave the datum out" },
        { "TAW without transformation", ProcedureSetting.Transformation, "name the transformation (taw-const-2.33, taw-grid-2018)" },
        { "transformation unknown", ProcedureSetting.Transformation, "'taw' is not a transformation from TAW to NAP" },
        { "transformation of NAP", ProcedureSetting.Transformation, "leave the transformation out" },
        { "transformation of a gas", ProcedureSetting.Transformation, "leave the transformation out" },
        { "grid without location", ProcedureSetting.Location, "state the location" },
        { "grid far away", ProcedureSetting.Location, "the station is outside" },
        { "grid in another crs", ProcedureSetting.Location, "needs the location in EPSG:4258" },
        { "gauge without zero", ProcedureSetting.Zero, "needs zeros: the level of the local gauge zero" },
        { "gauge zero of a gauge", ProcedureSetting.Zero, "zero number 1 needs its level in metres, a national datum (NAP, TAW)" },
        { "gauge zero of TAW", ProcedureSetting.Zero, "leave the zeros out" },
        { "gauge zero of a gas", ProcedureSetting.Zero, "leave the zeros out" },
        { "zero without source", ProcedureSetting.Zero, "who levelled it" },
        { "zero with a cable of a kilometre", ProcedureSetting.Zero, "length of cable" },
        { "zero after the installation", ProcedureSetting.Zero, "leave its begin out" },
        { "well head without direction", ProcedureSetting.Direction, "state the direction" },
        { "depth below NAP", ProcedureSetting.Direction, "counts upward" },
        { "depth of a hanging sensor", ProcedureSetting.Direction, "counts upward" },
        { "direction of a gas", ProcedureSetting.Direction, "leave the direction out" },
        { "column of metres", ProcedureSetting.Column, "is no pressure" },
        { "column of a gas", ProcedureSetting.Column, "leave the column out" },
        { "column of mercury", ProcedureSetting.Column, "is no density of water" },
        { "column without gravity", ProcedureSetting.Column, "is no gravity" },
        { "column of steam", ProcedureSetting.Column, "outside the density formula" },
        { "depth without surface", ProcedureSetting.SurfaceLevel, "state the surface level of the station" },
        { "surface without level", ProcedureSetting.Zero, "needs zeros: the level of the ground surface" },
        { "calibration unit", ProcedureSetting.Calibration, "in the unit of the raw value" },
        { "calibration slope", ProcedureSetting.Calibration, "slope that is not zero" },
        { "calibration backwards", ProcedureSetting.Calibration, "must end after it begins" },
        { "calibration source", ProcedureSetting.Calibration, "must say its source" },
        { "calibrations overlap", ProcedureSetting.Calibration, "calibration number 2 is in force at the same time as number 1" },
        { "gross range", ProcedureSetting.GrossRange, "lie inside the fail span" },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void What_can_not_be_computed_is_refused_at_the_start(string name, ProcedureSetting setting, string message)
    {
        Assert.False(ProcedureBuilder.TryBuild(Bad(name), out var versions, out var problems));
        Assert.Null(versions);
        var problem = Assert.Single(problems);
        Assert.Equal(setting, problem.Setting);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Equal(name == "calibrations overlap" ? 1 : 0, problem.Index);
    }

    [Fact]
    public void All_problems_are_said_at_once()
    {
        var request = Nh3("[ppb]") with
        {
            Datum = "TAW",
            GrossRange = new GrossRange(new ValueSpan(1, 0), null),
            Calibrations = [Calibration("m") with { Slope = 0 }],
        };
        Assert.False(ProcedureBuilder.TryBuild(request, out _, out var problems));
        Assert.Equal(
            [
                ProcedureSetting.Gas, ProcedureSetting.GasReference, ProcedureSetting.Datum,
                ProcedureSetting.Calibration, ProcedureSetting.Calibration, ProcedureSetting.GrossRange,
            ],
            problems.Select(p => p.Setting).Order());
    }

    private static ProcedureRequest Bad(string name)
    {
        var (ppb, mass) = (Nh3("[ppb]") with { Gas = "nh3", GasReference = GasReference.Eu20C1013 }, Nh3("ug/m3") with { GasReference = GasReference.Eu20C1013 });
        var taw = Water("m", "TAW");
        var gauge = new LocalZero(1, "NAP", null, "x");
        return name switch
        {
            "property unknown" => Request("radon", "ug/m3"),
            "unit unknown" => ppb with { RawUnit = "ppb" },
            "unit of another dimension" => ppb with { RawUnit = "V" },
            "particles in ppb" => Request("pm10", "[ppb]"),
            "pressure as level" => Water("m[H2O]", "NAP"),
            "ppb without gas" => ppb with { Gas = null },
            "ppb of another gas" => ppb with { Gas = "no2" },
            "ppb without reference" => ppb with { GasReference = null },
            "ppb at another reference" => ppb with { GasReference = GasReference.Us25C101325 },
            "mass without reference" => mass with { GasReference = null },
            "reference in celsius" => mass with { GasReference = new GasReference(20, 101_300) },
            "reference of particles" => Request("pm10", "ug/m3") with { GasReference = GasReference.Eu20C1013 },
            "reference of carbon dioxide" => Request("co2", "[ppm]") with { GasReference = GasReference.Eu20C1013 },
            "carbon dioxide in milligrams" => Request("co2", "mg/m3") with { Gas = "co2" },
            "carbon dioxide as another gas" => Request("co2", "[ppm]") with { Gas = "co" },
            "gas of particles" => Request("pm10", "ug/m3") with { Gas = "nh3" },
            "level without datum" => Water("m", null),
            "datum unknown" => Water("m", "DNG"),
            "datum of a gas" => mass with { Datum = "NAP" },
            "TAW without transformation" => taw,
            "transformation unknown" => taw with { Transformation = "taw" },
            "transformation of NAP" => Water("m", "NAP") with { Transformation = "taw-const-2.33" },
            "transformation of a gas" => mass with { Transformation = "taw-const-2.33" },
            "grid without location" => taw with { Transformation = "taw-grid-2018" },
            "grid far away" => taw with { Transformation = "taw-grid-2018", Location = new Location(52.1, 5.1, Location.Etrs89) },
            "grid in another crs" => taw with { Transformation = "taw-grid-2018", Location = new Location(51.4, 4.4, "EPSG:28992") },
            "gauge without zero" => Water("m", "GAUGE"),
            "gauge zero of a gauge" => Water("m", "GAUGE") with { Zeros = [gauge with { Datum = "GAUGE" }] },
            "gauge zero of TAW" => taw with { Transformation = "taw-const-2.33", Zeros = [gauge] },
            "gauge zero of a gas" => mass with { Zeros = [gauge] },
            "zero without source" => Water("m", "GAUGE") with { Zeros = [gauge with { Source = " " }] },
            "zero with a cable of a kilometre" => Water("m", "GAUGE") with { Zeros = [gauge with { Below = 1001 }] },
            "zero after the installation" => Water("m", "GAUGE") with { Zeros = [gauge with { ValidFrom = Start.AddDays(1) }] },
            "well head without direction" => Water("m", "WELLHEAD") with { Zeros = [gauge] },
            "depth below NAP" => Water("m", "NAP") with { Direction = CountDirection.Down },
            "depth of a hanging sensor" => Water("m", "WELLHEAD") with { Zeros = [gauge with { Below = 8 }], Direction = CountDirection.Down },
            "direction of a gas" => mass with { Direction = CountDirection.Up },
            "column of metres" => Water("m", "NAP") with { Column = WaterColumn.Fresh(10, 51) },
            "column of a gas" => mass with { Column = WaterColumn.Fresh(10, 51) },
            "column of mercury" => Water("Pa", "NAP") with { Column = new WaterColumn(13_595, 9.81, null, "x") },
            "column without gravity" => Water("Pa", "NAP") with { Column = new WaterColumn(1000, 1.6, null, "x") },
            "column of steam" => Water("Pa", "NAP") with { Column = WaterColumn.Fresh(100, 51) },
            "depth without surface" => Request("groundwater_depth", "m") with { Datum = "NAP" },
            "surface without level" => Water("m", "SURFACE") with { Direction = CountDirection.Down },
            "calibration unit" => ppb with { Calibrations = [Calibration("ug/m3")] },
            "calibration slope" => mass with { Calibrations = [Calibration("ug/m3") with { Slope = 0 }] },
            "calibration backwards" => mass with { Calibrations = [Calibration("ug/m3") with { ValidTo = Start }] },
            "calibration source" => mass with { Calibrations = [Calibration("ug/m3") with { Source = " " }] },
            "calibrations overlap" => mass with { Calibrations = [Calibration("ug/m3"), Calibration("ug/m3") with { ValidFrom = Start.AddYears(1) }] },
            "gross range" => mass with { GrossRange = new GrossRange(new ValueSpan(0, 1), new ValueSpan(0, 2)) },
            _ => throw new ArgumentException(name),
        };
    }

    private static ProcedureRequest Nh3(string unit) => Request("nh3", unit);

    private static ProcedureRequest Water(string unit, string? datum) => Request("groundwater_level", unit) with { Datum = datum };

    private static ProcedureRequest Request(string property, string unit) => new()
    {
        Datastream = DatastreamId.Create("vmm", "heide", "x-1", property),
        RawUnit = unit,
        Field = "field",
        Profile = "maker/model",
        ProfileVersion = "1",
        ValidFrom = Start,
    };

    private static LinearCalibration Calibration(string unit) => new(1.02, -0.3, unit, Start, null, "certificate");

    private static Procedure Build(ProcedureRequest request)
    {
        Assert.True(ProcedureBuilder.TryBuild(request, out var versions, out var problems), string.Join("; ", problems));
        return Assert.Single(versions.All);
    }

    private static double Value(Procedure procedure, double raw)
    {
        var result = procedure.Apply(raw, Noon);
        Assert.Equal(QartodFlag.Good, result.Quality.Flag);
        return result.Value!.Value;
    }
}
