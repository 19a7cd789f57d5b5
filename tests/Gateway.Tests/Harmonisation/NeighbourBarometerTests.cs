using MeetNet.Devices;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Observations;
using MeetNet.Observations.Procedures;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Harmonisation;

/// <summary>A well without a barometer beside it: the station listens to one of a neighbour, over a line of messages, and says whose it is.</summary>
public sealed class NeighbourBarometerTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly CollectingLogger _log = new();
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_well_is_compensated_with_a_barometer_of_another_station_and_explain_says_whose_it_is()
    {
        var station = Station();
        var harmoniser = new Harmoniser(station, new ManualTimeProvider(Noon), _log.For<Harmoniser>());

        // Received by the network server five minutes before it came here; the barometer is 12 m higher than the well: 144.157 Pa of air more (12.0131 Pa/m).
        One("baro-knmi", 1011.80843, Noon.AddMinutes(5), Noon);
        var level = One("well-1", 1.31325, Noon.AddMinutes(10), null);

        // 131,325 Pa − 101,180.843 Pa − 144.157 Pa = 30,000 Pa: 3.0587 m of water at 11 °C above the sensor, which is at 10 m NAP.
        Assert.Equal(13.0587, level.Result!.Value, 0.0001);
        Assert.Equal(1011.80843, level.Inputs.First!.Value, 1e-9);
        var procedure = station.Datastreams.SelectMany(d => d.Procedures.All).Single(p => p.Id == level.ProcedureId);
        Assert.True(Procedure.TryRead(procedure.ToUtf8(), out var announced, out var fault), fault.ToString());
        Assert.Equal(level.Result, announced.Explain(level.Raw!.Value, level.PhenomenonTime, level.Inputs).Result);
        var step = Assert.Single(announced.Steps.OfType<BarometricStep>());
        Assert.Equal("vmm/wells/baro-knmi/air_pressure", step.Barometer);
        Assert.Equal("KNMI, Woensdrecht, 7 km north; air column of ISO 2533: 12.01 Pa/m", step.Source);

        // The neighbour is silent for longer than was allowed: no level, rather than one that the weather decides.
        Assert.Equal(ResultQuality.Missing("input:missing"), One("well-1", 1.31325, Noon.AddMinutes(61), null).Quality);

        Observation One(string sensor, double value, DateTimeOffset at, DateTimeOffset? network)
        {
            var observations = new List<Harmonised>();
            harmoniser.Harmonise(
                new ReadingSet(station.Sensor(sensor), new ArrivalTime(0, at), new[] { new RawReading(0, value, ReadingStatus.Ok) }, NetworkTime: network), observations);
            return Assert.Single(observations).Observation;
        }
    }

    [Fact]
    public void Each_datastream_says_whose_clock_its_times_are_of()
    {
        string[] rules = [.. Station().Datastreams.Concat(TestStations.Flemish().Datastreams).Select(d =>
            $"{d.Id.Sensor} {Assert.Single(d.Procedures.All[0].Steps.OfType<TimeSourceStep>()).Rule}").Distinct()];
        Assert.Equal(
            ["well-1 GatewayArrival", "baro-knmi NetworkReception", "level-1 GatewayArrival", "pm-1 GatewayArrival", "nh3-1 GatewayArrival", "surface-1 DeviceStamp"], rules);
    }

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    private Station Station()
    {
        var path = _folder.File("station.yaml");
        File.WriteAllText(path, """
            owner: vmm
            station: wells
            simulated: true
            name: {nl: n, en: n}
            description: {nl: d, en: d}
            location: {latitude: 51.39, longitude: 4.44, crs: "EPSG:4258"}
            lines:
              - {line: a, serial: {port: ttyA}}
              - {line: neighbours, mqtt: {address: "mqtts://network-server.example", topic: v3/weather@knmi/devices/woensdrecht/up}}
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
                    barometer: {sensor: baro-knmi, maximumAge: 1h, higher: 12, source: "KNMI, Woensdrecht, 7 km north"}
              - sensor: baro-knmi
                profile: generic/barometer
                serialNumber: unknown
                installed: 2026-01-15
                line: neighbours
                address: woensdrecht
                interval: 10m
                datastreams:
                  - {field: pressure, property: air_pressure}
            """);
        var (station, problems) = StationReader.Read(path, TestStations.Profiles, new ConfigurationPaths(null));
        Assert.True(station is not null, string.Join('\n', problems));
        return station;
    }
}
