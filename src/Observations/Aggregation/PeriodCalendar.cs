namespace MeetNet.Observations.Aggregation;

/// <summary>A half-open UTC interval that is aggregated over.</summary>
/// <param name="Begin">First instant.</param>
/// <param name="End">First instant after it.</param>
public readonly record struct Period(DateTimeOffset Begin, DateTimeOffset End);

/// <summary>
/// The periods of one kind, in order and without overlap. Hours are UTC hours; days, groups of four weeks, months and years are of
/// civil days of a zone, so that the days on which summer time begins and ends have 23 and 25 hours. All of these leave no
/// hole; seasons have the rest of the year between them.
/// </summary>
public sealed class PeriodCalendar
{
    private const int DaysInFourWeeks = 28;

    // Nothing was measured outside these years; inside them every period exists in every zone.
    private static readonly DateTimeOffset Earliest = new(3, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(9996, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Func<DateOnly, (DateOnly Begin, DateOnly End)>? _around;

    private PeriodCalendar(ICivilZone zone, Func<DateOnly, (DateOnly Begin, DateOnly End)>? around) => (Zone, _around) = (zone, around);

    /// <summary>The zone whose dates count.</summary>
    public ICivilZone Zone { get; }

    /// <summary>UTC hours.</summary>
    public static PeriodCalendar Hours { get; } = new(FixedZone.Utc, null);

    /// <summary>Civil days.</summary>
    public static PeriodCalendar Days(ICivilZone zone) => new(zone, static date => (date, date.AddDays(1)));

    /// <summary>
    /// Groups of four weeks, of which one begins on <paramref name="anchor"/>. Networks with four-weekly samplers do not begin them by a public
    /// rule, so there is no default.
    /// </summary>
    public static PeriodCalendar FourWeeks(ICivilZone zone, DateOnly anchor) => new(zone, date =>
    {
        var days = date.DayNumber - anchor.DayNumber;
        var begin = date.AddDays(-(((days % DaysInFourWeeks) + DaysInFourWeeks) % DaysInFourWeeks));
        return (begin, begin.AddDays(DaysInFourWeeks));
    });

    /// <summary>Calendar months.</summary>
    public static PeriodCalendar Months(ICivilZone zone) => new(zone, static date =>
    {
        var begin = new DateOnly(date.Year, date.Month, 1);
        return (begin, begin.AddMonths(1));
    });

    /// <summary>Calendar years.</summary>
    public static PeriodCalendar Years(ICivilZone zone) => Season(zone, 1, 12);

    /// <summary>The same months of each year.</summary>
    /// <param name="zone">Whose dates.</param>
    /// <param name="first">First month, 1 to 12.</param>
    /// <param name="last">Last month, not before the first.</param>
    public static PeriodCalendar Season(ICivilZone zone, int first, int last) => new(zone, date =>
    {
        var end = new DateOnly(date.Year, last, 1).AddMonths(1);
        var year = date < end ? date.Year : date.Year + 1;
        return (new DateOnly(year, first, 1), new DateOnly(year, last, 1).AddMonths(1));
    });

    /// <summary>The first period that ends after an instant: the one that holds it, or the next season.</summary>
    public Period At(DateTimeOffset utc)
    {
        utc = utc < Earliest ? Earliest : utc > Latest ? Latest : utc;
        if (_around is null)
        {
            var hour = new DateTimeOffset(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerHour), TimeSpan.Zero);
            return new Period(hour, hour.AddHours(1));
        }

        var (begin, end) = _around(Zone.DateOf(utc));
        while (Zone.StartOf(end) <= utc)
        {
            // A clock that was set back over midnight shows the date before once more.
            (begin, end) = _around(end);
        }

        return new Period(Zone.StartOf(begin), Zone.StartOf(end));
    }

    /// <summary>The end of the period that holds an instant; the instant itself when it is on a boundary or in none.</summary>
    public DateTimeOffset Ceiling(DateTimeOffset utc)
    {
        utc = utc < Earliest ? Earliest : utc > Latest ? Latest : utc;
        var period = At(utc);
        return utc <= period.Begin ? utc : period.End;
    }
}
