using System.Diagnostics.CodeAnalysis;

namespace MeetNet.Observations.Reference;

/// <summary>A gas, for converting between mole fraction and mass concentration.</summary>
/// <param name="Name">Lower-case formula, as in names of observed properties: <c>nh3</c>.</param>
/// <param name="Formula">As chemists write it: <c>NH3</c>.</param>
/// <param name="MolarMass">g/mol, from the standard atomic weights (abridged, IUPAC).</param>
public sealed record Gas(string Name, string Formula, double MolarMass)
{
    /// <summary>All gases known.</summary>
    public static IReadOnlyList<Gas> All { get; } =
    [
        new("nh3", "NH3", 17.031),
        new("no2", "NO2", 46.0055),
        new("no", "NO", 30.006),
        new("o3", "O3", 47.998),
        new("so2", "SO2", 64.066),
        new("co", "CO", 28.010),
        new("c6h6", "C6H6", 78.114),
        new("h2s", "H2S", 34.081),
        new("co2", "CO2", 44.009),

        // Directive (EU) 2024/2881 art. 4(8): the mole fractions of NO and NO2 added, expressed as mass of NO2.
        new("nox", "NOx as NO2", 46.0055),
    ];

    /// <summary>The gas of that name; false when it is not known.</summary>
    public static bool TryGet(string? name, [NotNullWhen(true)] out Gas? gas)
    {
        foreach (var candidate in All)
        {
            if (string.Equals(candidate.Name, name, StringComparison.Ordinal))
            {
                gas = candidate;
                return true;
            }
        }

        gas = null;
        return false;
    }
}
