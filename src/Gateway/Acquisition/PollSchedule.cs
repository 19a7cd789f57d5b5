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
    private int _last = -1;

    /// <param name="intervals">One per instrument; positive.</param>
    public PollSchedule(IReadOnlyList<TimeSpan> intervals, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfZero(intervals.Count);
        _time = time;
        _interval = [.. intervals.Select(Ticks)];
        _due = new long[_interval.Length];
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
            if (best < 0 || _due[index] < _due[best])
            {
                best = index;
            }
        }

        return (best, _time.GetElapsedTime(_time.GetTimestamp(), _due[best]));
    }

    /// <summary>The instrument has had its turn.</summary>
    public void Taken(int index)
    {
        _last = index;
        _due[index] += _interval[index];
        var late = _time.GetTimestamp() - _due[index];
        if (late < _interval[index])
        {
            return;
        }

        var missed = late / _interval[index];
        _due[index] += missed * _interval[index];
        Skipped += missed;
    }

    private long Ticks(TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        return Math.Max(1, (long)(interval.TotalSeconds * _time.TimestampFrequency));
    }
}
