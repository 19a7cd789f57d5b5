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
    /// <param name="request">What is known of the datastream.</param>
    /// <param name="property">Its observed property.</param>
    /// <param name="raw">Unit of the raw value.</param>
    /// <param name="zero">The local zero of the period; null when there is none.</param>
    /// <param name="problems">Problems found are added.</param>
    public static IReadOnlyList<ProcedureStep> Compose(
        ProcedureRequest request, ObservedProperty property, Unit raw, LocalZero? zero, List<ProcedureProblem> problems)
    {
        var steps = new List<ProcedureStep>();
        if (property.VerticalDatum is { } datum)
        {
            RefuseGas(request, property, problems);
            QuantitySteps.RefuseOthers(request, property, problems);
            HeightSteps.Compose(request, property, datum, raw, zero, steps, problems);
        }
        else
        {
            HeightSteps.RefuseSettings(request, property, problems);
            ComposeQuantity(request, property, raw, steps, problems);
        }

        return steps;
    }

    private static void ComposeQuantity(
        ProcedureRequest request, ObservedProperty property, Unit raw, List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        QuantitySteps.RefuseOthers(request, property, problems);
        if (property is { Gas: { } gas, GasReference: { } canonical })
        {
            if (request.NitrogenOxides is null || property.Name != "nox")
            {
                ComposeGas(request, property, raw, gas, canonical, steps, problems);
            }
            else
            {
                QuantitySteps.AddOxides(request, property, gas, canonical, Source(FractionFormula, property), steps, problems);
            }
        }
        else
        {
            RefuseGas(request, property, problems);
            AddUnit(property, raw, steps, problems);
            QuantitySteps.AddSpecies(request, property, steps, problems);
            QuantitySteps.AddGrowth(request, steps, problems);
        }
    }

    private static void RefuseGas(ProcedureRequest request, ObservedProperty property, List<ProcedureProblem> problems)
    {
        Refuse(request.Gas is not null && request.Gas != property.Gas?.Name, ProcedureSetting.Gas, property.Gas is null
            ? $"'{property.Name}' is not a gas: leave the gas out"
            : $"'{property.Name}' is the gas '{property.Gas.Name}', not '{request.Gas}'", problems);
        Refuse(request.GasReference is not null, ProcedureSetting.GasReference, NoReference(property), problems);
        Refuse(request.Ambient is not null, ProcedureSetting.Ambient, NoReference(property), problems);
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

        Refuse(request.Ambient is not null && (request.GasReference is not null || !raw.IsMassConcentration), ProcedureSetting.Ambient,
            "the air beside the instrument is for a mass concentration without reference conditions of its own: leave it out", problems);
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
            if (request is { Ambient: { } ambient, GasReference: null })
            {
                AddAmbient(request, property, gas, ambient, canonical, steps, problems);
                return;
            }

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

    private static void AddAmbient(
        ProcedureRequest request, ObservedProperty property, Gas gas, AmbientAir ambient, GasReference canonical,
        List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        var problem = AirInputs.Check(ambient.Temperature, request.Datastream, "air_temperature", ambient.MaximumAge)
            ?? AirInputs.Check(ambient.Pressure, request.Datastream, "air_pressure", ambient.MaximumAge);
        Refuse(problem is not null, ProcedureSetting.Ambient, problem ?? "", problems);
        Refuse(ambient.Fallback is { IsPlausible: false }, ProcedureSetting.Ambient, "the fall-back is no state of air: expected 200 to 350 K and 50000 to 120000 Pa", problems);
        steps.Add(new GasAmbientStep(
            gas.Name, ambient.Temperature.ToString(), ambient.Pressure.ToString(), ambient.MaximumAge, ambient.Fallback, canonical, Source(StateFormula, property)));
    }

    /// <summary>Particles stay at the temperature and pressure of the air they were in (2008/50/EC annex VI.C): normalising them is refused.</summary>
    private static string NoReference(ObservedProperty property) => property.Unit.IsMassConcentration && property.Medium == "air"
        ? $"'{property.Name}' is stated at ambient temperature and pressure and is never normalised: leave the reference conditions out"
        : $"'{property.Name}' is not stated at reference conditions: leave them out";

    private static string Source(string formula, ObservedProperty property) =>
        $"{formula}; reference conditions {property.GasReferenceSource}";

    internal static void AddUnit(ObservedProperty property, Unit raw, List<ProcedureStep> steps, List<ProcedureProblem> problems)
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

    /// <summary>Adds the step between two units that are known to be of one dimension.</summary>
    internal static void AddUnit(Unit from, Unit to, List<ProcedureStep> steps)
    {
        if (!from.Equals(to) && Unit.TryConvert(from, to, out var conversion))
        {
            steps.Add(new UnitStep(from.Code, to.Code, conversion.Factor, conversion.Offset));
        }
    }

    internal static void Refuse(bool refused, ProcedureSetting setting, string message, List<ProcedureProblem> problems)
    {
        if (refused)
        {
            problems.Add(new(setting, message));
        }
    }
}
