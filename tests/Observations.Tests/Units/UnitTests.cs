using MeetNet.Observations.Units;

namespace MeetNet.Observations.Tests.Units;

public sealed class UnitTests
{
    [Theory]
    [InlineData("cm", "m", 0.01)]
    [InlineData("mm", "m", 0.001)]
    [InlineData("dm", "cm", 10)]
    [InlineData("m", "cm", 100)]
    [InlineData("mg/m3", "ug/m3", 1000)]
    [InlineData("g/m3", "ug/m3", 1e6)]
    [InlineData("ug/m3", "mg/m3", 0.001)]
    [InlineData("ng/m3", "ug/m3", 0.001)]
    [InlineData("mg/l", "ug/m3", 1e6)]
    [InlineData("mg/L", "g/m3", 1)]
    [InlineData("[ppm]", "[ppb]", 1000)]
    [InlineData("[ppb]", "[ppm]", 0.001)]
    [InlineData("mV", "V", 0.001)]
    [InlineData("hPa", "Pa", 100)]
    [InlineData("kPa", "hPa", 10)]
    [InlineData("mbar", "hPa", 1)]
    [InlineData("bar", "Pa", 100000)]
    [InlineData("m[H2O]", "Pa", 9806.65)]
    [InlineData("cm[H2O]", "Pa", 98.0665)]
    [InlineData("mm[H2O]", "cm[H2O]", 0.1)]
    [InlineData("min", "s", 60)]
    [InlineData("h", "min", 60)]
    [InlineData("d", "h", 24)]
    [InlineData("s", "h", 1.0 / 3600)]
    [InlineData("uS/cm", "mS/cm", 0.001)]
    [InlineData("mS/cm", "S/m", 0.1)]
    [InlineData("l/s", "m3/s", 0.001)]
    [InlineData("m3/h", "l/s", 1 / 3.6)]
    [InlineData("1", "%", 100)]
    [InlineData("%", "1", 0.01)]
    [InlineData("mA", "A", 0.001)]
    [InlineData("m.s-1", "m/s", 1)]
    [InlineData("km/h", "m/s", 1 / 3.6)]
    [InlineData("1/min", "Hz", 1.0 / 60)]
    [InlineData("[psi]", "Pa", 6894.757293168362)]
    [InlineData("[ft_i]", "m", 0.3048)]
    [InlineData("[in_i]", "mm", 25.4)]
    [InlineData("[kn_i]", "m/s", 1852.0 / 3600)]
    [InlineData("mm[Hg]", "Pa", 133.322)]
    [InlineData("atm", "hPa", 1013.25)]
    [InlineData("J/cm2", "kJ/m2", 10)]
    [InlineData("W/m2", "J/m2.s-1", 1)]
    [InlineData("1/cm3", "1/l", 1000)]
    [InlineData("[pptr]", "[ppb]", 0.001)]
    [InlineData("dm", "m", 0.1)]
    [InlineData("mm/h", "m/s", 1.0 / 3_600_000)]
    public void Units_of_one_dimension_convert_by_the_exact_factor(string from, string to, double factor)
    {
        Assert.True(Unit.TryConvert(Unit.Parse(from), Unit.Parse(to), out var conversion));
        Assert.Equal(new UnitConversion(factor, 0), conversion);
    }

    [Fact]
    public void Celsius_has_an_offset()
    {
        Assert.True(Unit.TryConvert(Unit.Parse("Cel"), Unit.Parse("K"), out var toKelvin));
        Assert.Equal(293.15, toKelvin.Apply(20), 12);
        Assert.True(Unit.TryConvert(Unit.Parse("mK"), Unit.Parse("Cel"), out var toCelsius));
        Assert.Equal(20, toCelsius.Apply(293150), 9);
        Assert.True(Unit.TryConvert(Unit.Parse("Cel"), Unit.Parse("mK"), out var toMilli));
        Assert.Equal(293150, toMilli.Apply(20), 6);
    }

    [Theory]
    [InlineData("m", "s")]
    [InlineData("m", "m2")]
    [InlineData("[ppb]", "ug/m3")]
    [InlineData("[ppb]", "1")]
    [InlineData("[ppb]", "%")]
    [InlineData("m[H2O]", "m")]
    [InlineData("Cel", "V")]
    [InlineData("ug/m3", "ug/m2")]
    [InlineData("S", "S/m")]
    [InlineData("deg", "1")]
    [InlineData("deg", "%")]
    [InlineData("dB[mW]", "mW")]
    [InlineData("dB[mW]", "1")]
    public void Units_of_other_dimensions_do_not(string from, string to) =>
        Assert.False(Unit.TryConvert(Unit.Parse(from), Unit.Parse(to), out _));

    [Theory]
    [InlineData("")]
    [InlineData(" m")]
    [InlineData("m ")]
    [InlineData("M")]
    [InlineData("metre")]
    [InlineData("ppb")]
    [InlineData("µg/m3")]
    [InlineData("ug/m³")]
    [InlineData("ug/m^3")]
    [InlineData("ug//m3")]
    [InlineData("/m")]
    [InlineData("m/")]
    [InlineData("m.")]
    [InlineData("m0")]
    [InlineData("m10")]
    [InlineData("m-")]
    [InlineData("2m")]
    [InlineData("(m)")]
    [InlineData("Cel/m")]
    [InlineData("Cel2")]
    [InlineData("mCel")]
    [InlineData("dBm")]
    [InlineData("mdeg")]
    [InlineData("psi")]
    [InlineData("u%")]
    [InlineData("k[ppb]")]
    [InlineData("kmin")]
    [InlineData("m[H2O")]
    [InlineData("mmm")]
    [InlineData("C")]
    [InlineData("degC")]
    [InlineData("1/m/m/m/m/m/m/m/m/m/m/m/m/m/m/m/m/m/m/m/m/m")]
    public void What_is_not_of_the_subset_is_refused(string text)
    {
        Assert.False(Unit.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Unit.Parse(text));
    }

    [Fact]
    public void Kinds_are_told_apart()
    {
        Assert.True(Unit.Parse("[ppb]").IsAmountFraction);
        Assert.False(Unit.Parse("%").IsAmountFraction);
        Assert.True(Unit.Parse("mg/l").IsMassConcentration);
        Assert.True(Unit.Parse("cm").IsLength);
        Assert.False(Unit.Parse("cm[H2O]").IsLength);
        Assert.True(Unit.Parse("l").IsEquivalentTo(Unit.Parse("dm3")));
        Assert.NotEqual(Unit.Parse("l"), Unit.Parse("L"));
    }

    [Theory]
    [InlineData("luchtmeetnet, IRCEL, EEA", "ug/m3", "nh3")]
    [InlineData("EEA: CO", "mg/m3", "co")]
    [InlineData("EEA: metals and benzo(a)pyrene", "ng/m3", "bc")]
    [InlineData("Samen Meten", "ug/m3", "pm2_5")]
    [InlineData("RWS: level", "cm", "water_level")]
    [InlineData("HIC: tide prediction to LAT", "dm", "water_level")]
    [InlineData("HIC, VMM: level", "m", "water_level")]
    [InlineData("RWS, HIC: discharge", "m3/s", "discharge")]
    [InlineData("water boards: pumping stations", "m3/h", "discharge")]
    [InlineData("VMM: rain", "mm", "precipitation")]
    [InlineData("KNMI: wind", "m/s", "wind_speed")]
    [InlineData("KNMI: global radiation", "W/m2", "global_radiation")]
    [InlineData("KNMI: pressure", "hPa", "air_pressure")]
    [InlineData("loggers: conductivity", "mS/cm", "conductivity")]
    [InlineData("loggers: depth", "[ft_i]", "groundwater_level")]
    [InlineData("nodes: battery", "%", "battery_level")]
    [InlineData("nodes: RSSI", "dB[mW]", "signal_strength")]
    public void The_units_of_the_networks_become_the_canonical_ones(string network, string unit, string property) =>
        Assert.True(Unit.TryConvert(Unit.Parse(unit), Observations.Catalogue.ObservedProperties.Get(property).Unit, out _), network);

    [Fact]
    public void There_and_back_is_the_same_number()
    {
        string[][] families = [["m", "cm", "mm", "km"], ["ug/m3", "mg/m3", "mg/l", "g/l"], ["Pa", "hPa", "mbar", "m[H2O]"], ["Cel", "K", "mK"]];
        foreach (var family in families)
        {
            foreach (var (from, to) in family.SelectMany(a => family.Select(b => (Unit.Parse(a), Unit.Parse(b)))))
            {
                Assert.True(Unit.TryConvert(from, to, out var there));
                Assert.True(Unit.TryConvert(to, from, out var back));
                Assert.Equal(12.34, back.Apply(there.Apply(12.34)), 9);
            }
        }
    }
}
