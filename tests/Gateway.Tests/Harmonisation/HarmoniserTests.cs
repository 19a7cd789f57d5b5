using MeetNet.Devices;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Observations;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Harmonisation;

/// <summary>Expected values are worked out by hand from the definitions, not by the code under test.</summary>
public sealed class HarmoniserTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new(Noon);
    private readonly CollectingLogger _log = new();
    private readonly Station _flemish = TestStations.Flemish();
    private readonly Station _dutch = TestStations.Dutch();

    [Fact]
    public void Metres_TAW_and_centimetres_NAP_of_the_same_water_are_the_same_value()
    {
        // 14.97 m NAP is 17.30 m TAW by the constant 2.33 m, and 1497 cm NAP.
        var flemish = Single(_flemish, "level-1", 17.30);
        var dutch = Single(_dutch, "level-1", 1497);
        Assert.Equal(14.97, flemish.Result!.Value, 9);
        Assert.Equal(14.97, dutch.Result!.Value, 9);
        Assert.Equal(17.30, flemish.Raw);
        Assert.Equal(1497, dutch.Raw);
        Assert.Equal("vmm/kalmthoutse-heide/level-1/groundwater_level", flemish.DatastreamId);
        Assert.Equal(QartodFlag.Good, flemish.Quality.Flag);
    }

    [Fact]
    public void Ppb_and_micrograms_of_the_same_ammonia_are_the_same_value()
    {
        // 17.031 g/mol × 101300 Pa ÷ (8.314462618 J/(mol·K) × 293.15 K) ÷ 1000 = 0.70782437 µg/m³ per ppb.
        Assert.Equal(20 * 0.70782437, Single(_flemish, "nh3-1", 20).Result!.Value, 5);
        Assert.Equal(14.1564874, Single(_dutch, "nh3-1", 14.1564874).Result!.Value, 9);
    }

    [Fact]
    public void A_procedure_that_is_announced_computes_the_same_double()
    {
        var observation = Single(_flemish, "nh3-1", 17.4);
        var procedure = _flemish.Datastreams.SelectMany(d => d.Procedures.All).Single(p => p.Id == observation.ProcedureId);
        Assert.True(MeetNet.Observations.Procedures.Procedure.TryRead(procedure.ToUtf8(), out var announced, out _));
        Assert.Equal(announced.Apply(17.4, observation.PhenomenonTime).Value, observation.Result);
    }

    [Fact]
    public void A_local_stamp_at_the_end_of_the_hour_is_the_hour_before_in_UTC()
    {
        // 11:00 in Brussels in winter is 10:00Z, the end of [09:00Z, 10:00Z).
        var level = Hourly(new DateTime(2026, 11, 21, 11, 0, 0), Noon);
        Assert.Equal("2026-11-21T09:00:00Z/2026-11-21T10:00:00Z", level.PhenomenonTime.ToIso());
        Assert.Equal(16.95 - 2.33, level.Result!.Value, 9);

        // In summer it is 09:00Z.
        Assert.Equal("2026-07-01T08:00:00Z/2026-07-01T09:00:00Z", Hourly(new DateTime(2026, 7, 1, 11, 0, 0), new(2026, 7, 1, 9, 0, 2, TimeSpan.Zero)).PhenomenonTime.ToIso());
    }

    [Fact]
    public void The_hour_that_occurs_twice_is_settled_by_the_reception()
    {
        // 02:30 on 25 October 2026 is 00:30Z and 01:30Z.
        var stamp = new DateTime(2026, 10, 25, 2, 30, 0);
        Assert.Equal("2026-10-24T23:30:00Z/2026-10-25T00:30:00Z", Hourly(stamp, new(2026, 10, 25, 0, 30, 5, TimeSpan.Zero)).PhenomenonTime.ToIso());
        Assert.Equal("2026-10-25T00:30:00Z/2026-10-25T01:30:00Z", Hourly(stamp, new(2026, 10, 25, 1, 30, 5, TimeSpan.Zero)).PhenomenonTime.ToIso());
        var late = Hourly(stamp, new(2026, 10, 26, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(new ResultQuality(QartodFlag.Suspect, QualityTests.StampAmbiguous), late.Quality);
    }

    [Fact]
    public void A_night_that_is_delivered_in_the_morning_is_settled_by_the_order_of_its_stamps()
    {
        var harmoniser = new Harmoniser(_flemish, _time, _log.For<Harmoniser>());
        var observations = new List<Harmonised>();
        foreach (var hour in new[] { 1, 2, 2, 3 })
        {
            harmoniser.Harmonise(Set(_flemish, "surface-1", [new RawReading(0, 16.95, ReadingStatus.Ok)], new DeviceTime(new DateTime(2026, 10, 25, hour, 0, 0), null), Noon), observations);
        }

        Assert.Equal([23, 0, 1, 2], observations.Select(o => o.Observation.PhenomenonTime.End.Hour));
        Assert.All(observations, o => Assert.Equal(ResultQuality.Good, o.Observation.Quality));
    }

    [Fact]
    public void A_stamp_that_names_no_time_leaves_no_result()
    {
        // 02:30 on 29 March 2026 does not occur.
        var observation = Hourly(new DateTime(2026, 3, 29, 2, 30, 0), Noon);
        Assert.Null(observation.Result);
        Assert.Equal(new ResultQuality(QartodFlag.Missing, QualityTests.StampNonexistent), observation.Quality);
        Assert.Equal(16.95, observation.Raw);
        Assert.Equal(Noon, observation.PhenomenonTime.Begin);

        var without = Harmonise(_flemish, Set(_flemish, "surface-1", [new RawReading(0, 16.95, ReadingStatus.Ok)], null, Noon));
        Assert.Equal(Harmoniser.StampMissing, without.Single().Quality.Tests);
    }

    [Fact]
    public void A_level_is_computed_with_the_barometer_that_was_read_near_enough_to_it()
    {
        using var folder = new TemporaryFolder();
        var station = Wells(folder);
        var harmoniser = new Harmoniser(station, _time, _log.For<Harmoniser>());

        // Before the barometer has said anything there is no level; then 1.31325 bar less 1013.25 hPa is 30,000 Pa, 3.0587 m of water at 11 °C.
        Assert.Equal(ResultQuality.Missing("input:missing"), Level(Noon).Quality);
        Barometer(1.01325, Noon);
        var level = Level(Noon.AddMinutes(10));
        Assert.Equal(13.0587, level.Result!.Value, 0.0001);
        Assert.Equal(new ProcedureInputs(1013.25), new ProcedureInputs(Math.Round(level.Inputs.First!.Value, 9)));
        var procedure = station.Datastreams.SelectMany(d => d.Procedures.All).Single(p => p.Id == level.ProcedureId);
        Assert.Equal(level.Result, procedure.Explain(level.Raw!.Value, level.PhenomenonTime, level.Inputs).Result);

        // A result outside the physical range is no input, one from before the last does not replace it, and after an hour it is too old.
        Barometer(0.5, Noon.AddMinutes(20));
        Barometer(0.99, Noon.AddMinutes(-5));
        Assert.Equal(level.Result, Level(Noon.AddMinutes(60)).Result);
        Assert.Equal(ResultQuality.Missing("input:missing"), Level(Noon.AddMinutes(61)).Quality);

        Observation Level(DateTimeOffset at) => One("well-1", 1.31325, at);
        void Barometer(double bar, DateTimeOffset at) => One("baro-1", bar, at);
        Observation One(string sensor, double value, DateTimeOffset at)
        {
            var observations = new List<Harmonised>();
            harmoniser.Harmonise(Set(station, sensor, [new RawReading(0, value, ReadingStatus.Ok)], null, at), observations);
            return Assert.Single(observations).Observation;
        }
    }

    [Fact]
    public void Nox_is_the_sum_of_two_instruments_and_is_made_after_both()
    {
        using var folder = new TemporaryFolder();
        var station = Oxides(folder);
        var harmoniser = new Harmoniser(station, _time, _log.For<Harmoniser>());

        // Without NO there is no sum, whatever NO2 is: never a half one.
        Assert.Equal([("no2", QartodFlag.Good), ("nox", QartodFlag.Missing)], Take("no2-1", 30, Noon));

        // NO 20 ppb and NO2 30 ppb are 50 ppb, 95.6016 µg/m³ as NO2: of the NO2 of the same telegram, although NOx stands first in the file.
        Assert.Equal([("no", QartodFlag.Good)], Take("no-1", 20, Noon.AddSeconds(5)));
        Assert.Equal([("no2", QartodFlag.Good), ("nox", QartodFlag.Good)], Take("no2-1", 30, Noon.AddSeconds(10)));
        Assert.Equal(95.6016, _last.Result!.Value, 0.0005);
        Assert.Equal((24.9416, 57.3610), (Math.Round(_last.Inputs.First!.Value, 4), Math.Round(_last.Inputs.Second!.Value, 4)));
        var procedure = station.Datastreams.SelectMany(d => d.Procedures.All).Single(p => p.Id == _last.ProcedureId);
        Assert.Equal(_last.Result, procedure.Explain(_last.Raw!.Value, _last.PhenomenonTime, _last.Inputs).Result);

        // A minute and more after the last NO there is none again.
        Assert.Equal([("no2", QartodFlag.Good), ("nox", QartodFlag.Missing)], Take("no2-1", 30, Noon.AddSeconds(66)));
        Assert.Equal("input:missing", _last.Quality.Tests);

        List<(string, QartodFlag)> Take(string sensor, double ppb, DateTimeOffset at)
        {
            var observations = new List<Harmonised>();
            harmoniser.Harmonise(Set(station, sensor, [new RawReading(0, ppb, ReadingStatus.Ok)], null, at), observations);
            _last = observations[^1].Observation;
            return [.. observations.Select(o => (o.Observation.DatastreamId.Split('/')[^1], o.Observation.Quality.Flag))];
        }
    }

    private Observation _last;

    private static Station Oxides(TemporaryFolder folder)
    {
        var path = folder.File("station.yaml");
        File.WriteAllText(path, """
            owner: vmm
            station: street
            simulated: true
            name: {nl: n, en: n}
            description: {nl: d, en: d}
            location: {latitude: 51.39, longitude: 4.44, crs: "EPSG:4258"}
            lines: [{line: a, serial: {port: ttyA}}]
            instruments:
              - sensor: no-1
                profile: acoem/serinus-44
                serialNumber: "1"
                installed: 2026-01-15
                line: a
                address: 1
                interval: 10s
                datastreams: [{field: nh3, property: "no", unit: "[ppb]", gasReference: eu-20c-101.3kpa}]
              - sensor: no2-1
                profile: acoem/serinus-44
                serialNumber: "2"
                installed: 2026-01-15
                line: a
                address: 2
                interval: 10s
                datastreams:
                  - {field: nh3, property: nox, unit: "[ppb]", sumOf: {no: no-1, no2: no2-1, maximumAge: 1m}}
                  - {field: nh3, property: no2, unit: "[ppb]", gasReference: eu-20c-101.3kpa}
            """);
        var (station, problems) = StationReader.Read(path, TestStations.Profiles, new ConfigurationPaths(null));
        Assert.True(station is not null, string.Join('\n', problems));
        return station;
    }

    private static Station Wells(TemporaryFolder folder)
    {
        var path = folder.File("station.yaml");
        File.WriteAllText(path, """
            owner: vmm
            station: wells
            simulated: true
            name: {nl: n, en: n}
            description: {nl: d, en: d}
            location: {latitude: 51.39, longitude: 4.44, crs: "EPSG:4258"}
            lines: [{line: a, serial: {port: ttyA}}]
            instruments:
              - sensor: well-1
                profile: keller/series-30
                serialNumber: "1"
                installed: 2026-01-15
                line: a
                address: 1
                interval: 10s
                datastreams:
                  - field: pressure
                    property: groundwater_level
                    datum: GAUGE
                    zeros: [{level: 10, datum: NAP, source: levelled}]
                    column: {temperature: 11}
                    barometer: {sensor: baro-1, maximumAge: 1h}
              - sensor: baro-1
                profile: keller/series-30
                serialNumber: "2"
                installed: 2026-01-15
                line: a
                address: 2
                interval: 10s
                datastreams:
                  - {field: pressure, property: air_pressure}
            """);
        var (station, problems) = StationReader.Read(path, TestStations.Profiles, new ConfigurationPaths(null));
        Assert.True(station is not null, string.Join('\n', problems));
        return station;
    }

    [Theory]
    [InlineData("0001-01-01T00:30:00", 1)]
    [InlineData("9999-12-31T23:59:59", -1)]
    [InlineData("2026-11-21T11:00:00", 23)]
    public void A_stamp_with_an_offset_that_makes_no_sense_is_no_reason_to_stop(string stamp, int hours)
    {
        var time = new DeviceTime(DateTime.Parse(stamp, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromHours(hours));
        var observation = Harmonise(_flemish, Set(_flemish, "surface-1", [new RawReading(0, 16.95, ReadingStatus.Ok)], time, Noon)).Single();
        Assert.Equal(hours == 23 ? QartodFlag.Good : QartodFlag.Missing, observation.Quality.Flag);
        Assert.Equal(16.95, observation.Raw);
    }

    /// <summary>Values out of a device's memory come with instants of their own, in whatever offset it keeps.</summary>
    [Theory]
    [InlineData("2026-11-21T11:00:00", 1, "2026-11-21T10:00:00Z", 14.97)]
    [InlineData("2026-11-21T11:00:00", 0, "2026-11-21T11:00:00Z", 14.97)]
    [InlineData("0001-01-01T00:30:00", 1, "2026-11-21T12:00:00Z", null)]
    public void A_reading_with_an_instant_of_its_own_is_of_that_instant(string stamp, int hours, string expected, double? result)
    {
        var own = new DeviceTime(DateTime.Parse(stamp, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromHours(hours));
        var observation = Harmonise(_dutch, Set(_dutch, "level-1", [new RawReading(0, 1497, ReadingStatus.Ok) { Time = own }], null, Noon)).Single();
        Assert.Equal(expected, observation.PhenomenonTime.ToIso());
        Assert.Equal(result, observation.Result is { } found ? Math.Round(found, 9) : null);
    }

    [Fact]
    public void Without_a_stamp_the_reception_by_the_network_counts_and_else_the_arrival()
    {
        var received = Noon.AddMinutes(-5);
        var set = Set(_dutch, "surface-1", [new RawReading(0, 1462, ReadingStatus.Ok)], null, Noon) with { NetworkTime = received };
        Assert.Equal(received, Harmonise(_dutch, set).Single().PhenomenonTime.Begin);
        Assert.Equal(Noon, Single(_dutch, "level-1", 1497).PhenomenonTime.Begin);
    }

    [Theory]
    [InlineData(ReadingStatus.Missing, double.NaN, "device:missing")]
    [InlineData(ReadingStatus.Ok, double.NaN, "device:missing")]
    [InlineData(ReadingStatus.WarmingUp, double.NaN, "device:warming_up")]
    [InlineData(ReadingStatus.Calibrating, 812.5, "device:calibrating")]
    [InlineData(ReadingStatus.DeviceFault, 0.0, "device:fault")]
    [InlineData(ReadingStatus.OutOfRange, 70_000.0, "device:out_of_range")]
    public void What_is_no_measurement_has_a_reason_and_keeps_the_devices_number(ReadingStatus status, double value, string reason)
    {
        var set = Set(_flemish, "nh3-1", [new RawReading(0, value, status)], null, Noon);
        var observation = Harmonise(_flemish, set).Single();
        Assert.Null(observation.Result);
        Assert.Equal(new ResultQuality(QartodFlag.Missing, reason), observation.Quality);
        Assert.Equal(double.IsNaN(value) ? null : value, observation.Raw);
    }

    [Theory]
    [InlineData(17.30, QartodFlag.Good, null)]
    [InlineData(15.30, QartodFlag.Suspect, "gross_range")]
    [InlineData(30.00, QartodFlag.Fail, "gross_range")]
    public void The_gross_range_flags_and_drops_nothing(double raw, QartodFlag flag, string? tests)
    {
        var observation = Single(_flemish, "level-1", raw);
        Assert.Equal(new ResultQuality(flag, tests), observation.Quality);
        Assert.NotNull(observation.Result);
    }

    [Fact]
    public void What_the_clock_says_of_a_time_is_said_of_the_value_and_such_a_time_settles_no_stamp()
    {
        var doubt = ResultQuality.Suspect(QualityTests.ClockStepped);
        var set = Set(_flemish, "pm-1", [new RawReading(1, 12, ReadingStatus.Ok)], null, Noon) with { Clock = doubt };
        Assert.Equal(doubt, Harmonise(_flemish, set).Single().Quality);

        // 02:30 on 25 October 2026, received at 01:30:05Z by a clock that is in doubt: either hour.
        var stamped = Set(
            _flemish, "surface-1", [new RawReading(0, 16.95, ReadingStatus.Ok)], new DeviceTime(new DateTime(2026, 10, 25, 2, 30, 0), null),
            new(2026, 10, 25, 1, 30, 5, TimeSpan.Zero));
        Assert.Equal(ResultQuality.Good, Harmonise(_flemish, stamped).Single().Quality);
        Assert.Equal("stamp:ambiguous,clock:stepped", Harmonise(_flemish, stamped with { Clock = doubt }).Single().Quality.Tests);
    }

    [Fact]
    public void Fields_that_no_datastream_is_made_of_are_counted_and_the_books_balance()
    {
        var harmoniser = new Harmoniser(_dutch, _time, _log.For<Harmoniser>());
        var observations = new List<Harmonised>();
        harmoniser.Harmonise(
            Set(_dutch, "surface-1", [new RawReading(0, 1462, ReadingStatus.Ok), new RawReading(1, 97, ReadingStatus.Ok)], null, Noon), observations);
        var books = harmoniser.Books.Read();
        Assert.Equal(new HarmonisationCounters(2, 0, 1, 0, 1, 0, 0, 0), books);
        Assert.Equal(books.Readings + books.Copies + books.Corrections, books.Observations + books.Unmapped);
    }

    [Fact]
    public async Task A_receipt_is_given_when_everything_of_the_set_is_stored_and_not_before()
    {
        var receipt = new Receipt();
        var observations = new List<Harmonised>();
        var harmoniser = new Harmoniser(_flemish, _time, _log.For<Harmoniser>());
        harmoniser.Harmonise(Set(_flemish, "pm-1", [new RawReading(0, 1, ReadingStatus.Ok), new RawReading(1, 2, ReadingStatus.Ok)], null, Noon) with { Receipt = receipt }, observations);
        Assert.Equal(2, observations.Count);
        receipt.Done();
        observations[0].Receipt!.Done();
        Assert.False(receipt.Stored.IsCompleted);
        observations[1].Receipt!.Done();
        await Eventually.DoneAsync(receipt.Stored, "the receipt");
    }

    public void Dispose() => _log.Dispose();

    private Observation Single(Station station, string sensor, double value) =>
        Harmonise(station, Set(station, sensor, [new RawReading(0, value, ReadingStatus.Ok)], null, Noon)).Single();

    private Observation Hourly(DateTime stamp, DateTimeOffset received) =>
        Harmonise(_flemish, Set(_flemish, "surface-1", [new RawReading(0, 16.95, ReadingStatus.Ok)], new DeviceTime(stamp, null), received)).Single();

    private List<Observation> Harmonise(Station station, ReadingSet set)
    {
        var observations = new List<Harmonised>();
        new Harmoniser(station, _time, _log.For<Harmoniser>()).Harmonise(set, observations);
        return [.. observations.Select(o => o.Observation)];
    }

    private ReadingSet Set(Station station, string sensor, RawReading[] readings, DeviceTime? stamp, DateTimeOffset at) =>
        new(station.Sensor(sensor), new ArrivalTime(_time.GetTimestamp(), at), readings, stamp);
}
