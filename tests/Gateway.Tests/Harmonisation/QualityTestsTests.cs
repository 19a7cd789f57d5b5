using MeetNet.Devices;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Observations;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Harmonisation;

/// <summary>The tests of a station file, on readings as they come in.</summary>
public sealed class QualityTestsTests : IDisposable
{
    private const string File = """
        owner: vmm
        station: test
        simulated: true
        name: {nl: n, en: n}
        description: {nl: d, en: d}
        location: {latitude: 51.39, longitude: 4.44, crs: "EPSG:4258"}
        lines: [{line: a, serial: {port: ttyA}}]
        instruments:
          - sensor: level-1
            profile: vega/plics-modbus
            serialNumber: "2"
            installed: 2026-01-15
            line: a
            address: 17
            interval: 1m
            datastreams:
              - field: level
                property: water_level
                unit: m
                datum: TAW
                transformation: taw-const-2.33
                tests:
                  spike: {suspect: 0.5, fail: 2, maximumGap: 10m}
                  rateOfChange: {maximum: 6, per: 1h, tolerance: 0.02, maximumGap: 10m}
                  flatLine: {tolerance: 0.001, suspect: 1h, fail: 6h, maximumGap: 10m}
                  attenuatedSignal: {measure: standard_deviation, window: 6h, suspect: 0.001, maximumGap: 10m}
                  climatology:
                    - {months: [10, 11, 12], suspect: [0, 10]}
                  timeGap: {maximum: 10m, except: ["02:00-02:30"]}
        """;

    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new(Noon);
    private readonly CollectingLogger _log = new();

    [Fact]
    public void The_tests_of_the_station_file_are_steps_of_the_procedure_in_a_fixed_order()
    {
        var procedure = Station().Datastreams.Single().Procedures.All.Single();
        Assert.Equal(
            ["raw", "vertical_datum", "time_source", "gross_range", "spike", "rate_of_change", "flat_line", "attenuated_signal", "climatology", "time_gap"],
            procedure.Steps.Select(s => s.Kind));
        Assert.True(Observations.Procedures.Procedure.TryRead(procedure.ToUtf8(), out var announced, out var fault), fault.ToString());
        Assert.Equal(procedure.Steps, announced.Steps);
    }

    [Fact]
    public void Another_threshold_is_another_procedure() => Assert.NotEqual(
        Station().Datastreams.Single().Procedures.All.Single().Id,
        Station(File.Replace("suspect: 0.5", "suspect: 0.6", StringComparison.Ordinal)).Datastreams.Single().Procedures.All.Single().Id);

    [Fact]
    public void A_spike_is_corrected_when_the_next_value_has_come()
    {
        var harmoniser = Harmoniser(out var station);
        var first = Assert.Single(Take(harmoniser, station, 0, 7.33));
        Assert.Equal(new ResultQuality(QartodFlag.Good, "spike:2,rate_of_change:2,flat_line:2,attenuated_signal:2,time_gap:2"), first.Quality);
        var spike = Assert.Single(Take(harmoniser, station, 1, 10.33));
        Assert.Equal(new ResultQuality(QartodFlag.Suspect, "rate_of_change,attenuated_signal:2"), spike.Quality);

        var taken = Take(harmoniser, station, 2, 7.33);
        Assert.Equal(2, taken.Count);
        Assert.Equal(spike with { Quality = new(QartodFlag.Fail, "rate_of_change,attenuated_signal:2,spike"), Revision = 1, ResultTime = taken[1].ResultTime }, taken[0]);
        Assert.Equal(0, taken[1].Revision);

        var books = harmoniser.Books.Read();
        Assert.Equal((3, 1, 4), (books.Readings, books.Corrections, books.Observations));
        Assert.Equal(books.Readings + books.Copies + books.Corrections, books.Observations + books.Unmapped);
    }

    [Fact]
    public void Readings_make_the_same_observations_however_they_are_batched()
    {
        double[] levels = [7.33, 7.34, 9.9, 7.35, 7.36, 3, 3, 7.4, 7.41, 12.5];
        var (one, station) = (Harmoniser(out var s), s);
        var apart = levels.SelectMany((level, i) => Take(one, station, i, level)).ToList();

        _time.StepWallClock(Noon);
        var other = new Harmoniser(station, _time, _log.For<Harmoniser>());
        var together = new List<Harmonised>();
        for (var i = 0; i < levels.Length; i++)
        {
            other.Harmonise(Set(station, i, levels[i]), together);
        }

        Assert.Equal(apart.Select(o => o with { ResultTime = default }), together.Select(h => h.Observation with { ResultTime = default }));
        Assert.Contains(apart, o => o.Revision == 1);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    private Harmoniser Harmoniser(out Station station)
    {
        station = Station();
        return new Harmoniser(station, _time, _log.For<Harmoniser>());
    }

    private List<Observation> Take(Harmoniser harmoniser, Station station, int minute, double level)
    {
        _time.StepWallClock(Noon.AddMinutes(minute));
        var harmonised = new List<Harmonised>();
        harmoniser.Harmonise(Set(station, minute, level), harmonised);
        return [.. harmonised.Select(h => h.Observation)];
    }

    private static ReadingSet Set(Station station, int minute, double level)
    {
        var instrument = station.Instruments.Single();
        return new ReadingSet(instrument, new ArrivalTime(minute, Noon.AddMinutes(minute)), new[] { new RawReading(instrument.Datastreams.Single().Field, level, ReadingStatus.Ok) });
    }

    private Station Station(string text = File)
    {
        var path = Path.Combine(_folder.Path, "station.yaml");
        System.IO.File.WriteAllText(path, text);
        var (station, problems) = StationReader.Read(path, TestStations.Profiles, new ConfigurationPaths(null, "/dev"));
        Assert.True(station is not null, string.Join('\n', problems));
        return station;
    }
}
