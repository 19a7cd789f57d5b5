namespace MeetNet.Observations.Aggregation;

/// <summary>Samples to periods without a hole between them: a sample belongs to the period in which it begins.</summary>
internal sealed class SampleStage(SampleFeed feed, PeriodCalendar calendar, StageSettings settings, CaptureTimeline rules) : IStage
{
    private readonly long _from = settings.From.UtcTicks;
    private Period _period = calendar.At(settings.From);
    private Tally _tally;
    private Extremes _extremes;
    private int _excluded;
    private QartodFlag _worst;

    public AggregatorState Next(out Aggregate aggregate)
    {
        aggregate = default;
        if (_period.Begin >= settings.To)
        {
            return AggregatorState.Done;
        }

        TakePending();
        if (feed.Pending.IsEmpty)
        {
            if (!feed.HasEnded)
            {
                return AggregatorState.NeedsSamples;
            }

            if (_period.Begin > settings.Now && _worst == QartodFlag.None)
            {
                return AggregatorState.Done;
            }
        }

        aggregate = Close();
        (_period, _tally, _extremes, _excluded, _worst) = (calendar.At(_period.End), default, default, 0, QartodFlag.None);
        return AggregatorState.Ready;
    }

    private void TakePending()
    {
        var samples = feed.Pending;
        var (begin, end) = (_period.Begin.UtcTicks, _period.End.UtcTicks);
        var taken = 0;
        for (; taken < samples.Length && samples[taken].Begin < end; taken++)
        {
            ref readonly var sample = ref samples[taken];
            if (sample.Begin >= begin)
            {
                Add(sample);
            }
            else if (sample.Begin >= _from)
            {
                throw new InvalidOperationException("Samples come in the order of the periods in which they begin.");
            }
        }

        feed.Take(taken);
    }

    private void Add(in Sample sample)
    {
        if (sample.Flag != _worst)
        {
            _worst = QartodFlags.Worst(_worst, sample.Flag);
        }

        if (!sample.IsUsable)
        {
            _excluded++;
            return;
        }

        _tally.Add(sample.Value, sample.Weight, settings.Statistic);
        if (settings.Statistic != AggregateStatistic.Direction)
        {
            _extremes.Add(sample.Value, sample.Begin);
        }
    }

    private Aggregate Close()
    {
        var until = settings.Now < _period.End ? settings.Now : _period.End;
        long? expected = settings.Interval is { } known && known > TimeSpan.Zero ? Math.Max(0, (until - _period.Begin).Ticks / known.Ticks) : null;
        var rule = rules.At(_period.Begin);
        var (mean, sum, resultant) = _tally.Close(settings.Statistic);
        var enough = Capture.IsEnough(_tally.Count, expected, rule.Minimum);
        return new Aggregate
        {
            Begin = _period.Begin,
            End = _period.End,
            Mean = mean,
            Sum = sum,
            ResultantLength = resultant,
            Minimum = _extremes.Lowest,
            MinimumTime = _extremes.LowestAt,
            Maximum = _extremes.Highest,
            MaximumTime = _extremes.HighestAt,
            Count = _tally.Count,
            Excluded = _excluded,
            Expected = expected,
            DataCapture = Capture.Percentage(_tally.Count, expected),
            Quality = _worst == QartodFlag.None ? QartodFlag.Missing : _worst,

            // Observations do not say which part of a year they were expected in: what is too little is known, enough is not.
            Valid = enough == true && rule.Parts != YearParts.None ? null : enough,
            Complete = settings.Now >= _period.End,
            Basis = AggregateBasis.Observations,
            Rule = rule.Set,
        };
    }
}
