using System.Text.Json;

namespace MeetNet.Observations.Quality;

/// <summary>
/// The QARTOD flat line test: all values of a stretch of time are within a tolerance of each other. A stretch that is not yet
/// long enough is not evaluated, unless it has moved already.
/// </summary>
/// <param name="Tolerance">Greatest less least value that still counts as flat.</param>
/// <param name="Suspect">Flat for this long: suspect.</param>
/// <param name="Fail">Flat for this long: fail; null when a flat line is never more than suspect.</param>
/// <param name="MaximumGap">Longest time between two values of a stretch.</param>
public sealed record FlatLine(double Tolerance, TimeSpan Suspect, TimeSpan? Fail, TimeSpan MaximumGap) : SequenceTest
{
    internal const string TestName = "flat_line";

    /// <inheritdoc/>
    public override string Name => TestName;

    /// <inheritdoc/>
    public override QartodFlag Worst => Fail is null ? QartodFlag.Suspect : QartodFlag.Fail;

    /// <inheritdoc/>
    public override TimeSpan MaximumGap { get; init; } = MaximumGap;

    /// <inheritdoc/>
    public override LocalizedText Rule
    {
        get
        {
            var lengths = Fail is { } fail ? $"{Show(Suspect)} (3) / {Show(fail)} (4)" : Show(Suspect);
            return new(
                $"vlakke lijn: binnen {Show(Tolerance)} gebleven gedurende {lengths}, zonder gat van meer dan {Show(MaximumGap)}",
                $"flat line: stayed within {Show(Tolerance)} for {lengths}, without a gap of more than {Show(MaximumGap)}");
        }
    }

    /// <inheritdoc/>
    public override string? Check()
    {
        if (!(Tolerance >= 0) || !double.IsFinite(Tolerance))
        {
            return "'tolerance' must not be below zero";
        }

        if (MaximumGap >= Suspect || Suspect > Longest)
        {
            return $"'suspect' must be longer than 'maximumGap' and at most {Longest.Days} days";
        }

        return Fail is not { } fail || (fail > Suspect && fail <= Longest)
            ? CheckGap(MaximumGap)
            : $"'fail' must be longer than 'suspect' and at most {Longest.Days} days";
    }

    /// <inheritdoc/>
    public override SequenceTestState Start() => new State(this);

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteNumber("tolerance"u8, Tolerance);
        json.WriteString("suspect"u8, Show(Suspect));
        QualityJson.WriteDurationOrNull(json, "fail"u8, Fail);
        json.WriteString("maximumGap"u8, Show(MaximumGap));
    }

    // Some thousands of units in the last place of a double: what a few conversions leave.
    private const double Rounding = 1e-12;

    private sealed class State(FlatLine test) : SequenceTestState(test.MaximumGap)
    {
        private readonly TimeWindow _suspect = new(test.Suspect);
        private readonly TimeWindow? _fail = test.Fail is { } fail ? new TimeWindow(fail) : null;

        private protected override void Restart()
        {
            _suspect.Clear();
            _fail?.Clear();
        }

        private protected override QartodFlag Judge(long at, double value)
        {
            _suspect.Add(at, value);
            _fail?.Add(at, value);
            if (!IsFlat(_suspect))
            {
                return QartodFlag.Good;
            }

            return !_suspect.IsFull ? QartodFlag.NotEvaluated
                : _fail is { IsFull: true } && IsFlat(_fail) ? QartodFlag.Fail
                : QartodFlag.Suspect;
        }

        private bool IsFlat(TimeWindow window)
        {
            // 1.01 − 1 is more than 0.01 in binary: a tolerance of one step of the instrument must hold one step.
            var all = window.Summary;
            return all.Range <= test.Tolerance + (Rounding * Math.Max(Math.Abs(all.Least), Math.Abs(all.Greatest)));
        }
    }
}
