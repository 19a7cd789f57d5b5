using System.Globalization;
using System.Text.Json;

namespace MeetNet.Observations.Quality;

/// <summary>A stretch of every day, in UTC, in whole minutes.</summary>
/// <param name="From">From midnight.</param>
/// <param name="To">From midnight, after <paramref name="From"/>; 24 hours is the end of the day.</param>
public readonly record struct DailySpan(TimeSpan From, TimeSpan To)
{
    /// <summary>The form that <see cref="TryParse"/> reads, for messages to people.</summary>
    public const string Form = "hh:mm-hh:mm";

    /// <summary>Reads <c>02:00-02:30</c>; 24:00 may be the end. Which of the two is first is not looked at.</summary>
    public static bool TryParse(string? text, out DailySpan span)
    {
        span = default;
        if (text is not { Length: 11 } || text[5] != '-' || !Time(text.AsSpan(0, 5), out var from) || !Time(text.AsSpan(6), out var to))
        {
            return false;
        }

        span = new DailySpan(from, to);
        return true;
    }

    /// <summary><c>02:00-02:30</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(int)From.TotalHours:00}:{From.Minutes:00}-{(int)To.TotalHours:00}:{To.Minutes:00}");

    /// <summary>Ticks of all such stretches from the first day of the calendar to an instant.</summary>
    internal long Before(long at) =>
        (at / TimeSpan.TicksPerDay * (To - From).Ticks) + Math.Clamp((at % TimeSpan.TicksPerDay) - From.Ticks, 0, (To - From).Ticks);

    private static bool Time(ReadOnlySpan<char> text, out TimeSpan time)
    {
        time = default;
        if (text[2] != ':' || !int.TryParse(text[..2], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(text[3..], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) || hours > 24 || minutes > 59)
        {
            return false;
        }

        time = new TimeSpan(hours, minutes, 0);
        return time <= TimeSpan.FromDays(1);
    }
}

/// <summary>
/// The QARTOD timing/gap test: the first value after more than the expected silence is suspect, for an instrument that was
/// away often begins with values that need a look. A message without a result (warming up, calibrating) breaks the silence.
/// </summary>
/// <param name="Maximum">Longest silence, from the end of the one to the begin of the next.</param>
/// <param name="Except">Stretches of each day that do not count: a nightly calibration.</param>
public sealed record TimeGap(TimeSpan Maximum, IReadOnlyList<DailySpan> Except) : QualityTest
{
    internal const string TestName = "time_gap";

    /// <summary>Most stretches that may be excepted.</summary>
    public const int MaximumExceptions = 24;

    /// <inheritdoc/>
    public override string Name => TestName;

    /// <inheritdoc/>
    public override QartodFlag Worst => QartodFlag.Suspect;

    /// <inheritdoc/>
    public override LocalizedText Rule
    {
        get
        {
            var except = string.Join(", ", Except);
            return new(
                $"gat in de tijd: de eerste waarde na meer dan {Show(Maximum)} stilte{(except.Length == 0 ? "" : $", {except} UTC niet meegeteld")}",
                $"time gap: the first value after a silence of more than {Show(Maximum)}{(except.Length == 0 ? "" : $", {except} UTC not counted")}");
        }
    }

    /// <inheritdoc/>
    public override string? Check()
    {
        if (Maximum <= TimeSpan.Zero || Maximum > Longest)
        {
            return $"'maximum' must be above zero and at most {Longest.Days} days";
        }

        return Except.Count <= MaximumExceptions && Except.All(e => e.From >= TimeSpan.Zero && e.From < e.To && e.To <= TimeSpan.FromDays(1))
            && Except.Zip(Except.Skip(1)).All(pair => pair.First.To <= pair.Second.From)
            ? null
            : $"'except' must be at most {MaximumExceptions} stretches of the day like 02:00-02:30, in order and apart";
    }

    /// <summary>The flag of a value after a silence.</summary>
    /// <param name="from">End of what was heard last.</param>
    /// <param name="to">Begin of the value, not before it.</param>
    public QartodFlag Test(DateTimeOffset from, DateTimeOffset to) => Test(from.UtcTicks, to.UtcTicks);

    /// <inheritdoc/>
    public bool Equals(TimeGap? other) => other is not null && Maximum == other.Maximum && Except.SequenceEqual(other.Except);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Maximum, Except.Count);

    internal QartodFlag Test(long from, long to)
    {
        var silence = to - from;
        for (var i = 0; i < Except.Count; i++)
        {
            silence -= Except[i].Before(to) - Except[i].Before(from);
        }

        return silence > Maximum.Ticks ? QartodFlag.Suspect : QartodFlag.Good;
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("maximum"u8, Show(Maximum));
        json.WriteStartArray("except"u8);
        foreach (var span in Except)
        {
            json.WriteStringValue(span.ToString());
        }

        json.WriteEndArray();
    }
}

/// <summary>The time gap test at work on one datastream.</summary>
internal sealed class TimeGapState(TimeGap test)
{
    private long? _last;

    /// <summary>
    /// Judges when something was heard. Further back than the longest silence the clock was wrong before and the test starts
    /// anew; anything else that is not later came late, and is not evaluated.
    /// </summary>
    public QartodFlag Next(PhenomenonTime time)
    {
        var (begin, end) = time.Ticks;
        var flag = QartodFlag.NotEvaluated;
        if (_last is { } last && end <= last && last - end <= test.Maximum.Ticks)
        {
            return flag;
        }

        if (_last is { } before && end > before)
        {
            flag = begin <= before ? QartodFlag.Good : test.Test(before, begin);
        }

        _last = end;
        return flag;
    }
}
