using System.Text.Json;

namespace MeetNet.Observations.Procedures;

/// <summary>From the mass of the nitrogen in a substance to that of the substance.</summary>
/// <param name="From"><c>N</c>.</param>
/// <param name="To">Formula of the substance: <c>NO3</c>.</param>
/// <param name="FromMass">g/mol.</param>
/// <param name="ToMass">g/mol.</param>
public sealed record SpeciesStep(string From, string To, double FromMass, double ToMass) : ProcedureStep
{
    internal const string Name = "species";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string? Source => "standard atomic weights, abridged (IUPAC 2021)";

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => new(value * (ToMass / FromMass));

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome)
    {
        var formula = $"{Show(input)} × {Show(ToMass)}/{Show(FromMass)} = {Show(outcome.Value)}";
        return new($"Van massa als {From} naar massa als {To}: {formula}.", $"From mass as {From} to mass as {To}: {formula}.");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("from"u8, From);
        json.WriteString("to"u8, To);
        json.WriteNumber("fromMass"u8, FromMass);
        json.WriteNumber("toMass"u8, ToMass);
    }
}
