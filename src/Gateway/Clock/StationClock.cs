using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Observations;

namespace MeetNet.Gateway.Clock;

/// <summary>What makes a wall clock believed after a boot.</summary>
internal enum ClockRule
{
    /// <summary>It shows a time after this program was written.</summary>
    Plausible,

    /// <summary>That, and the kernel says that it is synchronised.</summary>
    Synchronised,
}

/// <param name="Known">Whether the time is known.</param>
/// <param name="Since">Since when, by this clock.</param>
/// <param name="Steps">How often the clock was set while it was known.</param>
/// <param name="LastStepSeconds">By how much the last time; null when never.</param>
/// <param name="LastStep">When, by the clock after it; null when never.</param>
internal sealed record ClockView(bool Known, DateTimeOffset Since, long Steps, double? LastStepSeconds, DateTimeOffset? LastStep);

/// <summary>
/// Whether the time is known, and whether it was set while it was. The monotonic clock runs evenly from the boot on; how far the wall clock is from it changes only when somebody sets the wall clock.
/// Once known in a run of the machine the time stays known: a clock that loses its source drifts, which is another matter. For one loop; <see cref="View"/> for anyone.
/// </summary>
internal sealed class StationClock
{
    /// <summary>A smaller change is not told: shorter than the shortest interval of measurements, and NTP makes up for it without a step (less than 0.128 s) in most cases.</summary>
    public static readonly TimeSpan LeastStep = TimeSpan.FromSeconds(1);

    /// <summary>No wall clock that has been set shows a time before this program was written.</summary>
    public static readonly DateTimeOffset EarliestPlausible = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The kernel slews a clock by at most 500 parts in a million (adjtimex(2)), and crystals are off by less than that: no step.</summary>
    private const double LargestDrift = 1e-3;

    /// <summary>Two readings are one when no more than this lies between them: a tenth of a step.</summary>
    private static readonly TimeSpan Together = LeastStep / 10;

    private const int ReadAttempts = 10;

    private readonly TimeProvider _time;
    private readonly IHostClock _host;
    private readonly ClockRule _rule;
    private readonly ILogger<StationClock> _log;
    private readonly HashSet<Instrument> _heardSinceStep = [];
    private long? _lookedAt;
    private long? _steppedAt;
    private DateTimeOffset _latest;
    private DateTimeOffset _givenBefore;
    private volatile ClockView _view;

    public StationClock(TimeProvider time, IHostClock host, ClockRule rule, ILogger<StationClock> log)
    {
        (_time, _host, _rule, _log) = (time, host, rule, log);
        _view = new ClockView(false, time.GetUtcNow(), 0, null, null);
    }

    /// <summary>This run of the machine.</summary>
    public string BootId => _host.BootId;

    public ClockView View => _view;

    public bool IsKnown => _view.Known;

    /// <summary>How far the wall clock is from the monotonic one: to be added to <see cref="Monotonic"/>.</summary>
    public TimeSpan Offset { get; private set; }

    /// <summary>Time since some moment of the boot, of an arrival.</summary>
    public TimeSpan Monotonic(ArrivalTime arrival) => _time.GetElapsedTime(0, arrival.Monotonic);

    /// <summary>Looks at both clocks. On a machine that is too busy to read them one right after the other nothing is concluded.</summary>
    public void Look()
    {
        if (!TryRead(out var monotonic, out var now))
        {
            return;
        }

        var offset = OffsetOf(new ArrivalTime(monotonic, now));
        var step = offset - Offset;
        var allowed = LeastStep + (_lookedAt is { } before ? _time.GetElapsedTime(before, monotonic) * LargestDrift : TimeSpan.Zero);
        var stepped = _lookedAt is not null && step.Duration() > allowed;
        var first = _lookedAt is null;
        (Offset, _lookedAt) = (offset, monotonic);
        if (!IsKnown)
        {
            Settle(now, first);
        }
        else if (stepped)
        {
            _steppedAt = monotonic;
            _view = _view with { Steps = _view.Steps + 1, LastStepSeconds = step.TotalSeconds, LastStep = now };
            _givenBefore = _latest;
            _heardSinceStep.Clear();
            Log.ClockStepped(_log, step.TotalSeconds, now);
        }
    }

    /// <summary>
    /// What is to be said of the time of something that arrived. After a step these are in doubt: what arrived before it and comes now; what has a time that was given before, when the clock was set back;
    /// and the first of each instrument, so that every series shows where it was.
    /// </summary>
    public ResultQuality Judge(Instrument instrument, ArrivalTime arrival)
    {
        if (!IsKnown)
        {
            return ResultQuality.Suspect(QualityTests.ClockUnsynchronised);
        }

        var isOld = arrival.Monotonic < _steppedAt;
        var isRepeated = arrival.Utc <= _givenBefore;
        var isFirst = _view.Steps > 0 && _heardSinceStep.Add(instrument);
        _latest = arrival.Utc > _latest && !isOld ? arrival.Utc : _latest;
        return isOld || isRepeated || isFirst ? ResultQuality.Suspect(QualityTests.ClockStepped) : default;
    }

    /// <summary>The wall clock between two readings of the monotonic one that are next to each other: a thread that was put aside in between would see a step.</summary>
    private bool TryRead(out long monotonic, out DateTimeOffset now)
    {
        for (var attempt = 0; attempt < ReadAttempts; attempt++)
        {
            monotonic = _time.GetTimestamp();
            now = _time.GetUtcNow();
            if (_time.GetElapsedTime(monotonic) < Together)
            {
                return true;
            }
        }

        (monotonic, now) = (0, default);
        return false;
    }

    private void Settle(DateTimeOffset now, bool first)
    {
        if (now >= EarliestPlausible && (_rule == ClockRule.Plausible || _host.IsSynchronised == true))
        {
            _view = _view with { Known = true, Since = now };
            if (!first)
            {
                Log.ClockKnown(_log, now);
            }
        }
        else if (first)
        {
            Log.ClockUnknown(_log, now);
        }
    }

    private TimeSpan OffsetOf(ArrivalTime arrival) => TimeSpan.FromTicks(arrival.Utc.Ticks) - Monotonic(arrival);
}
