using System.Text.Json;
using MeetNet.Observations.Reference;

namespace MeetNet.Observations.Procedures;

/// <summary>From the absolute pressure under water to that of the water alone: less the pressure of the air, by a barometer.</summary>
/// <param name="Barometer">Datastream of <c>air_pressure</c>, hPa.</param>
/// <param name="MaximumAge">How far its result may be from the phenomenon time.</param>
/// <param name="Higher">Metres that the barometer is above the well head; negative when it is below.</param>
/// <param name="Provenance">Whose barometer it is and where, when it is not the station's own; null when it is.</param>
public sealed record BarometricStep(string Barometer, TimeSpan MaximumAge, double Higher, string? Provenance = null) : ProcedureStep
{
    internal const string Name = "barometric";

    /// <summary>Pascal for each metre of air: 1.225 kg/m³ of the International Standard Atmosphere (ISO 2533) at sea level × 9.80665 m/s².</summary>
    private const double AirColumn = 1.225 * 9.80665;

    private const double PascalPerHectopascal = 100;

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string? Source => $"{Provenance ?? "barometer of the station"}; air column of ISO 2533: 12.01 Pa/m";

    /// <inheritdoc/>
    public override string? OutputUnit => "Pa";

    /// <inheritdoc/>
    public override IReadOnlyList<ProcedureInput> Inputs => [new(Barometer, MaximumAge)];

    internal override int InputCount => 1;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => Apply(value, time, [double.NaN]);

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time, ReadOnlySpan<double> inputs) => double.IsFinite(inputs[0])
        ? new StepOutcome(value - AirAtWell(inputs[0]))
        : new StepOutcome(value, ResultQuality.Missing(QualityTests.InputMissing));

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome) => new(
        $"Geen luchtdruk van {Barometer}: geen resultaat.", $"No air pressure from {Barometer}: no result.");

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, ReadOnlySpan<double> inputs, StepOutcome outcome)
    {
        if (!double.IsFinite(inputs[0]))
        {
            return Describe(input, outcome);
        }

        var formula = $"{Show(input)} Pa − {Show(AirAtWell(inputs[0]))} Pa = {Show(outcome.Value)} Pa";
        return new(
            $"Luchtdruk {Show(inputs[0])} hPa van {Barometer}, {Show(Higher)} m hoger: {formula}.",
            $"Air pressure {Show(inputs[0])} hPa from {Barometer}, {Show(Higher)} m higher: {formula}.");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("barometer"u8, Barometer);
        json.WriteString("maximumAge"u8, Iso8601.FormatDuration(MaximumAge));
        json.WriteNumber("higher"u8, Higher);
        if (Provenance is not null)
        {
            json.WriteString("source"u8, Provenance);
        }
    }

    private double AirAtWell(double hectopascal) => (hectopascal * PascalPerHectopascal) + (Higher * AirColumn);
}

/// <summary>
/// From a mass concentration of a gas in the air as it was, to that at the reference conditions: by the temperature and pressure
/// measured beside it, and the stated ones while there are none.
/// </summary>
/// <param name="Gas">Name of the gas.</param>
/// <param name="Temperature">Datastream of <c>air_temperature</c>, °C.</param>
/// <param name="Pressure">Datastream of <c>air_pressure</c>, hPa.</param>
/// <param name="MaximumAge">How far their results may be from the phenomenon time.</param>
/// <param name="Fallback">Taken when one of them is missing, and said so; null: then there is no result.</param>
/// <param name="Reference">Reference conditions of the output.</param>
/// <param name="FactorSource">The formula, and whose the reference conditions are.</param>
public sealed record GasAmbientStep(
    string Gas, string Temperature, string Pressure, TimeSpan MaximumAge, GasReference? Fallback, GasReference Reference, string FactorSource)
    : ProcedureStep
{
    internal const string Name = "gas_ambient";

    private const double CelsiusZero = 273.15;
    private const double PascalPerHectopascal = 100;

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string? Source => FactorSource;

    /// <inheritdoc/>
    public override IReadOnlyList<ProcedureInput> Inputs => [new(Temperature, MaximumAge), new(Pressure, MaximumAge)];

    internal override int InputCount => 2;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => Apply(value, time, [double.NaN, double.NaN]);

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time, ReadOnlySpan<double> inputs) => (Measured(inputs), Fallback) switch
    {
        ({ } measured, _) => new StepOutcome(value * measured.FactorTo(Reference)),
        (null, { } fallback) => new StepOutcome(value * fallback.FactorTo(Reference), ResultQuality.Suspect(QualityTests.InputFallback)),
        _ => new StepOutcome(value, ResultQuality.Missing(QualityTests.InputMissing)),
    };

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome) => Describe(input, [double.NaN, double.NaN], outcome);

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, ReadOnlySpan<double> inputs, StepOutcome outcome)
    {
        var measured = Measured(inputs);
        if ((measured ?? Fallback) is not { } state)
        {
            return new("Geen temperatuur en druk van de lucht: geen resultaat.", "No temperature and pressure of the air: no result.");
        }

        var formula = $"{Show(input)} × {Show(state.FactorTo(Reference))} = {Show(outcome.Value)}";
        return measured is null
            ? new($"Zonder meting van {Temperature} en {Pressure}: van de opgegeven {state} naar {Reference}: {formula}.",
                $"Without a result of {Temperature} and {Pressure}: from the stated {state} to {Reference}: {formula}.")
            : new($"Van de gemeten {state} naar {Reference}: {formula}.", $"From the measured {state} to {Reference}: {formula}.");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("gas"u8, Gas);
        json.WriteString("temperatureFrom"u8, Temperature);
        json.WriteString("pressureFrom"u8, Pressure);
        json.WriteString("maximumAge"u8, Iso8601.FormatDuration(MaximumAge));
        if (Fallback is { } fallback)
        {
            json.WriteNumber("fallbackTemperature"u8, fallback.Temperature);
            json.WriteNumber("fallbackPressure"u8, fallback.Pressure);
        }

        json.WriteNumber("temperature"u8, Reference.Temperature);
        json.WriteNumber("pressure"u8, Reference.Pressure);
        json.WriteString("source"u8, FactorSource);
    }

    /// <summary>The state of the air; null when a value is missing, or none of this world.</summary>
    private static GasReference? Measured(ReadOnlySpan<double> inputs)
    {
        var state = new GasReference(inputs[0] + CelsiusZero, inputs[1] * PascalPerHectopascal);
        return state.IsPlausible ? state : null;
    }
}
