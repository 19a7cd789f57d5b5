using System.Globalization;
using System.Text.Json;

namespace MeetNet.Observations.Procedures;

/// <summary>What a step made of a value.</summary>
/// <param name="Value">The value after the step.</param>
/// <param name="Quality">What the step says of it; the default when it says nothing.</param>
public readonly record struct StepOutcome(double Value, ResultQuality Quality = default);

/// <summary>
/// One step from a raw value to a canonical one. A step is data: everything it computes with is a member of it and is
/// announced, so that whoever has the announcement can compute the same double.
/// </summary>
public abstract record ProcedureStep
{
    /// <summary>Name of the kind of step: the value of <c>step</c> in JSON.</summary>
    public abstract string Kind { get; }

    /// <summary>Where the numbers of the step are from; null when it has none to account for.</summary>
    public virtual string? Source => null;

    /// <summary>Accuracy that the step itself adds, in the unit of its output; null when not stated.</summary>
    public virtual double? Accuracy => null;

    /// <summary>Unit of the value after the step, UCUM; the input's unit when null.</summary>
    public virtual string? OutputUnit => null;

    /// <summary>Applies the step.</summary>
    /// <param name="value">Output of the step before.</param>
    /// <param name="time">When the value applied.</param>
    public abstract StepOutcome Apply(double value, PhenomenonTime time);

    /// <summary>What the step did to a value, for people.</summary>
    public abstract LocalizedText Describe(double input, StepOutcome outcome);

    /// <summary>Writes the members after <c>step</c>, in canonical order.</summary>
    internal abstract void WriteMembers(Utf8JsonWriter json);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("step"u8, Kind);
        WriteMembers(json);
        json.WriteEndObject();
    }

    /// <summary>A number for people: shortest exact, decimal point.</summary>
    private protected static string Show(double value) => value.ToString(CultureInfo.InvariantCulture);
}
