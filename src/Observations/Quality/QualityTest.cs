using System.Globalization;
using System.Text.Json;

namespace MeetNet.Observations.Quality;

/// <summary>
/// A QARTOD test of a datastream with its parameters, in the canonical unit. A test says something of a value and never
/// changes it.
/// </summary>
public abstract record QualityTest
{
    /// <summary>Name of the test: in <see cref="ResultQuality.Tests"/>, and the kind of its step.</summary>
    public abstract string Name { get; }

    /// <summary>The worst that the test can say: suspect, or fail where it has a threshold for it.</summary>
    public abstract QartodFlag Worst { get; }

    /// <summary>What is wrong with the parameters, or null.</summary>
    public abstract string? Check();

    /// <summary>What the test objects to, for people; without a full stop.</summary>
    public abstract LocalizedText Rule { get; }

    /// <summary>Writes the parameters, in canonical order.</summary>
    internal abstract void WriteMembers(Utf8JsonWriter json);

    /// <summary>A number for people: shortest exact, decimal point.</summary>
    private protected static string Show(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A length of time for people: <c>PT1H30M</c>.</summary>
    private protected static string Show(TimeSpan duration) => Iso8601.FormatDuration(duration);

    /// <summary>What a test with two thresholds may say, for people.</summary>
    private protected static string Show(double suspect, double? fail) => fail is { } f ? $"{Show(suspect)} (3) / {Show(f)} (4)" : Show(suspect);

    /// <summary>What is wrong with a threshold of which a second may be the stricter one, or null.</summary>
    private protected static string? CheckThresholds(double suspect, double? fail, bool failIsHigher)
    {
        if (!(suspect > 0) || !double.IsFinite(suspect))
        {
            return "'suspect' must be above zero";
        }

        return fail is not { } f || (double.IsFinite(f) && f > 0 && (failIsHigher ? f > suspect : f < suspect))
            ? null
            : failIsHigher ? "'fail' must be above 'suspect'" : "'fail' must be above zero and below 'suspect'";
    }

    private protected static string? CheckGap(TimeSpan gap) =>
        gap > TimeSpan.Zero && gap <= Longest ? null : $"'maximumGap' must be above zero and at most {Longest.Days} days";

    /// <summary>Longest window and gap of a test.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);
}

/// <summary>A test that needs the values before (or after) the one it judges.</summary>
public abstract record SequenceTest : QualityTest
{
    /// <summary>
    /// The longest time between two values over which the test still compares them. After a longer one, forward or back, it
    /// starts anew. A window is time, never a count of values.
    /// </summary>
    public abstract TimeSpan MaximumGap { get; init; }

    /// <summary>A test that has seen nothing yet. One for each datastream.</summary>
    public abstract SequenceTestState Start();
}

/// <summary>
/// A test at work on one datastream. It sees values in the order of their arrival and keeps what it needs of them in a
/// fixed number of bytes; nothing is allocated for a value.
/// </summary>
/// <param name="maximumGap">See <see cref="SequenceTest.MaximumGap"/>.</param>
public abstract class SequenceTestState(TimeSpan maximumGap)
{
    private long? _last;

    /// <summary>Whether the test took notice of the last value: false for one that came late.</summary>
    public bool Followed { get; private set; }

    /// <summary>
    /// Judges a value: good, suspect, fail, or not evaluated where there is too little before it. A value that is not later
    /// than the one before, yet within <see cref="SequenceTest.MaximumGap"/> of it, came late: it is not evaluated, and the
    /// test goes on as if it had not been there.
    /// </summary>
    /// <param name="time">When the value applied; the end of an interval counts.</param>
    /// <param name="value">In the canonical unit, finite.</param>
    public QartodFlag Next(PhenomenonTime time, double value)
    {
        var at = time.Ticks.End;
        Followed = true;
        if (_last is { } last)
        {
            if (Math.Abs(at - last) > maximumGap.Ticks)
            {
                Restart();
            }
            else if (at <= last)
            {
                Followed = false;
                return QartodFlag.NotEvaluated;
            }
        }

        _last = at;
        return Judge(at, value);
    }

    /// <summary>Forgets all values.</summary>
    private protected abstract void Restart();

    /// <summary>Judges a value that is later than the ones before.</summary>
    /// <param name="at">Ticks of <see cref="DateTime"/>.</param>
    /// <param name="value">In the canonical unit.</param>
    private protected abstract QartodFlag Judge(long at, double value);
}
