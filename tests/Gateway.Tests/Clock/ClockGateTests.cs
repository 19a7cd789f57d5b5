using System.Threading.Channels;
using MeetNet.Devices;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Clock;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Observations;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Clock;

/// <summary>A gateway without a battery-backed clock starts in 1970 and measures at once; the network, and with it the time, comes later.</summary>
public sealed class ClockGateTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Epoch = DateTimeOffset.UnixEpoch.AddSeconds(30);

    private readonly CollectingLogger _log = new();
    private readonly TemporaryFolder _folder = new();
    private readonly Station _station = TestStations.Flemish();

    [Fact]
    public async Task What_was_measured_before_the_time_was_known_gets_its_time_and_goes_before_what_came_after()
    {
        using var run = new Run(this, Epoch);
        run.Measure(1);
        run.Time.Advance(TimeSpan.FromMinutes(1));
        run.Measure(2);
        await run.HeldAsync(2);
        Assert.Empty(run.Passed);

        // A minute later the network is there: it is 12:00.
        run.Time.Advance(TimeSpan.FromMinutes(1));
        run.Time.StepWallClock(Noon);
        run.Measure(3);
        run.Input.Complete();
        await run.EndAsync();
        Assert.Equal([1.0, 2.0, 3.0], run.Passed.Select(s => s.Readings.Span[0].Value));
        Assert.Equal([Noon.AddMinutes(-2), Noon.AddMinutes(-1), Noon], run.Passed.Select(s => s.SampledAt.Utc));
        Assert.All(run.Passed, s => Assert.Equal(default, s.Clock));
        Assert.Equal(new ClockGateBooks(2, 2, 0, 0), run.Gate.Books);
    }

    [Fact]
    public async Task The_time_is_looked_for_also_when_nothing_more_is_measured()
    {
        using var run = new Run(this, Epoch);
        run.Measure(1);
        await run.HeldAsync(1);
        run.Time.StepWallClock(Noon);
        await run.LookAsync(1);
        run.Input.Complete();
        await run.EndAsync();
    }

    [Fact]
    public async Task A_program_that_is_started_again_in_the_same_boot_gives_them_the_same_time_twice_at_most()
    {
        using var run = new Run(this, Epoch);
        run.Measure(1);
        await run.HeldAsync(1);
        run.Input.Complete();
        await run.EndAsync();
        Assert.Empty(run.Passed);

        // Started again; the time comes; killed when the set was on its way and not stored yet.
        run.Time.Advance(TimeSpan.FromMinutes(5));
        run.Time.StepWallClock(Noon);
        using var second = new Run(this, run.Time, "boot-1", stores: false);
        await Eventually.TrueAsync(() => second.Passed.Count == 1, "the set to be released");
        await second.KillAsync();

        // The third time the clocks have drifted apart by a little.
        run.Time.Advance(TimeSpan.FromMinutes(5));
        run.Time.StepWallClock(run.Time.GetUtcNow().AddMilliseconds(3));
        using var third = new Run(this, run.Time, "boot-1");
        third.Input.Complete();
        await third.EndAsync();
        Assert.Equal(Noon.AddMinutes(-5), Assert.Single(second.Passed).SampledAt.Utc);
        Assert.Equal(Noon.AddMinutes(-5), Assert.Single(third.Passed).SampledAt.Utc);
        Assert.Equal(0, third.Gate.Books.Waiting);
    }

    [Fact]
    public async Task What_waited_when_the_machine_was_started_again_has_no_time_and_no_result()
    {
        using var run = new Run(this, Epoch);
        run.Measure(17.3);
        await run.HeldAsync(1);
        run.Input.Complete();
        await run.EndAsync();

        using var second = new Run(this, new ManualTimeProvider(Noon), "boot-2");
        second.Input.Complete();
        await second.EndAsync();
        var set = Assert.Single(second.Passed);
        Assert.Equal(ResultQuality.Missing(QualityTests.ClockLost), set.Clock);
        var observations = new List<Harmonised>();
        new Harmoniser(_station, second.Time, _log.For<Harmoniser>()).Harmonise(set, observations);
        var observation = Assert.Single(observations).Observation;
        Assert.Equal((null, QartodFlag.Missing, "clock:lost", 17.3), (observation.Result, observation.Quality.Flag, observation.Quality.Tests, observation.Raw));
    }

    [Fact]
    public async Task A_message_that_waits_for_the_time_is_on_the_disk_and_keeps_all_that_it_said()
    {
        using var run = new Run(this, Epoch);
        var receipt = new Receipt();
        var node = _station.Sensor("surface-1");
        var stamp = new DeviceTime(new DateTime(2026, 11, 21, 12, 0, 0), null);
        RawReading[] readings = [new(0, 16.95, ReadingStatus.Ok) { Time = stamp }, new(1, double.NaN, ReadingStatus.Missing)];
        run.Input.TryWrite(new ReadingSet(node, run.Now, readings, stamp, Noon, "a reason", receipt));
        await Eventually.DoneAsync(receipt.Stored, "the receipt");
        run.Time.StepWallClock(Noon);
        await run.LookAsync(1);
        run.Input.Complete();
        await run.EndAsync();
        var set = Assert.Single(run.Passed);
        Assert.Equal(readings, set.Readings.ToArray());
        Assert.Equal((node, (DeviceTime?)stamp, (DateTimeOffset?)Noon, "a reason"), (set.Instrument, set.DeviceTime, set.NetworkTime, set.Reason));
    }

    [Fact]
    public async Task A_damaged_file_is_set_aside_and_said()
    {
        _log.Expect(e => e.Id.Id == 106);
        await File.WriteAllBytesAsync(_folder.File(ClockGate.FileName), Enumerable.Range(0, 8192).Select(i => (byte)(i % 251)).ToArray());
        using var run = new Run(this, Noon);
        run.Measure(1);
        run.Input.Complete();
        await run.EndAsync();
        Assert.Single(run.Passed);
        Assert.Contains(_log.Entries, e => e.Id.Id == 106);
        Assert.True(File.Exists(_folder.File(ClockGate.FileName + ".damaged")));
    }

    [Fact]
    public async Task Where_nothing_can_be_kept_values_go_on_and_are_suspect()
    {
        // A folder where the file should be: it can't be opened.
        Directory.CreateDirectory(_folder.File("undated.db/x"));
        using var run = new Run(this, Epoch);
        run.Measure(1);
        await Eventually.TrueAsync(() => run.Passed.Count == 1, "the set to go on");
        run.Input.Complete();
        await run.EndAsync();
        Assert.Equal(ResultQuality.Suspect(QualityTests.ClockUnsynchronised), run.Passed[0].Clock);
        Assert.Contains(_log.Entries, e => e.Id.Id == 105);
    }

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    /// <summary>One run of the program; what passes the gate is stored, unless the test says otherwise.</summary>
    private sealed class Run : IDisposable
    {
        private readonly Channel<ReadingSet> _channel = Channel.CreateUnbounded<ReadingSet>();
        private readonly CancellationTokenSource _kill = new();
        private readonly List<ReadingSet> _passed = [];
        private readonly UndatedSets _undated;
        private readonly ClockGateTests _test;
        private readonly Task _reading;

        public Run(ClockGateTests test, DateTimeOffset wall)
            : this(test, new ManualTimeProvider(wall), "boot-1")
        {
        }

        public Run(ClockGateTests test, ManualTimeProvider time, string boot, bool stores = true)
        {
            (_test, Time) = (test, time);
            _undated = new UndatedSets(test._folder.File(ClockGate.FileName), test._station);
            var clock = new StationClock(time, new FakeHostClock(boot), ClockRule.Plausible, test._log.For<StationClock>());
            Gate = new ClockGate(clock, _undated, time, test._log.For<ClockGate>());
            _reading = Task.Run(() => ReadAsync(stores));
        }

        public ManualTimeProvider Time { get; }

        public ClockGate Gate { get; }

        public ChannelWriter<ReadingSet> Input => _channel.Writer;

        public ArrivalTime Now => new(Time.GetTimestamp(), Time.GetUtcNow());

        public IReadOnlyList<ReadingSet> Passed
        {
            get
            {
                lock (_passed)
                {
                    return [.. _passed];
                }
            }
        }

        public void Measure(double value) =>
            Assert.True(Input.TryWrite(new ReadingSet(_test._station.Sensor("level-1"), Now, new[] { new RawReading(0, value, ReadingStatus.Ok) })));

        public Task HeldAsync(int sets) => Eventually.TrueAsync(() => Gate.Books.Waiting == sets, $"{sets} sets to be held");

        /// <summary>Lets seconds pass until so many sets have passed.</summary>
        public Task LookAsync(int sets) => Eventually.TrueAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                return Passed.Count == sets;
            },
            $"{sets} sets to be released");

        public async Task EndAsync()
        {
            await Eventually.DoneAsync(_reading, "the gate to end");
            Dispose();
        }

        public async Task KillAsync()
        {
            await _kill.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _reading);
            Dispose();
        }

        public void Dispose()
        {
            _kill.Dispose();
            _undated.Dispose();
        }

        private async Task ReadAsync(bool stores)
        {
            await foreach (var set in Gate.ReadAsync(_channel.Reader, _kill.Token))
            {
                lock (_passed)
                {
                    _passed.Add(set);
                }

                if (stores)
                {
                    set.Receipt?.Done();
                }
            }
        }
    }
}
