using System.Runtime.CompilerServices;
using MeetNet.Ingest.Series;
using MeetNet.Observations;

namespace MeetNet.Ingest.Query;

/// <summary>
/// One hour or day of one datastream. The mean, minimum and maximum are over the usable values only: those with a result whose
/// flag is good (1), not evaluated (2) or suspect (3). Failed (4) and missing (9) ones are counted in
/// <see cref="Excluded"/> and nowhere else. An hour or day without a usable value has no mean and a data capture of 0.
/// </summary>
internal sealed record Aggregate
{
    public required DateTimeOffset Begin { get; init; }

    public required DateTimeOffset End { get; init; }

    public double? Mean { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    /// <summary>Usable values.</summary>
    public int Count { get; init; }

    /// <summary>Observations that are there and not usable.</summary>
    public int Excluded { get; init; }

    /// <summary>
    /// Values that the announced interval makes one expect, up to now while the hour or day lasts; null when the datastream
    /// announces no interval.
    /// </summary>
    public int? Expected { get; init; }

    /// <summary>Count as a percentage of <see cref="Expected"/>, 0 to 100, one decimal; null when nothing can be expected.</summary>
    public double? DataCapture { get; init; }

    /// <summary>The worst flag of everything in it, excluded ones too (ioos_qc: 9 &lt; 2 &lt; 1 &lt; 3 &lt; 4); 9 when empty.</summary>
    public QartodFlag Quality { get; init; }

    /// <summary>
    /// Whether the data capture is at least 75 %, which 2008/50/EC annex XI asks of an hourly and a daily value; null
    /// when it can't be told.
    /// </summary>
    public bool? Valid { get; init; }

    /// <summary>False while the hour or day still lasts.</summary>
    public bool Complete { get; init; }
}

/// <summary>Which values count: in the means of the query and in the bands of the alerts alike.</summary>
internal static class Usability
{
    /// <summary>True when there is a result and it is not flagged <i>fail</i> or <i>missing</i>.</summary>
    public static bool IsUsable(double? result, QartodFlag flag) =>
        result is not null && flag is QartodFlag.Good or QartodFlag.NotEvaluated or QartodFlag.Suspect;
}

/// <summary>Folds the observations of one datastream, in order of their begin, into hours or days.</summary>
internal static class AggregateFold
{
    /// <summary>2008/50/EC annex XI, table "percentage of valid data": one-hour values and daily values alike.</summary>
    internal const double ValidCapture = 75;

    /// <summary>
    /// Every bucket from <paramref name="from"/> until <paramref name="to"/> (both on a boundary) that has begun by
    /// <paramref name="now"/>: with or without observations. An observation belongs to the bucket in which it begins.
    /// </summary>
    public static async IAsyncEnumerable<Aggregate> FoldAsync(
        IAsyncEnumerable<SeriesPoint> points,
        Buckets buckets,
        DateTimeOffset from,
        DateTimeOffset to,
        TimeSpan? interval,
        DateTimeOffset now,
        [EnumeratorCancellation] CancellationToken stopping = default)
    {
        var bucket = new Tally(from, buckets.Next(from));
        await foreach (var point in points.WithCancellation(stopping))
        {
            while (point.Begin >= bucket.End && bucket.End < to)
            {
                yield return bucket.Close(interval, now);
                bucket = new Tally(bucket.End, buckets.Next(bucket.End));
            }
            bucket.Add(point);
        }
        while (bucket.Begin < to && bucket.Begin <= now)
        {
            yield return bucket.Close(interval, now);
            bucket = new Tally(bucket.End, buckets.Next(bucket.End));
        }
    }

    private sealed class Tally(DateTimeOffset begin, DateTimeOffset end)
    {
        private double _sum;
        private double _lost;       // what the additions so far have rounded away (Neumaier): a day of 10 s values stays exact to the last digit
        private double _minimum = double.PositiveInfinity;
        private double _maximum = double.NegativeInfinity;
        private int _count;
        private int _excluded;
        private QartodFlag _worst = QartodFlag.None;

        public DateTimeOffset Begin => begin;

        public DateTimeOffset End => end;

        public void Add(SeriesPoint point)
        {
            var flag = point.Flag;
            _worst = QartodFlags.Worst(_worst, flag);
            if (!Usability.IsUsable(point.Result, flag))
            {
                _excluded++;
                return;
            }

            var value = point.Result!.Value;
            var sum = _sum + value;
            _lost += Math.Abs(_sum) >= Math.Abs(value) ? _sum - sum + value : value - sum + _sum;
            _sum = sum;
            _minimum = Math.Min(_minimum, value);
            _maximum = Math.Max(_maximum, value);
            _count++;
        }

        public Aggregate Close(TimeSpan? interval, DateTimeOffset now)
        {
            int? expected = interval is { } known && known > TimeSpan.Zero
                ? (int)Math.Max(0, ((now < end ? now : end) - begin).Ticks / known.Ticks)
                : null;
            double? capture = expected is { } due && due > 0
                ? Math.Min(100, Math.Round(100.0 * _count / due, 1, MidpointRounding.AwayFromZero))
                : _count == 0 && expected is null ? 0 : null;
            var complete = now >= end;
            return new Aggregate
            {
                Begin = begin,
                End = end,
                Mean = _count > 0 ? (_sum + _lost) / _count : null,
                Minimum = _count > 0 ? _minimum : null,
                Maximum = _count > 0 ? _maximum : null,
                Count = _count,
                Excluded = _excluded,
                Expected = expected,
                DataCapture = capture,
                Quality = _worst == QartodFlag.None ? QartodFlag.Missing : _worst,
                Valid = capture is null ? null : capture >= ValidCapture,
                Complete = complete,
            };
        }
    }
}
