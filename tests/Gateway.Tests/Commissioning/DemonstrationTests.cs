using System.Threading.Channels;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Commissioning;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Stations;
using MeetNet.Observations;
using MeetNet.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeetNet.Gateway.Tests.Commissioning;

/// <summary>The demonstration as the repository has it: simulated instruments on pseudo-terminals, read and harmonised.</summary>
public sealed class DemonstrationTests
{
    /// <summary>The constant 2.33 m against the geoids, as stated for the transformation; what both sides publish uses the same constant.</summary>
    private const double DatumAccuracy = 0.035;

    [Theory]
    [InlineData("kalmthoutse-heide")]
    [InlineData("brabantse-wal")]
    public void The_simulation_file_fits_its_station(string name)
    {
        var simulation = Simulation(name, "/dev");
        Assert.Equal(4, simulation.Instruments.Count);
    }

    [Fact]
    public async Task The_same_water_and_air_come_out_as_the_same_canonical_values_from_both_sides()
    {
        using var folder = new TemporaryFolder();
        var flemish = await PlayAsync("kalmthoutse-heide", Directory.CreateDirectory(folder.File("be")).FullName);
        var dutch = await PlayAsync("brabantse-wal", Directory.CreateDirectory(folder.File("nl")).FullName);
        var truth = Simulation("brabantse-wal", folder.Path);
        foreach (var (sensor, property, field, factor, tolerance) in ((string, string, string, double, double)[])
            [("level-1", "groundwater_level", "level", 0.01, 0.004), ("nh3-1", "nh3", "nh3", 1, 0.7), ("pm-1", "pm2_5", "pm2_5", 1, 2.1)])
        {
            var played = truth.Instruments[sensor].Fields[field];
            foreach (var side in (IReadOnlyList<Observation>[])[flemish, dutch])
            {
                var observation = side.First(o => o.DatastreamId.EndsWith($"/{sensor}/{property}", StringComparison.Ordinal));
                Assert.Equal(QartodFlag.Good, observation.Quality.Flag);
                Assert.Equal(played.At(observation.PhenomenonTime.Begin) * factor, observation.Result!.Value, tolerance);
            }
        }

        // Their raw values are in their own conventions.
        Assert.InRange(flemish.First(o => o.DatastreamId.Contains("/level-1/", StringComparison.Ordinal)).Raw!.Value, 17.1, 17.5);
        Assert.InRange(dutch.First(o => o.DatastreamId.Contains("/level-1/", StringComparison.Ordinal)).Raw!.Value, 1480, 1515);
    }

    [Fact]
    public void The_hourly_mean_of_one_side_and_the_instants_of_the_other_are_of_the_same_water()
    {
        var mean = Simulation("kalmthoutse-heide", "/dev").Instruments["surface-1"].Fields["level"];
        var instants = Simulation("brabantse-wal", "/dev").Instruments["surface-1"].Fields["level"];
        var hour = new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
        var average = Enumerable.Range(0, 360).Average(i => instants.At(hour.AddSeconds(10 * i))) / 100;
        Assert.Equal(average, mean.Mean(hour, hour.AddHours(1)) - 2.33, DatumAccuracy);
    }

    [Fact]
    public void Groundwater_leaves_the_alert_band_on_both_sides_within_a_wave_and_comes_back()
    {
        var level = Simulation("brabantse-wal", "/dev").Instruments["level-1"].Fields["level"];
        var begin = new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
        var depths = Enumerable.Range(0, 1200).Select(s => 15.27 - (level.At(begin.AddSeconds(s)) / 100)).ToList();
        Assert.InRange(depths.Count(d => d > 0.40), 120, 400);
        Assert.InRange(depths.Count(d => d < 0.20), 120, 400);
    }

    private static Simulation Simulation(string name, string data)
    {
        var station = name == "brabantse-wal" ? TestStations.Dutch() : TestStations.Flemish();
        var (simulation, problems) = SimulationFile.Read(
            RepositoryFile.PathOf($"firmware-config/simulation/{name}.yaml"), station, new ConfigurationPaths(null, data));
        Assert.True(simulation is not null, string.Join('\n', problems));
        return simulation;
    }

    /// <summary>Plays the serial lines of a station until each instrument has given something.</summary>
    private static async Task<IReadOnlyList<Observation>> PlayAsync(string name, string lines)
    {
        var station = name == "brabantse-wal" ? TestStations.Dutch(lines) : TestStations.Flemish(lines);
        var serial = station with
        {
            Lines = [.. station.Lines.OfType<SerialStationLine>()],
            Instruments = [.. station.Instruments.Where(i => i.Line != "lorawan")],
        };
        var simulation = Simulation(name, lines);
        using var stop = new CancellationTokenSource();
        var players = serial.Lines.Cast<SerialStationLine>().Select(line => new SimulatedLine(
            line.Settings.Path,
            [.. serial.On(line).Select(i => new SimulatedInstrument(i, simulation.Instruments[i.Sensor] with { Disturbances = [] }))],
            TimeProvider.System,
            NullLogger.Instance).RunAsync(stop.Token)).ToList();
        var sets = Channel.CreateUnbounded<ReadingSet>();
        using var host = new AcquisitionHost(serial, sets.Writer, TimeProvider.System, NullLogger<AcquisitionHost>.Instance);
        await host.StartAsync(CancellationToken.None);
        var harmoniser = new Harmoniser(serial, TimeProvider.System, NullLogger<Harmoniser>.Instance);
        var observations = new List<Harmonised>();
        while (serial.Instruments.Any(i => observations.All(o => !o.Observation.DatastreamId.Contains($"/{i.Sensor}/", StringComparison.Ordinal))))
        {
            harmoniser.Harmonise(await Eventually.DoneAsync(sets.Reader.ReadAsync().AsTask(), "every instrument to speak"), observations);
        }

        await host.StopAsync(CancellationToken.None);
        await stop.CancelAsync();
        await Eventually.DoneAsync(Task.WhenAll(players), "the players to leave");
        Assert.Empty(Directory.EnumerateFileSystemEntries(lines));
        return [.. observations.Select(o => o.Observation)];
    }
}
