namespace MeetNet.Observations.Aggregation;

/// <summary>
/// A sum that keeps what each addition rounds away (Neumaier, ZAMM 54 (1974) 39): a year of values at one-second steps stays exact to the last digit.
/// </summary>
internal struct CompensatedSum
{
    private double _sum;
    private double _lost;

    public readonly double Value => _sum + _lost;

    public void Add(double value)
    {
        var sum = _sum + value;
        _lost += Math.Abs(_sum) >= Math.Abs(value) ? _sum - sum + value : value - sum + _sum;
        _sum = sum;
    }
}

/// <summary>The lowest and highest of some values, and when: the earliest of equal ones.</summary>
internal struct Extremes
{
    private double _lowest;
    private double _highest;
    private long _lowestAt;
    private long _highestAt;
    private bool _any;

    public readonly double? Lowest => _any ? _lowest : null;

    public readonly double? Highest => _any ? _highest : null;

    public readonly DateTimeOffset? LowestAt => _any ? new DateTimeOffset(_lowestAt, TimeSpan.Zero) : null;

    public readonly DateTimeOffset? HighestAt => _any ? new DateTimeOffset(_highestAt, TimeSpan.Zero) : null;

    public void Add(double value, long at)
    {
        if (!_any || value < _lowest || (value == _lowest && at < _lowestAt))
        {
            (_lowest, _lowestAt) = (value, at);
        }

        if (!_any || value > _highest || (value == _highest && at < _highestAt))
        {
            (_highest, _highestAt) = (value, at);
        }

        _any = true;
    }

    /// <summary>The extremes of a part.</summary>
    public void Add(in Aggregate part)
    {
        if (part is { Minimum: { } lowest, MinimumTime: { } lowestAt, Maximum: { } highest, MaximumTime: { } highestAt })
        {
            Add(lowest, lowestAt.UtcTicks);
            Add(highest, highestAt.UtcTicks);
        }
    }
}

/// <summary>Weighted values coming together by one statistic.</summary>
internal struct Tally
{
    /// <summary>A resultant shorter than this is rounding: sines and cosines are good to 10⁻¹⁶ each.</summary>
    private const double NoDirection = 1e-9;

    private CompensatedSum _first;      // the values; of directions, the cosines
    private CompensatedSum _second;     // of directions, the sines
    private double _weights;

    public int Count { get; private set; }

    public void Add(double value, double weight, AggregateStatistic statistic)
    {
        Count++;
        _weights += weight;
        if (statistic == AggregateStatistic.Direction)
        {
            var (sine, cosine) = Math.SinCos(value * (Math.PI / 180));
            _first.Add(weight * cosine);
            _second.Add(weight * sine);
        }
        else
        {
            _first.Add(weight * value);
        }
    }

    /// <summary>The mean, the sum and the resultant length that the statistic has; null where there is none, or none that is finite.</summary>
    public readonly (double? Mean, double? Sum, double? Resultant) Close(AggregateStatistic statistic)
    {
        if (Count == 0 || _weights <= 0)
        {
            return default;
        }

        if (statistic != AggregateStatistic.Direction)
        {
            return (Finite(_first.Value / _weights), statistic == AggregateStatistic.Total ? Finite(_first.Value) : null, null);
        }

        var resultant = Math.Min(1, Math.Sqrt((_first.Value * _first.Value) + (_second.Value * _second.Value)) / _weights);
        var degrees = Math.Atan2(_second.Value, _first.Value) * (180 / Math.PI);
        degrees = degrees < 0 ? degrees + 360 : degrees;
        return (resultant < NoDirection ? null : degrees >= 360 ? 0 : degrees, null, resultant);
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>Data capture, and whether it is enough.</summary>
internal static class Capture
{
    /// <summary>Percentage with one decimal, rounded down and never above 100; null when nothing is expected.</summary>
    public static double? Percentage(long count, long? expected) =>
        expected is { } due && due > 0 ? Math.Min(1000, 1000 * count / due) / 10.0 : count == 0 && expected is null ? 0 : null;

    /// <summary>Whether a count is the asked percentage; null when it can't be told. Compared exactly, not as the rounded percentage.</summary>
    public static bool? IsEnough(long count, long? expected, double minimum) =>
        expected is { } due ? due > 0 ? 100.0 * count >= minimum * due : null : count == 0 ? false : null;
}
