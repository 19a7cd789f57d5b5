using System.Buffers.Text;

namespace MeetNet.Devices.Decoding;

/// <summary>How a message writes its time.</summary>
internal enum StampForm
{
    /// <summary>Date and time of day without a zone.</summary>
    Local,

    /// <summary>ISO 8601 with Z or an offset; of an interval (begin/end), the beginning.</summary>
    Iso,

    /// <summary>Seconds since 1970-01-01T00:00Z.</summary>
    Unix,

    /// <summary>Milliseconds since 1970-01-01T00:00Z.</summary>
    UnixMilliseconds,
}

/// <summary>Reads the time of a message.</summary>
internal static class StampForms
{
    /// <summary>The words in profiles, in the order of <see cref="StampForm"/>.</summary>
    public static readonly string[] Words = ["local", "iso", "unix", "unix-ms"];

    /// <summary>The last second of the year 9999: what a DateTime can hold.</summary>
    private const double LastSecond = 253402300799;

    public static bool TryRead(StampForm form, ReadOnlySpan<byte> text, out DeviceTime time)
    {
        time = default;
        switch (form)
        {
            case StampForm.Local:
                return TryLocal(text, out time);
            case StampForm.Iso:
                var slash = text.IndexOf((byte)'/');
                if (!IsoStamp.TryParseInstant(slash < 0 ? text : text[..slash], out var instant))
                {
                    return false;
                }

                time = new DeviceTime(instant.UtcDateTime, TimeSpan.Zero);
                return true;
            default:
                return JsonText.TryNumber(text, out var number) && TryUnix(form == StampForm.Unix ? number : number / 1000, out time);
        }
    }

    /// <summary>Seconds since 1970 as a stamp; false outside the years 1970 to 9999.</summary>
    public static bool TryUnix(double seconds, out DeviceTime time)
    {
        time = default;
        if (!(seconds >= 0 && seconds <= LastSecond))
        {
            return false;
        }

        // Through microseconds: a double holds the seconds of these years to less than one.
        time = new DeviceTime(DateTime.UnixEpoch.AddTicks((long)Math.Round(seconds * 1e6) * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        return true;
    }

    /// <summary>Older Tasmota writes 2018.02.01 21:29:40.</summary>
    private static bool TryLocal(ReadOnlySpan<byte> text, out DeviceTime time)
    {
        time = default;
        Span<byte> copy = stackalloc byte[32];
        if (text.Length > copy.Length || text.Length < 10)
        {
            return false;
        }

        text.CopyTo(copy);
        if (copy[4] == '.' && copy[7] == '.')
        {
            copy[4] = copy[7] = (byte)'-';
        }

        return IsoStamp.TryParse(copy[..text.Length], out time) && !time.HasOffset;
    }
}
