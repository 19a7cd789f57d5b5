using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MeetNet.Observations.Reference;

/// <summary>
/// The temperature and pressure at which a mass concentration of a gas is stated. Without them µg/m³ of a gas is not one
/// quantity: between the states in use the number differs by 2 to 7 percent.
/// </summary>
/// <param name="Temperature">K, above 0.</param>
/// <param name="Pressure">Pa, above 0.</param>
public readonly record struct GasReference(double Temperature, double Pressure)
{
    /// <summary>Molar gas constant, J/(mol·K): exact since the SI of 2019 to the digits given (CODATA 2018).</summary>
    public const double MolarGasConstant = 8.314462618;

    /// <summary>
    /// 293 K and 101.3 kPa (Directive 2008/50/EC annex VI.C; Besluit kwaliteit leefomgeving art. 2.1a), with 293 K read as
    /// 20 °C, 293.15 K; the literal 293 K differs by 0.05 percent.
    /// </summary>
    public static GasReference Eu20C1013 => new(293.15, 101_300);

    /// <summary>25 °C and 1013.25 hPa, customary in the United States and in older WHO texts.</summary>
    public static GasReference Us25C101325 => new(298.15, 101_325);

    /// <summary>0 °C and 1013.25 hPa, customary for emissions and in some instruments.</summary>
    public static GasReference Standard0C101325 => new(273.15, 101_325);

    /// <summary>The reference states that have a name in station files.</summary>
    public static IReadOnlyDictionary<string, GasReference> Named { get; } = new Dictionary<string, GasReference>(StringComparer.Ordinal)
    {
        ["eu-20c-101.3kpa"] = Eu20C1013,
        ["us-25c-101.325kpa"] = Us25C101325,
        ["0c-101.325kpa"] = Standard0C101325,
    };

    /// <summary>Volume of a mole of ideal gas, R·T/p, in L/mol; the inverse of <see cref="MassPerFraction"/> for 1 g/mol.</summary>
    public double MolarVolume => 1000 / MassPerFraction(1);

    /// <summary>Whether both numbers are finite, positive, and of this world: 200 to 350 K, 50 to 120 kPa.</summary>
    public bool IsPlausible => Temperature is >= 200 and <= 350 && Pressure is >= 50_000 and <= 120_000;

    /// <summary>The reference state of that name; false when there is none.</summary>
    public static bool TryGetNamed(string? name, out GasReference reference)
    {
        reference = default;
        return name is not null && Named.TryGetValue(name, out reference);
    }

    /// <summary>
    /// Mass concentration in g/m³ of a mole fraction of 1: <c>M·p/(R·T)</c>. A mole fraction has no reference state of its
    /// own; the mass concentration it turns into has this one. The one place where the gas law stands.
    /// </summary>
    public double MassPerFraction(double molarMass) => molarMass * Pressure / (MolarGasConstant * Temperature);

    /// <summary>
    /// What a mass concentration stated at this reference is multiplied with to state it at another:
    /// <c>(p₂/T₂)/(p₁/T₁)</c>.
    /// </summary>
    public double FactorTo(GasReference other) => other.MassPerFraction(1) / MassPerFraction(1);

    /// <summary>For instance <c>293.15 K, 101300 Pa</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Temperature} K, {Pressure} Pa");
}
