using MeetNet.Observations.Calibration;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Comparison;
using MeetNet.Observations.Coordinates;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Time;
using MeetNet.TestKit;
using static MeetNet.Observations.Comparison.ComparabilityVerdict;

namespace MeetNet.Observations.Tests.Comparison;

public sealed class ComparabilityTests
{
    private static readonly DateTimeOffset InService = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly StampConvention HourUtc = new(StampPosition.End, StampZone.Utc, TimeSpan.FromHours(1));
    private static readonly StampConvention HourLocal = new(StampPosition.Begin, StampZone.UtcPlus1, TimeSpan.FromHours(1));

    /// <summary>The two sides of a case, and the aspects that must be a remark or stand in the way; all others must be comparable.</summary>
    public static TheoryData<string> Cases => [.. All.Keys];

    private static readonly Dictionary<string, (ComparedDatastream A, ComparedDatastream B, string Remarks)> All = new(StringComparer.Ordinal)
    {
        ["ozone of both networks, alike in everything"] = (Ozone("rivm"), Ozone("vmm"), ""),
        ["stamped otherwise, the same hour"] = (Ozone("rivm", stamp: HourUtc), Ozone("vmm", stamp: HourLocal), ""),
        ["ppb against mass, of a gas with a statutory state"] = (Ozone("rivm", unit: "[ppb]"), Ozone("vmm"), ""),
        ["another property"] = (Ozone("rivm"), Side("vmm", "no2", "ug/m3", "chemiluminescence", gas: true), "property!"),
        ["made up against measured"] = (Ozone("rivm"), Ozone("vmm", simulated: true), "simulated!"),
        ["other methods"] = (Ozone("rivm"), Ozone("vmm", method: "electrochemical"), "method"),
        ["a method that nobody states"] = (Ozone("rivm"), Ozone("vmm", method: null), "method"),
        ["another siting"] = (Ozone("rivm"), Ozone("vmm", siting: "urban-traffic"), "siting"),
        ["a siting that nobody states"] = (Ozone("rivm", siting: null), Ozone("vmm", siting: null), "siting"),
        ["an hour against instants every minute"] = (Ozone("rivm"), Ozone("vmm", stamp: StampConvention.UtcInstant, minutes: 1), "averaging,interval"),
        ["no interval announced"] = (Ozone("rivm"), Ozone("vmm", minutes: null), "interval"),
        ["a calibration on one side"] = (Ozone("rivm"), Ozone("vmm", calibrated: false), "calibration"),
        ["no calibration on either side"] = (Ozone("rivm", calibrated: false), Ozone("vmm", calibrated: false), "calibration"),
        ["a calibration that has expired"] = (Ozone("rivm"), Ozone("vmm", calibratedTo: Now.AddDays(-1)), "calibration"),
        ["ammonia by mass, of which no law says the state"] = (Ammonia("rivm", "ug/m3"), Ammonia("vmm", "ug/m3"), "reference"),
        ["ammonia by mass on one side"] = (Ammonia("rivm", "[ppb]"), Ammonia("vmm", "ug/m3"), "reference"),
        ["ammonia by mole fraction on both"] = (Ammonia("rivm", "[ppb]"), Ammonia("vmm", "[ppb]"), ""),
        ["calendar month against four weeks"] = (
            Ammonia("rivm", "[ppb]", new StampConvention(StampPosition.Begin, StampZone.UtcPlus1, TimeSpan.FromDays(31)), TimeSpan.FromDays(31)),
            Ammonia("vmm", "[ppb]", new StampConvention(StampPosition.Begin, StampZone.UtcPlus1, TimeSpan.FromDays(28)), TimeSpan.FromDays(28)), "averaging,interval"),
        ["NAP against TAW"] = (Level("rws", "NAP", null), Level("hic", "TAW", "taw-const-2.33"), "datum"),
        ["TAW by two transformations"] = (Level("rws", "TAW", "taw-grid-2018"), Level("hic", "TAW", "taw-const-2.33"), "datum"),
        ["particles, dried by arithmetic on one side"] = (Particles("rivm", isDried: true), Particles("vmm", isDried: false), "humidity"),
        ["particles, dried by arithmetic on both"] = (Particles("rivm", isDried: true), Particles("vmm", isDried: true), ""),
        ["NAP on both sides"] = (Level("rws", "NAP", null), Level("hic", "NAP", null), ""),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_difference_that_harmonisation_does_not_put_right_is_said_and_no_other(string name)
    {
        var (a, b, expected) = All[name];
        var statement = ComparabilityStatement.Of(a, b, Now);
        var remarks = statement.Reasons.Where(reason => reason.Verdict != Comparable).Select(reason => reason.Aspect + (reason.Verdict == NotComparable ? "!" : "")).Order(StringComparer.Ordinal);
        Assert.Equal(expected, string.Join(',', remarks));
        Assert.Equal(expected.Contains('!', StringComparison.Ordinal) ? NotComparable : expected.Length > 0 ? WithRemarks : Comparable, statement.Verdict);
        Assert.Equal(statement.Reasons.Count, statement.Reasons.Select(reason => reason.Aspect).Distinct().Count());
        Assert.All(statement.Reasons, reason => Assert.True(reason.Text.Nl.EndsWith('.') && reason.Text.En.EndsWith('.') && reason.Text.Nl != reason.Text.En));

        var turned = ComparabilityStatement.Of(b, a, Now);
        Assert.Equal(statement.Reasons.Select(reason => (reason.Aspect, reason.Verdict)), turned.Reasons.Select(reason => (reason.Aspect, reason.Verdict)));
    }

    [Fact]
    public void The_remark_on_heights_says_how_small_a_difference_means_nothing()
    {
        var statement = ComparabilityStatement.Of(Level("rws", "TAW", "taw-grid-2018"), Level("hic", "TAW", "taw-const-2.33"), Now);
        var text = statement.Reasons.Single(reason => reason.Aspect == ComparabilityAspects.Datum).Text;
        Assert.Equal("Height by: TAW → NAP (taw-grid-2018, 0.024 m); TAW → NAP (taw-const-2.33, 0.035 m). A difference below 0.042 m says nothing.", text.En);
    }

    [Fact]
    public void Month_and_four_weeks_are_never_joined_on_a_label()
    {
        var (a, b, _) = All["calendar month against four weeks"];
        Assert.Contains("weights=overlap", ComparabilityStatement.Of(a, b, Now).Reasons.Single(reason => reason.Aspect == ComparabilityAspects.Averaging).Text.Nl, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_its_procedure_the_rest_is_still_compared()
    {
        var statement = ComparabilityStatement.Of(Ozone("rivm"), Ozone("vmm") with { Procedure = null }, Now);
        Assert.Equal(
            [ComparabilityAspects.Property, ComparabilityAspects.Method, ComparabilityAspects.Interval, ComparabilityAspects.Siting, ComparabilityAspects.Procedure],
            statement.Reasons.Select(reason => reason.Aspect));
        Assert.Equal(WithRemarks, statement.Verdict);
    }

    [Theory]
    [InlineData(51, 4, 52, 4, 111_195)]             // π/180 of the radius
    [InlineData(0, 0, 0, 180, 20_015_115)]          // half around
    [InlineData(51.39, 4.44, 51.39, 4.44, 0)]
    [InlineData(51.39, 4.44, 51.353, 4.935, 34_621)]    // Kalmthoutse Heide to Turnhouts Vennengebied: 34.67 km between their coordinates in Lambert 2008
    public void Distance_over_the_sphere(double north, double east, double otherNorth, double otherEast, double metres) =>
        Assert.Equal(metres, GreatCircle.Metres(new Location(north, east, Location.Etrs89), new Location(otherNorth, otherEast, Location.Etrs89)), 0.003 * metres + 1);

    [Fact]
    public void The_document_lists_the_methods_as_they_are()
    {
        var rows = MeasuringMethods.All.Select(method => $"| `{method.Name}` | {method.Label.Nl} | {method.Label.En} | {string.Join(", ", method.Properties.Select(property => $"`{property}`"))} |\n");
        Assert.Contains(string.Concat(rows), RepositoryFile.Text("docs/harmonisation.md"), StringComparison.Ordinal);
        Assert.All(MeasuringMethods.All.SelectMany(method => method.Properties), property => Assert.True(ObservedProperties.TryGet(property, out _), property));
        Assert.All(MeasuringMethods.All.Select(method => method.Name).Concat(SitingClasses.All), name => Assert.True(Identifiers.IsName(name), name));
        Assert.All(SitingClasses.All, name => Assert.NotEqual(name, SitingClasses.LabelOf(name).Nl));
    }

    private static ComparedDatastream Ozone(
        string owner, string unit = "ug/m3", string? method = "ultraviolet-photometry", string? siting = "rural-background", StampConvention? stamp = null, bool simulated = false,
        bool calibrated = true, DateTimeOffset? calibratedTo = null, int? minutes = 60) =>
        Side(owner, "o3", unit, method, gas: true, siting, stamp ?? HourUtc, simulated, calibrated, calibratedTo, minutes is { } apart ? TimeSpan.FromMinutes(apart) : null);

    private static ComparedDatastream Ammonia(string owner, string unit, StampConvention? stamp = null, TimeSpan? interval = null) =>
        Side(owner, "nh3", unit, "doas", gas: true, stamp: stamp ?? HourUtc, interval: interval ?? TimeSpan.FromHours(1));

    private static ComparedDatastream Particles(string owner, bool isDried) => Side(
        owner, "pm10", "ug/m3", "light-scattering", interval: TimeSpan.FromHours(1),
        growth: isDried ? new ParticleGrowth(DatastreamId.Create(owner, "station", "meteo-1", "relative_humidity"), TimeSpan.FromMinutes(10), 0.33, 1650, 92, null, "fitted") : null);

    private static ComparedDatastream Level(string owner, string datum, string? transformation) =>
        Side(owner, "water_level", "cm", "radar", siting: null, calibrated: false, interval: TimeSpan.FromHours(1), datum: datum, transformation: transformation);

    private static ComparedDatastream Side(
        string owner, string property, string unit, string? method, bool gas = false, string? siting = "rural-background", StampConvention? stamp = null, bool simulated = false,
        bool calibrated = true, DateTimeOffset? calibratedTo = null, TimeSpan? interval = null, string? datum = null, string? transformation = null, ParticleGrowth? growth = null)
    {
        var place = new Location(51.39, 4.44, Location.Etrs89);
        var known = ObservedProperties.Get(property);
        var request = new ProcedureRequest
        {
            Datastream = DatastreamId.Create(owner, "station", "sensor-1", property),
            RawUnit = unit,
            Field = "value",
            Profile = "example/one",
            ProfileVersion = "1",
            ValidFrom = InService,
            Gas = gas ? property : null,
            GasReference = gas ? GasReference.Eu20C1013 : null,
            Datum = datum,
            Transformation = transformation,
            Location = place,
            Stamp = stamp ?? HourUtc,
            ParticleGrowth = growth,
            Calibrations = calibrated ? [new LinearCalibration(1.01, 0, unit, InService, calibratedTo, "certificate")] : [],
        };
        Assert.True(ProcedureBuilder.TryBuild(request, out var versions, out var problems), string.Join("; ", problems));
        var procedure = versions.All[0];
        return new ComparedDatastream(
            new Datastream(request.Datastream, known.Label, known.Medium, known.UnitOfMeasurement, interval, procedure.Id, method),
            new Thing(new(owner, owner), new("d", "d"), simulated, place, null, siting), procedure);
    }
}
