namespace MeetNet.Gateway.Acquisition;

/// <summary>
/// Whose turn it is on a line that several polled instruments share. Each has its own interval; due times are multiples of the interval from a
/// common start, so a slow exchange delays a poll but never shifts the ones after it. A turn that was missed entirely is skipped, not made up for.
/// </summary>
/// <remarks>Not thread-safe: one line, one arbiter, one schedule.</remarks>
internal sealed class PollSchedule
{
    private readonly TimeProvider _time;
    private readonly long[] _interval;
    private readonly long[] _due;
    private readonly long?[] _resume;
    private int _last = -1;

    /// <param name="intervals">One per instrument; positive.</param>
    public PollSchedule(IReadOnlyList<TimeSpan> intervals, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfZero(intervals.Count);
        _time = time;
        _interval = [.. intervals.Select(Ticks)];
        _due = new long[_interval.Length];
        _resume = new long?[_interval.Length];
        Array.Fill(_due, time.GetTimestamp());
    }

    /// <summary>Polls that were skipped because their line was busy for more than an interval.</summary>
    public long Skipped { get; private set; }

    /// <summary>The instrument whose turn is next and how long until then (zero or less: now). Of two that are due together, the one that waited longer since its last turn.</summary>
    public (int Index, TimeSpan Wait) Next()
    {
        var best = -1;
        for (var step = 1; step <= _due.Length; step++)
        {
            var index = (_last + step) % _due.Length;
            if (best < 0 || DueAt(index) < DueAt(best))
            {
                best = index;
            }
        }

        return (best, _time.GetElapsedTime(_time.GetTimestamp(), DueAt(best)));
    }

    /// <summary>The instrument has had its turn.</summary>
    /// <param name="leaveOut">Turns that it is not to have after this one, because it would only cost the others time.</param>
    /// <returns>How many turns were used up: this one, those that were missed, and those left out.</returns>
    public long Taken(int index, long leaveOut = 0)
    {
        _last = index;
        _resume[index] = null;
        _due[index] += (1 + leaveOut) * _interval[index];
        var late = _time.GetTimestamp() - _due[index];
        if (late < _interval[index])
        {
            return 1 + leaveOut;
        }

        var missed = late / _interval[index];
        _due[index] += missed * _interval[index];
        Skipped += missed;
        return 1 + leaveOut + missed;
    }

    /// <summary>The instrument has had the first part of its turn and goes on with it after that time.</summary>
    public void Postpone(int index, TimeSpan wait)
    {
        _last = index;
        _resume[index] = _time.GetTimestamp() + (wait > TimeSpan.Zero ? Ticks(wait) : 0);
    }

    private long DueAt(int index) => _resume[index] ?? _due[index];

    private long Ticks(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        return Math.Max(1, (long)(interval.TotalSeconds * _time.TimestampFrequency));
    }
}
