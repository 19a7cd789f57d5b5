namespace MeetNet.Observations;

/// <summary>
/// The results of other datastreams that a result was made with, in the order of the procedure's inputs: the pressure of a
/// barometer, the temperature of the air. They stay with the observation, so that it can be computed again from itself.
/// </summary>
/// <param name="First">In the canonical unit of its datastream; null when there was none in time, or the procedure has no input.</param>
/// <param name="Second">The same of a second input.</param>
public readonly record struct ProcedureInputs(double? First, double? Second = null)
{
    /// <summary>Most inputs of a procedure.</summary>
    public const int Maximum = 2;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => First is null && Second is null;

    /// <summary>The input of that place; null when there is none.</summary>
    public double? this[int place] => place switch { 0 => First, 1 => Second, _ => null };
}
