namespace MeetNet.Devices.Decoding;

/// <summary>Reads ISO 8601 date-times as devices and network servers write them.</summary>
internal static class IsoStamp
{
    private const int TickDigits = 7;

    /// <summary>
    /// <c>2026-11-21T10:00</c>, with 'T' or a blank, seconds and fraction optional, then nothing (local time), 'Z' or an offset
    /// such as +01:00. Of a longer fraction (network servers write nine digits) seven are kept.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DeviceTime time)
    {
        time = default;
        if (text.Length < 16 || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)' ') || text[13] != ':'
            || !TryNumber(text[..4], out var year) || !TryNumber(text.Slice(5, 2), out var month) || !TryNumber(text.Slice(8, 2), out var day)
            || !TryNumber(text.Slice(11, 2), out var hour) || !TryNumber(text.Slice(14, 2), out var minute))
        {
            return false;
        }

        var rest = text[16..];
        if (!TrySeconds(ref rest, out var ticks) || !TryOffset(rest, out var offset)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59)
        {
            return false;
        }

        time = new DeviceTime(new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Unspecified).AddTicks(ticks), offset);
        return true;
    }

    /// <summary>A stamp with an offset as a UTC instant.</summary>
    public static bool TryParseInstant(ReadOnlySpan<byte> text, out DateTimeOffset instant)
    {
        instant = default;
        if (!TryParse(text, out var time) || time.Offset is not { } offset)
        {
            return false;
        }

        var utcTicks = time.Stamp.Ticks - offset.Ticks;
        if (utcTicks < DateTime.MinValue.Ticks || utcTicks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        instant = new DateTimeOffset(utcTicks, TimeSpan.Zero);
        return true;
    }

    private static bool TrySeconds(ref ReadOnlySpan<byte> rest, out long ticks)
    {
        ticks = 0;
        if (rest.IsEmpty || rest[0] != ':')
        {
            return true;
        }

        if (rest.Length < 3 || !TryNumber(rest.Slice(1, 2), out var seconds) || seconds > 59)
        {
            return false;
        }

        ticks = seconds * TimeSpan.TicksPerSecond;
        rest = rest[3..];
        if (rest.IsEmpty || rest[0] != '.')
        {
            return true;
        }

        rest = rest[1..];
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        digits = digits < 0 ? rest.Length : digits;
        if (digits is 0 or > 9)
        {
            return false;
        }

        var fraction = 0L;
        for (var i = 0; i < TickDigits; i++)
        {
            fraction = (10 * fraction) + (i < digits ? rest[i] - '0' : 0);
        }

        ticks += fraction;
        rest = rest[digits..];
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> rest, out TimeSpan? offset)
    {
        offset = null;
        if (rest.IsEmpty)
        {
            return true;
        }

        if (rest.SequenceEqual("Z"u8))
        {
            offset = TimeSpan.Zero;
            return true;
        }

        // No place on earth is more than 14 hours from UTC.
        if (rest.Length != 6 || rest[0] is not ((byte)'+' or (byte)'-') || rest[3] != ':'
            || !TryNumber(rest.Slice(1, 2), out var hours) || !TryNumber(rest.Slice(4, 2), out var minutes) || hours > 14 || minutes > 59)
        {
            return false;
        }

        var magnitude = new TimeSpan(hours, minutes, 0);
        offset = rest[0] == '-' ? -magnitude : magnitude;
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (var b in digits)
        {
            if (b is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (10 * value) + (b - '0');
        }

        return true;
    }
}
