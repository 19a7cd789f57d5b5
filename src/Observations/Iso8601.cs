using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MeetNet.Observations;

/// <summary>
/// The one way MeetNet writes instants and durations: ISO 8601, UTC with <c>Z</c>, seconds always, a fraction (up to
/// seven digits, no trailing zeros) only when there is one. Reading accepts trailing zeros in the fraction and nothing
/// else beside: no offset, no lower case, no 24:00, no leap second, no white space.
/// </summary>
public static class Iso8601
{
    /// <summary>Bytes of the longest instant, <c>2026-11-21T10:00:00.1234567Z</c>.</summary>
    public const int MaximumLength = 28;

    private const int WholeLength = 20;

    // PT999999H999999M999999.9999999S
    private const int MaximumDurationLength = 31;

    /// <summary>Writes an instant; the destination must hold <see cref="MaximumLength"/> bytes. Returns the bytes written.</summary>
    /// <exception cref="ArgumentException">The destination is too small or the offset is not zero.</exception>
    public static int Write(Span<byte> destination, DateTimeOffset utc)
    {
        RequireUtc(utc);
        return WriteTicks(destination, utc.Ticks);
    }

    /// <summary>The instant as text.</summary>
    /// <exception cref="ArgumentException">The offset is not zero.</exception>
    public static string Format(DateTimeOffset utc)
    {
        Span<byte> buffer = stackalloc byte[MaximumLength];
        return System.Text.Encoding.ASCII.GetString(buffer[..Write(buffer, utc)]);
    }

    /// <summary>Reads an instant from UTF-8; false when it is not exactly of the form.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out DateTimeOffset utc)
    {
        var valid = TryParseTicks(utf8, out var ticks);
        utc = valid ? new DateTimeOffset(ticks, TimeSpan.Zero) : default;
        return valid;
    }

    /// <summary>Reads an instant from text; false when it is not exactly of the form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset utc)
    {
        Span<byte> ascii = stackalloc byte[MaximumLength];
        utc = default;
        return TryAscii(text, ascii, out var length) && TryParse(ascii[..length], out utc);
    }

    /// <summary>Writes a duration as <c>PT1H30M</c>, <c>PT10S</c>, <c>PT0.5S</c>; hours may exceed 24.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The duration is negative.</exception>
    public static string FormatDuration(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        if (duration == TimeSpan.Zero)
        {
            return "PT0S";
        }

        var hours = duration.Ticks / TimeSpan.TicksPerHour;
        var minutes = duration.Ticks / TimeSpan.TicksPerMinute % 60;
        var seconds = duration.Ticks % TimeSpan.TicksPerMinute / (decimal)TimeSpan.TicksPerSecond;
        return string.Create(CultureInfo.InvariantCulture,
            $"PT{(hours > 0 ? $"{hours}H" : "")}{(minutes > 0 ? $"{minutes}M" : "")}{(seconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#######}S") : "")}");
    }

    /// <summary>
    /// Reads <c>PT[nH][nM][n[.f]S]</c> with at least one part, at most six digits each and seven in the fraction. Days, weeks, months and years are refused: a reporting
    /// interval is a fixed number of seconds.
    /// </summary>
    public static bool TryParseDuration([NotNullWhen(true)] string? text, out TimeSpan duration)
    {
        duration = default;
        if (text is null || text.Length is < 4 or > MaximumDurationLength || !text.StartsWith("PT", StringComparison.Ordinal))
        {
            return false;
        }

        var rest = text.AsSpan(2);
        long ticks = 0;
        foreach (var (unit, ticksPer) in DurationUnits)
        {
            var end = rest.IndexOf(unit);
            if (end < 0)
            {
                continue;
            }

            var style = unit == 'S' ? NumberStyles.AllowDecimalPoint : NumberStyles.None;
            var number = rest[..end];
            var point = number.IndexOf('.');
            var whole = point < 0 ? number.Length : point;
            if (whole is 0 or > 6 || (point >= 0 && number.Length - point - 1 is 0 or > 7)
                || !decimal.TryParse(number, style, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            ticks += (long)(value * ticksPer);
            rest = rest[(end + 1)..];
        }

        duration = new TimeSpan(ticks);
        return rest.IsEmpty;
    }

    internal static int WriteTicks(Span<byte> destination, long ticks)
    {
        var time = new DateTime(ticks, DateTimeKind.Utc);
        var (date, clock) = (DateOnly.FromDateTime(time), time.TimeOfDay);
        Digits(destination, 0, 4, date.Year);
        destination[4] = (byte)'-';
        Digits(destination, 5, 2, date.Month);
        destination[7] = (byte)'-';
        Digits(destination, 8, 2, date.Day);
        destination[10] = (byte)'T';
        Digits(destination, 11, 2, clock.Hours);
        destination[13] = (byte)':';
        Digits(destination, 14, 2, clock.Minutes);
        destination[16] = (byte)':';
        Digits(destination, 17, 2, clock.Seconds);
        var length = WholeLength - 1;
        var fraction = (int)(ticks % TimeSpan.TicksPerSecond);
        if (fraction != 0)
        {
            destination[length] = (byte)'.';
            Digits(destination, length + 1, 7, fraction);
            length += 8;
            while (destination[length - 1] == (byte)'0')
            {
                length--;
            }
        }

        destination[length] = (byte)'Z';
        return length + 1;
    }

    internal static bool TryParseTicks(ReadOnlySpan<byte> utf8, out long ticks)
    {
        ticks = 0;
        if (utf8.Length is < WholeLength or > MaximumLength || utf8[^1] != (byte)'Z'
            || utf8[4] != (byte)'-' || utf8[7] != (byte)'-' || utf8[10] != (byte)'T'
            || utf8[13] != (byte)':' || utf8[16] != (byte)':')
        {
            return false;
        }

        // A byte that is no digit sets a bit above the low nibble range; all are gathered and tested once.
        var bad = 0;
        var year = (Two(utf8, 0, ref bad) * 100) + Two(utf8, 2, ref bad);
        var month = Two(utf8, 5, ref bad);
        var day = Two(utf8, 8, ref bad);
        var hour = Two(utf8, 11, ref bad);
        var minute = Two(utf8, 14, ref bad);
        var second = Two(utf8, 17, ref bad);
        if (bad != 0 || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59 || !TryFraction(utf8[19..^1], out var fraction))
        {
            return false;
        }

        ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks + fraction;
        return true;
    }

    internal static void RequireUtc(DateTimeOffset time)
    {
        if (time.Offset != TimeSpan.Zero)
        {
            throw new ArgumentException($"An instant must be given in UTC, not with offset {time.Offset}.", nameof(time));
        }
    }

    internal static bool TryAscii(ReadOnlySpan<char> text, Span<byte> ascii, out int length)
    {
        length = text.Length;
        return length <= ascii.Length
            && System.Text.Ascii.FromUtf16(text, ascii, out _) == System.Buffers.OperationStatus.Done;
    }

    private static ReadOnlySpan<(char Unit, long TicksPer)> DurationUnits =>
        new (char, long)[] { ('H', TimeSpan.TicksPerHour), ('M', TimeSpan.TicksPerMinute), ('S', TimeSpan.TicksPerSecond) };

    private static bool TryFraction(ReadOnlySpan<byte> utf8, out int ticks)
    {
        ticks = 0;
        if (utf8.IsEmpty)
        {
            return true;
        }

        if (utf8[0] != (byte)'.' || utf8.Length == 1)
        {
            return false;
        }

        var scale = 1_000_000;
        foreach (var c in utf8[1..])
        {
            if (!char.IsAsciiDigit((char)c))
            {
                return false;
            }

            ticks += (c - '0') * scale;
            scale /= 10;
        }

        return true;
    }

    private static int Two(ReadOnlySpan<byte> utf8, int at, ref int bad)
    {
        var tens = utf8[at] - '0';
        var ones = utf8[at + 1] - '0';
        bad |= (9 - tens) | tens | (9 - ones) | ones;
        bad &= int.MinValue;
        return (tens * 10) + ones;
    }

    private static void Digits(Span<byte> destination, int at, int count, int value)
    {
        for (var i = at + count - 1; i >= at; i--)
        {
            destination[i] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}
