namespace MeetNet.Observations.Time;

/// <summary>
/// Legal time in the Netherlands and Belgium: UTC+1, and UTC+2 in summer. The same rule in both since 1981: summer time
/// begins on the last Sunday of March at 01:00 UTC, and ends at 01:00 UTC on the last Sunday of October (Directive
/// 2000/84/EC), until 1995 of September (tz database, rule EU). Written out here so that a gateway does not depend on the
/// time-zone files of its image.
/// </summary>
internal static class EuropeanTime
{
    public static readonly TimeSpan Winter = TimeSpan.FromHours(1);
    public static readonly TimeSpan Summer = TimeSpan.FromHours(2);

    private const int FirstYear = 1981;
    private const int FirstYearUntilOctober = 1996;

    /// <summary>
    /// The instants at which a clock on the wall showed the time: how many (0, 1 or 2), −1 when the rule did not hold yet.
    /// With one, both are that one.
    /// </summary>
    public static int ToUtc(DateTime local, out DateTimeOffset earlier, out DateTimeOffset later)
    {
        (earlier, later) = (default, default);
        if (local.Year < FirstYear)
        {
            return -1;
        }

        var wall = new DateTimeOffset(local.Ticks, TimeSpan.Zero);
        var (summer, winter) = (wall - Summer, wall - Winter);
        var (inSummer, inWinter) = (IsSummer(summer), !IsSummer(winter));
        earlier = inSummer ? summer : winter;
        later = inWinter ? winter : summer;
        return (inSummer ? 1 : 0) + (inWinter ? 1 : 0);
    }

    /// <summary>The two months with a change are worked out; all others are known by their name, which is what nearly every stamp needs.</summary>
    private static bool IsSummer(DateTimeOffset utc)
    {
        var end = utc.Year >= FirstYearUntilOctober ? 10 : 9;
        var month = utc.Month;
        return month == 3 ? utc >= LastSunday(utc.Year, 3) : month == end ? utc < LastSunday(utc.Year, end) : month > 3 && month < end;
    }

    private static DateTimeOffset LastSunday(int year, int month)
    {
        var last = new DateTimeOffset(year, month, DateTime.DaysInMonth(year, month), 1, 0, 0, TimeSpan.Zero);
        return last.AddDays(-(int)last.DayOfWeek);
    }
}
