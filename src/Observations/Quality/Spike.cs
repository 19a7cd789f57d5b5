using System.Text.Json;

namespace MeetNet.Observations.Quality;

/// <summary>
/// The QARTOD spike test, by differences: a value that stands out from the value before it and from the value after it, to
/// the same side, by more than the threshold. So a rise that lasts, however steep, is no spike, and neither is the top of a
/// storm that several values make up. The value after it is needed: a spike is found when the next value comes, and is then
/// a correction of the value that had been sent.
/// </summary>
/// <param name="Suspect">Standing out by more than this: suspect.</param>
/// <param name="Fail">Standing out by more than this: fail; null when a spike is never more than suspect.</param>
/// <param name="MaximumGap">Longest time to either neighbour.</param>
public sealed record Spike(double Suspect, double? Fail, TimeSpan MaximumGap) : SequenceTest
{
    internal const string TestName = "spike";

    /// <inheritdoc/>
    public override string Name => TestName;

    /// <inheritdoc/>
    public override QartodFlag Worst => Fail is null ? QartodFlag.Suspect : QartodFlag.Fail;

    /// <inheritdoc/>
    public override TimeSpan MaximumGap { get; init; } = MaximumGap;

    /// <inheritdoc/>
    public override LocalizedText Rule => new(
        $"piek: steekt meer dan {Show(Suspect, Fail)} uit boven of onder beide buren, elk binnen {Show(MaximumGap)}; de volgende waarde beslist",
        $"spike: stands out from both neighbours, each within {Show(MaximumGap)}, by more than {Show(Suspect, Fail)}; the next value decides");

    /// <inheritdoc/>
    public override string? Check() => CheckThresholds(Suspect, Fail, failIsHigher: true) ?? CheckGap(MaximumGap);

    /// <inheritdoc/>
    public override SequenceTestState Start() => new SpikeState(this);

    /// <summary>The flag of a value between two others.</summary>
    public QartodFlag Test(double before, double value, double after)
    {
        var (rise, fall) = (value - before, value - after);
        if (rise > 0 != fall > 0)
        {
            return QartodFlag.Good;
        }

        var height = Math.Min(Math.Abs(rise), Math.Abs(fall));
        return height > Fail ? QartodFlag.Fail : height > Suspect ? QartodFlag.Suspect : QartodFlag.Good;
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteNumber("suspect"u8, Suspect);
        QualityJson.WriteNumberOrNull(json, "fail"u8, Fail);
        json.WriteString("maximumGap"u8, Show(MaximumGap));
    }
}

/// <summary>
/// The spike test at work: says <see cref="QartodFlag.NotEvaluated"/> of a value without a neighbour before it, else
/// <see cref="QartodFlag.Good"/> for the time being, and gives its verdict on the value before in <see cref="Before"/>.
/// </summary>
internal sealed class SpikeState(Spike test) : SequenceTestState(test.MaximumGap)
{
    private double _first;
    private double _second;
    private int _count;

    /// <summary>The verdict on the value before the last one; <see cref="QartodFlag.None"/> when it had too few neighbours.</summary>
    public QartodFlag Before { get; private set; }

    private protected override void Restart() => _count = 0;

    private protected override QartodFlag Judge(long at, double value)
    {
        Before = _count == 2 ? test.Test(_first, _second, value) : QartodFlag.None;
        (_first, _second) = (_second, value);
        _count = Math.Min(_count + 1, 2);
        return _count == 1 ? QartodFlag.NotEvaluated : QartodFlag.Good;
    }
}
