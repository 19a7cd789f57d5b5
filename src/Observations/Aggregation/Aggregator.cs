using MeetNet.Observations.Catalogue;

namespace MeetNet.Observations.Aggregation;

/// <summary>What to aggregate, and how.</summary>
public sealed record AggregationRequest
{
    /// <summary>Name of the observed property: it decides the statistic and the rules.</summary>
    public required string Property { get; init; }

    /// <summary>What to make.</summary>
    public required AggregateKind Kind { get; init; }

    /// <summary>The periods: <see cref="Aggregator.CalendarOf"/> of the kind.</summary>
    public required PeriodCalendar Calendar { get; init; }

    /// <summary>First instant, on a boundary of the calendar (an hour for running means).</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>First instant after, on a boundary.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The clock: what has not begun by then is not given, and what lasts expects only what can have come.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The announced interval between observations; null when none is.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>A set of <see cref="CaptureRules"/>; null for the one in force.</summary>
    public string? RuleSet { get; init; }

    /// <summary>For days and longer: of observations or of hourly means; null for what the rules say.</summary>
    public AggregateBasis? Basis { get; init; }

    /// <summary>Weighs observations by how long they overlap a period (four weeks, month, year).</summary>
    public bool ByOverlap { get; init; }

    /// <summary>How numbers are rounded at the end; intermediate ones never are.</summary>
    public Rounding Rounding { get; init; }
}

/// <summary>
/// Aggregates the observations of one datastream, in one pass and with memory for one period. Samples are fed in the order of their begin, in pieces of any size;
/// the result does not depend on the pieces. Within a period the order has no influence beyond the last digit.
/// </summary>
/// <example><code>
/// while ((state = aggregator.Next(out var aggregate)) != AggregatorState.Done)
///     if (state == AggregatorState.NeedsSamples) { … aggregator.Feed(more) or aggregator.End() … } else { … aggregate … }
/// </code></example>
public sealed class Aggregator
{
    private static readonly TimeSpan WindowBefore = TimeSpan.FromHours(RunningMeanStage.Length - 1);

    private readonly SampleFeed _feed = new();
    private readonly IStage _last;
    private readonly Rounding _rounding;

    /// <summary>Puts the stages together.</summary>
    public Aggregator(AggregationRequest request)
    {
        _rounding = request.Rounding;
        var statistic = ObservedProperties.TryGet(request.Property, out var property) ? property.Aggregation : AggregateStatistic.Mean;
        var settings = new StageSettings(request.From, request.To, request.Now, request.Interval, statistic);
        var rules = RulesFor(request.Kind);
        _last = request.Kind switch
        {
            AggregateKind.Hour => Hours(),
            AggregateKind.EightHours => EightHours(),
            AggregateKind.DailyMaximum => Regroup(Hours(), AggregateBasis.Hours, Regrouping.Maximum),
            AggregateKind.DailyMaximumOfEightHours => Regroup(EightHours(), AggregateBasis.EightHours, Regrouping.Maximum),
            AggregateKind.Aot40 or AggregateKind.Aot40Forest => Regroup(Hours(), AggregateBasis.Hours, Regrouping.Excess),
            _ when request.ByOverlap => new OverlapStage(_feed, request.Calendar, settings, rules),
            _ when BasisOf(request, rules) == AggregateBasis.Hours => Regroup(Hours(), AggregateBasis.Hours, Regrouping.Mean),
            _ => new SampleStage(_feed, request.Calendar, settings, rules),
        };
        ReadFrom = request.Kind is AggregateKind.EightHours or AggregateKind.DailyMaximumOfEightHours ? Before(WindowBefore)
            : request.ByOverlap ? Before(Time.StampConvention.MaximumPeriod)
            : request.From;

        CaptureTimeline RulesFor(AggregateKind kind) => CaptureRules.For(request.Property, kind, request.RuleSet);

        IStage Hours() => new SampleStage(_feed, PeriodCalendar.Hours, settings with { From = PeriodCalendar.Hours.Ceiling(settings.From) }, RulesFor(AggregateKind.Hour));

        IStage EightHours() => new RunningMeanStage(
            new SampleStage(_feed, PeriodCalendar.Hours, settings with { From = PeriodCalendar.Hours.Ceiling(Before(WindowBefore)) }, RulesFor(AggregateKind.Hour)),
            PeriodCalendar.Hours.Ceiling(settings.From), statistic, RulesFor(AggregateKind.EightHours));

        IStage Regroup(IStage means, AggregateBasis basis, Regrouping regrouping) => new RegroupStage(means, basis, regrouping, request.Calendar, settings, rules);

        DateTimeOffset Before(TimeSpan span) => request.From - DateTimeOffset.MinValue > span ? request.From - span : DateTimeOffset.MinValue;
    }

    /// <summary>The first instant whose samples are needed; before <see cref="AggregationRequest.From"/> for running means and overlaps.</summary>
    public DateTimeOffset ReadFrom { get; }

    /// <summary>
    /// The periods of a kind: hours are of UTC and AOT40 is by CET whatever the zone; running means go by the hour.
    /// </summary>
    /// <param name="kind">The kind.</param>
    /// <param name="zone">Whose days.</param>
    /// <param name="anchor">First day of one of the groups of four weeks; used for those only.</param>
    public static PeriodCalendar CalendarOf(AggregateKind kind, ICivilZone zone, DateOnly anchor = default) => kind switch
    {
        AggregateKind.Hour or AggregateKind.EightHours => PeriodCalendar.Hours,
        AggregateKind.FourWeeks => PeriodCalendar.FourWeeks(zone, anchor),
        AggregateKind.Month => PeriodCalendar.Months(zone),
        AggregateKind.Year => PeriodCalendar.Years(zone),
        AggregateKind.Aot40 => PeriodCalendar.Season(FixedZone.Regulatory, 5, 7),
        AggregateKind.Aot40Forest => PeriodCalendar.Season(FixedZone.Regulatory, 4, 9),
        _ => PeriodCalendar.Days(zone),
    };

    /// <summary>Gives more samples; only when <see cref="AggregatorState.NeedsSamples"/> was said.</summary>
    /// <exception cref="InvalidOperationException">The samples before have not been taken yet, or the end was said.</exception>
    public void Feed(ReadOnlyMemory<Sample> samples) => _feed.Give(samples);

    /// <summary>Says that no more samples come.</summary>
    public void End() => _feed.End();

    /// <summary>The next aggregate, when there is one.</summary>
    /// <exception cref="InvalidOperationException">A sample begins in a period that was given already.</exception>
    public AggregatorState Next(out Aggregate aggregate)
    {
        var state = _last.Next(out aggregate);
        if (state == AggregatorState.Ready)
        {
            aggregate = _rounding.Apply(aggregate);
        }

        return state;
    }

    /// <summary>Hourly means need observations that come at least hourly.</summary>
    private static AggregateBasis BasisOf(AggregationRequest request, CaptureTimeline rules) =>
        request.Basis ?? (request.Interval is { } interval && interval <= TimeSpan.FromHours(1) ? rules.Basis : AggregateBasis.Observations);
}
