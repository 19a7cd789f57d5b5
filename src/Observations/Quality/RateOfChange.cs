using System.Text.Json;

namespace MeetNet.Observations.Quality;

/// <summary>
/// The QARTOD rate of change test: the change since the value before, against a rate in time, so that irregular values are
/// treated alike. Never more than suspect: a dike breach is fast too.
/// </summary>
/// <param name="Maximum">Greatest change in <paramref name="Per"/>.</param>
/// <param name="Per">Time that the maximum is for.</param>
/// <param name="Tolerance">Change that is allowed on top, whatever the time: the noise and resolution of the instrument.</param>
/// <param name="MaximumGap">Longest time to the value before.</param>
public sealed record RateOfChange(double Maximum, TimeSpan Per, double Tolerance, TimeSpan MaximumGap) : SequenceTest
{
    internal const string TestName = "rate_of_change";

    /// <inheritdoc/>
    public override string Name => TestName;

    /// <inheritdoc/>
    public override QartodFlag Worst => QartodFlag.Suspect;

    /// <inheritdoc/>
    public override TimeSpan MaximumGap { get; init; } = MaximumGap;

    /// <inheritdoc/>
    public override LocalizedText Rule => new(
        $"veranderingssnelheid: meer dan {Show(Maximum)} per {Show(Per)} + {Show(Tolerance)} sinds de vorige waarde, binnen {Show(MaximumGap)}",
        $"rate of change: more than {Show(Maximum)} per {Show(Per)} + {Show(Tolerance)} since the value before, within {Show(MaximumGap)}");

    /// <inheritdoc/>
    public override string? Check()
    {
        if (!(Maximum > 0) || !double.IsFinite(Maximum) || Per <= TimeSpan.Zero || Per > Longest)
        {
            return $"'maximum' and 'per' must be above zero, and 'per' at most {Longest.Days} days";
        }

        return Tolerance >= 0 && double.IsFinite(Tolerance) ? CheckGap(MaximumGap) : "'tolerance' must not be below zero";
    }

    /// <inheritdoc/>
    public override SequenceTestState Start() => new State(this);

    /// <summary>The flag of a change in a time above zero.</summary>
    public QartodFlag Test(double change, TimeSpan time) =>
        Math.Abs(change) <= (Maximum * ((double)time.Ticks / Per.Ticks)) + Tolerance ? QartodFlag.Good : QartodFlag.Suspect;

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteNumber("maximum"u8, Maximum);
        json.WriteString("per"u8, Show(Per));
        json.WriteNumber("tolerance"u8, Tolerance);
        json.WriteString("maximumGap"u8, Show(MaximumGap));
    }

    private sealed class State(RateOfChange test) : SequenceTestState(test.MaximumGap)
    {
        private (long At, double Value)? _before;

        private protected override void Restart() => _before = null;

        private protected override QartodFlag Judge(long at, double value)
        {
            var flag = _before is { } before ? test.Test(value - before.Value, new TimeSpan(at - before.At)) : QartodFlag.NotEvaluated;
            _before = (at, value);
            return flag;
        }
    }
}
