using System.Text.Json;
using MeetNet.Observations.Reference;

namespace MeetNet.Observations.Procedures;

/// <summary>From the mass of wet particles, as an optical instrument sees them, to that of dry ones: see <see cref="ParticleGrowth"/>.</summary>
/// <param name="Humidity">Datastream of <c>relative_humidity</c>, %.</param>
/// <param name="MaximumAge">How far its result may be from the phenomenon time.</param>
/// <param name="Kappa">κ.</param>
/// <param name="Density">Of the dry particles, kg/m³.</param>
/// <param name="MaximumHumidity">%.</param>
/// <param name="Fallback">%; null: without a humidity there is no result.</param>
/// <param name="GrowthSource">The formula, and where κ and the density are from.</param>
public sealed record ParticleGrowthStep(
    string Humidity, TimeSpan MaximumAge, double Kappa, double Density, double MaximumHumidity, double? Fallback, string GrowthSource) : ProcedureStep
{
    internal const string Name = "particle_growth";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string? Source => GrowthSource;

    /// <inheritdoc/>
    public override IReadOnlyList<ProcedureInput> Inputs => [new(Humidity, MaximumAge)];

    internal override int InputCount => 1;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => Apply(value, time, [double.NaN]);

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time, ReadOnlySpan<double> inputs)
    {
        if (double.IsFinite(inputs[0]))
        {
            return new StepOutcome(
                value / Factor(inputs[0]), inputs[0] > MaximumHumidity ? ResultQuality.Suspect(QualityTests.HumidityAboveLimit) : default);
        }

        return Fallback is { } stated
            ? new StepOutcome(value / Factor(stated), ResultQuality.Suspect(QualityTests.InputFallback))
            : new StepOutcome(value, ResultQuality.Missing(QualityTests.InputMissing));
    }

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome) => Describe(input, [double.NaN], outcome);

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, ReadOnlySpan<double> inputs, StepOutcome outcome)
    {
        var measured = double.IsFinite(inputs[0]);
        if ((measured ? inputs[0] : Fallback) is not { } humidity)
        {
            return new($"Geen relatieve vochtigheid van {Humidity}: geen resultaat.", $"No relative humidity from {Humidity}: no result.");
        }

        var formula = $"κ = {Show(Kappa)}, ρ = {Show(Density)} kg/m³: {Show(input)} / {Show(Factor(humidity))} = {Show(outcome.Value)}";
        var limited = humidity > MaximumHumidity;
        return new(
            $"Vochtcorrectie bij {Show(humidity)} %{(measured ? "" : $" (opgegeven: geen meting van {Humidity})")}{(limited ? $", als bij {Show(MaximumHumidity)} %" : "")}, {formula}.",
            $"Humidity correction at {Show(humidity)} %{(measured ? "" : $" (stated: no result of {Humidity})")}{(limited ? $", as at {Show(MaximumHumidity)} %" : "")}, {formula}.");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("humidity"u8, Humidity);
        json.WriteString("maximumAge"u8, Iso8601.FormatDuration(MaximumAge));
        json.WriteNumber("kappa"u8, Kappa);
        json.WriteNumber("density"u8, Density);
        json.WriteNumber("maximumHumidity"u8, MaximumHumidity);
        if (Fallback is { } fallback)
        {
            json.WriteNumber("fallback"u8, fallback);
        }

        json.WriteString("source"u8, GrowthSource);
    }

    /// <summary>Not above the limit, and not below zero: a humidity just under it is the sensor's zero.</summary>
    private double Factor(double humidity) => ParticleGrowth.Factor(Math.Clamp(humidity, 0, MaximumHumidity), Kappa, Density);
}

/// <summary>
/// NOx in ppb: the mole fractions of NO and NO2 added, each from the result of its own datastream, which has been calibrated there. The raw value only says
/// when; with one of the two there is no sum.
/// </summary>
/// <param name="No">Datastream of <c>no</c>, µg/m³.</param>
/// <param name="No2">Datastream of <c>no2</c>, µg/m³.</param>
/// <param name="MaximumAge">How far their results may be from the phenomenon time.</param>
/// <param name="Reference">Reference conditions of those results.</param>
/// <param name="NoFactor">µg/m³ of NO in one ppb at those conditions.</param>
/// <param name="No2Factor">µg/m³ of NO2 in one ppb at those conditions.</param>
/// <param name="SumSource">Whose definition it is.</param>
public sealed record NitrogenOxideStep(
    string No, string No2, TimeSpan MaximumAge, GasReference Reference, double NoFactor, double No2Factor, string SumSource) : ProcedureStep
{
    internal const string Name = "nitrogen_oxides";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string? Source => SumSource;

    /// <inheritdoc/>
    public override string? OutputUnit => "[ppb]";

    /// <inheritdoc/>
    public override IReadOnlyList<ProcedureInput> Inputs => [new(No, MaximumAge), new(No2, MaximumAge)];

    internal override int InputCount => 2;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => Apply(value, time, [double.NaN, double.NaN]);

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time, ReadOnlySpan<double> inputs) =>
        double.IsFinite(inputs[0]) && double.IsFinite(inputs[1])
            ? new StepOutcome((inputs[0] / NoFactor) + (inputs[1] / No2Factor))
            : new StepOutcome(value, ResultQuality.Missing(QualityTests.InputMissing));

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome) => Describe(input, [double.NaN, double.NaN], outcome);

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, ReadOnlySpan<double> inputs, StepOutcome outcome)
    {
        if (outcome.Quality.Flag == QartodFlag.Missing)
        {
            var missing = string.Join(", ", new[] { double.IsFinite(inputs[0]) ? null : No, double.IsFinite(inputs[1]) ? null : No2 }.OfType<string>());
            return new($"Geen resultaat van {missing}: geen som.", $"No result of {missing}: no sum.");
        }

        var formula = $"{Show(inputs[0])}/{Show(NoFactor)} + {Show(inputs[1])}/{Show(No2Factor)} = {Show(outcome.Value)} [ppb]";
        return new($"NO van {No} en NO2 van {No2}, als volumefracties opgeteld: {formula}.", $"NO of {No} and NO2 of {No2}, added as mole fractions: {formula}.");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("no"u8, No);
        json.WriteString("no2"u8, No2);
        json.WriteString("maximumAge"u8, Iso8601.FormatDuration(MaximumAge));
        json.WriteNumber("temperature"u8, Reference.Temperature);
        json.WriteNumber("pressure"u8, Reference.Pressure);
        json.WriteNumber("noFactor"u8, NoFactor);
        json.WriteNumber("no2Factor"u8, No2Factor);
        json.WriteString("source"u8, SumSource);
    }
}
