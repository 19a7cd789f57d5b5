using System.Globalization;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Reference;
using MeetNet.TestKit;

namespace MeetNet.Observations.Tests.Catalogue;

public sealed class ObservedPropertiesTests
{
    [Theory]
    [InlineData("nh3", "ug/m3", "air")]
    [InlineData("pm1", "ug/m3", "air")]
    [InlineData("pm2_5", "ug/m3", "air")]
    [InlineData("pm10", "ug/m3", "air")]
    [InlineData("no2", "ug/m3", "air")]
    [InlineData("o3", "ug/m3", "air")]
    [InlineData("no", "ug/m3", "air")]
    [InlineData("nox", "ug/m3", "air")]
    [InlineData("so2", "ug/m3", "air")]
    [InlineData("co", "mg/m3", "air")]
    [InlineData("co2", "[ppm]", "air")]
    [InlineData("c6h6", "ug/m3", "air")]
    [InlineData("h2s", "ug/m3", "air")]
    [InlineData("water_level", "m", "surface_water")]
    [InlineData("groundwater_level", "m", "groundwater")]
    [InlineData("water_temperature", "Cel", "surface_water")]
    [InlineData("air_temperature", "Cel", "air")]
    [InlineData("relative_humidity", "%", "air")]
    [InlineData("pm4", "ug/m3", "air")]
    [InlineData("bc", "ug/m3", "air")]
    [InlineData("particle_number", "1/cm3", "air")]
    [InlineData("groundwater_depth", "m", "groundwater")]
    [InlineData("groundwater_temperature", "Cel", "groundwater")]
    [InlineData("conductivity", "uS/cm", "surface_water")]
    [InlineData("discharge", "m3/s", "surface_water")]
    [InlineData("nitrate", "mg/l", "surface_water")]
    [InlineData("ammonium", "mg/l", "surface_water")]
    [InlineData("air_pressure", "hPa", "air")]
    [InlineData("wind_speed", "m/s", "air")]
    [InlineData("wind_direction", "deg", "air")]
    [InlineData("precipitation", "mm", "air")]
    [InlineData("global_radiation", "W/m2", "air")]
    [InlineData("battery_voltage", "V", "device")]
    [InlineData("battery_level", "%", "device")]
    [InlineData("enclosure_temperature", "Cel", "device")]
    [InlineData("enclosure_humidity", "%", "device")]
    [InlineData("signal_strength", "dB[mW]", "device")]
    public void The_catalogue_defines(string name, string unit, string medium)
    {
        var property = ObservedProperties.Get(name);
        Assert.Equal((unit, medium), (property.Unit.Code, property.Medium));
        Assert.Equal(unit, property.UnitOfMeasurement.Definition);
    }

    [Fact]
    public void Gases_have_reference_conditions_particles_do_not_and_heights_have_a_datum()
    {
        Assert.Equal(GasReference.Eu20C1013, ObservedProperties.Get("nh3").GasReference);
        Assert.Null(ObservedProperties.Get("pm10").GasReference);
        Assert.Equal(VerticalDatum.Nap, ObservedProperties.Get("groundwater_level").VerticalDatum);
        foreach (var property in ObservedProperties.All)
        {
            // Only a mass concentration has reference conditions; carbon dioxide is given as a mole fraction.
            Assert.Equal(property.Gas is null || !property.Unit.IsMassConcentration, property.GasReference is null);
            Assert.True(property.Gas is null || property.Unit.IsMassConcentration || property.Unit.IsAmountFraction);
            Assert.Equal(property.GasReference is null, property.GasReferenceSource is null);
            Assert.True(property.Gas is null || property.Gas.Name == property.Name);
            Assert.True(property.VerticalDatum is null || property.Unit.IsLength);
        }
    }

    [Fact]
    public void Every_entry_is_whole()
    {
        foreach (var property in ObservedProperties.All)
        {
            Assert.True(Identifiers.IsProperty(property.Name));
            Assert.True(Identifiers.IsProperty(property.Medium));
            Assert.True(Uri.TryCreate(property.Definition, UriKind.Absolute, out _));
            Assert.True(property.PhysicalRange.Minimum < property.PhysicalRange.Maximum);
            Assert.InRange(property.Decimals, 0, 4);
            Assert.All([property.Label.Nl, property.Label.En, property.UnitName, property.Symbol], text => Assert.False(string.IsNullOrWhiteSpace(text)));
        }
    }

    /// <summary>The table of docs/harmonisation.md is this text; after a change of the catalogue, put it there.</summary>
    [Fact]
    public void The_document_has_the_table_of_the_catalogue()
    {
        var rows = ObservedProperties.All.Select(p => string.Create(
            CultureInfo.InvariantCulture,
            $"| `{p.Name}` | {p.Label.Nl} | {p.Label.En} | `{p.Unit.Code}` | {p.PhysicalRange.Minimum} … {p.PhysicalRange.Maximum} | {p.Decimals} | {p.Medium} | {p.Definition} |"));
        var expected = string.Join('\n', rows);
        var document = RepositoryFile.Text("docs/harmonisation.md");
        var begin = document.IndexOf("| `nh3` |", StringComparison.Ordinal);
        var end = begin < 0 ? -1 : document.IndexOf("\n\n", begin, StringComparison.Ordinal);
        Assert.Equal(expected, begin < 0 ? "" : document[begin..end]);
    }

    [Fact]
    public void What_is_not_in_it_is_not_found()
    {
        Assert.False(ObservedProperties.TryGet("NH3", out _));
        Assert.False(ObservedProperties.TryGet(null, out _));
        Assert.Throws<KeyNotFoundException>(() => ObservedProperties.Get("radon"));
    }
}
