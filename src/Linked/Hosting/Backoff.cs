namespace MeetNet.Hosting;

/// <summary>How long to wait before the next try.</summary>
/// <param name="First">The ceiling of the first wait; it doubles with each try.</param>
/// <param name="Cap">The highest ceiling.</param>
internal sealed record BackoffLimits(TimeSpan First, TimeSpan Cap)
{
    /// <summary>For a line: a replugged instrument is back within 5 s.</summary>
    public static BackoffLimits Line { get; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));

    /// <summary>For a broker: a fleet that lost it must not come back in one wave.</summary>
    public static BackoffLimits Network { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));

    /// <summary>For a disk; short, because what is refused meanwhile depends on it.</summary>
    public static BackoffLimits Disk { get; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));
}

/// <summary>
/// Exponential back-off with full jitter: a wait drawn evenly from a tenth of <see cref="BackoffLimits.First"/> up to
/// First × 2ⁿ, at most the cap. (The lower bound keeps a lucky draw from becoming a busy loop.) One loop's own object.
/// </summary>
internal sealed class Backoff
{
    private readonly BackoffLimits _limits;
    private readonly Random _random;
    private readonly TimeProvider _time;
    private int _tries;

    public Backoff(BackoffLimits limits, Random random, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limits.First, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.Cap, limits.First);
        _limits = limits;
        _random = random;
        _time = time;
    }

    /// <summary>Tries since the last success.</summary>
    public int Tries => _tries;

    /// <summary>Draws the next wait and raises the ceiling.</summary>
    public TimeSpan Next()
    {
        var ceiling = Math.Min(_limits.Cap.TotalSeconds, _limits.First.TotalSeconds * Math.Pow(2, Math.Min(_tries, 62)));
        _tries = Math.Min(_tries + 1, int.MaxValue - 1);
        var floor = _limits.First.TotalSeconds / 10;
        return TimeSpan.FromSeconds(floor + (_random.NextDouble() * (ceiling - floor)));
    }

    /// <summary>Waits as <see cref="Next"/> says.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(Next(), _time, cancellationToken);

    /// <summary>After a success: the next wait is short again.</summary>
    public void Reset() => _tries = 0;
}
