using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Units;

namespace MeetNet.Observations.Procedures;

/// <summary>The steps that only some quantities have: nitrogen in a substance, wet particles, the sum of two gases.</summary>
internal static class QuantitySteps
{
    private const string SumSource = "Directive (EU) 2024/2881 art. 4(8): the mole fractions of NO and NO2 added, as mass of NO2";
    private const string GrowthFormula = "kappa-Köhler: 1 + κ·(1000/ρ)·a/(1 − a), a = RH/100; Petters and Kreidenweis 2007, Crilley et al. 2018 (doi 10.5194/amt-11-709-2018)";

    /// <summary>The optical instruments' properties; black carbon and particle numbers are not masses of whole particles.</summary>
    private static readonly string[] Particles = ["pm1", "pm2_5", "pm4", "pm10"];

    /// <summary>Refuses what does not belong to the property.</summary>
    public static void RefuseOthers(ProcedureRequest request, ObservedProperty property, List<ProcedureProblem> problems)
    {
        ConversionSteps.Refuse(request.StatedAs is not null && !NitrogenSpecies.TryGet(property.Name, out _), ProcedureSetting.StatedAs,
            $"'{property.Name}' is not stated as nitrogen or another substance: leave it out", problems);
        ConversionSteps.Refuse(request.ParticleGrowth is not null && !Particles.Contains(property.Name), ProcedureSetting.ParticleGrowth,
            $"'{property.Name}' is no mass of particles: leave the correction for humidity out", problems);
        ConversionSteps.Refuse(request.NitrogenOxides is not null && property.Name != "nox", ProcedureSetting.NitrogenOxides,
            $"'{property.Name}' is no sum: only 'nox' is one of NO and NO2", problems);
    }

    /// <summary>From the nitrogen in nitrate or ammonium to the substance; nothing for other properties.</summary>
    public static void AddSpecies(ProcedureRequest request, ObservedProperty property, List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        if (!NitrogenSpecies.TryGet(property.Name, out var species))
        {
            return;
        }

        if (request.StatedAs == NitrogenSpecies.AsNitrogen)
        {
            steps.Add(new SpeciesStep(NitrogenSpecies.AsNitrogen, species.Formula, NitrogenSpecies.NitrogenMass, species.MolarMass));
        }
        else if (request.StatedAs != species.Formula)
        {
            problems.Add(new(ProcedureSetting.StatedAs, FormattableString.Invariant(
                $"a mass of '{property.Name}' is of {species.Formula} or of the nitrogen in it, {species.Factor:0.00} times less: state which, {species.Formula} or {NitrogenSpecies.AsNitrogen}")
                + (request.StatedAs is null ? "" : $", not '{request.StatedAs}'")));
        }
    }

    /// <summary>The correction for humidity, where it is asked for.</summary>
    public static void AddGrowth(ProcedureRequest request, List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        if (request.ParticleGrowth is not { } growth)
        {
            return;
        }

        var problem = growth.Check(request.Datastream);
        ConversionSteps.Refuse(problem is not null, ProcedureSetting.ParticleGrowth, problem ?? "", problems);
        steps.Add(new ParticleGrowthStep(
            growth.Humidity.ToString(), growth.MaximumAge, growth.Kappa, growth.Density, growth.MaximumHumidity, growth.Fallback, $"{GrowthFormula}; {growth.Source}"));
    }

    /// <summary>NOx of the results of two datastreams, which are in the canonical state already.</summary>
    public static void AddOxides(
        ProcedureRequest request, ObservedProperty property, Gas gas, GasReference canonical, string massSource,
        List<ProcedureStep> steps, List<ProcedureProblem> problems)
    {
        if (request.NitrogenOxides is not { } sum)
        {
            return;
        }

        var problem = AirInputs.Check(sum.No, request.Datastream, "no", sum.MaximumAge) ?? AirInputs.Check(sum.No2, request.Datastream, "no2", sum.MaximumAge);
        ConversionSteps.Refuse(problem is not null, ProcedureSetting.NitrogenOxides, problem ?? "", problems);
        ConversionSteps.Refuse(request.GasReference is not null, ProcedureSetting.GasReference,
            "a sum of NO and NO2 is of results at the canonical reference conditions: leave them out", problems);
        ConversionSteps.Refuse(request.Ambient is not null, ProcedureSetting.Ambient, "a sum of NO and NO2 is of results at reference conditions: leave the air out", problems);
        var ppb = Unit.Parse("[ppb]");
        steps.Add(new NitrogenOxideStep(
            sum.No.ToString(), sum.No2.ToString(), sum.MaximumAge, canonical, PerPpb("no"), PerPpb("no2"), SumSource));
        GasConversion.TryFactor(ppb, null, property.Unit, canonical, gas.MolarMass, out var factor);
        steps.Add(new GasReferenceStep(gas.Name, ppb.Code, property.Unit.Code, null, canonical, gas.MolarMass, factor, massSource));

        double PerPpb(string name)
        {
            var of = ObservedProperties.Get(name);
            GasConversion.TryFactor(ppb, null, of.Unit, canonical, of.Gas!.MolarMass, out var mass);
            return mass;
        }
    }
}
