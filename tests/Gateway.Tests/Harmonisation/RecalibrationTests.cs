using System.Buffers;
using MeetNet.Devices;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Outbox;
using MeetNet.Gateway.Stations;
using MeetNet.Gateway.Tests.Outbox;
using MeetNet.Observations;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Wire;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Harmonisation;

/// <summary>A calibration that is entered in the station file after the measurements were made and kept.</summary>
public sealed class RecalibrationTests : IDisposable
{
    private const string Nh3 = "vmm/kalmthoutse-heide/nh3-1/nh3";
    private const double MicrogramsPerPpb = 17.031 * 101_300 / (8.314462618 * 293.15) / 1000;

    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new(Noon);
    private readonly CollectingLogger _log = new();
    private readonly TemporaryFolder _folder = new();
    private readonly InMemoryOutbox _outbox;

    public RecalibrationTests() => _outbox = new InMemoryOutbox(new OutboxOptions { Path = "", Hubs = ["demo"], KeepDelivered = TimeSpan.FromDays(1) }, _time);

    public void Dispose()
    {
        _outbox.Dispose();
        _folder.Dispose();
        _log.Dispose();
    }

    [Fact]
    public void What_is_held_is_made_again_delivered_or_not_and_the_first_stays()
    {
        var before = TestStations.Flemish();
        Measure(before, [10, 11, 12, 13]);
        _outbox.Acknowledge("demo", _outbox.Epoch, 2);
        while (_outbox.Tidy())
        {
        }

        var after = Calibrated(1.1, Noon.AddMinutes(1));
        var counts = Recalibrate(before, after, new RecalibrationRequest([], DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DryRun: true))[Nh3];
        Assert.Equal((3, 1, 4), (counts[RemakeOutcome.Remade], counts[RemakeOutcome.Same], Held().Count));

        Recalibrate(before, after, new RecalibrationRequest([Nh3], DateTimeOffset.MinValue, Noon.AddMinutes(3), DryRun: false));
        Assert.Equal([(0, 0, 10.0), (1, 0, 11), (2, 0, 12), (3, 0, 13), (1, 1, 12.1), (2, 1, 13.2)], Held());
        Recalibrate(before, after, new RecalibrationRequest([], DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DryRun: false));
        Assert.Equal((3, 1, 14.3), Held()[^1]);
        Assert.Equal(7, Held().Count);

        // And nothing is left to do; only a further calibration makes a third revision.
        Assert.Equal(0, Recalibrate(before, after, new RecalibrationRequest([], DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DryRun: false))[Nh3][RemakeOutcome.Remade]);
        Recalibrate(before, Calibrated(1.2, Noon.AddMinutes(3)), new RecalibrationRequest([], Noon.AddMinutes(3), DateTimeOffset.MaxValue, DryRun: false));
        Assert.Equal((3, 2, 15.6), Held()[^1]);
    }

    [Fact]
    public void By_the_same_station_file_nothing_is_made_again()
    {
        var station = TestStations.Flemish();
        Measure(station, [10, 11, double.NaN, 900, 2000]);
        var counts = Recalibrate(station, station, new RecalibrationRequest([], DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DryRun: false))[Nh3];
        Assert.Equal("0 made again, 4 the same, 1 without a raw value to use", counts.ToString());
        Assert.Equal(5, Held().Count);
    }

    private Dictionary<string, RemakeCounts> Recalibrate(Station before, Station after, RecalibrationRequest request) =>
        new Recalibration(after, [.. Procedures(before), .. Procedures(Calibrated(1.1, Noon.AddMinutes(1))), .. Procedures(after)], _outbox, Noon.AddHours(1))
            .Run(request).ToDictionary(done => done.Datastream, done => done.Counts, StringComparer.Ordinal);

    private static IEnumerable<Procedure> Procedures(Station station) => station.Datastreams.SelectMany(d => d.Procedures.All);

    private void Measure(Station station, IReadOnlyList<double> ppb)
    {
        var (harmoniser, made) = (new Harmoniser(station, _time, _log.For<Harmoniser>()), new List<Harmonised>());
        for (var minute = 0; minute < ppb.Count; minute++)
        {
            var reading = new RawReading(0, ppb[minute], ReadingStatus.Ok);
            harmoniser.Harmonise(new ReadingSet(station.Sensor("nh3-1"), new ArrivalTime(_time.GetTimestamp(), Noon.AddMinutes(minute)), new[] { reading }), made);
        }

        _outbox.Append([.. made.Select(one =>
        {
            var fragment = new ArrayBufferWriter<byte>();
            BatchRow.Write(fragment, one.Observation);
            return new OutboxEntry(one.Observation.DatastreamId, one.Observation.ProcedureId, fragment.WrittenMemory);
        })]);
    }

    /// <summary>Minute, revision and calibrated ppb of every row held, in the order of the sequence.</summary>
    private List<(int, int, double)> Held()
    {
        var read = _outbox.ReadAfter(0, 1000, 1 << 20);
        var writer = new BatchWriter("vmm", "kalmthoutse-heide");
        var rows = new List<(int, int, double)>();
        foreach (var row in read.Rows)
        {
            writer.Begin(_outbox.Epoch);
            writer.TryAdd(row.Sequence, row.Datastream, row.Procedure, row.Fragment.Span);
            var message = new ArrayBufferWriter<byte>();
            writer.Complete(message);
            Assert.True(BatchReader.TryRead(message.WrittenSpan, out var batch, out var fault), fault.ToString());
            var one = batch.Datastreams[0].Rows[0];
            rows.Add((one.PhenomenonTime.Begin.Minute, one.Revision, Math.Round((one.Result ?? 0) / MicrogramsPerPpb, 9)));
        }

        return rows;
    }

    /// <summary>The Flemish station with another calibration of its analyser from a date on.</summary>
    private Station Calibrated(double slope, DateTimeOffset from)
    {
        var path = _folder.File("station.yaml");
        File.WriteAllText(path, RepositoryFile.Text("firmware-config/stations/kalmthoutse-heide.yaml").Replace(
            "validFrom: 2026-01-15T00:00:00Z\n            source: demonstration, no calibration gas was used",
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""
            validFrom: 2026-01-15T00:00:00Z
                        validTo: {{Iso8601.Format(from)}}
                        source: demonstration, no calibration gas was used
                      - {slope: {{slope}}, offset: 0, unit: "[ppb]", validFrom: {{Iso8601.Format(from)}}, source: laboratory}
            """),
            StringComparison.Ordinal));
        var (station, problems) = StationReader.Read(path, TestStations.Profiles, new ConfigurationPaths(null));
        Assert.True(station is not null, string.Join('\n', problems));
        return station;
    }
}
