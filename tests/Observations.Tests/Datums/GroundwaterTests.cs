using MeetNet.Observations.Calibration;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Procedures;

namespace MeetNet.Observations.Tests.Datums;

/// <summary>From what a well or gauge gives to the level above NAP and below the surface.</summary>
public sealed class GroundwaterTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SurfaceLevel Surface = new(15.27, "m", "NAP", new NativeLevel(17.60, "TAW"), "taw-const-2.33");

    /// <summary>Tanaka et al. 2001, table 4 (values at 101.325 kPa), to 0.001 kg/m³.</summary>
    [Theory]
    [InlineData(0, 999.843)]
    [InlineData(3.983035, 999.975)]
    [InlineData(10, 999.703)]
    [InlineData(20, 998.207)]
    [InlineData(30, 995.649)]
    [InlineData(40, 992.215)]
    public void The_density_of_fresh_water_is_that_of_the_table(double temperature, double density) =>
        Assert.Equal(density, WaterColumn.FreshWaterDensity(temperature), 0.001);

    /// <summary>Moritz 2000, table of GRS80: normal gravity at the equator, at 45° and at the pole, to 10⁻⁹ m/s².</summary>
    [Theory]
    [InlineData(0, 9.7803267715)]
    [InlineData(45, 9.806199203)]
    [InlineData(90, 9.8321863685)]
    public void Normal_gravity_is_that_of_the_ellipsoid(double latitude, double gravity) =>
        Assert.Equal(gravity, WaterColumn.NormalGravity(latitude), 1e-9);

    [Fact]
    public void A_vented_sensor_on_a_cable_gives_a_level()
    {
        // 300 mbar above a sensor that hangs 8.30 m below a well head at 17.85 m TAW: 30,000 Pa / (999.605 × 9.8119) = 3.0587 m of water at 11 °C.
        var procedure = Single(Request("mbar", "WELLHEAD") with
        {
            Column = WaterColumn.Fresh(11, 51.39),
            Zeros = [new LocalZero(17.85, "TAW", 0.01, "levelled 2025-03-04", Below: 8.30)],
            Transformation = "taw-const-2.33",
        });
        Assert.Equal(
            ["raw", "unit", "hydrostatic", "vertical_datum", "vertical_datum", "vertical_datum", "gross_range"], procedure.Steps.Select(s => s.Kind));
        Assert.Equal(["suspension", "well-head", "taw-const-2.33"], procedure.Steps.OfType<VerticalDatumStep>().Select(s => s.Transformation));
        Assert.Equal(3.0587 - 8.30 + 17.85 - 2.33, Value(procedure, 300), 0.0001);
    }

    [Fact]
    public void The_metre_of_water_of_a_data_sheet_is_not_a_metre_of_water()
    {
        // 10 m[H2O] is 98,066.5 Pa by definition; in a well at 11 °C that is 9.9986 m at 51.39° N, and 5.4 cm less with water of 1005 kg/m³.
        var fresh = Single(Request("m[H2O]", "NAP") with { Column = WaterColumn.Fresh(11, 51.39) });
        var brine = Single(Request("m[H2O]", "NAP") with { Column = WaterColumn.OfDensity(1005, "conductivity log", 51.39) });
        Assert.Equal(98_066.5 / (WaterColumn.FreshWaterDensity(11) * 9.81194), Value(fresh, 10));
        Assert.Equal(0.0537, Value(fresh, 10) - Value(brine, 10), 0.001);
    }

    [Fact]
    public void The_same_well_dipped_hung_and_counted_from_the_surface_gives_one_level()
    {
        // Water at 13.50 m NAP; well head 18.10 m TAW (15.77 m NAP), ground 15.27 m NAP.
        LocalZero[] head = [new LocalZero(18.10, "TAW", null, "levelled")];
        var dipped = Single(Request("cm", "WELLHEAD") with { Direction = CountDirection.Down, Zeros = head, Transformation = "taw-const-2.33" });
        var radar = Single(Request("m", "GAUGE") with { Direction = CountDirection.Down, Zeros = [new LocalZero(16.00, "NAP", null, "levelled")] });
        var below = Single(Request("m", "SURFACE") with { Direction = CountDirection.Down, SurfaceLevel = Surface });
        var above = Single(Request("m", "SURFACE") with { Direction = CountDirection.Up, SurfaceLevel = Surface });
        Assert.Equal(13.50, Value(dipped, 227), 1e-9);
        Assert.Equal(13.50, Value(radar, 2.50), 1e-9);
        Assert.Equal(13.50, Value(below, 1.77), 1e-9);
        Assert.Equal(13.50, Value(above, -1.77), 1e-9);
        Assert.Contains("17.6 m TAW, taw-const-2.33", below.Steps.OfType<VerticalDatumStep>().Single().Source, StringComparison.Ordinal);
    }

    [Fact]
    public void And_one_depth_below_the_surface()
    {
        LocalZero[] head = [new LocalZero(18.10, "TAW", null, "levelled")];
        var dipped = Single(Depth("m", "WELLHEAD") with { Direction = CountDirection.Down, Zeros = head, Transformation = "taw-const-2.33" });
        var nap = Single(Depth("m", "NAP"));
        var below = Single(Depth("cm", "SURFACE") with { Direction = CountDirection.Down });
        var above = Single(Depth("m", "SURFACE") with { Direction = CountDirection.Up });
        Assert.Equal(1.77, Value(dipped, 2.27), 1e-9);
        Assert.Equal(1.77, Value(nap, 13.50), 1e-9);
        Assert.Equal(1.77, Value(below, 177), 1e-9);
        Assert.Equal(1.77, Value(above, -1.77), 1e-9);
        Assert.Equal(["raw", "unit", "gross_range"], below.Steps.Select(s => s.Kind));
    }

    [Fact]
    public void A_gauge_that_is_levelled_again_has_a_new_zero_from_that_day()
    {
        var levelled = Start.AddMonths(3);
        var versions = Build(Request("m", "GAUGE") with
        {
            Zeros =
            [
                new LocalZero(12.00, "NAP", 0.02, "levelled 2024"),
                new LocalZero(11.96, "NAP", 0.005, "levelled 2026-04-01", levelled),
            ],
        });
        Assert.Equal([Start, levelled], versions.All.Select(p => p.ValidFrom));
        Assert.Equal(13.00, At(versions, levelled.AddTicks(-1), 1), 1e-12);
        Assert.Equal(12.96, At(versions, levelled, 1), 1e-12);
        Assert.Equal(0.005, versions.All[1].Steps.OfType<VerticalDatumStep>().Single().Accuracy);
    }

    [Fact]
    public void The_golden_announcement_has_these_procedures()
    {
        var request = Request("mbar", "WELLHEAD") with
        {
            Datastream = DatastreamId.Create("vmm", "kalmthoutse-heide", "well-1", "groundwater_level"),
            Field = "pressure",
            Profile = "keller/series-30",
            ValidFrom = Start.AddDays(14),
            Column = WaterColumn.Fresh(11, 51.39),
            Transformation = "taw-const-2.33",
            SurfaceLevel = Surface,
            Zeros =
            [
                new LocalZero(17.85, "TAW", 0.02, "levelled 2024-05-06", null, 8.3),
                new LocalZero(17.83, "TAW", 0.005, "levelled 2026-04-01", Start.AddMonths(3), 8.3),
            ],
        };
        var depth = request with { Datastream = DatastreamId.Create("vmm", "kalmthoutse-heide", "well-1", "groundwater_depth") };
        Assert.True(Wire.WireGoldens.TryRead("announcement-heights", Wire.WireGoldens.Bytes("announcement-heights"), out var read, out var fault), fault.ToString());
        Assert.Equal(
            ((Observations.Wire.Announcement)read!).Procedures.Select(p => p.StepsJson),
            Build(request).All.Concat(Build(depth).All).Select(p => p.StepsJson));
    }

    [Fact]
    public void Calibrations_and_levellings_divide_time_together()
    {
        var versions = Build(Request("m", "GAUGE") with
        {
            Zeros = [new LocalZero(10, "NAP", null, "a"), new LocalZero(20, "NAP", null, "b", Start.AddDays(10)), new LocalZero(30, "NAP", null, "c", Start.AddDays(30))],
            Calibrations = [new LinearCalibration(1, 0.2, "m", Start.AddDays(20), null, "z"), new LinearCalibration(1, 0.1, "m", Start, Start.AddDays(20), "y")],
        });
        Assert.Equal([0.0, 10, 20, 30], versions.All.Select(p => (p.ValidFrom - Start).TotalDays));
        Assert.Equal([10.1, 20.1, 20.2, 30.2], versions.All.Select(p => p.Apply(0, PhenomenonTime.Instant(p.ValidFrom)).Value!.Value));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_second_zero_begins_after_the_first(int? days)
    {
        var request = Request("m", "GAUGE") with
        {
            Zeros = [new LocalZero(10, "NAP", null, "a"), new LocalZero(20, "NAP", null, "b", days is { } d ? Start.AddDays(d) : null)],
        };
        Assert.False(ProcedureBuilder.TryBuild(request, out _, out var problems));
        var problem = Assert.Single(problems);
        Assert.Equal((ProcedureSetting.Zero, 1), (problem.Setting, problem.Index));
        Assert.Contains("must begin after number 1", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_zeros_of_a_gauge_are_in_one_datum()
    {
        var request = Request("m", "GAUGE") with
        {
            Zeros = [new LocalZero(10, "NAP", null, "a"), new LocalZero(20, "TAW", null, "b", Start.AddDays(1))],
        };
        Assert.False(ProcedureBuilder.TryBuild(request, out _, out var problems));
        Assert.Contains("level all in one datum", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    private static ProcedureRequest Depth(string unit, string datum) => Request(unit, datum, "groundwater_depth") with { SurfaceLevel = Surface };

    private static ProcedureRequest Request(string unit, string datum, string property = "groundwater_level") => new()
    {
        Datastream = DatastreamId.Create("vmm", "heide", "well-1", property),
        RawUnit = unit,
        Field = "field",
        Profile = "maker/model",
        ProfileVersion = "1",
        ValidFrom = Start,
        Datum = datum,
    };

    private static ProcedureVersions Build(ProcedureRequest request)
    {
        Assert.True(ProcedureBuilder.TryBuild(request, out var versions, out var problems), string.Join("; ", problems));
        return versions;
    }

    private static Procedure Single(ProcedureRequest request) => Assert.Single(Build(request).All);

    private static double Value(Procedure procedure, double raw) => procedure.Apply(raw, PhenomenonTime.Instant(Start)).Value!.Value;

    private static double At(ProcedureVersions versions, DateTimeOffset when, double raw)
    {
        var time = PhenomenonTime.Instant(when);
        return versions.At(time).Apply(raw, time).Value!.Value;
    }
}
