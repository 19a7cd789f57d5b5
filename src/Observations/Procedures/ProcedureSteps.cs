using System.Text.Json;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Time;

namespace MeetNet.Observations.Procedures;

/// <summary>Always the first step: which number of the device it all starts from.</summary>
/// <param name="Unit">Unit of the raw value, UCUM.</param>
/// <param name="Field">Field of the device profile.</param>
/// <param name="Profile">Device profile, <c>maker/model</c>.</param>
/// <param name="ProfileVersion">Version of the profile.</param>
/// <param name="SerialNumber">Of the instrument that measured; null when it is not known.</param>
public sealed record RawStep(string Unit, string Field, string Profile, string ProfileVersion, string? SerialNumber = null) : ProcedureStep
{
    internal const string Name = "raw";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string? Source => $"{Profile} {ProfileVersion}";

    /// <inheritdoc/>
    public override string? OutputUnit => Unit;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => new(value);

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome)
    {
        var (nl, en) = SerialNumber is null ? ("", "") : ($", serienummer {SerialNumber}", $", serial number {SerialNumber}");
        return new(
            $"Het toestel gaf {Show(input)} {Unit} (veld {Field}, profiel {Profile} {ProfileVersion}{nl}).",
            $"The device gave {Show(input)} {Unit} (field {Field}, profile {Profile} {ProfileVersion}{en}).");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("unit"u8, Unit);
        json.WriteString("field"u8, Field);
        json.WriteString("profile"u8, Profile);
        json.WriteString("profileVersion"u8, ProfileVersion);
        if (SerialNumber is not null)
        {
            json.WriteString("serialNumber"u8, SerialNumber);
        }
    }
}

/// <summary>A linear change of unit: <c>factor × value + offset</c>.</summary>
/// <param name="From">UCUM.</param>
/// <param name="To">UCUM, of the same dimension.</param>
/// <param name="Factor">Size of one <paramref name="From"/> in <paramref name="To"/>.</param>
/// <param name="Offset">In <paramref name="To"/>.</param>
public sealed record UnitStep(string From, string To, double Factor, double Offset) : ProcedureStep
{
    internal const string Name = "unit";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string? OutputUnit => To;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) =>
        new(new Units.UnitConversion(Factor, Offset).Apply(value));

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome)
    {
        var formula = $"{Show(input)} {From} = {Show(outcome.Value)} {To}";
        return new($"Eenheid: {formula}.", $"Unit: {formula}.");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("from"u8, From);
        json.WriteString("to"u8, To);
        json.WriteNumber("factor"u8, Factor);
        json.WriteNumber("offset"u8, Offset);
    }
}

/// <summary>Documents how the device stamps its values; does not change the value.</summary>
/// <param name="Convention">Position, zone and period.</param>
public sealed record StampStep(StampConvention Convention) : ProcedureStep
{
    internal const string Name = "stamp";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => new(value);

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome)
    {
        var zone = StampConvention.NameOf(Convention.Zone);
        var period = Iso8601.FormatDuration(Convention.Period);
        return Convention.Position == StampPosition.Instant
            ? new($"Tijdstip: ogenblik, klok {zone}.", $"Time: instant, clock {zone}.")
            : new($"Tijdstip: {PositionNl} van een interval van {period}, klok {zone}.",
                $"Time: {StampConvention.NameOf(Convention.Position)} of an interval of {period}, clock {zone}.");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("position"u8, StampConvention.NameOf(Convention.Position));
        json.WriteString("zone"u8, StampConvention.NameOf(Convention.Zone));
        json.WriteString("period"u8, Iso8601.FormatDuration(Convention.Period));
    }

    private string PositionNl => Convention.Position switch
    {
        StampPosition.Begin => "begin",
        StampPosition.End => "einde",
        _ => "midden",
    };
}

/// <summary>The QARTOD gross range test, in the canonical unit.</summary>
/// <param name="Range">Fail and suspect span.</param>
/// <param name="RangeSource">Who set the spans.</param>
public sealed record GrossRangeStep(GrossRange Range, string RangeSource) : ProcedureStep
{
    internal const string Name = "gross_range";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string? Source => RangeSource;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time)
    {
        var flag = Range.Test(value);
        return new StepOutcome(value, new ResultQuality(flag, flag == QartodFlag.Good ? null : QualityTests.GrossRange));
    }

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome)
    {
        var spans = Range.SuspectSpan is { } suspect
            ? $"[{Show(suspect.Minimum)}, {Show(suspect.Maximum)}] ⊂ [{Show(Range.FailSpan.Minimum)}, {Show(Range.FailSpan.Maximum)}]"
            : $"[{Show(Range.FailSpan.Minimum)}, {Show(Range.FailSpan.Maximum)}]";
        return outcome.Quality.Flag switch
        {
            QartodFlag.Good => new($"Bereik {spans}: goed.", $"Range {spans}: good."),
            QartodFlag.Suspect => new($"Bereik {spans}: verdacht.", $"Range {spans}: suspect."),
            _ => new($"Bereik {spans}: afgekeurd.", $"Range {spans}: fail."),
        };
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        QualityJson.WriteSpan(json, "fail"u8, Range.FailSpan);
        if (Range.SuspectSpan is { } suspect)
        {
            QualityJson.WriteSpan(json, "suspect"u8, suspect);
        }
        else
        {
            json.WriteNull("suspect"u8);
        }

        json.WriteString("source"u8, RangeSource);
    }
}

/// <summary>
/// A step of a kind that this version does not know, from a gateway that is newer. It is kept and shown, but a procedure
/// that has one can not be computed here.
/// </summary>
/// <param name="UnknownKind">Its kind.</param>
public sealed record UnknownStep(string UnknownKind) : ProcedureStep
{
    /// <inheritdoc/>
    public override string Kind => UnknownKind;

    /// <summary>Not possible.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override StepOutcome Apply(double value, PhenomenonTime time) =>
        throw new NotSupportedException($"A step of kind '{UnknownKind}' can not be computed by this version.");

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome) => new(
        $"Een stap '{UnknownKind}' die deze versie niet kent.", $"A step '{UnknownKind}' that this version does not know.");

    internal override void WriteMembers(Utf8JsonWriter json) =>
        throw new NotSupportedException("An unknown step is kept as the text it came in.");
}
