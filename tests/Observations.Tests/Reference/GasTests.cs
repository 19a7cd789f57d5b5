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

    [Theory]
    [InlineData("U1", "no2", 40, 20.9202)]
    [InlineData("U2", "no2", 200, 104.6008)]
    [InlineData("U4", "o3", 180, 90.2327)]
    [InlineData("U6", "nh3", 1, 1.41278)]
    [InlineData("U10", "c6h6", 5, 1.54012)]
    public void Worked_vectors_from_mass_to_fraction(string vector, string gas, double micrograms, double ppb) =>
        Assert.True(Math.Abs((micrograms / Factor(gas, "[ppb]", "ug/m3", Eu)) - ppb) < 0.00006, vector);

    [Fact]
    public void U5_ten_ppb_of_ammonia() => Assert.Equal(7.0782, 10 * Factor("nh3", "[ppb]", "ug/m3", Eu), 4);

    [Fact]
    public void U8_ten_milligrams_of_carbon_monoxide() => Assert.Equal(8.59017, 10 / Factor("co", "[ppm]", "mg/m3", Eu), 5);

    [Fact]
    public void U11_nitrogen_oxides_are_added_as_fractions_and_expressed_as_nitrogen_dioxide()
    {
        Assert.Equal(95.6016, GasConversion.NitrogenOxides(20, 30, Eu), 4);
        Assert.NotEqual(82.3025, GasConversion.NitrogenOxides(20, 30, Eu), 1);
    }

    [Fact]
    public void U13_from_zero_to_twenty_degrees_at_the_same_pressure() =>
        Assert.Equal(93.1776, 100 * new GasReference(273.15, 101_300).FactorTo(Eu), 4);

    [Fact]
    public void U15_ammonia_as_nitrogen()
    {
        // 14.007 g/mol: nitrogen's standard atomic weight.
        Assert.True(Gas.TryGet("nh3", out var nh3));
        Assert.Equal(0.82244, 14.007 / nh3.MolarMass, 5);
    }

    [Theory]
    [InlineData("no2", 1.91)]
    [InlineData("o3", 2.00)]
    [InlineData("so2", 2.66)]
    [InlineData("c6h6", 3.25)]
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
        Assert.False(GasConversion.TryFromFraction(Unit.Parse("ug/m3"), Unit.Parse("ug/m3"), 17, Eu, out _));
    }

    private static double Factor(string gas, string from, string to, GasReference reference)
    {
        Assert.True(Gas.TryGet(gas, out var found));
        Assert.True(GasConversion.TryFromFraction(Unit.Parse(from), Unit.Parse(to), found.MolarMass, reference, out var factor));
        return factor;
    }
}
