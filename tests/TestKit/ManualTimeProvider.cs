namespace MeetNet.TestKit;

/// <summary>
/// A clock that stands still until <see cref="Advance"/>. It drives <c>Task.Delay(…, provider)</c>, <c>PeriodicTimer</c>,
/// <c>CancellationTokenSource(TimeSpan, provider)</c> and <see cref="TimeProvider.CreateTimer"/>. Timer callbacks run on the
/// thread that advances, in order of their due time, with the clock standing at that time. Thread-safe.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _utc;
    private long _ticks;
    private long _created;

    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero))
    {
    }

    public ManualTimeProvider(DateTimeOffset start) => _utc = start.ToUniversalTime();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Timers that are set and have not fired: a test can wait until the code under test has begun to wait.</summary>
    public int PendingTimers
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count(t => t.Due is not null);
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _utc;
        }
    }

    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return _ticks;
        }
    }

    /// <summary>Lets time pass: wall clock and monotonic clock together, firing every timer that falls due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long end;
        lock (_lock)
        {
            end = _ticks + by.Ticks;
        }
        while (NextDue(end) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>Sets the wall clock alone, as NTP or a technician would; timers and the monotonic clock do not notice.</summary>
    public void StepWallClock(DateTimeOffset to)
    {
        lock (_lock)
        {
            _utc = to.ToUniversalTime();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? NextDue(long end)
    {
        lock (_lock)
        {
            var next = _timers.Where(t => t.Due <= end).OrderBy(t => t.Due).ThenBy(t => t.Order).FirstOrDefault();
            var to = Math.Max(next?.Due ?? end, _ticks);
            _utc += TimeSpan.FromTicks(to - _ticks);
            _ticks = to;
            next?.Rearm();
            return next;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long? Due { get; private set; }

        public long Order { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                _period = period;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._ticks + dueTime.Ticks;
                Order = clock._created++;
                if (Due is not null)
                {
                    clock._timers.Add(this);
                }
            }
            if (dueTime == TimeSpan.Zero)
            {
                clock.Advance(TimeSpan.Zero);
            }
            return true;
        }

        /// <summary>Called in the clock's lock: sets the next due time before the callback runs, so that it may change it.</summary>
        public void Rearm()
        {
            if (_period > TimeSpan.Zero)
            {
                Due += _period.Ticks;
                Order = clock._created++;
            }
            else
            {
                Due = null;
                clock._timers.Remove(this);
            }
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._lock)
            {
                Due = null;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
