using System.Globalization;

namespace MeetNet.Yaml;

/// <summary>Durations as people write them in files and on command lines: <c>500ms</c>, <c>10s</c>, <c>5m</c>, <c>1h</c>, <c>2d</c>.</summary>
public static class Durations
{
    /// <summary>Reads a whole number of at most nine digits with its unit.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits is <= 0 or > 9)
        {
            return false;
        }

        var count = long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture);
        long? unit = text.AsSpan(digits) switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            _ => null,
        };
        // 999,999,999 days are beyond TimeSpan.
        if (unit is null || count > TimeSpan.MaxValue.Ticks / unit)
        {
            return false;
        }

        value = TimeSpan.FromTicks(count * unit.Value);
        return true;
    }
}
