namespace MeetNet.Observations.Reference;

/// <summary>
/// How an optical instrument that looks at wet particles is corrected to dry ones: κ-Köhler (Petters and Kreidenweis, Atmos. Chem. Phys. 7 (2007) 1961), as a factor of mass by
/// Crilley et al., Atmos. Meas. Tech. 11 (2018) 709, doi 10.5194/amt-11-709-2018.
/// </summary>
/// <param name="Humidity">Datastream of <c>relative_humidity</c>, of the same station: of the air that the instrument looks at.</param>
/// <param name="MaximumAge">How far its result may be from the phenomenon time.</param>
/// <param name="Kappa">Hygroscopicity of the particles, κ: a fact of the aerosol, fitted at the place or taken from the literature.</param>
/// <param name="Density">Of the dry particles, kg/m³.</param>
/// <param name="MaximumHumidity">%; above it the correction of this humidity is taken and the result is suspect: the factor grows without bound towards saturation.</param>
/// <param name="Fallback">%, taken while there is no humidity, the result being suspect; null: then there is none.</param>
/// <param name="Source">Where κ and the density are from.</param>
public sealed record ParticleGrowth(
    DatastreamId Humidity, TimeSpan MaximumAge, double Kappa, double Density, double MaximumHumidity, double? Fallback, string Source)
{
    /// <summary>Limits of κ: insoluble 0, sea salt 1.3 (NaCl 1.28; Petters and Kreidenweis 2007, table 1).</summary>
    public const double LeastKappa = 0, GreatestKappa = 1.4;

    /// <summary>Limits of the density, kg/m³.</summary>
    public const double LeastDensity = 800, GreatestDensity = 3000;

    /// <summary>Limits of <see cref="MaximumHumidity"/>, %.</summary>
    public const double LeastMaximumHumidity = 50, GreatestMaximumHumidity = 98;

    /// <summary>kg/m³.</summary>
    private const double WaterDensity = 1000;

    /// <summary>Wet mass over dry mass: 1 + κ · (ρw/ρp) · a/(1 − a), with the water activity a = RH/100.</summary>
    /// <param name="humidity">%, below 100.</param>
    /// <param name="kappa">κ.</param>
    /// <param name="density">kg/m³.</param>
    public static double Factor(double humidity, double kappa, double density)
    {
        var activity = humidity / 100;
        return 1 + (kappa * (WaterDensity / density) * activity / (1 - activity));
    }

    /// <summary>What is wrong with the settings, or null.</summary>
    internal string? Check(DatastreamId of)
    {
        if (AirInputs.Check(Humidity, of, "relative_humidity", MaximumAge) is { } problem)
        {
            return problem;
        }

        return Kappa is not (> LeastKappa and <= GreatestKappa) ? $"kappa is above {LeastKappa} and at most {GreatestKappa}"
            : Density is not (>= LeastDensity and <= GreatestDensity) ? $"the density of the particles is {LeastDensity} to {GreatestDensity} kg/m3"
            : MaximumHumidity is not (>= LeastMaximumHumidity and <= GreatestMaximumHumidity) ? $"the greatest humidity is {LeastMaximumHumidity} to {GreatestMaximumHumidity} %"
            : Fallback is { } fallback && !(fallback >= 0 && fallback <= MaximumHumidity) ? "the fall-back is 0 % to the greatest humidity"
            : string.IsNullOrWhiteSpace(Source) ? "must say the source of kappa and density"
            : null;
    }
}
