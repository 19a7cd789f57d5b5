using MeetNet.Observations.Units;

namespace MeetNet.Observations.Reference;

/// <summary>Factors between the units of a gas; the one place where a gas changes its unit or reference state.</summary>
public static class GasConversion
{
    /// <summary>
    /// The factor from a mole fraction to a mass concentration at a reference state; false when the units are not those.
    /// [ppb] to ug/m3 for ammonia at 293.15 K and 101.3 kPa is 0.70782.
    /// </summary>
    public static bool TryFromFraction(Unit from, Unit to, double molarMass, GasReference reference, out double factor)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        factor = 0;
        if (!from.IsAmountFraction || !to.IsMassConcentration)
        {
            return false;
        }

        factor = from.BaseFactor * reference.MassPerFraction(molarMass) / to.BaseFactor;
        return true;
    }

    /// <summary>
    /// Nitrogen oxides as the directive counts them (2024/2881 art. 4(8)): the mole fractions of NO and NO2 added, expressed
    /// as mass of NO2.
    /// </summary>
    /// <param name="no">Nitrogen monoxide, ppb.</param>
    /// <param name="no2">Nitrogen dioxide, ppb.</param>
    /// <param name="reference">Reference state of the result.</param>
    /// <returns>µg/m³ as NO2.</returns>
    public static double NitrogenOxides(double no, double no2, GasReference reference)
    {
        const double nitrogenDioxideMass = 46.0055;

        // A mole fraction of 1 ppb is 10⁻⁹; g/m³ to µg/m³ is 10⁶.
        return (no + no2) * reference.MassPerFraction(nitrogenDioxideMass) / 1000;
    }
}
