using System.Globalization;

namespace MeetNet.Yaml;

/// <summary>How unquoted words are understood: the core schema of YAML 1.2.2 (§10.3.2), without .inf and .nan, plus durations.</summary>
internal static class YamlScalars
{
    public static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    public static bool IsBoolean(string text) => text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE";

    public static bool TryInteger(string text, out long value) =>
        text.StartsWith("0x", StringComparison.Ordinal)
            ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    public static bool TryNumber(string text, out double value)
    {
        if (TryInteger(text, out var whole))
        {
            value = whole;
            return true;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Style, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    public static string Bounded<T>(string what, T min, T max, T lowest, T highest)
        where T : IComparable<T>, IFormattable
    {
        var (low, high) = (min.CompareTo(lowest) > 0, max.CompareTo(highest) < 0);
        return (low, high) switch
        {
            (true, true) => string.Create(CultureInfo.InvariantCulture, $"{what} from {min} to {max}"),
            (true, false) => string.Create(CultureInfo.InvariantCulture, $"{what} of at least {min}"),
            (false, true) => string.Create(CultureInfo.InvariantCulture, $"{what} of at most {max}"),
            _ => what,
        };
    }

    public static string Show(TimeSpan time) => time switch
    {
        { Ticks: 0 } => "0s",
        _ when time.Ticks % TimeSpan.TicksPerDay == 0 => string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / TimeSpan.TicksPerDay}d"),
        _ when time.Ticks % TimeSpan.TicksPerHour == 0 => string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / TimeSpan.TicksPerHour}h"),
        _ when time.Ticks % TimeSpan.TicksPerMinute == 0 => string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / TimeSpan.TicksPerMinute}m"),
        _ when time.Ticks % TimeSpan.TicksPerSecond == 0 => string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / TimeSpan.TicksPerSecond}s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / TimeSpan.TicksPerMillisecond}ms"),
    };
}
