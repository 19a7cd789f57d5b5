using MeetNet.Observations.Reference;
using MeetNet.Observations.Units;

namespace MeetNet.Observations.Tests.Reference;

/// <summary>
/// Worked numbers for the European reference state, 293.15 K and 101.3 kPa, and for the other states in use; the column of
/// 0 °C and of 25 °C agrees with the table of the NSW EPA (NH3 1 pphm = 7.6 and 7.0 µg/m³, O3 21.4 and 19.6).
/// </summary>
public sealed class GasTests
{
    private static readonly GasReference Eu = GasReference.Eu20C1013;

    [Theory]
    [InlineData(293.15, 101_300, 24.06105)]
    [InlineData(293, 101_300, 24.04874)]
    [InlineData(293.15, 101_325, 24.05512)]
    [InlineData(298.15, 101_325, 24.46540)]
    [InlineData(273.15, 101_325, 22.41397)]
    public void The_molar_volume_is_r_t_over_p(double temperature, double pressure, double volume) =>
        Assert.Equal(volume, new GasReference(temperature, pressure).MolarVolume, 5);

    [Theory]
    [InlineData("nh3", 0.70782, 0.70819, 0.70800, 0.69613, 0.75984)]
    [InlineData("no2", 1.91203, 1.91301, 1.91250, 1.88043, 2.05254)]
    [InlineData("no", 1.24708, 1.24772, 1.24739, 1.22647, 1.33872)]
    [InlineData("o3", 1.99484, 1.99586, 1.99533, 1.96187, 2.14143)]
    [InlineData("so2", 2.66264, 2.66401, 2.66330, 2.61864, 2.85831)]
    [InlineData("co", 1.16412, 1.16472, 1.16441, 1.14488, 1.24967)]
    [InlineData("c6h6", 3.24649, 3.24815, 3.24729, 3.19284, 3.48506)]
    public void A_ppb_is_so_many_micrograms(string gas, double eu, double literal, double atmosphere, double us, double zero)
    {
        (GasReference, double)[] columns =
        [
            (Eu, eu), (new(293, 101_300), literal), (new(293.15, 101_325), atmosphere), (GasReference.Us25C101325, us), (GasReference.Standard0C101325, zero),
        ];
        foreach (var (reference, expected) in columns)
        {
            Assert.Equal(expected, Factor(gas, "[ppb]", "ug/m3", reference), 5);
            Assert.Equal(expected, Factor(gas, "[ppm]", "mg/m3", reference), 5);
        }
    }

    /// <summary>Tolerance: half of the last digit that the worked number shows.</summary>
    public static TheoryData<string, string, double, string, GasReference?, string, GasReference?, double, double> Worked => new()
    {
        { "U1: annual limit of NO2, 2008/50 annex XI", "no2", 40, "ug/m3", Eu, "[ppb]", null, 20.9202, 0.00005 },
        { "U2: hourly limit of NO2, 2008/50 annex XI", "no2", 200, "ug/m3", Eu, "[ppb]", null, 104.6008, 0.00005 },
        { "U4: information threshold of O3, 2008/50 annex XII", "o3", 180, "ug/m3", Eu, "[ppb]", null, 90.2327, 0.00005 },
        { "U5: ten ppb of ammonia", "nh3", 10, "[ppb]", null, "ug/m3", Eu, 7.0782, 0.00005 },
        { "U6: critical level of ammonia for lichens", "nh3", 1, "ug/m3", Eu, "[ppb]", null, 1.41278, 0.000005 },
        { "U8: limit of CO, 2008/50 annex XI", "co", 10, "mg/m3", Eu, "[ppm]", null, 8.59017, 0.000005 },
        { "U10: limit of benzene, 2008/50 annex XI", "c6h6", 5, "ug/m3", Eu, "[ppb]", null, 1.54012, 0.000005 },
        { "U13: 0 °C to 20 °C at the same pressure", "no2", 100, "ug/m3", new(273.15, 101_300), "ug/m3", Eu, 93.1776, 0.00005 },
        { "NSW EPA: 1 pphm of ammonia at 0 °C", "nh3", 10, "[ppb]", null, "ug/m3", GasReference.Standard0C101325, 7.6, 0.05 },
        { "NSW EPA: 1 pphm of ammonia at 25 °C", "nh3", 10, "[ppb]", null, "ug/m3", GasReference.Us25C101325, 7.0, 0.05 },
        { "NSW EPA: 1 pphm of ozone at 0 °C", "o3", 10, "[ppb]", null, "ug/m3", GasReference.Standard0C101325, 21.4, 0.05 },
        { "NSW EPA: 1 pphm of ozone at 25 °C", "o3", 10, "[ppb]", null, "ug/m3", GasReference.Us25C101325, 19.6, 0.05 },
        { "NSW EPA: 1 pphm of NO at 0 °C", "no", 10, "[ppb]", null, "ug/m3", GasReference.Standard0C101325, 13.4, 0.05 },
        { "NSW EPA: 1 pphm of NO at 25 °C", "no", 10, "[ppb]", null, "ug/m3", GasReference.Us25C101325, 12.3, 0.05 },
        { "NSW EPA: 1 pphm of NO2 at 0 °C", "no2", 10, "[ppb]", null, "ug/m3", GasReference.Standard0C101325, 20.5, 0.05 },
        { "NSW EPA: 1 pphm of NO2 at 25 °C", "no2", 10, "[ppb]", null, "ug/m3", GasReference.Us25C101325, 18.8, 0.05 },
        { "NSW EPA: 1 pphm of SO2 at 0 °C", "so2", 10, "[ppb]", null, "ug/m3", GasReference.Standard0C101325, 28.6, 0.05 },
        { "NSW EPA: 1 pphm of SO2 at 25 °C", "so2", 10, "[ppb]", null, "ug/m3", GasReference.Us25C101325, 26.2, 0.05 },
        { "NSW EPA: 1 ppm of CO at 0 °C", "co", 1, "[ppm]", null, "mg/m3", GasReference.Standard0C101325, 1.25, 0.005 },
        { "NSW EPA: 1 ppm of CO at 25 °C", "co", 1, "[ppm]", null, "mg/m3", GasReference.Us25C101325, 1.15, 0.0052 },
        { "UK objective of SO2: 100 ppb", "so2", 100, "[ppb]", null, "ug/m3", Eu, 266, 0.5 },
        { "UK objective of CO: 10 ppm", "co", 10, "[ppm]", null, "mg/m3", Eu, 11.6, 0.05 },
        { "UK objective of benzene: 5 ppb", "c6h6", 5, "[ppb]", null, "ug/m3", Eu, 16.25, 0.02 },
        { "AOT40: the directive takes 40 ppb of ozone for 80 µg/m³, by the customary factor", "o3", 40, "[ppb]", null, "ug/m3", Eu, 80, 0.21 },
        { "mg to µg at one state", "co", 1.5, "mg/m3", Eu, "ug/m3", Eu, 1500, 1e-9 },
        { "ppm to ppb has no state", "co2", 420, "[ppm]", null, "[ppb]", null, 420_000, 1e-6 },
    };

    [Theory]
    [MemberData(nameof(Worked))]
    public void Worked_vectors(
        string source, string gas, double value, string from, GasReference? fromState, string to, GasReference? toState, double expected, double tolerance)
    {
        Assert.True(Gas.TryGet(gas, out var found));
        Assert.True(GasConversion.TryFactor(Unit.Parse(from), fromState, Unit.Parse(to), toState, found.MolarMass, out var there), source);
        Assert.True(GasConversion.TryFactor(Unit.Parse(to), toState, Unit.Parse(from), fromState, found.MolarMass, out var back));
        Assert.True(Math.Abs((value * there) - expected) <= tolerance, $"{source}: {value * there}");
        Assert.Equal(value, value * there * back, 1e-12 * value);
    }

    [Fact]
    public void U11_nitrogen_oxides_are_added_as_fractions_and_expressed_as_nitrogen_dioxide()
    {
        Assert.Equal(95.6016, GasConversion.NitrogenOxides(20, 30, Eu), 0.00005);
        Assert.NotEqual(82.3025, GasConversion.NitrogenOxides(20, 30, Eu), 1);

        // An analyser's own NOx channel in ppb comes to the same.
        Assert.Equal(95.6016, 50 * Factor("nox", "[ppb]", "ug/m3", Eu), 0.00005);
    }

    [Fact]
    public void U15_ammonia_as_nitrogen()
    {
        // 14.007 g/mol: nitrogen's standard atomic weight.
        Assert.True(Gas.TryGet("nh3", out var nh3));
        Assert.Equal(0.82244, 14.007 / nh3.MolarMass, 0.000005);
    }

    [Theory]
    [InlineData("[ppb]", true, "ug/m3", true)]
    [InlineData("ug/m3", false, "[ppb]", false)]
    [InlineData("ug/m3", true, "ug/m3", false)]
    [InlineData("ug/m3", false, "mg/m3", false)]
    [InlineData("[ppb]", false, "ug/m3", false)]
    [InlineData("%", false, "ug/m3", true)]
    [InlineData("ug/m2", true, "ug/m3", true)]
    public void A_mass_concentration_has_a_state_and_a_fraction_has_none(string from, bool fromStated, string to, bool toStated) =>
        Assert.False(GasConversion.TryFactor(
            Unit.Parse(from), fromStated ? Eu : null, Unit.Parse(to), toStated ? Eu : null, 17.031, out _));

    [Theory]
    [InlineData("no2", 1.91)]
    [InlineData("o3", 2.00)]
    [InlineData("so2", 2.66)]
    [InlineData("c6h6", 3.25)]
    [InlineData("co", 1.16)]
    public void The_customary_three_digit_factors_are_within_their_rounding(string gas, double customary) =>
        Assert.Equal(customary, Factor(gas, "[ppb]", "ug/m3", Eu), 0.0055);

    [Fact]
    public void A_factor_there_and_back_is_one() =>
        Assert.Equal(1, Eu.FactorTo(GasReference.Us25C101325) * GasReference.Us25C101325.FactorTo(Eu), 15);

    [Fact]
    public void Names_and_limits()
    {
        Assert.True(GasReference.TryGetNamed("eu-20c-101.3kpa", out var named));
        Assert.Equal(Eu, named);
        Assert.False(GasReference.TryGetNamed("eu", out _));
        Assert.False(GasReference.TryGetNamed(null, out _));
        Assert.All(GasReference.Named.Values, reference => Assert.True(reference.IsPlausible));
        Assert.False(new GasReference(20, 101_300).IsPlausible);
        Assert.False(new GasReference(293.15, 1013).IsPlausible);
        Assert.False(Gas.TryGet("NH3", out _));
    }

    private static double Factor(string gas, string from, string to, GasReference reference)
    {
        Assert.True(Gas.TryGet(gas, out var found));
        Assert.True(GasConversion.TryFactor(Unit.Parse(from), null, Unit.Parse(to), reference, found.MolarMass, out var factor));
        return factor;
    }
}
