using System.Globalization;
using MeetNet.Observations.Time;

namespace MeetNet.Ingest.Import;

/// <summary>How sources write numbers and times.</summary>
internal static class SourceText
{
    private static readonly string[] Clocks = ["HH:mm", "HH:mm:ss", "HH:mm:ss.FFFFFFF"];

    private static readonly string[] LocalFormats = [.. from separator in new[] { "'T'", " " } from clock in Clocks select $"yyyy-MM-dd{separator}{clock}"];

    private static readonly string[] OffsetFormats = [.. LocalFormats.Select(format => format + "zzz")];

    /// <summary>Reads a number with a decimal point or a decimal comma, without thousands; an empty text is null: no value.</summary>
    public static bool TryNumber(string text, out double? value)
    {
        value = null;
        if (text.Length == 0)
        {
            return true;
        }
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var point = text.Contains('.', StringComparison.Ordinal) ? text : text.Replace(',', '.');
        if (!double.TryParse(point, Style, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return false;
        }
        value = number;
        return true;
    }

    /// <summary>Reads an ISO 8601 date and time; the offset is null when the text has none.</summary>
    public static bool TryTime(string text, out DateTime local, out TimeSpan? offset)
    {
        offset = null;
        if (DateTime.TryParseExact(text, LocalFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out local))
        {
            return true;
        }
        var zoned = text.EndsWith('Z') ? string.Concat(text.AsSpan(0, text.Length - 1), "+00:00") : text;
        if (!DateTimeOffset.TryParseExact(zoned, OffsetFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
        {
            return false;
        }
        (local, offset) = (at.DateTime, at.Offset);
        return true;
    }

    /// <summary>How far a clock without summer time is ahead of UTC.</summary>
    public static TimeSpan OffsetOf(StampZone zone) => zone switch
    {
        StampZone.Utc => TimeSpan.Zero,
        StampZone.UtcPlus1 => TimeSpan.FromHours(1),
        _ => throw new ArgumentOutOfRangeException(nameof(zone), zone, "No fixed offset."),
    };
}
