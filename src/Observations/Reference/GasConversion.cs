using MeetNet.Observations.Units;

namespace MeetNet.Observations.Reference;

/// <summary>Factors between the units of a gas; the one place where a gas changes its unit or reference state.</summary>
public static class GasConversion
{
    /// <summary>
    /// The factor between two ways of stating a gas, each a mole fraction (<c>[ppb]</c>, <c>[ppm]</c>) or a mass concentration
    /// (<c>ug/m3</c>, <c>mg/m3</c>). A mass concentration must have its reference state, a mole fraction has none: false when
    /// that is not so, and for any other unit. [ppb] to ug/m3 for ammonia at 293.15 K and 101.3 kPa is 0.70782.
    /// </summary>
    /// <param name="from">Unit of the value.</param>
    /// <param name="fromState">Reference state of the value; null exactly for a mole fraction.</param>
    /// <param name="to">Unit of the result.</param>
    /// <param name="toState">Reference state of the result; null exactly for a mole fraction.</param>
    /// <param name="molarMass">g/mol.</param>
    /// <param name="factor">What the value is multiplied with.</param>
    public static bool TryFactor(
        Unit from, GasReference? fromState, Unit to, GasReference? toState, double molarMass, out double factor)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        factor = 0;
        if (!IsStated(from, fromState) || !IsStated(to, toState))
        {
            return false;
        }

        // By way of the mole fraction, which no change of temperature or pressure alters.
        factor = (fromState, toState) switch
        {
            (null, null) => from.BaseFactor / to.BaseFactor,
            (null, { } state) => from.BaseFactor * state.MassPerFraction(molarMass) / to.BaseFactor,
            ({ } state, null) => from.BaseFactor / state.MassPerFraction(molarMass) / to.BaseFactor,
            ({ } native, { } state) => from.BaseFactor * native.FactorTo(state) / to.BaseFactor,
        };
        return true;
    }

    /// <summary>
    /// Nitrogen oxides as the directive counts them (2024/2881 art. 4(8)): the mole fractions of NO and NO2 added, expressed
    /// as mass of NO2. Mass concentrations of the two are never added as they are.
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

    private static bool IsStated(Unit unit, GasReference? state) =>
        state is null ? unit.IsAmountFraction : unit.IsMassConcentration;
}
