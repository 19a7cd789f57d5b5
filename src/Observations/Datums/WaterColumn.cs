using System.Globalization;

namespace MeetNet.Observations.Datums;

/// <summary>
/// The water above a pressure sensor: <c>height = pressure / (density × gravity)</c>. Taking 1000 kg/m³ and 9.80665 m/s², as a
/// "metre of water" does, is 0.1 to 0.2 percent off here: 1 to 2 cm at 10 m.
/// </summary>
/// <param name="Density">kg/m³.</param>
/// <param name="Gravity">m/s².</param>
/// <param name="Temperature">°C of fresh water, when the density follows from it; null for a stated density.</param>
/// <param name="Source">Where both numbers are from.</param>
public sealed record WaterColumn(double Density, double Gravity, double? Temperature, string Source)
{
    /// <summary>Lowest temperature of the density formula, °C.</summary>
    public const double MinimumTemperature = 0;

    /// <summary>Highest temperature of the density formula, °C.</summary>
    public const double MaximumTemperature = 40;

    /// <summary>Lowest density that is taken for water, kg/m³: hot fresh water.</summary>
    public const double MinimumDensity = 950;

    /// <summary>Highest density that is taken for water, kg/m³: saturated brine.</summary>
    public const double MaximumDensity = 1250;

    /// <summary>Lowest gravity on the ellipsoid is 9.780 m/s², at the equator.</summary>
    public const double MinimumGravity = 9.78;

    /// <summary>Highest gravity on the ellipsoid is 9.832 m/s², at the poles.</summary>
    public const double MaximumGravity = 9.84;

    private const string DensitySource = "density of air-free fresh water, Tanaka et al. 2001 (CIPM)";
    private const string GravitySource = "normal gravity of GRS80 at the latitude (Moritz 2000)";

    /// <summary>Fresh water of a temperature in °C (0 to 40) at a latitude in degrees, with gravity stated or that of the latitude.</summary>
    public static WaterColumn Fresh(double temperature, double latitude, double? gravity = null) => new(
        FreshWaterDensity(temperature), gravity ?? RoundedGravity(latitude), temperature, $"{DensitySource}; {Describe(gravity, latitude)}");

    /// <summary>Water of a stated density, kg/m³, for instance brackish.</summary>
    public static WaterColumn OfDensity(double density, string source, double latitude, double? gravity = null) =>
        new(density, gravity ?? RoundedGravity(latitude), null, $"density: {source}; {Describe(gravity, latitude)}");

    /// <summary>
    /// Density of air-free water in kg/m³ at 101.325 kPa, 0 to 40 °C: Tanaka, Girard, Davis, Peuto, Bignell, Metrologia 38
    /// (2001) 301, equation 1; accuracy 0.001 kg/m³.
    /// </summary>
    public static double FreshWaterDensity(double temperature)
    {
        const double a1 = -3.983035;
        const double a2 = 301.797;
        const double a3 = 522528.9;
        const double a4 = 69.34881;
        const double a5 = 999.974950;
        return a5 * (1 - ((temperature + a1) * (temperature + a1) * (temperature + a2) / (a3 * (temperature + a4))));
    }

    /// <summary>
    /// Normal gravity on the GRS80 ellipsoid in m/s², Somigliana's closed formula: Moritz, Geodetic Reference System 1980,
    /// Journal of Geodesy 74 (2000) 128. Within 0.0005 m/s² of measured gravity in the Low Countries.
    /// </summary>
    public static double NormalGravity(double latitude)
    {
        const double equator = 9.7803267715;
        const double k = 0.001931851353;
        const double e2 = 0.00669438002290;
        var sine = Math.Sin(latitude * Math.PI / 180);
        return equator * (1 + (k * sine * sine)) / Math.Sqrt(1 - (e2 * sine * sine));
    }

    /// <summary>What is wrong with the numbers, or null.</summary>
    public string? Check()
    {
        if (Temperature is { } temperature && !(temperature is >= MinimumTemperature and <= MaximumTemperature))
        {
            return Invariant($"a temperature of {temperature} °C is outside the density formula: {MinimumTemperature} to {MaximumTemperature} °C");
        }

        if (!(Density is >= MinimumDensity and <= MaximumDensity))
        {
            return Invariant($"{Density} kg/m³ is no density of water: expected {MinimumDensity} to {MaximumDensity}");
        }

        return Gravity is >= MinimumGravity and <= MaximumGravity
            ? null
            : Invariant($"{Gravity} m/s² is no gravity on the ground: expected {MinimumGravity} to {MaximumGravity}");
    }

    /// <summary>To 10⁻⁵ m/s², a fiftieth of what it differs from the real one: the last bits of a sine are not the same on every processor.</summary>
    private static double RoundedGravity(double latitude) => Math.Round(NormalGravity(latitude), 5, MidpointRounding.AwayFromZero);

    private static string Describe(double? gravity, double latitude) =>
        gravity is null ? Invariant($"{GravitySource}, {latitude}° N") : "gravity: station file";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
