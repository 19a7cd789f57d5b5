namespace MeetNet.Observations.Aggregation;

/// <summary>What <see cref="RegroupStage"/> makes of the means that it gets.</summary>
internal enum Regrouping
{
    Mean,
    Maximum,

    /// <summary>What is above 80 µg/m³, of the hours from 8 to 20 h CET.</summary>
    Excess,
}

/// <summary>
/// Hourly or eight-hour means to longer periods. Only means that are valid (or of which that can't be told) and whose time is over count; the
/// expected number is that of the means whose time is over. A mean belongs to the period in which its last hour begins: for an eight-hour mean
/// that is the day on which it ends, so that the first of a day is 17:00–01:00 and the last 16:00–24:00 (2008/50/EC annex XI B, "maximum daily eight hour mean").
/// </summary>
internal sealed class RegroupStage(
    IStage means, AggregateBasis basis, Regrouping regrouping, PeriodCalendar calendar, StageSettings settings, CaptureTimeline rules) : IStage
{
    /// <summary>40 ppb of ozone (2008/50/EC annex VII A.1).</summary>
    private const double Threshold = 80;

    // Days of the longest period that is not a year: the six months of AOT40 for forests.
    private const int LongestButYear = 183;

    private const int FirstHour = 8;
    private const int LastHour = 20;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly PartCounts? _parts = calendar.At(settings.From) is var (begin, end) && (end - begin).Days > LongestButYear ? new PartCounts(calendar.Zone) : null;
    private Period _period = calendar.At(settings.From);
    private Aggregate _mean;
    private bool _holds;
    private bool _ended;

    private Tally _tally;
    private Extremes _extremes;
    private CompensatedSum _excess;
    private int _expected;
    private int _excluded;
    private bool _unknown;
    private QartodFlag _worst;

    public AggregatorState Next(out Aggregate aggregate)
    {
        aggregate = default;
        while (_period.Begin < settings.To)
        {
            if (!_holds && !_ended)
            {
                var state = means.Next(out _mean);
                if (state == AggregatorState.NeedsSamples)
                {
                    return state;
                }

                (_holds, _ended) = (state == AggregatorState.Ready, state == AggregatorState.Done);
            }

            if (_holds && _mean.End - Hour is var lastHour && lastHour < _period.End)
            {
                _holds = false;
                if (lastHour >= _period.Begin && (regrouping != Regrouping.Excess || IsDaylight(lastHour)))
                {
                    Add(_mean, lastHour);
                }

                continue;
            }

            if (!_holds && _period.Begin > settings.Now)
            {
                break;
            }

            aggregate = Close();
            Reset();
            return AggregatorState.Ready;
        }

        return AggregatorState.Done;
    }

    private static bool IsDaylight(DateTimeOffset lastHour) => (lastHour + Hour).Hour is >= FirstHour and < LastHour;

    private void Add(in Aggregate mean, DateTimeOffset lastHour)
    {
        _worst = QartodFlags.Worst(_worst, mean.Quality);
        if (regrouping == Regrouping.Mean)
        {
            _extremes.Add(mean);
        }

        if (!mean.Complete)
        {
            return;
        }

        _expected++;
        var counts = mean is { Mean: not null, Valid: not false };
        _parts?.Add(lastHour, counts);
        if (!counts)
        {
            _excluded += mean.Count + mean.Excluded > 0 ? 1 : 0;
            return;
        }

        var value = settings.Statistic == AggregateStatistic.Total ? mean.Sum!.Value : mean.Mean!.Value;
        _unknown |= mean.Valid is null;
        _tally.Add(value, 1, settings.Statistic);
        if (regrouping == Regrouping.Maximum)
        {
            _extremes.Add(value, mean.Begin.UtcTicks);
        }
        else if (regrouping == Regrouping.Excess)
        {
            _excess.Add(Math.Max(0, value - Threshold));
        }
    }

    private Aggregate Close()
    {
        var rule = rules.At(_period.Begin);
        int? expected = _unknown ? null : _expected;
        var (mean, sum, resultant) = regrouping == Regrouping.Mean ? _tally.Close(settings.Statistic) : default;
        double? excess = regrouping == Regrouping.Excess && _tally.Count > 0 ? _excess.Value : null;
        var enough = Capture.IsEnough(_tally.Count, expected, rule.Minimum);
        return new Aggregate
        {
            Begin = _period.Begin,
            End = _period.End,
            Mean = mean,
            Sum = excess ?? sum,
            Estimate = excess * _expected / _tally.Count,
            ResultantLength = resultant,
            Minimum = regrouping == Regrouping.Maximum ? null : _extremes.Lowest,
            MinimumTime = regrouping == Regrouping.Maximum ? null : _extremes.LowestAt,
            Maximum = _extremes.Highest,
            MaximumTime = _extremes.HighestAt,
            Count = _tally.Count,
            Excluded = _excluded,
            Expected = expected,
            DataCapture = Capture.Percentage(_tally.Count, expected),
            Quality = _worst == QartodFlag.None ? QartodFlag.Missing : _worst,
            Valid = enough == true && _parts is not null ? _parts.AreEnough(rule) : enough,
            Complete = settings.Now >= _period.End,
            Basis = basis,
            Rule = rule.Set,
        };
    }

    private void Reset()
    {
        _period = calendar.At(_period.End);
        (_tally, _extremes, _excess, _expected, _excluded, _unknown, _worst) = (default, default, default, 0, 0, false, QartodFlag.None);
        _parts?.Clear();
    }
}

/// <summary>What was expected and what came, by part of the year.</summary>
internal sealed class PartCounts(ICivilZone zone)
{
    // Two half years, four quarters, twelve months, seven weekdays, one after the other.
    private const int Quarters = 2;
    private const int Months = 6;
    private const int Weekdays = 18;
    private const int All = 25;

    private readonly int[] _expected = new int[All];
    private readonly int[] _counted = new int[All];

    public void Add(DateTimeOffset hour, bool counts)
    {
        var date = zone.DateOf(hour);
        Add(date.Month is >= 4 and <= 9 ? 0 : 1, counts);
        Add(Quarters + ((date.Month - 1) / 3), counts);
        Add(Months + date.Month - 1, counts);
        Add(Weekdays + (int)date.DayOfWeek, counts);
    }

    /// <summary>Whether each part that the rule names, and that has begun, has the data capture of the rule.</summary>
    public bool AreEnough(CaptureRule rule) =>
        IsEnough(rule, YearParts.HalfYear, 0, Quarters) && IsEnough(rule, YearParts.Quarter, Quarters, Months)
        && IsEnough(rule, YearParts.Month, Months, Weekdays) && IsEnough(rule, YearParts.Weekday, Weekdays, All);

    public void Clear()
    {
        Array.Clear(_expected);
        Array.Clear(_counted);
    }

    private bool IsEnough(CaptureRule rule, YearParts part, int from, int to)
    {
        for (var i = from; rule.Parts.HasFlag(part) && i < to; i++)
        {
            if (Capture.IsEnough(_counted[i], _expected[i], rule.Minimum) == false)
            {
                return false;
            }
        }

        return true;
    }

    private void Add(int part, bool counts)
    {
        _expected[part]++;
        _counted[part] += counts ? 1 : 0;
    }
}
