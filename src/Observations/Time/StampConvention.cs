namespace MeetNet.Observations.Time;

/// <summary>Which moment of its interval a time stamp names.</summary>
public enum StampPosition
{
    /// <summary>There is no interval: the value is of that instant.</summary>
    Instant,

    /// <summary>The first instant of the interval.</summary>
    Begin,

    /// <summary>The first instant after the interval.</summary>
    End,

    /// <summary>The middle of the interval.</summary>
    Centre,
}

/// <summary>The clock a time stamp without offset is read from.</summary>
public enum StampZone
{
    /// <summary>UTC.</summary>
    Utc,

    /// <summary>UTC+1 all year, without summer time.</summary>
    UtcPlus1,

    /// <summary>Legal time in the Netherlands.</summary>
    EuropeAmsterdam,

    /// <summary>Legal time in Belgium.</summary>
    EuropeBrussels,
}

/// <summary>What is known of the phenomenon time after reading a stamp.</summary>
public enum StampOutcome
{
    /// <summary>The stamp names one instant.</summary>
    Certain,

    /// <summary>The stamp names two instants (the hour that occurs twice in autumn) and only one agrees with the reception.</summary>
    ByReception,

    /// <summary>The stamp names two instants and only one agrees with the stamps before it (<see cref="StampSequence"/>).</summary>
    BySequence,

    /// <summary>The stamp names two instants and both are possible; the later of those not after the reception was taken.</summary>
    Ambiguous,

    /// <summary>The stamp names no instant (the hour that does not occur in spring); there is no phenomenon time.</summary>
    Nonexistent,

    /// <summary>
    /// The stamp is outside the years 1900 to 2999 (a device that lost its clock), or in legal time before 1981, when summer
    /// time was not yet by the rule; there is no phenomenon time.
    /// </summary>
    OutOfRange,
}

/// <summary>How a source stamps its values. Sources use all combinations of these, so each states its own.</summary>
public sealed record StampConvention
{
    /// <summary>How far a stamp may be after its reception: the difference of two clocks that are kept.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How soon a value is expected after its interval. In the hour that occurs twice, the later of two instants is believed
    /// when the value came this soon after it: half of the hour that lies between the two.
    /// </summary>
    public static readonly TimeSpan Promptness = TimeSpan.FromMinutes(30);

    /// <summary>Longest period: a leap year, longer than any averaging time in use.</summary>
    public static readonly TimeSpan MaximumPeriod = TimeSpan.FromDays(366);

    // RFC 3339 writes offsets up to 23:59.
    private static readonly TimeSpan MaximumOffset = TimeSpan.FromDays(1);

    private const string UtcName = "utc";
    private const string UtcPlus1Name = "utc+1";
    private const string AmsterdamName = "Europe/Amsterdam";
    private const string BrusselsName = "Europe/Brussels";

    /// <summary>A convention.</summary>
    /// <param name="position">Which moment of the interval is stamped.</param>
    /// <param name="zone">The clock of stamps without an offset.</param>
    /// <param name="period">Length of the interval; zero exactly for <see cref="StampPosition.Instant"/>.</param>
    /// <exception cref="ArgumentException">An instant with a period, or an interval without.</exception>
    public StampConvention(StampPosition position, StampZone zone, TimeSpan period)
    {
        if (period < TimeSpan.Zero || period > MaximumPeriod || position == StampPosition.Instant != (period == TimeSpan.Zero))
        {
            throw new ArgumentException($"An instant has no period, and an interval has one above zero, of at most {MaximumPeriod.Days} days.", nameof(period));
        }

        (Position, Zone, Period) = (position, zone, period);
    }

    /// <summary>UTC instants.</summary>
    public static StampConvention UtcInstant { get; } = new(StampPosition.Instant, StampZone.Utc, TimeSpan.Zero);

    /// <summary>Which moment of the interval is stamped.</summary>
    public StampPosition Position { get; }

    /// <summary>The clock of stamps without an offset.</summary>
    public StampZone Zone { get; }

    /// <summary>Length of the interval; zero for an instant.</summary>
    public TimeSpan Period { get; }

    /// <summary>Names of positions in files and on the wire.</summary>
    public static IReadOnlyList<string> PositionNames { get; } = ["instant", "begin", "end", "centre"];

    /// <summary>Names of zones in files and on the wire.</summary>
    public static IReadOnlyList<string> ZoneNames { get; } = [UtcName, UtcPlus1Name, AmsterdamName, BrusselsName];

    /// <summary>The name of a position.</summary>
    public static string NameOf(StampPosition position) => PositionNames[(int)position];

    /// <summary>The name of a zone.</summary>
    public static string NameOf(StampZone zone) => ZoneNames[(int)zone];

    /// <summary>Reads the name of a position.</summary>
    public static bool TryParsePosition(string? name, out StampPosition position) => TryIndex(PositionNames, name, out position);

    /// <summary>Reads the name of a zone.</summary>
    public static bool TryParseZone(string? name, out StampZone zone) => TryIndex(ZoneNames, name, out zone);

    /// <summary>The phenomenon time of a stamp that carries its own offset.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The interval leaves the years 1 to 9999; see the overload that tells.</exception>
    public PhenomenonTime Resolve(DateTimeOffset stamp) => At(stamp.ToUniversalTime());

    /// <summary>The phenomenon time of a stamp that carries its own offset; never throws.</summary>
    /// <param name="stamp">What the clock showed; its kind is ignored.</param>
    /// <param name="offset">How far that clock is ahead of UTC.</param>
    /// <param name="time">The phenomenon time; meaningless for <see cref="StampOutcome.OutOfRange"/>.</param>
    public StampOutcome Resolve(DateTime stamp, TimeSpan offset, out PhenomenonTime time)
    {
        var known = IsInRange(stamp) && offset >= -MaximumOffset && offset <= MaximumOffset;
        time = known ? At(new DateTimeOffset(stamp.Ticks, TimeSpan.Zero) - offset) : default;
        return known ? StampOutcome.Certain : StampOutcome.OutOfRange;
    }

    /// <summary>
    /// The phenomenon time of a stamp without offset, read from the clock of <see cref="Zone"/>.
    /// </summary>
    /// <param name="stamp">What the clock showed; its kind is ignored.</param>
    /// <param name="received">When the value was received, UTC: settles the hour that occurs twice where it can.</param>
    /// <param name="time">The phenomenon time; meaningless for <see cref="StampOutcome.Nonexistent"/> and <see cref="StampOutcome.OutOfRange"/>.</param>
    public StampOutcome Resolve(DateTime stamp, DateTimeOffset received, out PhenomenonTime time)
    {
        if (Read(stamp, out time, out var later) is { } outcome)
        {
            return outcome;
        }

        if (IsBefore(received, later))
        {
            return StampOutcome.ByReception;
        }

        time = later;
        return IsPrompt(received, later) ? StampOutcome.ByReception : StampOutcome.Ambiguous;
    }

    /// <summary>The later of the two times that a stamp without offset can mean; null when it means one, or none.</summary>
    public PhenomenonTime? SecondTime(DateTime stamp) => Read(stamp, out _, out var later) is null ? later : null;

    /// <summary>What a stamp without offset says by itself: one time, or none; null when it names two.</summary>
    internal StampOutcome? Read(DateTime stamp, out PhenomenonTime earlier, out PhenomenonTime later)
    {
        (earlier, later) = (default, default);
        if (Zone is StampZone.Utc or StampZone.UtcPlus1)
        {
            return Resolve(stamp, Zone == StampZone.Utc ? TimeSpan.Zero : EuropeanTime.Winter, out earlier);
        }

        if (!IsInRange(stamp))
        {
            return StampOutcome.OutOfRange;
        }

        var candidates = EuropeanTime.ToUtc(stamp, out var first, out var second);
        (earlier, later) = candidates > 0 ? (At(first), At(second)) : (default, default);
        return candidates switch
        {
            < 0 => StampOutcome.OutOfRange,
            0 => StampOutcome.Nonexistent,
            1 => StampOutcome.Certain,
            _ => null,
        };
    }

    /// <summary>Whether something was received before it was over, which can't be.</summary>
    internal static bool IsBefore(DateTimeOffset? received, PhenomenonTime time) => time.End > received + ClockTolerance;

    /// <summary>Whether something was received soon after it was over.</summary>
    internal static bool IsPrompt(DateTimeOffset? received, PhenomenonTime time) => received - time.End <= Promptness;

    private static bool IsInRange(DateTime stamp) => stamp.Year is >= 1900 and <= 2999;

    private PhenomenonTime At(DateTimeOffset utc) => Position switch
    {
        StampPosition.Begin => PhenomenonTime.Interval(utc, utc + Period),
        StampPosition.End => PhenomenonTime.Interval(utc - Period, utc),
        StampPosition.Centre => PhenomenonTime.Interval(utc - (Period / 2), utc - (Period / 2) + Period),
        _ => PhenomenonTime.Instant(utc),
    };

    private static bool TryIndex<T>(IReadOnlyList<string> names, string? name, out T value)
        where T : struct, Enum
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (string.Equals(names[i], name, StringComparison.Ordinal))
            {
                value = Enum.GetValues<T>()[i];
                return true;
            }
        }

        value = default;
        return false;
    }
}
