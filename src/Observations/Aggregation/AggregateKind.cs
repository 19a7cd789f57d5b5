namespace MeetNet.Observations.Aggregation;

/// <summary>What is made of the observations of a datastream.</summary>
public enum AggregateKind
{
    /// <summary>UTC hours.</summary>
    Hour,

    /// <summary>Civil days.</summary>
    Day,

    /// <summary>Periods of four weeks, as of passive samplers in Flanders.</summary>
    FourWeeks,

    /// <summary>Calendar months, as of passive samplers in the Netherlands.</summary>
    Month,

    /// <summary>Calendar years.</summary>
    Year,

    /// <summary>The mean of the eight hours that end at each hour (2008/50/EC annex XI: assigned to the day on which it ends).</summary>
    EightHours,

    /// <summary>The highest hourly mean of a day.</summary>
    DailyMaximum,

    /// <summary>The highest eight-hour mean of those that end on a day.</summary>
    DailyMaximumOfEightHours,

    /// <summary>AOT40 for vegetation: May to July, 8 to 20 h CET (2008/50/EC annex VII A).</summary>
    Aot40,

    /// <summary>AOT40 for forests: April to September, 8 to 20 h CET (2008/50/EC annex VII A).</summary>
    Aot40Forest,
}

/// <summary>How observations of a property come together in one number.</summary>
public enum AggregateStatistic
{
    /// <summary>The arithmetic mean.</summary>
    Mean,

    /// <summary>Amounts: the sum, and the mean.</summary>
    Total,

    /// <summary>Degrees of a circle: the direction of the resultant of unit vectors, or of vectors with a given length. There is no lowest and no highest direction.</summary>
    Direction,
}

/// <summary>What an aggregate is made of, and what its data capture counts.</summary>
public enum AggregateBasis
{
    /// <summary>The observations.</summary>
    Observations,

    /// <summary>The valid hourly means.</summary>
    Hours,

    /// <summary>The valid running eight-hour means.</summary>
    EightHours,
}

/// <summary>Names of <see cref="AggregateKind"/> and <see cref="AggregateBasis"/> in requests, answers and data files.</summary>
public static class AggregateNames
{
    private static readonly string[] Kinds = ["hour", "day", "4week", "month", "year", "8h", "max1h", "max8h", "aot40", "aot40-forest"];
    private static readonly string[] Bases = ["observations", "hour", "8h"];

    /// <summary>All kinds, in the order of <see cref="AggregateKind"/>.</summary>
    public static IReadOnlyList<string> OfKinds => Kinds;

    /// <summary>The name of a kind.</summary>
    public static string Of(AggregateKind kind) => Kinds[(int)kind];

    /// <summary>The name of a basis.</summary>
    public static string Of(AggregateBasis basis) => Bases[(int)basis];

    /// <summary>The kind of that name.</summary>
    public static bool TryParse(string? name, out AggregateKind kind)
    {
        kind = (AggregateKind)Array.IndexOf(Kinds, name);
        return kind >= 0;
    }

    /// <summary>The basis of that name.</summary>
    public static bool TryParse(string? name, out AggregateBasis basis)
    {
        basis = (AggregateBasis)Array.IndexOf(Bases, name);
        return basis >= 0;
    }
}
