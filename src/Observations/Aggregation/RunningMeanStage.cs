namespace MeetNet.Observations.Aggregation;

/// <summary>
/// Hours to the means of eight hours that end at each hour, over the valid hours among the eight. Given when the last of the eight is over.
/// The hours come without a hole and begin seven hours before the first that is asked for.
/// </summary>
internal sealed class RunningMeanStage(IStage hours, DateTimeOffset firstEndsAfter, AggregateStatistic statistic, CaptureTimeline rules) : IStage
{
    /// <summary>Hours of a window.</summary>
    public const int Length = 8;

    private readonly Aggregate[] _window = new Aggregate[Length];
    private int _seen;

    public AggregatorState Next(out Aggregate aggregate)
    {
        while (true)
        {
            var state = hours.Next(out var hour);
            if (state != AggregatorState.Ready)
            {
                aggregate = default;
                return state;
            }

            _window[_seen % Length] = hour;
            _seen++;
            if (_seen >= Length && hour.Complete && hour.End > firstEndsAfter)
            {
                aggregate = Close(hour.End);
                return AggregatorState.Ready;
            }
        }
    }

    private Aggregate Close(DateTimeOffset end)
    {
        Tally tally = default;
        Extremes extremes = default;
        var (excluded, known, worst) = (0, true, QartodFlag.None);
        for (var i = 0; i < Length; i++)
        {
            ref readonly var hour = ref _window[(_seen + i) % Length];
            extremes.Add(hour);
            worst = QartodFlags.Worst(worst, hour.Quality);
            if (hour is { Mean: { } mean, Valid: not false })
            {
                tally.Add(statistic == AggregateStatistic.Total ? hour.Sum!.Value : mean, 1, statistic);
                known &= hour.Valid is not null;
            }
            else if (hour.Count + hour.Excluded > 0)
            {
                excluded++;
            }
        }

        var begin = end.AddHours(-Length);
        var rule = rules.At(begin);
        var (runningMean, sum, resultant) = tally.Close(statistic);
        return new Aggregate
        {
            Begin = begin,
            End = end,
            Mean = runningMean,
            Sum = sum,
            ResultantLength = resultant,
            Minimum = extremes.Lowest,
            MinimumTime = extremes.LowestAt,
            Maximum = extremes.Highest,
            MaximumTime = extremes.HighestAt,
            Count = tally.Count,
            Excluded = excluded,
            Expected = known ? Length : null,
            DataCapture = known ? Capture.Percentage(tally.Count, Length) : null,
            Quality = worst,
            Valid = known ? Capture.IsEnough(tally.Count, Length, rule.Minimum) : null,
            Complete = true,
            Basis = AggregateBasis.Hours,
            Rule = rule.Set,
        };
    }
}
