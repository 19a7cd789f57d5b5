namespace MeetNet.Observations.Datums;

/// <summary>The levelled height of the point that a raw value is counted from, from a date on: a gauge that is levelled again gets a second one.</summary>
/// <param name="Level">Metres above <paramref name="Datum"/>.</param>
/// <param name="Datum">Code of a national datum.</param>
/// <param name="Accuracy">Metres; null when not stated.</param>
/// <param name="Source">Who levelled it, and when.</param>
/// <param name="ValidFrom">First instant that it holds for; null for the first one: since the instrument was installed.</param>
/// <param name="Below">Metres that the sensor hangs below the levelled point: its cable; 0 when the value is counted from the point itself.</param>
public sealed record LocalZero(
    double Level, string Datum, double? Accuracy, string Source, DateTimeOffset? ValidFrom = null, double Below = 0);

/// <summary>Which way a value counts.</summary>
public enum CountDirection
{
    /// <summary>More is higher: a level.</summary>
    Up,

    /// <summary>More is deeper: a depth below a surface or well head, a distance below a radar.</summary>
    Down,
}
