using System.Text.Json;
using MeetNet.Observations.Calibration;
using MeetNet.Observations.Quality;

namespace MeetNet.Observations.Procedures;

/// <summary>
/// A calibration in the raw unit. Outside its validity the value passes unchanged and is suspect (<see cref="QualityTests.CalibrationExpired"/>);
/// outside the values it was made for its own rule holds (<see cref="QualityTests.CalibrationOutside"/>).
/// </summary>
/// <param name="Calibration">Curve, validity and source.</param>
public sealed record CalibrationStep(InstrumentCalibration Calibration) : ProcedureStep
{
    /// <inheritdoc/>
    public override string Kind => Calibration.StepName;

    /// <inheritdoc/>
    public override string? Source => Calibration.Source;

    /// <inheritdoc/>
    public override string? OutputUnit => Calibration.Unit;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time)
    {
        if (!Calibration.IsInForce(time))
        {
            return new StepOutcome(value, ResultQuality.Suspect(QualityTests.CalibrationExpired));
        }

        if (Calibration.Domain is not { } domain || domain.Contains(value))
        {
            return new StepOutcome(Calibration.Apply(value));
        }

        return Calibration.Outside switch
        {
            OutsideRule.Extend => new StepOutcome(Calibration.Apply(value), ResultQuality.Suspect(QualityTests.CalibrationOutside)),
            OutsideRule.Hold => new StepOutcome(
                Calibration.Apply(Math.Clamp(value, domain.Minimum, domain.Maximum)), ResultQuality.Suspect(QualityTests.CalibrationOutside)),
            _ => new StepOutcome(value, ResultQuality.Missing(QualityTests.CalibrationOutside)),
        };
    }

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome)
    {
        if (outcome.Quality.Tests == QualityTests.CalibrationExpired)
        {
            return new("De kalibratie was toen niet geldig: de waarde is niet gekalibreerd en verdacht.",
                "The calibration was not in force then: the value is not calibrated, and suspect.");
        }

        if (outcome.Quality.Flag == QartodFlag.None)
        {
            var formula = Calibration.Show(input, outcome.Value);
            return new($"Kalibratie: {formula}.", $"Calibration: {formula}.");
        }

        var domain = Calibration.Domain.GetValueOrDefault();
        var span = $"{Show(input)} {Calibration.Unit}, [{Show(domain.Minimum)}, {Show(domain.Maximum)}]";
        return outcome.Quality.Flag == QartodFlag.Missing
            ? new($"Buiten het gekalibreerde bereik ({span}): geen resultaat.", $"Outside the values calibrated for ({span}): no result.")
            : new($"Buiten het gekalibreerde bereik ({span}): {Show(outcome.Value)} {Calibration.Unit} ({InstrumentCalibration.NameOf(Calibration.Outside)}), verdacht.",
                $"Outside the values calibrated for ({span}): {Show(outcome.Value)} {Calibration.Unit} ({InstrumentCalibration.NameOf(Calibration.Outside)}), suspect.");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        Calibration.WriteCurve(json);
        json.WriteString("unit"u8, Calibration.Unit);
        json.WriteString("validFrom"u8, Iso8601.Format(Calibration.ValidFrom));
        if (Calibration.ValidTo is { } end)
        {
            json.WriteString("validTo"u8, Iso8601.Format(end));
        }
        else
        {
            json.WriteNull("validTo"u8);
        }

        json.WriteString("source"u8, Calibration.Source);
    }
}

/// <summary>
/// The zero and span checks of a calibration, with their results. The value is not changed; after a check that failed it is suspect
/// (<see cref="QualityTests.CalibrationCheckFailed"/>) until one of the same kind passes, or a new calibration begins.
/// </summary>
/// <param name="Checks">By time.</param>
/// <param name="Unit">UCUM, the raw value's.</param>
public sealed record ChecksStep(IReadOnlyList<CalibrationCheck> Checks, string Unit) : ProcedureStep
{
    internal const string Name = "checks";

    /// <inheritdoc/>
    public override string Kind => Name;

    /// <inheritdoc/>
    public override string? Source => Checks[^1].Source;

    /// <inheritdoc/>
    public override StepOutcome Apply(double value, PhenomenonTime time) => new(
        value,
        Last(CheckKind.Zero, time) is { Passed: false } || Last(CheckKind.Span, time) is { Passed: false }
            ? ResultQuality.Suspect(QualityTests.CalibrationCheckFailed)
            : default);

    /// <summary>The last check of a kind at or before a time; null when there was none.</summary>
    public CalibrationCheck? Last(CheckKind kind, PhenomenonTime time)
    {
        for (var i = Checks.Count - 1; i >= 0; i--)
        {
            if (Checks[i].Kind == kind && Checks[i].Time <= time.Begin)
            {
                return Checks[i];
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override LocalizedText Describe(double input, StepOutcome outcome)
    {
        var (failed, nl, en) = (Checks.Count(check => !check.Passed), new List<string>(), new List<string>());
        foreach (var kind in (ReadOnlySpan<CheckKind>)[CheckKind.Zero, CheckKind.Span])
        {
            if (Checks.LastOrDefault(check => check.Kind == kind) is { } last)
            {
                var numbers = $"{Iso8601.Format(last.Time)}: {Show(last.Calibrated)} − {Show(last.Expected)} = {Show(last.Drift)} {Unit}, ± {Show(last.Limit)}";
                nl.Add($"{(kind == CheckKind.Zero ? "nulcontrole" : "ijkpuntcontrole")} {numbers}: {(last.Passed ? "in orde" : "niet in orde")}");
                en.Add($"{last.KindName} check {numbers}: {(last.Passed ? "passed" : "failed")}");
            }
        }

        var suspect = outcome.Quality.Flag == QartodFlag.Suspect;
        return new(
            $"Controles van deze kalibratie: {Checks.Count}, waarvan {failed} niet in orde. Laatste {string.Join("; ", nl)}.{(suspect ? " De waarde volgt op een controle die niet in orde was: verdacht." : "")}",
            $"Checks of this calibration: {Checks.Count}, of which {failed} failed. Last {string.Join("; ", en)}.{(suspect ? " The value follows a check that failed: suspect." : "")}");
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("unit"u8, Unit);
        json.WriteStartArray("checks"u8);
        foreach (var check in Checks)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, check.KindName);
            json.WriteString("time"u8, Iso8601.Format(check.Time));
            json.WriteNumber("expected"u8, check.Expected);
            json.WriteNumber("measured"u8, check.Measured);
            json.WriteNumber("calibrated"u8, check.Calibrated);
            json.WriteNumber("drift"u8, check.Drift);
            json.WriteNumber("limit"u8, check.Limit);
            json.WriteBoolean("passed"u8, check.Passed);
            json.WriteString("source"u8, check.Source);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
