using MeetNet.Gateway.Clock;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Observations;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Clock;

public sealed class StationClockTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly ResultQuality Stepped = ResultQuality.Suspect(QualityTests.ClockStepped);

    private readonly CollectingLogger _log = new();
    private readonly ManualTimeProvider _time = new(Noon);
    private readonly FakeHostClock _host = new();
    private readonly Station _station = TestStations.Flemish();

    [Fact]
    public void A_plausible_clock_is_believed_at_once_and_without_a_word()
    {
        var clock = Clock(ClockRule.Plausible);
        clock.Look();
        Assert.True(clock.IsKnown);
        Assert.Equal(default, clock.Judge(_station.Sensor("level-1"), Arrival()));
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void A_clock_from_before_the_program_is_not_believed_until_it_is_set()
    {
        _time.StepWallClock(new DateTimeOffset(1970, 1, 1, 0, 0, 30, TimeSpan.Zero));
        var clock = Clock(ClockRule.Plausible);
        clock.Look();
        Assert.False(clock.IsKnown);
        Assert.Equal(ResultQuality.Suspect(QualityTests.ClockUnsynchronised), clock.Judge(_station.Sensor("level-1"), Arrival()));
        _time.StepWallClock(Noon);
        clock.Look();

        // Setting it is no step of a clock that was known.
        Assert.True(clock.IsKnown);
        Assert.Equal(0, clock.View.Steps);
        Assert.Equal([101, 102], _log.Entries.Select(e => e.Id.Id));
    }

    [Fact]
    public void A_clock_that_must_be_synchronised_is_not_believed_because_it_looks_right()
    {
        var clock = Clock(ClockRule.Synchronised);
        clock.Look();
        Assert.False(clock.IsKnown);
        _host.IsSynchronised = null;
        clock.Look();
        Assert.False(clock.IsKnown);
        _host.IsSynchronised = true;
        clock.Look();
        Assert.True(clock.IsKnown);

        // It stays known: a clock that loses its source drifts, and is right to within seconds for days.
        _host.IsSynchronised = false;
        clock.Look();
        Assert.True(clock.IsKnown);
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    [InlineData(-2)]
    public void A_step_is_counted_and_told_once_and_the_first_value_of_each_instrument_shows_it(int seconds)
    {
        var clock = Clock(ClockRule.Plausible);
        clock.Look();
        Assert.Equal(default, clock.Judge(_station.Sensor("level-1"), Arrival()));
        _time.Advance(TimeSpan.FromSeconds(10));
        _time.StepWallClock(_time.GetUtcNow().AddSeconds(seconds));
        for (var i = 0; i < 3; i++)
        {
            clock.Look();
        }

        Assert.Equal(new ClockView(true, Noon, 1, seconds, _time.GetUtcNow()), clock.View);
        Assert.Equal(103, Assert.Single(_log.Entries).Id.Id);
        Assert.Equal(Stepped, clock.Judge(_station.Sensor("level-1"), Arrival()));
        Assert.Equal(Stepped, clock.Judge(_station.Sensor("pm-1"), Arrival()));
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(default, clock.Judge(_station.Sensor("level-1"), Arrival()));
    }

    [Fact]
    public void Times_that_are_given_a_second_time_are_in_doubt_and_so_is_what_arrived_before_the_step()
    {
        var clock = Clock(ClockRule.Plausible);
        var level = _station.Sensor("level-1");
        clock.Look();
        clock.Judge(level, Arrival());
        var before = Arrival();
        _time.Advance(TimeSpan.FromSeconds(1));
        _time.StepWallClock(_time.GetUtcNow().AddMinutes(-10));
        clock.Look();
        Assert.Equal(Stepped, clock.Judge(level, before));
        Assert.Equal(Stepped, clock.Judge(level, Arrival()));
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(Stepped, clock.Judge(level, Arrival()));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(default, clock.Judge(level, Arrival()));
    }

    [Fact]
    public void A_clock_that_is_slewed_does_not_step_however_long_nobody_looked()
    {
        var clock = Clock(ClockRule.Plausible);
        clock.Look();
        _time.Advance(TimeSpan.FromHours(12));
        _time.StepWallClock(_time.GetUtcNow() + (TimeSpan.FromHours(12) * 0.0005));
        clock.Look();
        Assert.Equal(0, clock.View.Steps);
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void The_kernel_tells_its_boot_and_whether_its_clock_is_synchronised()
    {
        var kernel = new KernelClock();
        Assert.True(Guid.TryParse(kernel.BootId, out _), kernel.BootId);
        Assert.Equal(kernel.BootId, new KernelClock().BootId);
        Assert.Equal(kernel.IsSynchronised, new KernelClock().IsSynchronised);
    }

    public void Dispose() => _log.Dispose();

    private StationClock Clock(ClockRule rule) => new(_time, _host, rule, _log.For<StationClock>());

    private ArrivalTime Arrival() => new(_time.GetTimestamp(), _time.GetUtcNow());
}
