using System.Globalization;
using System.Text.Json;

namespace MeetNet.Observations.Procedures;

/// <summary>What a step made of a value.</summary>
/// <param name="Value">The value after the step.</param>
/// <param name="Quality">What the step says of it; the default when it says nothing.</param>
public readonly record struct StepOutcome(double Value, ResultQuality Quality = default);

/// <summary>Another datastream that a step computes with.</summary>
/// <param name="Datastream">Id; of the same station.</param>
/// <param name="MaximumAge">How far its result may be from the phenomenon time, before or after.</param>
public readonly record struct ProcedureInput(string Datastream, TimeSpan MaximumAge);

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

    /// <summary>The other datastreams whose results the step computes with; none for most.</summary>
    public virtual IReadOnlyList<ProcedureInput> Inputs => [];

    /// <summary>Number of <see cref="Inputs"/>, without making the list.</summary>
    internal virtual int InputCount => 0;

    /// <summary>Applies a step that has <see cref="Inputs"/>.</summary>
    /// <param name="value">Output of the step before.</param>
    /// <param name="time">When the value applied.</param>
    /// <param name="inputs">The results of the inputs, in order; NaN for one that is missing.</param>
    public virtual StepOutcome Apply(double value, PhenomenonTime time, ReadOnlySpan<double> inputs) => Apply(value, time);

    /// <summary>What a step that has <see cref="Inputs"/> did to a value, for people.</summary>
    public virtual LocalizedText Describe(double input, ReadOnlySpan<double> inputs, StepOutcome outcome) => Describe(input, outcome);

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
