using NodaTime;

namespace MeetNet.Ingest.Query;

/// <summary>What an aggregate is made over.</summary>
internal enum BucketSize
{
    Hour,
    Day,
}

/// <summary>
/// The hours or the days that cover a time range, gapless and in order. Hours are UTC hours. Days are civil days of
/// <see cref="Zone"/>; the default zone is UTC+1 all year, in which European air-quality rules state their days, and with it a
/// day never has 23 or 25 hours.
/// </summary>
internal sealed class Buckets
{
    /// <summary>The name of the default day zone in requests and answers.</summary>
    public const string RegulatoryZone = "UTC+1";

    /// <summary>Three days within what the calendar can hold: a bucket that holds an instant between these, and the next one, exist in every zone.</summary>
    private static readonly DateTimeOffset Earliest = DateTimeOffset.MinValue.AddDays(3);
    private static readonly DateTimeOffset Latest = DateTimeOffset.MaxValue.AddDays(-3);

    private readonly DateTimeZone _zone;

    private Buckets(BucketSize size, DateTimeZone zone, string zoneName)
    {
        Size = size;
        _zone = zone;
        Zone = zoneName;
    }

    public BucketSize Size { get; }

    /// <summary>The zone as it was asked for.</summary>
    public string Zone { get; }

    public static Buckets Hours { get; } = new(BucketSize.Hour, DateTimeZone.Utc, "UTC");

    /// <summary>
    /// Days of a zone: <c>UTC</c>, <c>UTC+1</c>, or an IANA name such as <c>Europe/Amsterdam</c>. Null when there is no such zone.
    /// </summary>
    /// <param name="zone">A plus that a browser turned into a space is taken for a plus.</param>
    public static Buckets? Days(string zone) => zone switch
    {
        "UTC" => new(BucketSize.Day, DateTimeZone.Utc, zone),
        "UTC+1" or "UTC 1" => new(BucketSize.Day, DateTimeZone.ForOffset(Offset.FromHours(1)), RegulatoryZone),
        _ => DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is { } iana ? new(BucketSize.Day, iana, zone) : null,
    };

    /// <summary>The begin of the bucket that holds an instant; at the ends of the calendar, of the outermost bucket.</summary>
    public DateTimeOffset Floor(DateTimeOffset utc)
    {
        utc = Inside(utc);
        if (Size == BucketSize.Hour)
        {
            return new DateTimeOffset(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerHour), TimeSpan.Zero);
        }
        return StartOf(Instant.FromDateTimeOffset(utc).InZone(_zone).Date);
    }

    /// <summary>The begin of the bucket after the one that begins at <paramref name="begin"/>.</summary>
    public DateTimeOffset Next(DateTimeOffset begin) => Size == BucketSize.Hour
        ? begin.AddHours(1)
        : StartOf(Instant.FromDateTimeOffset(begin).InZone(_zone).Date.PlusDays(1));

    /// <summary>The first bucket boundary that is not before an instant.</summary>
    public DateTimeOffset Ceiling(DateTimeOffset utc)
    {
        utc = Inside(utc);
        var floor = Floor(utc);
        return floor == utc ? floor : Next(floor);
    }

    private static DateTimeOffset Inside(DateTimeOffset utc) => utc < Earliest ? Earliest : utc > Latest ? Latest : utc;

    private DateTimeOffset StartOf(LocalDate date) => _zone.AtStartOfDay(date).ToInstant().ToDateTimeOffset();
}
