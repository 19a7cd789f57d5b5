namespace MeetNet.Observations.Aggregation;

/// <summary>
/// Samples of long intervals to periods of another length: each counts in every period that it overlaps, weighted by the overlap. This is how a
/// series by calendar month and one by four weeks become comparable; their labels never are. Instants have no length and do not count.
/// </summary>
internal sealed class OverlapStage(SampleFeed feed, PeriodCalendar calendar, StageSettings settings, CaptureTimeline rules) : IStage
{
    private readonly Queue<Entry> _open = new();
    private Period _next = calendar.At(settings.From);

    public AggregatorState Next(out Aggregate aggregate)
    {
        aggregate = default;
        if (_open.Count == 0 && !TryOpen())
        {
            return AggregatorState.Done;
        }

        var front = _open.Peek();
        TakePending(front);
        if (feed.Pending.IsEmpty && !feed.HasEnded)
        {
            return AggregatorState.NeedsSamples;
        }

        if (feed.Pending.IsEmpty && front.Period.Begin > settings.Now && front.Worst == QartodFlag.None)
        {
            return AggregatorState.Done;
        }

        aggregate = Close(_open.Dequeue());
        return AggregatorState.Ready;
    }

    private bool TryOpen()
    {
        if (_next.Begin >= settings.To)
        {
            return false;
        }

        _open.Enqueue(new Entry(_next));
        _next = calendar.At(_next.End);
        return true;
    }

    private void TakePending(Entry front)
    {
        var samples = feed.Pending;
        var taken = 0;
        for (; taken < samples.Length && samples[taken].Begin < front.End; taken++)
        {
            ref readonly var sample = ref samples[taken];
            if (sample.Begin >= front.Begin && sample.End <= front.End)
            {
                front.Add(sample, sample.End - sample.Begin, settings.Statistic);
            }
            else
            {
                Share(sample);
            }
        }

        feed.Take(taken);
    }

    /// <summary>Gives each period that the sample overlaps its part.</summary>
    private void Share(in Sample sample)
    {
        while (sample.End > _next.Begin.UtcTicks && TryOpen())
        {
        }

        foreach (var entry in _open)
        {
            var overlap = Math.Min(sample.End, entry.End) - Math.Max(sample.Begin, entry.Begin);
            if (overlap > 0)
            {
                entry.Add(sample, overlap, settings.Statistic);
            }
        }
    }

    private Aggregate Close(Entry entry)
    {
        var (begin, end) = entry.Period;
        var until = settings.Now < end ? settings.Now : end;
        var due = Math.Max(0, (until - begin).Ticks);
        var rule = rules.At(begin);
        var (mean, _, resultant) = entry.Tally.Close(settings.Statistic);

        // Ticks of four weeks times 1000 stay far within a long; overlapping intervals can cover more than there is.
        var covered = Math.Min(entry.Covered, due);
        var enough = Capture.IsEnough(covered, due, rule.Minimum);
        return new Aggregate
        {
            Begin = begin,
            End = end,
            Mean = mean,
            ResultantLength = resultant,
            Minimum = entry.Extremes.Lowest,
            MinimumTime = entry.Extremes.LowestAt,
            Maximum = entry.Extremes.Highest,
            MaximumTime = entry.Extremes.HighestAt,
            Count = entry.Tally.Count,
            Excluded = entry.Excluded,
            DataCapture = Capture.Percentage(covered / TimeSpan.TicksPerSecond, due / TimeSpan.TicksPerSecond),
            Quality = entry.Worst == QartodFlag.None ? QartodFlag.Missing : entry.Worst,
            Valid = enough == true && rule.Parts != YearParts.None ? null : enough,
            Complete = settings.Now >= end,
            Basis = AggregateBasis.Observations,
            Rule = rule.Set,
        };
    }

    private sealed class Entry(Period period)
    {
        public Tally Tally;
        public Extremes Extremes;

        public Period Period => period;

        public long Begin { get; } = period.Begin.UtcTicks;

        public long End { get; } = period.End.UtcTicks;

        public long Covered { get; private set; }

        public int Excluded { get; private set; }

        public QartodFlag Worst { get; private set; }

        public void Add(in Sample sample, long overlap, AggregateStatistic statistic)
        {
            Worst = QartodFlags.Worst(Worst, sample.Flag);
            if (!sample.IsUsable || overlap <= 0)
            {
                Excluded++;
                return;
            }

            Covered += overlap;
            Tally.Add(sample.Value, sample.Weight * overlap, statistic);
            if (statistic != AggregateStatistic.Direction)
            {
                Extremes.Add(sample.Value, sample.Begin);
            }
        }
    }
}
