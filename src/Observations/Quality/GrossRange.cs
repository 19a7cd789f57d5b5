namespace MeetNet.Observations.Quality;

/// <summary>A closed range.</summary>
/// <param name="Minimum">Least value inside.</param>
/// <param name="Maximum">Greatest value inside.</param>
public readonly record struct ValueSpan(double Minimum, double Maximum)
{
    /// <summary>Whether the value is inside.</summary>
    public bool Contains(double value) => value >= Minimum && value <= Maximum;

    /// <summary>Whether the other range is inside.</summary>
    public bool Contains(ValueSpan other) => Contains(other.Minimum) && Contains(other.Maximum);
}

/// <summary>
/// The QARTOD gross range test (QARTOD manuals, test 4): fail outside what the sensor can measure or nature can do, suspect
/// outside what the operator expects.
/// </summary>
/// <param name="FailSpan">Outside this: fail (4).</param>
/// <param name="SuspectSpan">Outside this: suspect (3); inside the fail span; null when there is none.</param>
public sealed record GrossRange(ValueSpan FailSpan, ValueSpan? SuspectSpan)
{
    /// <summary>The flag of a value; both spans are closed, and a value that is not a number fails.</summary>
    public QartodFlag Test(double value)
    {
        if (!FailSpan.Contains(value))
        {
            return QartodFlag.Fail;
        }

        return SuspectSpan is { } suspect && !suspect.Contains(value) ? QartodFlag.Suspect : QartodFlag.Good;
    }

    /// <summary>What is wrong with the spans, or null.</summary>
    public string? Check()
    {
        if (!(FailSpan.Minimum < FailSpan.Maximum) || !double.IsFinite(FailSpan.Minimum) || !double.IsFinite(FailSpan.Maximum))
        {
            return "the fail span must have a minimum below its maximum";
        }

        if (SuspectSpan is not { } suspect)
        {
            return null;
        }

        return suspect.Minimum < suspect.Maximum && FailSpan.Contains(suspect)
            ? null
            : "the suspect span must have a minimum below its maximum and lie inside the fail span";
    }
}
