using System.Text;

namespace MeetNet.Observations;

/// <summary>
/// When a value applied: a UTC instant, or a half-open UTC interval <c>[begin, end)</c>. Mandatory for every observation
/// and never defaulted to "now". The default value of this type is the instant 0001-01-01T00:00:00Z.
/// </summary>
public readonly record struct PhenomenonTime : IComparable<PhenomenonTime>
{
    /// <summary>Bytes of the longest written form: two instants and a slash.</summary>
    public const int MaximumLength = (2 * Iso8601.MaximumLength) + 1;

    private readonly long _begin;
    private readonly long _end;

    private PhenomenonTime(long begin, long end)
    {
        _begin = begin;
        _end = end;
    }

    /// <summary>The instant, or the first instant of the interval.</summary>
    public DateTimeOffset Begin => new(_begin, TimeSpan.Zero);

    /// <summary>The instant, or the first instant after the interval.</summary>
    public DateTimeOffset End => new(_end, TimeSpan.Zero);

    /// <summary>Zero for an instant.</summary>
    public TimeSpan Length => new(_end - _begin);

    /// <summary>Whether this is an instant.</summary>
    public bool IsInstant => _begin == _end;

    /// <summary>A UTC instant.</summary>
    /// <exception cref="ArgumentException">The offset is not zero.</exception>
    public static PhenomenonTime Instant(DateTimeOffset utc)
    {
        Iso8601.RequireUtc(utc);
        return new PhenomenonTime(utc.Ticks, utc.Ticks);
    }

    /// <summary>A half-open UTC interval <c>[begin, end)</c>.</summary>
    /// <exception cref="ArgumentException">An offset is not zero, or the end is not after the begin.</exception>
    public static PhenomenonTime Interval(DateTimeOffset begin, DateTimeOffset end)
    {
        Iso8601.RequireUtc(begin);
        Iso8601.RequireUtc(end);
        if (end <= begin)
        {
            throw new ArgumentException(
                $"The end {Iso8601.Format(end)} of an interval must be after its begin {Iso8601.Format(begin)}.", nameof(end));
        }

        return new PhenomenonTime(begin.Ticks, end.Ticks);
    }

    /// <summary>Reads <c>instant</c> or <c>begin/end</c> from UTF-8; false when it is neither, or the end is not after the begin.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out PhenomenonTime time)
    {
        time = default;
        var slash = utf8.IndexOf((byte)'/');
        if (slash < 0)
        {
            if (!Iso8601.TryParseTicks(utf8, out var instant))
            {
                return false;
            }

            time = new PhenomenonTime(instant, instant);
            return true;
        }

        if (!Iso8601.TryParseTicks(utf8[..slash], out var begin) || !Iso8601.TryParseTicks(utf8[(slash + 1)..], out var end)
            || end <= begin)
        {
            return false;
        }

        time = new PhenomenonTime(begin, end);
        return true;
    }

    /// <summary>Reads <c>instant</c> or <c>begin/end</c>; false when it is neither, or the end is not after the begin.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PhenomenonTime time)
    {
        Span<byte> ascii = stackalloc byte[MaximumLength];
        time = default;
        return Iso8601.TryAscii(text, ascii, out var length) && TryParse(ascii[..length], out time);
    }

    /// <summary>Writes the ISO 8601 form; the destination must hold <see cref="MaximumLength"/> bytes. Returns the bytes written.</summary>
    public int Write(Span<byte> destination)
    {
        var length = Iso8601.WriteTicks(destination, _begin);
        if (!IsInstant)
        {
            destination[length] = (byte)'/';
            length += 1 + Iso8601.WriteTicks(destination[(length + 1)..], _end);
        }

        return length;
    }

    /// <summary><c>2026-11-21T10:00:00Z</c>, or <c>2026-11-21T09:00:00Z/2026-11-21T10:00:00Z</c>.</summary>
    public string ToIso()
    {
        Span<byte> buffer = stackalloc byte[MaximumLength];
        return Encoding.ASCII.GetString(buffer[..Write(buffer)]);
    }

    /// <summary>The same as <see cref="ToIso"/>.</summary>
    public override string ToString() => ToIso();

    /// <summary>Orders by begin, then by end.</summary>
    public int CompareTo(PhenomenonTime other)
    {
        var byBegin = _begin.CompareTo(other._begin);
        return byBegin != 0 ? byBegin : _end.CompareTo(other._end);
    }

    /// <summary>Earlier by <see cref="CompareTo"/>.</summary>
    public static bool operator <(PhenomenonTime left, PhenomenonTime right) => left.CompareTo(right) < 0;

    /// <summary>Later by <see cref="CompareTo"/>.</summary>
    public static bool operator >(PhenomenonTime left, PhenomenonTime right) => left.CompareTo(right) > 0;

    /// <summary>Not later by <see cref="CompareTo"/>.</summary>
    public static bool operator <=(PhenomenonTime left, PhenomenonTime right) => left.CompareTo(right) <= 0;

    /// <summary>Not earlier by <see cref="CompareTo"/>.</summary>
    public static bool operator >=(PhenomenonTime left, PhenomenonTime right) => left.CompareTo(right) >= 0;

    /// <summary>The two instants in ticks, for the structures that hold many of them.</summary>
    internal (long Begin, long End) Ticks => (_begin, _end);

    /// <summary>From ticks that came out of a <see cref="PhenomenonTime"/>: not checked again.</summary>
    internal static PhenomenonTime FromTrustedTicks(long begin, long end) => new(begin, end);
}
