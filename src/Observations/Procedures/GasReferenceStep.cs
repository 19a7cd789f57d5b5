using System.Text.Json;
using MeetNet.Observations.Reference;

namespace MeetNet.Observations.Procedures;

/// <summary>
/// From a mole fraction of a gas, or its mass concentration at another temperature and pressure, to its mass concentration
/// at the reference conditions of the canonical definition.
/// </summary>
/// <param name="Gas">Name of the gas.</param>
/// <param name="From">UCUM.</param>
/// <param name="To">UCUM, a mass concentration.</param>
/// <param name="Native">Reference conditions of the input when it is a mass concentration; null for a mole fraction.</param>
/// <param name="Reference">Reference conditions of the output.</param>
/// <param name="MolarMass">g/mol, when the input is a mole fraction; null for a mass concentration.</param>
/// <param name="Factor">What the value is multiplied with; follows from the others.</param>
/// <param name="FactorSource">The formula and where it is from.</param>
public sealed record GasReferenceStep(
    string Gas, string From, string To, GasReference? Native, GasReference Reference, double? MolarMass, double Factor,
    string FactorSource) : ProcedureStep
{
    internal const string Name = "gas_reference";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string? Source => FactorSource;

    /// <inheritdoc/>
    public override string? OutputUnit => To;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => new(value * Factor);

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome)
    {
        var formula = $"{Show(input)} {From} × {Show(Factor)} = {Show(outcome.Value)} {To}";
        return Native is { } native
            ? new($"Van {native} naar {Reference}: {formula}.", $"From {native} to {Reference}: {formula}.")
            : new($"Als massa bij {Reference}: {formula}.", $"As mass at {Reference}: {formula}.");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("gas"u8, Gas);
        json.WriteString("from"u8, From);
        json.WriteString("to"u8, To);
        if (Native is { } native)
        {
            json.WriteNumber("nativeTemperature"u8, native.Temperature);
            json.WriteNumber("nativePressure"u8, native.Pressure);
        }

        json.WriteNumber("temperature"u8, Reference.Temperature);
        json.WriteNumber("pressure"u8, Reference.Pressure);
        if (MolarMass is { } mass)
        {
            json.WriteNumber("molarMass"u8, mass);
        }

        json.WriteNumber("factor"u8, Factor);
        json.WriteString("source"u8, FactorSource);
    }
}
