using MeetNet.Observations.Aggregation;
using NodaTime;

namespace MeetNet.Ingest.Query;

/// <summary>A time zone of the tz database.</summary>
internal sealed class IanaZone : ICivilZone
{
    private readonly DateTimeZone _zone;

    private IanaZone(string name, DateTimeZone zone) => (Name, _zone) = (name, zone);

    public string Name { get; }

    /// <summary><c>UTC</c>, <c>UTC+1</c>, or an IANA name such as <c>Europe/Amsterdam</c>. Null when there is no such zone.</summary>
    /// <param name="name">A plus that a browser turned into a space is taken for a plus.</param>
    public static ICivilZone? Find(string name) => name switch
    {
        "UTC" => FixedZone.Utc,
        "UTC+1" or "UTC 1" => FixedZone.Regulatory,
        _ => DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) is { } zone ? new IanaZone(name, zone) : null,
    };

    public DateOnly DateOf(DateTimeOffset utc) => Instant.FromDateTimeOffset(utc).InZone(_zone).Date.ToDateOnly();

    public DateTimeOffset StartOf(DateOnly date)
    {
        // Midnight occurs once; twice when the clock was set back over it: the first; or never, when it was set forward: the first instant after.
        var midnight = _zone.MapLocal(LocalDate.FromDateOnly(date).AtMidnight());
        return (midnight.Count == 0 ? midnight.LateInterval.Start : midnight.First().ToInstant()).ToDateTimeOffset();
    }
}
