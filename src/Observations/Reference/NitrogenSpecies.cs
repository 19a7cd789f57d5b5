using System.Diagnostics.CodeAnalysis;

namespace MeetNet.Observations.Reference;

/// <summary>A substance whose mass concentration is stated either as itself or as the nitrogen in it, and is then 1.3 to 4.4 times less.</summary>
/// <param name="Property">Observed property, whose canonical mass is that of the whole substance.</param>
/// <param name="Formula">As in station files: <c>NO3</c>.</param>
/// <param name="MolarMass">g/mol, from the standard atomic weights (abridged, IUPAC 2021): H 1.008, N 14.007, O 15.999.</param>
public sealed record NitrogenSpecies(string Property, string Formula, double MolarMass)
{
    /// <summary>Word in station files for "as the nitrogen in it".</summary>
    public const string AsNitrogen = "N";

    /// <summary>Standard atomic weight of nitrogen, g/mol (abridged, IUPAC 2021).</summary>
    public const double NitrogenMass = 14.007;

    /// <summary>Nitrate and ammonium.</summary>
    public static IReadOnlyList<NitrogenSpecies> All { get; } = [new("nitrate", "NO3", 62.004), new("ammonium", "NH4", 18.039)];

    /// <summary>What a mass of nitrogen is multiplied with to be that of the substance: 4.42664 for nitrate, 1.28786 for ammonium.</summary>
    public double Factor => MolarMass / NitrogenMass;

    /// <summary>The substance of an observed property; false when it is none of these.</summary>
    public static bool TryGet(string property, [NotNullWhen(true)] out NitrogenSpecies? species)
    {
        species = All.FirstOrDefault(known => known.Property == property);
        return species is not null;
    }
}
