using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Linked;

/// <summary>The clock that other tests trust.</summary>
public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void It_stands_still_until_advanced_and_both_clocks_go_together()
    {
        var (utc, stamp) = (_time.GetUtcNow(), _time.GetTimestamp());
        Assert.Equal(utc, _time.GetUtcNow());
        _time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(TimeSpan.FromSeconds(90), _time.GetUtcNow() - utc);
        Assert.Equal(TimeSpan.FromSeconds(90), _time.GetElapsedTime(stamp));
        _time.StepWallClock(DateTimeOffset.UnixEpoch);
        Assert.Equal(DateTimeOffset.UnixEpoch, _time.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(90), _time.GetElapsedTime(stamp));
    }

    [Fact]
    public async Task Delays_end_at_their_time_and_not_before()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(10), _time);
        Assert.Equal(1, _time.PendingTimers);
        _time.Advance(TimeSpan.FromSeconds(9.999));
        Assert.False(delay.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually.DoneAsync(delay, "ten seconds");
        Assert.Equal(0, _time.PendingTimers);
        await Eventually.DoneAsync(Task.Delay(TimeSpan.Zero, _time), "no time");
    }

    [Fact]
    public async Task A_periodic_timer_ticks_once_per_period_that_is_waited_for()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        for (var i = 0; i < 3; i++)
        {
            var tick = timer.WaitForNextTickAsync().AsTask();
            Assert.False(tick.IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await Eventually.DoneAsync(tick, "a tick"));
        }
    }

    [Fact]
    public void A_cancellation_source_cancels_at_its_time_and_can_be_put_off()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(5), _time);
        _time.Advance(TimeSpan.FromSeconds(4));
        source.CancelAfter(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(source.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(source.IsCancellationRequested);
    }

    [Fact]
    public void Timers_fire_in_order_each_at_its_own_time()
    {
        var began = _time.GetUtcNow();
        var fired = new List<(string Name, double At)>();
        void Fire(object? name) => fired.Add(((string)name!, (_time.GetUtcNow() - began).TotalSeconds));
        using var late = _time.CreateTimer(Fire, "late", TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        using var often = _time.CreateTimer(Fire, "often", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        using var never = _time.CreateTimer(Fire, "never", TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        never.Dispose();
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal([("often", 2.0), ("often", 4.0), ("late", 5.0), ("often", 6.0)], fired);
        Assert.Equal(began.AddSeconds(6), _time.GetUtcNow());
    }

    [Fact]
    public void A_timer_set_by_a_timer_on_the_way_fires_too()
    {
        var fired = 0;
        ITimer? second = null;
        using var first = _time.CreateTimer(
            _ => second = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan),
            null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, fired);
        second?.Dispose();
    }
}
