using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Mqtt;
using MeetNet.Observations.Calibration;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Time;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Stations;

public sealed class StationReaderTests
{
    private static readonly string Folder = RepositoryFile.PathOf("tests/Gateway.Tests/invalid-stations");

    public static TheoryData<string> Invalid() => new(Directory.EnumerateFiles(Folder, "*.yaml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));

    /// <summary>
    /// Each file ends with the messages that it must get, as comments: <c># =&gt; line:column: message</c>; <c>…</c> at the end stands for a list that grows.
    /// </summary>
    [Theory]
    [MemberData(nameof(Invalid))]
    public void A_wrong_station_file_gets_exactly_the_right_messages(string file)
    {
        var path = Path.Combine(Folder, file);
        var expected = File.ReadLines(path).Where(l => l.StartsWith("# => ", StringComparison.Ordinal))
            .Select(l => $"{path}:{l[5..].Replace("{profiles}", TestStations.Profiles, StringComparison.Ordinal)}");
        var (station, problems) = StationReader.Read(path, TestStations.Profiles, new ConfigurationPaths(null));
        Assert.Equal(expected, problems.Select(p => p.ToString()), Matches);
        Assert.Null(station);

        static bool Matches(string expected, string actual) =>
            expected.EndsWith('…') ? actual.StartsWith(expected[..^1], StringComparison.Ordinal) : actual == expected;
    }

    [Fact]
    public void The_demonstration_stations_are_what_they_say()
    {
        var flemish = TestStations.Flemish("/lines");
        Assert.Equal("vmm/kalmthoutse-heide", flemish.FullName);
        Assert.True(flemish.Thing.Simulated);
        Assert.Equal(15.27, flemish.Thing.SurfaceLevel!.Value, 9);
        Assert.Equal(17.60, flemish.Thing.SurfaceLevel.Native!.Value);
        Assert.Equal(15.27, TestStations.Dutch().Thing.SurfaceLevel!.Value);
        Assert.Null(TestStations.Dutch().Thing.SurfaceLevel!.Native);
        Assert.Equal(
            new SerialSettings("groundwater", "/lines/ttyGroundwater", 9600, 8, LineParity.None, 1),
            Assert.IsType<SerialStationLine>(flemish.Lines[0]).Settings);
        Assert.Equal(
            ["level-1/groundwater_level", "pm-1/pm1", "pm-1/pm2_5", "pm-1/pm10", "nh3-1/nh3", "surface-1/water_level", "surface-1/battery_voltage"],
            flemish.Datastreams.Select(d => $"{d.Id.Sensor}/{d.Id.Property}"));
    }

    [Fact]
    public void Each_datastream_has_the_steps_of_its_own_conventions()
    {
        Assert.Equal(["raw", "vertical_datum", "time_source", "gross_range"], Steps(TestStations.Flemish(), "level-1"));
        Assert.Equal(["raw", "unit", "time_source", "gross_range"], Steps(TestStations.Dutch(), "level-1"));
        Assert.Equal(["raw", "calibration", "gas_reference", "time_source", "gross_range"], Steps(TestStations.Flemish(), "nh3-1"));
        Assert.Equal(["raw", "vertical_datum", "time_source", "stamp", "gross_range"], Steps(TestStations.Flemish(), "surface-1"));
        var stamp = TestStations.Flemish().Sensor("surface-1").Datastreams[0].Stamp!;
        Assert.Equal((StampPosition.End, StampZone.EuropeBrussels, TimeSpan.FromHours(1)), (stamp.Position, stamp.Zone, stamp.Period));
    }

    [Fact]
    public void A_station_in_another_place_has_other_procedures_but_the_same_file_the_same()
    {
        Assert.Equal(Ids(TestStations.Flemish()), Ids(TestStations.Flemish("/elsewhere")));
        Assert.Empty(Ids(TestStations.Flemish()).Intersect(Ids(TestStations.Dutch())));
    }

    [Fact]
    public void Each_calibration_is_a_procedure_of_its_own()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("station.yaml");
        File.WriteAllText(path, RepositoryFile.Text("firmware-config/stations/kalmthoutse-heide.yaml").Replace(
            "validFrom: 2026-01-15T00:00:00Z\n            source: demonstration, no calibration gas was used",
            """
            validFrom: 2026-01-15T00:00:00Z
                        validTo: 2026-06-01T00:00:00Z
                        source: laboratory
                      - slope: 1.05
                        offset: -0.2
                        unit: "[ppb]"
                        validFrom: 2026-06-01T00:00:00Z
                        source: laboratory
            """,
            StringComparison.Ordinal));
        var (station, problems) = StationReader.Read(path, TestStations.Profiles, new ConfigurationPaths(null));
        Assert.Empty(problems);
        var procedures = station!.Sensor("nh3-1").Datastreams[0].Procedures.All;
        Assert.Equal([1.0, 1.05], procedures.Select(p => ((LinearCalibration)((CalibrationStep)p.Steps[1]).Calibration).Slope));
        Assert.Equal(2, procedures.Select(p => p.Id).Distinct().Count());
    }

    [Fact]
    public void A_replaced_analyser_with_a_table_and_its_checks_is_one_datastream()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("station.yaml");
        File.WriteAllText(path, RepositoryFile.Text("firmware-config/stations/kalmthoutse-heide.yaml")
            .Replace("    installed: 2026-01-15\n    line: analyser", """
                    installed: 2026-06-01T10:00:00Z
                    predecessors: [{serialNumber: SIM-BE-0000, installed: 2026-01-15}]
                    line: analyser
                """, StringComparison.Ordinal)
            .Replace(
                "validFrom: 2026-01-15T00:00:00Z\n            source: demonstration, no calibration gas was used",
                """
                validFrom: 2026-01-15T00:00:00Z
                            validTo: 2026-06-01T10:00:00Z
                            source: laboratory
                          - {table: [[0, 0.4], [100, 103]], outside: hold, unit: "[ppb]", validFrom: 2026-06-01T10:00:00Z, source: laboratory}
                        checks:
                          - {kind: zero, time: 2026-06-02T10:00:00Z, expected: 0, measured: 0.1, unit: "[ppb]", limit: 1, source: zero air}
                """,
                StringComparison.Ordinal));
        var (station, problems) = StationReader.Read(path, TestStations.Profiles, new ConfigurationPaths(null));
        Assert.Empty(problems);
        Assert.NotNull(station);
        Assert.Equal("SIM-BE-0003", station.Sensor("nh3-1").SerialNumber);
        Assert.Equal(["raw", "calibration_table", "checks", "gas_reference", "time_source", "gross_range"], Steps(station, "nh3-1"));
        var procedures = station.Sensor("nh3-1").Datastreams[0].Procedures.All;
        Assert.Equal(["SIM-BE-0000", "SIM-BE-0003"], procedures.Select(p => ((RawStep)p.Steps[0]).SerialNumber));
        Assert.Equal(new DateTimeOffset(2026, 6, 1, 10, 0, 0, TimeSpan.Zero), procedures[1].ValidFrom);

        // 0.4 + 0.1 × 102.6/100 = 0.5026.
        Assert.Equal(0.5026, Assert.Single(procedures[1].Steps.OfType<ChecksStep>().Single().Checks).Drift);
    }

    [Fact]
    public void A_station_surveyed_in_a_plane_system_is_announced_in_degrees_and_keeps_its_metres()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("station.yaml");
        File.WriteAllText(path, RepositoryFile.Text("firmware-config/stations/kalmthoutse-heide.yaml").Replace(
            "{latitude: 51.390, longitude: 4.440, crs: \"EPSG:4258\"}", "{x: 154959.059, y: 231144.460, crs: \"EPSG:31370\"}", StringComparison.Ordinal));
        var (station, problems) = StationReader.Read(path, TestStations.Profiles, new ConfigurationPaths(null));
        Assert.Empty(problems);
        var location = station!.Thing.Location;
        Assert.Equal((51.390, 4.440), (Math.Round(location.Latitude, 6), Math.Round(location.Longitude, 6)));
        Assert.Equal(("EPSG:31370", 154959.059, "helmert-15928-border"), (location.Native!.Crs, location.Native.X, location.Native.Transformation));
    }

    [Fact]
    public void A_pressure_sensor_in_a_well_that_was_levelled_twice()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("station.yaml");
        File.WriteAllText(path, RepositoryFile.Text("firmware-config/stations/brabantse-wal.yaml").Replace(
            "        unit: cm\n        datum: NAP\n        grossRange: {fail: [5, 20], suspect: [13, 16]}\n\n  - sensor: pm-1",
            """
                    unit: mbar
                    datum: WELLHEAD
                    transformation: taw-grid-2018
                    column: {temperature: 11}
                    zeros:
                      - {level: 17.85, datum: TAW, accuracy: 0.02, source: levelled 2024-05-06, below: 8.30}
                      - {level: 17.83, datum: TAW, accuracy: 0.005, source: levelled 2026-04-01, validFrom: 2026-04-01T00:00:00Z, below: 8.30}

              - sensor: pm-1
            """,
            StringComparison.Ordinal));
        var (station, problems) = StationReader.Read(path, TestStations.Profiles, new ConfigurationPaths(null));
        Assert.Empty(problems);
        Assert.Equal(
            ["raw", "unit", "hydrostatic", "vertical_datum", "vertical_datum", "vertical_datum", "time_source", "gross_range"], Steps(station!, "level-1"));
        var procedures = station!.Sensor("level-1").Datastreams[0].Procedures.All;
        Assert.Equal([17.85, 17.83], procedures.Select(p => p.Steps.OfType<VerticalDatumStep>().ElementAt(1).Shift));
        Assert.Equal(new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero), procedures[1].ValidFrom);
    }

    [Fact]
    public void A_broker_on_the_command_line_replaces_every_broker_of_the_file()
    {
        var (station, problems) = StationReader.Read(
            TestStations.PathOf("brabantse-wal"), TestStations.Profiles, new ConfigurationPaths(null, "/dev", MqttAddress.Parse("ws://10.0.0.1:18831/mqtt")));
        Assert.Empty(problems);
        var broker = station!.Lines.OfType<MqttStationLine>().Single().Broker;
        Assert.Equal("ws://10.0.0.1:18831/mqtt", broker.Address.ToString());
    }

    private static IEnumerable<string> Steps(Station station, string sensor) =>
        station.Sensor(sensor).Datastreams[0].Procedures.All[^1].Steps.Select(s => s.Kind);

    private static IEnumerable<string> Ids(Station station) => station.Datastreams.SelectMany(d => d.Procedures.All).Select(p => p.Id);
}
