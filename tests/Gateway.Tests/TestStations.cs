using MeetNet.Gateway.Stations;
using MeetNet.Mqtt;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests;

/// <summary>The two demonstration stations, as the repository has them, with their ports in a folder of the test.</summary>
internal static class TestStations
{
    public static string Profiles => RepositoryFile.PathOf("firmware-config/profiles");

    public static Station Flemish(string lines = "/dev") => Read("kalmthoutse-heide", lines);

    public static Station Dutch(string lines = "/dev", MqttAddress? broker = null) => Read("brabantse-wal", lines, broker);

    public static string PathOf(string name) => RepositoryFile.PathOf($"firmware-config/stations/{name}.yaml");

    public static Instrument Sensor(this Station station, string sensor) => station.Instruments.Single(i => i.Sensor == sensor);

    /// <summary>The station with one line and its instruments only.</summary>
    public static Station Only(this Station station, string line) => station with
    {
        Lines = [.. station.Lines.Where(l => l.Name == line)],
        Instruments = [.. station.Instruments.Where(i => i.Line == line)],
    };

    private static Station Read(string name, string lines, MqttAddress? broker = null)
    {
        var (station, problems) = StationReader.Read(PathOf(name), Profiles, new ConfigurationPaths(null, lines, broker));
        Assert.True(station is not null, string.Join('\n', problems));
        return station;
    }
}
