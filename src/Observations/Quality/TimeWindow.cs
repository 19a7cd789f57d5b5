namespace MeetNet.Observations.Quality;

/// <summary>
/// The values of the last stretch of time, summed up, in a fixed amount of memory however many there are: the stretch is kept
/// in slots of one sixtieth of it. It reaches back for the length asked for and at most one slot more.
/// </summary>
internal sealed class TimeWindow
{
    private const int Slots = 60;

    // The slots of a full length, and the one that its begin falls into.
    private readonly WindowSummary[] _slots = new WindowSummary[Slots + 1];
    private readonly long _length;
    private readonly long _slotLength;
    private long _newest;
    private long _first;
    private long _last;
    private WindowSummary _older;
    private WindowSummary _current;

    public TimeWindow(TimeSpan length)
    {
        _length = length.Ticks;
        _slotLength = Math.Max(1, (_length + Slots - 1) / Slots);
        Clear();
    }

    /// <summary>Whether values have been seen over the whole length.</summary>
    public bool IsFull => _last - _first >= _length;

    /// <summary>All values of the stretch.</summary>
    public WindowSummary Summary => WindowSummary.Merge(_older, _current);

    public void Clear()
    {
        Array.Clear(_slots);
        (_newest, _first, _last) = (-1, long.MaxValue, long.MaxValue);
        (_older, _current) = (default, default);
    }

    /// <summary>Adds a value that is later than those before.</summary>
    public void Add(long at, double value)
    {
        var slot = at / _slotLength;
        if (slot != _newest)
        {
            Turn(slot);
        }

        _current = _current.With(value);
        _first = _first == long.MaxValue ? at : _first;
        _last = at;
    }

    private void Turn(long slot)
    {
        if (_newest >= 0)
        {
            _slots[_newest % _slots.Length] = _current;
        }

        // Slots that were passed over hold nothing; after more than a whole round none does.
        for (var passed = Math.Max(_newest + 1, slot - Slots); passed <= slot; passed++)
        {
            _slots[passed % _slots.Length] = default;
        }

        (_newest, _current, _older) = (slot, default, default);
        for (var back = 1; back <= Slots && back <= slot; back++)
        {
            _older = WindowSummary.Merge(_older, _slots[(slot - back) % _slots.Length]);
        }
    }
}

/// <summary>Number, mean, sum of squared deviations, least and greatest of some values. The default is of none.</summary>
internal readonly record struct WindowSummary(long Count, double Mean, double Deviations, double Least, double Greatest)
{
    /// <summary>Greatest less least; 0 of none.</summary>
    public double Range => Greatest - Least;

    /// <summary>Of the population; 0 of none.</summary>
    public double StandardDeviation => Count == 0 ? 0 : Math.Sqrt(Deviations / Count);

    public WindowSummary With(double value) => Merge(this, new WindowSummary(1, value, 0, value, value));

    /// <summary>Chan, Golub and LeVeque (1979), pairwise update: no cancellation of large squares.</summary>
    public static WindowSummary Merge(in WindowSummary left, in WindowSummary right)
    {
        if (left.Count == 0 || right.Count == 0)
        {
            return left.Count == 0 ? right : left;
        }

        var count = left.Count + right.Count;
        var difference = right.Mean - left.Mean;
        return new WindowSummary(
            count,
            left.Mean + (difference * right.Count / count),
            left.Deviations + right.Deviations + (difference * difference * left.Count * right.Count / count),
            Math.Min(left.Least, right.Least),
            Math.Max(left.Greatest, right.Greatest));
    }
}
