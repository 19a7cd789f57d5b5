using System.Text.Json;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Units;

namespace MeetNet.Observations.Procedures;

/// <summary>From one vertical datum to another, by a named transformation.</summary>
/// <param name="From">Code of the datum of the input.</param>
/// <param name="To">Code of the datum of the output.</param>
/// <param name="Transformation">Name of the transformation; for a local point of stated height <see cref="LocalNameOf"/>, for a cable <see cref="Suspension"/>.</param>
/// <param name="Shift">Metres, added to the value.</param>
/// <param name="ShiftAccuracy">Metres; null when it was not stated.</param>
/// <param name="Location">Where the shift was taken, when the transformation depends on the place.</param>
/// <param name="ShiftSource">Where the shift is from.</param>
public sealed record VerticalDatumStep(
    string From, string To, string Transformation, double Shift, double? ShiftAccuracy, Location? Location, string ShiftSource)
    : ProcedureStep
{
    /// <summary>The transformation from a sensor that hangs on a cable to the point that it hangs from.</summary>
    public const string Suspension = "suspension";

    /// <summary>What a sensor on a cable is above: itself.</summary>
    public const string Suspended = "SENSOR";

    internal const string Name = "vertical_datum";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string? Source => ShiftSource;

    /// <inheritdoc/>
    public override double? Accuracy => ShiftAccuracy;

    /// <inheritdoc/>
    public override string? OutputUnit => "m";

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => new(value + Shift);

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome)
    {
        var formula = $"{Show(input)} m {From} {(Shift < 0 ? '−' : '+')} {Show(Math.Abs(Shift))} = {Show(outcome.Value)} m {To}";
        return new($"Peil ({Transformation}): {formula}.", $"Datum ({Transformation}): {formula}.");
    }

    /// <summary>The transformation from or to a local point: its height, levelled and stated in the station file.</summary>
    public static string LocalNameOf(VerticalDatum local) =>
        local == VerticalDatum.Surface ? "surface-level" : local == VerticalDatum.WellHead ? "well-head" : "gauge-zero";

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("from"u8, From);
        json.WriteString("to"u8, To);
        json.WriteString("transformation"u8, Transformation);
        json.WriteNumber("shift"u8, Shift);
        if (ShiftAccuracy is { } accuracy)
        {
            json.WriteNumber("accuracy"u8, accuracy);
        }
        else
        {
            json.WriteNull("accuracy"u8);
        }

        if (Location is { } place)
        {
            json.WriteNumber("latitude"u8, place.Latitude);
            json.WriteNumber("longitude"u8, place.Longitude);
        }

        json.WriteString("source"u8, ShiftSource);
    }
}

/// <summary>From a depth to a height or back: the value with the other sign.</summary>
/// <param name="Datum">Code of what it is counted from, the same before and after.</param>
public sealed record ReverseStep(string Datum) : ProcedureStep
{
    internal const string Name = "reverse";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => new(-value);

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome) => new(
        $"Telrichting omgekeerd, vanaf {Datum}: {Show(input)} wordt {Show(outcome.Value)}.",
        $"Counted the other way, from {Datum}: {Show(input)} becomes {Show(outcome.Value)}.");

    internal override void WriteMembers(Utf8JsonWriter json) => json.WriteString("datum"u8, Datum);
}

/// <summary>From the pressure of the water above a sensor to its height.</summary>
/// <param name="Column">Density and gravity.</param>
public sealed record HydrostaticStep(WaterColumn Column) : ProcedureStep
{
    internal const string Name = "hydrostatic";

    /// <summary>Unit of the input.</summary>
    internal static readonly Unit Pascal = Unit.Parse("Pa");

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string? Source => Column.Source;

    /// <inheritdoc/>
    public override string? OutputUnit => "m";

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => new(value / (Column.Density * Column.Gravity));

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome)
    {
        var formula = $"{Show(input)} Pa / ({Show(Column.Density)} kg/m³ × {Show(Column.Gravity)} m/s²) = {Show(outcome.Value)} m";
        return Column.Temperature is { } temperature
            ? new($"Waterkolom, zoet water van {Show(temperature)} °C: {formula}.", $"Water column, fresh water at {Show(temperature)} °C: {formula}.")
            : new($"Waterkolom: {formula}.", $"Water column: {formula}.");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteNumber("density"u8, Column.Density);
        json.WriteNumber("gravity"u8, Column.Gravity);
        if (Column.Temperature is { } temperature)
        {
            json.WriteNumber("temperature"u8, temperature);
        }

        json.WriteString("source"u8, Column.Source);
    }
}
