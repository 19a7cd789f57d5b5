using MeetNet.Gateway.Stations;
using MeetNet.Observations.Wire;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Stations;

public sealed class AnnouncerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void The_announcement_reads_back_and_says_what_the_station_is()
    {
        var announcement = Announce(TestStations.Flemish());
        Assert.True(announcement.Thing.Simulated);
        Assert.Equal(["level-1", "pm-1", "nh3-1", "surface-1"], announcement.Sensors.Select(s => s.Id));
        Assert.Equal("plantower/pms5003", announcement.Sensors[1].Profile);
        var hourly = announcement.Datastreams.Single(d => d.Id.ToString() == "vmm/kalmthoutse-heide/surface-1/water_level");
        Assert.Equal(TimeSpan.FromHours(1), hourly.Interval);
        Assert.Null(hourly.Method);
        Assert.Equal(("rural-background", "chemiluminescence"), (announcement.Thing.Siting, announcement.Datastreams.Single(d => d.Id.Property == "nh3").Method));
        Assert.Equal("surface_water", hourly.FeatureOfInterest);
        Assert.Equal("m", hourly.UnitOfMeasurement.Definition);
        Assert.All(announcement.Datastreams, d => Assert.Contains(announcement.Procedures, p => p.Id == d.Procedure && p.Datastream == d.Id));
    }

    [Fact]
    public void Procedures_of_earlier_station_files_are_announced_as_long_as_they_are_remembered()
    {
        var before = Announce(TestStations.Flemish()).Procedures;
        var station = TestStations.Flemish();
        var without = station with { Instruments = [.. station.Instruments.Where(i => i.Sensor != "nh3-1")] };
        var after = Announce(without);
        Assert.DoesNotContain(after.Sensors, s => s.Id == "nh3-1");
        Assert.Equal(before.Select(p => p.Id).Order(StringComparer.Ordinal), after.Procedures.Select(p => p.Id).Order(StringComparer.Ordinal));
        Assert.Equal(after.Procedures.Count, Announce(without).Procedures.Count);
    }

    [Theory]
    [InlineData("station file", "transformation: taw-const-2.33\n        grossRange: {fail: [5, 20], suspect: [13, 16]}", "transformation: taw-grid-2018\n        grossRange: {fail: [5, 20], suspect: [13, 16]}")]
    [InlineData("rule", "grossRange: {fail: [5, 20], suspect: [13, 16]}", "grossRange: {fail: [5, 20], suspect: [12, 16]}")]
    [InlineData("rule", "grossRange: {fail: [5, 20], suspect: [13, 16]}", "tests: {timeGap: {maximum: 10m}}")]
    [InlineData("profile", null, null)]
    public void A_change_makes_a_new_version_and_the_old_one_is_still_announced(string changed, string? text, string? by)
    {
        const string Level = "vmm/kalmthoutse-heide/level-1/groundwater_level";
        var profiles = Directory.CreateDirectory(Path.Combine(_folder.Path, "profiles")).FullName;
        foreach (var file in Directory.EnumerateFiles(TestStations.Profiles, "*.yaml", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(profiles, Path.GetRelativePath(TestStations.Profiles, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var station = Path.Combine(_folder.Path, "station.yaml");
        File.Copy(RepositoryFile.PathOf("firmware-config/stations/kalmthoutse-heide.yaml"), station);
        var before = Announced();
        Assert.Equal(before, Announced());      // nothing changed: the same version

        var path = changed == "profile" ? Path.Combine(profiles, "vega", "plics-modbus.yaml") : station;
        var content = File.ReadAllText(path);
        var other = text is null ? System.Text.RegularExpressions.Regex.Replace(content, @"(?m)^version: \d+", "version: 99") : Replace(content, text, by!);
        Assert.NotEqual(content, other);
        File.WriteAllText(path, other);
        var after = Announced();

        Assert.NotEqual(before.InForce, after.InForce);
        Assert.Contains(before.InForce, after.All.Split(' '));

        (string InForce, string All) Announced()
        {
            var (read, problems) = StationReader.Read(station, profiles, new ConfigurationPaths(null));
            Assert.Empty(problems);
            var announcement = Announce(read!);
            return (announcement.Datastreams.Single(d => d.Id.ToString() == Level).Procedure, string.Join(' ', announcement.Procedures.Where(p => p.Datastream.ToString() == Level).Select(p => p.Id)));
        }

        static string Replace(string content, string text, string by)
        {
            var at = content.IndexOf(text, StringComparison.Ordinal);
            return at < 0 ? content : string.Concat(content.AsSpan(0, at), by, content.AsSpan(at + text.Length));
        }
    }

    [Fact]
    public void A_memory_cut_short_by_a_power_cut_does_no_harm()
    {
        Announce(TestStations.Flemish());
        var path = Directory.EnumerateFiles(_folder.Path).Single();
        var text = File.ReadAllText(path);
        File.WriteAllText(path, text[..(text.Length / 2)]);
        Assert.Equal(7, Announce(TestStations.Flemish()).Procedures.Count);
    }

    [Fact]
    public void Another_stations_memory_is_not_announced()
    {
        Announce(TestStations.Dutch());
        Assert.All(Announce(TestStations.Flemish()).Procedures, p => Assert.Equal("vmm", p.Datastream.Owner));
    }

    public void Dispose() => _folder.Dispose();

    private Announcement Announce(Station station)
    {
        Assert.True(Announcement.TryRead(Announcer.Open(station, _folder.Path, _time).Make(), out var announcement, out var fault), fault.ToString());
        return announcement;
    }
}
