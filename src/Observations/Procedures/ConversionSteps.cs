using System.Globalization;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Units;

namespace MeetNet.Observations.Procedures;

/// <summary>The steps that change unit, reference conditions and datum: the part of a procedure that physics decides.</summary>
internal static class ConversionSteps
{
    private const string FractionFormula = "c = x·M·p/(R·T), R = 8.314462618 J/(mol·K)";
    private const string StateFormula = "ideal gas: (p2/T2)/(p1/T1)";

    /// <summary>The steps, in order; adds to the problems what stands in the way.</summary>
    public static IReadOnlyList<ProcedureStep> Compose(
        ProcedureRequest request, ObservedProperty property, Unit raw, List<ProcedureProblem> problems)
    {
        var steps = new List<ProcedureStep>();
        if (property is { Gas: { } gas, GasReference: { } canonical })
        {
            ComposeGas(request, property, raw, gas, canonical, steps, problems);
        }
        else
        {
            Refuse(request.Gas is not null && request.Gas != property.Gas?.Name, ProcedureSetting.Gas, property.Gas is null
                ? $"'{property.Name}' is not a gas: leave the gas out"
                : $"'{property.Name}' is the gas '{property.Gas.Name}', not '{request.Gas}'", problems);
            Refuse(request.GasReference is not null, ProcedureSetting.GasReference, NoReference(property), problems);
            AddUnit(property, raw, steps, problems);
        }

        if (property.VerticalDatum is { } datum)
        {
            ComposeDatum(request, property, datum, steps, problems);
        }
        else
        {
            Refuse(request.Datum is not null, ProcedureSetting.Datum, $"'{property.Name}' is not a height: leave the datum out", problems);
            Refuse(request.Transformation is not null, ProcedureSetting.Transformation,
                $"'{property.Name}' is not a height: leave the transformation out", problems);
            Refuse(request.GaugeZero is not null, ProcedureSetting.GaugeZero, $"'{property.Name}' is not a height: leave the gauge zero out", problems);
        }

        return steps;
    }

    private static void ComposeGas(
        ProcedureRequest request, ObservedProperty property, Unit raw, Gas gas, GasReference canonical,
        List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        Refuse(request.Gas is not null && request.Gas != gas.Name, ProcedureSetting.Gas,
            $"'{property.Name}' is the gas '{gas.Name}', not '{request.Gas}'", problems);
        if (request.GasReference is { IsPlausible: false } implausible)
        {
            problems.Add(new(ProcedureSetting.GasReference, $"{implausible} is no reference state: expected 200 to 350 K and 50000 to 120000 Pa"));
        }

        if (raw.IsAmountFraction)
        {
            Refuse(request.Gas is null, ProcedureSetting.Gas,
                $"a raw value in {raw.Code} becomes {property.Unit.Code} only for a named gas: state the gas ('{gas.Name}')", problems);
            Refuse(request.GasReference is null || (request.GasReference != canonical), ProcedureSetting.GasReference,
                $"a raw value in {raw.Code} becomes {property.Unit.Code} only at stated reference conditions: state those of '{property.Name}', {canonical}"
                + (request.GasReference is { } stated ? $", not {stated}" : ""), problems);
            GasConversion.TryFactor(raw, null, property.Unit, canonical, gas.MolarMass, out var factor);
            steps.Add(new GasReferenceStep(gas.Name, raw.Code, property.Unit.Code, null, canonical, gas.MolarMass, factor, Source(FractionFormula, property)));
        }
        else if (raw.IsMassConcentration)
        {
            AddUnit(property, raw, steps, problems);
            if (request.GasReference is not { } native)
            {
                problems.Add(new(ProcedureSetting.GasReference,
                    $"a raw value of '{gas.Name}' in {raw.Code} means something only at stated reference conditions: state those of the device"));
                return;
            }

            steps.Add(new GasReferenceStep(
                gas.Name, property.Unit.Code, property.Unit.Code, native, canonical, null, native.FactorTo(canonical),
                Source(StateFormula, property)));
        }
        else
        {
            problems.Add(new(ProcedureSetting.RawUnit,
                $"'{raw.Code}' is neither a mole fraction nor a mass concentration, and '{property.Name}' is a gas in {property.Unit.Code}"));
        }
    }

    /// <summary>Particles stay at the temperature and pressure of the air they were in (2008/50/EC annex VI.C): normalising them is refused.</summary>
    private static string NoReference(ObservedProperty property) => property.Unit.IsMassConcentration && property.Medium == "air"
        ? $"'{property.Name}' is stated at ambient temperature and pressure and is never normalised: leave the reference conditions out"
        : $"'{property.Name}' is not stated at reference conditions: leave them out";

    private static string Source(string formula, ObservedProperty property) =>
        $"{formula}; reference conditions {property.GasReferenceSource}";

    private static void ComposeDatum(
        ProcedureRequest request, ObservedProperty property, VerticalDatum canonical, List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        var codes = string.Join(", ", VerticalDatum.All.Select(d => d.Code));
        if (!VerticalDatum.TryGet(request.Datum, out var datum))
        {
            problems.Add(new(ProcedureSetting.Datum, request.Datum is null
                ? $"a height means something only above a stated datum: state the datum of the raw value ({codes})"
                : $"'{request.Datum}' is not a datum; known are {codes}"));
            return;
        }

        if (datum == VerticalDatum.GaugeZero)
        {
            if (request.GaugeZero is not { } zero || !VerticalDatum.TryGet(zero.Datum, out var levelled) || levelled == VerticalDatum.GaugeZero
                || !double.IsFinite(zero.Level) || string.IsNullOrWhiteSpace(zero.Source))
            {
                problems.Add(new(ProcedureSetting.GaugeZero,
                    "a height above a gauge zero needs the level of that zero in metres, its datum (NAP, TAW) and who levelled it"));
                return;
            }

            steps.Add(new VerticalDatumStep(
                datum.Code, levelled.Code, VerticalDatumStep.GaugeZero, zero.Level, zero.Accuracy, null, zero.Source));
            datum = levelled;
        }
        else
        {
            Refuse(request.GaugeZero is not null, ProcedureSetting.GaugeZero,
                $"the raw value is above {datum}, not above a gauge zero: leave the gauge zero out", problems);
        }

        if (datum == canonical)
        {
            Refuse(request.Transformation is not null, ProcedureSetting.Transformation,
                $"the raw value is above {datum} already, the datum of '{property.Name}': leave the transformation out", problems);
            return;
        }

        AddTransformation(request, datum, canonical, steps, problems);
    }

    private static void AddTransformation(
        ProcedureRequest request, VerticalDatum from, VerticalDatum to, List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        if (!VerticalTransformation.TryGet(request.Transformation, from, to, out var transformation))
        {
            var choices = string.Join(", ", VerticalTransformation.Between(from, to));
            problems.Add(new(ProcedureSetting.Transformation, request.Transformation is null
                ? $"there is more than one way from {from} to {to}: name the transformation ({choices})"
                : $"'{request.Transformation}' is not a transformation from {from} to {to}; known are {choices}"));
            return;
        }

        var place = transformation.NeedsLocation ? request.Location : null;
        if (transformation.NeedsLocation && place is null)
        {
            problems.Add(new(ProcedureSetting.Location, $"'{transformation.Id}' depends on the place: state the location of the station"));
        }
        else if (place is not null && place.Crs != Location.Etrs89)
        {
            problems.Add(new(ProcedureSetting.Location, $"'{transformation.Id}' needs the location in {Location.Etrs89}, not {place.Crs}"));
        }
        else if (!transformation.TryShift(place?.Latitude ?? 0, place?.Longitude ?? 0, out var shift))
        {
            problems.Add(new(ProcedureSetting.Location, string.Create(CultureInfo.InvariantCulture,
                $"'{transformation.Id}' covers {TawGrid2018.MinimumLatitude} to {TawGrid2018.MaximumLatitude} N, {TawGrid2018.MinimumLongitude} to {TawGrid2018.MaximumLongitude} E; the station is outside")));
        }
        else
        {
            steps.Add(new VerticalDatumStep(
                from.Code, to.Code, transformation.Id, shift, transformation.Accuracy, place, transformation.Source));
        }
    }

    private static void AddUnit(ObservedProperty property, Unit raw, List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        if (!Unit.TryConvert(raw, property.Unit, out var conversion))
        {
            problems.Add(new(ProcedureSetting.RawUnit, $"'{raw.Code}' does not convert to '{property.Unit.Code}', the unit of '{property.Name}'"));
        }
        else if (!raw.Equals(property.Unit))
        {
            steps.Add(new UnitStep(raw.Code, property.Unit.Code, conversion.Factor, conversion.Offset));
        }
    }

    private static void Refuse(bool refused, ProcedureSetting setting, string message, List<ProcedureProblem> problems)
    {
        if (refused)
        {
            problems.Add(new(setting, message));
        }
    }
}
