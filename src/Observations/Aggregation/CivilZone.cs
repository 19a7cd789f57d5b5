namespace MeetNet.Observations.Aggregation;

/// <summary>Whose days are meant: where the civil days of a zone begin.</summary>
public interface ICivilZone
{
    /// <summary>The name in requests and answers: <c>UTC</c>, <c>UTC+1</c>, <c>Europe/Amsterdam</c>.</summary>
    string Name { get; }

    /// <summary>The date on a calendar on the wall at an instant.</summary>
    DateOnly DateOf(DateTimeOffset utc);

    /// <summary>The first instant of a date, in UTC; of a date that the zone skipped, the first instant after it.</summary>
    DateTimeOffset StartOf(DateOnly date);
}

/// <summary>A zone with the same offset all year: every day has 24 hours.</summary>
public sealed class FixedZone : ICivilZone
{
    private readonly TimeSpan _offset;

    private FixedZone(string name, TimeSpan offset) => (Name, _offset) = (name, offset);

    /// <summary>UTC.</summary>
    public static FixedZone Utc { get; } = new("UTC", TimeSpan.Zero);

    /// <summary>
    /// UTC+1 all year. European air-quality rules state hours of the day in CET (2008/50/EC annex VII A for AOT40), and
    /// the European data exchange is in UTC+1 without summer time.
    /// </summary>
    public static FixedZone Regulatory { get; } = new("UTC+1", TimeSpan.FromHours(1));

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public DateOnly DateOf(DateTimeOffset utc) => DateOnly.FromDateTime((utc + _offset).DateTime);

    /// <inheritdoc/>
    public DateTimeOffset StartOf(DateOnly date) => new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) - _offset;
}
