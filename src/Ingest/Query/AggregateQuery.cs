using System.Globalization;
using MeetNet.Observations;
using MeetNet.Observations.Aggregation;
using MeetNet.Observations.Catalogue;

namespace MeetNet.Ingest.Query;

/// <summary>What an observation counts for.</summary>
internal enum AggregateWeights
{
    /// <summary>Each the same, in the period in which it begins.</summary>
    Count,

    /// <summary>As long as it overlaps a period, in each that it overlaps.</summary>
    Overlap,

    /// <summary>A wind direction: the speed that the same sensor measured at the same time.</summary>
    Speed,
}

/// <summary>The part of a request that says what to make of observations: <c>aggregate</c> and the parameters that go with it.</summary>
internal sealed record AggregateQuery
{
    private const string Ozone = "o3";
    private const string WindDirection = "wind_direction";
    private const string WindSpeed = "wind_speed";

    private static readonly UnitOfMeasurement OzoneHours = new("microgram per cubic metre hour", "µg/m³·h", "ug.h/m3");

    public required AggregateKind Kind { get; init; }

    public required PeriodCalendar Calendar { get; init; }

    /// <summary>First day of a group of four weeks; null for anything else.</summary>
    public DateOnly? Anchor { get; init; }

    public string? RuleSet { get; init; }

    public AggregateBasis? Basis { get; init; }

    public AggregateWeights Weights { get; init; }

    public RoundingRule Rounding { get; init; }

    /// <summary>Null: those of the observed property.</summary>
    public int? Decimals { get; init; }

    public string Name => AggregateNames.Of(Kind);

    /// <summary>The zone whose days count; null where days have no part in it.</summary>
    public string? DayZone => Kind is AggregateKind.Hour or AggregateKind.EightHours ? null : Calendar.Zone.Name;

    /// <summary>How far back is looked when the request does not say.</summary>
    public TimeSpan DefaultSpan => TimeSpan.FromDays(Kind switch
    {
        AggregateKind.Hour or AggregateKind.EightHours => 7,
        AggregateKind.Day or AggregateKind.DailyMaximum or AggregateKind.DailyMaximumOfEightHours => 31,
        AggregateKind.FourWeeks or AggregateKind.Month => 365,
        _ => 5 * 365,      // the target value for AOT40 is a mean of five years
    });

    /// <summary>What to ask of an <see cref="Aggregator"/> for one datastream.</summary>
    public AggregationRequest For(DatastreamHead head, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now) => new()
    {
        Property = head.ObservedProperty,
        Kind = Kind,
        Calendar = Calendar,
        From = from,
        To = to,
        Now = now,
        Interval = head.Interval,
        RuleSet = RuleSet,
        Basis = Weights == AggregateWeights.Count ? Basis : AggregateBasis.Observations,
        ByOverlap = Weights == AggregateWeights.Overlap,
        Rounding = new Rounding(Rounding, Decimals ?? (ObservedProperties.TryGet(head.ObservedProperty, out var property) ? property.Decimals : 0)),
    };

    /// <summary>The datastream of the speeds that directions are weighted by.</summary>
    public static string SpeedOf(DatastreamId direction) => $"{direction.Owner}/{direction.Station}/{direction.Sensor}/{WindSpeed}";

    /// <summary>The unit of the numbers: that of the observations, except for AOT40.</summary>
    public UnitOfMeasurement? UnitOf(DatastreamHead head) => Kind is AggregateKind.Aot40 or AggregateKind.Aot40Forest ? OzoneHours : head.Unit;

    /// <summary>Null when no aggregate is asked for, or one with faults, which are then in <see cref="QueryParameters.Faults"/>.</summary>
    public static AggregateQuery? Read(QueryParameters parameters, IReadOnlyList<DatastreamId> datastreams)
    {
        var name = parameters.One("aggregate");
        AggregateKind? kind = AggregateNames.TryParse(name, out AggregateKind known) ? known : null;
        if (name is not null && kind is null)
        {
            parameters.Faults.Add(new ParameterFault("aggregate", name, $"one of {string.Join(", ", AggregateNames.OfKinds)}", "aggregate=hour"));
        }

        var zone = ReadZone(parameters, kind);
        var anchor = ReadAnchor(parameters, kind);
        var mean = kind is AggregateKind.Day or AggregateKind.FourWeeks or AggregateKind.Month or AggregateKind.Year;
        Beside(parameters, "basis", mean, "aggregate=day, 4week, month or year beside it: the others are defined on one basis only", "aggregate=day&basis=observations");
        Beside(parameters, "weights", mean || kind == AggregateKind.Hour, "aggregate=hour, day, 4week, month or year beside it", "aggregate=month&weights=overlap");
        Beside(parameters, "rules", kind is not null, "aggregate beside it", "aggregate=day&rules=eu-2008-50");
        Beside(parameters, "rounding", kind is not null, "aggregate beside it: observations are never rounded", "aggregate=day&rounding=half-away-from-zero");
        var basis = parameters.Choice<AggregateBasis?>("basis", null, ("hour", AggregateBasis.Hours), ("observations", AggregateBasis.Observations));
        var weights = parameters.Choice("weights", AggregateWeights.Count, ("count", AggregateWeights.Count), ("overlap", AggregateWeights.Overlap), ("speed", AggregateWeights.Speed));
        if (weights != AggregateWeights.Count && basis == AggregateBasis.Hours)
        {
            parameters.Faults.Add(new ParameterFault("basis", "hour", "observations beside weights: those are of observations", "basis=observations"));
        }
        if (weights == AggregateWeights.Overlap && kind is AggregateKind.Hour or AggregateKind.Day)
        {
            parameters.Faults.Add(new ParameterFault("weights", "overlap", "aggregate=4week, month or year beside it", "aggregate=month&weights=overlap"));
        }
        var rules = parameters.Choice<string?>("rules", null, [.. CaptureRules.Names.Select(set => (set, (string?)set))]);
        var rounding = parameters.Choice(
            "rounding", RoundingRule.None, ("none", RoundingRule.None), ("half-away-from-zero", RoundingRule.HalfAwayFromZero), ("half-to-even", RoundingRule.HalfToEven));
        var decimals = ReadDecimals(parameters, rounding);
        if (kind is not { } asked)
        {
            return null;
        }

        CheckProperties(parameters, asked, weights, datastreams);
        return parameters.Faults.Count > 0 ? null : new AggregateQuery
        {
            Kind = asked,
            Calendar = Aggregator.CalendarOf(asked, zone, anchor ?? default),
            Anchor = anchor,
            RuleSet = rules,
            Basis = basis,
            Weights = weights,
            Rounding = rounding,
            Decimals = decimals,
        };
    }

    /// <summary>A parameter that has no part in what is asked for would be ignored, and is a fault.</summary>
    private static void Beside(QueryParameters parameters, string name, bool applies, string expected, string example)
    {
        if (parameters.One(name) is { } given && !applies)
        {
            parameters.Faults.Add(new ParameterFault(name, given, expected, example));
        }
    }

    private static ICivilZone ReadZone(QueryParameters parameters, AggregateKind? kind)
    {
        var hasDays = kind is not (null or AggregateKind.Hour or AggregateKind.EightHours or AggregateKind.Aot40 or AggregateKind.Aot40Forest);
        Beside(parameters, "dayZone", hasDays,
            "an aggregate by civil days beside it (day, 4week, month, year, max1h, max8h): the others are by UTC hours or, AOT40, by CET", "aggregate=day&dayZone=Europe/Amsterdam");
        if (!hasDays || parameters.One("dayZone") is not { } name)
        {
            return FixedZone.Regulatory;
        }
        if (IanaZone.Find(name) is { } zone)
        {
            return zone;
        }
        parameters.Faults.Add(new ParameterFault("dayZone", name, "UTC, UTC+1 (written UTC%2B1; the default) or an IANA time zone", "dayZone=Europe/Amsterdam"));
        return FixedZone.Regulatory;
    }

    private static DateOnly? ReadAnchor(QueryParameters parameters, AggregateKind? kind)
    {
        const string example = "aggregate=4week&anchor=2026-01-05";
        var text = parameters.One("anchor");
        if (kind != AggregateKind.FourWeeks)
        {
            Beside(parameters, "anchor", false, "aggregate=4week beside it", example);
            return null;
        }
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var anchor))
        {
            return anchor;
        }
        parameters.Faults.Add(new ParameterFault(
            "anchor", text, "the first day of one of the periods of four weeks: networks do not begin them by a public rule, so there is no default", example));
        return null;
    }

    private static int? ReadDecimals(QueryParameters parameters, RoundingRule rounding)
    {
        Beside(parameters, "decimals", rounding != RoundingRule.None, "rounding beside it, which says what becomes of halves", "rounding=half-away-from-zero&decimals=1");
        if (parameters.One("decimals") is not { } text)
        {
            return null;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var decimals) && decimals <= Observations.Aggregation.Rounding.MostDecimals)
        {
            return decimals;
        }
        parameters.Faults.Add(new ParameterFault("decimals", text, $"a whole number from 0 to {Observations.Aggregation.Rounding.MostDecimals}", "decimals=1"));
        return null;
    }

    private static void CheckProperties(QueryParameters parameters, AggregateKind kind, AggregateWeights weights, IReadOnlyList<DatastreamId> datastreams)
    {
        foreach (var id in datastreams)
        {
            if (kind is AggregateKind.Aot40 or AggregateKind.Aot40Forest && id.Property != Ozone)
            {
                parameters.Faults.Add(new ParameterFault("aggregate", AggregateNames.Of(kind), $"an aggregate that {id.Property} has: AOT40 is of ozone ({Ozone})", "aggregate=max8h"));
            }
            if (weights == AggregateWeights.Speed && id.Property != WindDirection)
            {
                parameters.Faults.Add(new ParameterFault("weights", "speed", $"{WindDirection} beside it, not {id.Property}: only directions are weighted by speed", "weights=count"));
            }
            if (kind is AggregateKind.DailyMaximum or AggregateKind.DailyMaximumOfEightHours
                && ObservedProperties.TryGet(id.Property, out var property) && property.Aggregation == AggregateStatistic.Direction)
            {
                parameters.Faults.Add(new ParameterFault("aggregate", AggregateNames.Of(kind), $"an aggregate that {id.Property} has: no direction is the highest", "aggregate=day"));
            }
        }
    }
}
