using System.Text.Json;

namespace MeetNet.Observations.Quality;

/// <summary>What an attenuated signal has too little of.</summary>
public enum SignalMeasure
{
    /// <summary>Standard deviation of the values in the window (of the population: divided by their number).</summary>
    StandardDeviation,

    /// <summary>Greatest less least value.</summary>
    Range,
}

/// <summary>
/// The QARTOD attenuated signal test: in the window before a value there is less variation than the signal always has. It is
/// not evaluated before values of a whole window have been seen.
/// </summary>
/// <param name="Measure">What is compared with the thresholds.</param>
/// <param name="Window">Length of the window.</param>
/// <param name="Suspect">Less variation than this: suspect.</param>
/// <param name="Fail">Less variation than this: fail; null when it is never more than suspect.</param>
/// <param name="MaximumGap">Longest time between two values of a window.</param>
public sealed record AttenuatedSignal(SignalMeasure Measure, TimeSpan Window, double Suspect, double? Fail, TimeSpan MaximumGap) : SequenceTest
{
    internal const string TestName = "attenuated_signal";

    /// <inheritdoc/>
    public override string Name => TestName;

    /// <inheritdoc/>
    public override QartodFlag Worst => Fail is null ? QartodFlag.Suspect : QartodFlag.Fail;

    /// <inheritdoc/>
    public override TimeSpan MaximumGap { get; init; } = MaximumGap;

    /// <summary>Names of the measures, in station files and on the wire.</summary>
    public static IReadOnlyList<string> MeasureNames { get; } = ["standard_deviation", "range"];

    /// <inheritdoc/>
    public override LocalizedText Rule => new(
        $"gedempt signaal: {(Measure == SignalMeasure.Range ? "bereik" : "standaardafwijking")} over {Show(Window)} kleiner dan {Show(Suspect, Fail)}, zonder gat van meer dan {Show(MaximumGap)}",
        $"attenuated signal: {(Measure == SignalMeasure.Range ? "range" : "standard deviation")} over {Show(Window)} below {Show(Suspect, Fail)}, without a gap of more than {Show(MaximumGap)}");

    /// <summary>The name of a measure.</summary>
    public static string NameOf(SignalMeasure measure) => MeasureNames[(int)measure];

    /// <inheritdoc/>
    public override string? Check() =>
        MaximumGap >= Window || Window > Longest
            ? $"'window' must be longer than 'maximumGap' and at most {Longest.Days} days"
            : CheckThresholds(Suspect, Fail, failIsHigher: false) ?? CheckGap(MaximumGap);

    /// <inheritdoc/>
    public override SequenceTestState Start() => new State(this);

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("measure"u8, NameOf(Measure));
        json.WriteString("window"u8, Show(Window));
        json.WriteNumber("suspect"u8, Suspect);
        QualityJson.WriteNumberOrNull(json, "fail"u8, Fail);
        json.WriteString("maximumGap"u8, Show(MaximumGap));
    }

    private sealed class State(AttenuatedSignal test) : SequenceTestState(test.MaximumGap)
    {
        private readonly TimeWindow _window = new(test.Window);

        private protected override void Restart() => _window.Clear();

        private protected override QartodFlag Judge(long at, double value)
        {
            _window.Add(at, value);
            if (!_window.IsFull)
            {
                return QartodFlag.NotEvaluated;
            }

            var variation = test.Measure == SignalMeasure.Range ? _window.Summary.Range : _window.Summary.StandardDeviation;
            return variation < test.Fail ? QartodFlag.Fail : variation < test.Suspect ? QartodFlag.Suspect : QartodFlag.Good;
        }
    }
}
