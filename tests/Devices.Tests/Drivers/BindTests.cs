using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>A profile and an address that don't fit are refused before a byte has come.</summary>
public sealed class BindTests
{
    [Theory]
    [InlineData("vega/plics-modbus", null, "a Modbus device needs its slave address, 1 to 247; the address here is none")]
    [InlineData("vega/plics-modbus", "0", "a Modbus slave address is 1 to 247 (0 is broadcast), not 0")]
    [InlineData("vega/plics-modbus", "248", "a Modbus slave address is 1 to 247 (0 is broadcast), not 248")]
    [InlineData("keller/series-30-bus", "251", "a device on the Keller bus needs its address, 1 to 249, or 250 when it is alone on the line; the address here is 251")]
    [InlineData("plantower/pms5003", "1", "Plantower PMS5003 is alone on its line and has no address, not 1")]
    [InlineData("acoem/serinus-44", null, "the groups of Acoem (Ecotech) Serinus 44 are numbered from the instrument's address, which is missing")]
    [InlineData("acoem/serinus-44", "1000", "a Bayern-Hessen address is a number of at most three digits, not 1000")]
    [InlineData("acoem/serinus-44", "nh3", "a Bayern-Hessen address is a number of at most three digits, not nh3")]
    [InlineData("maxbotix/hrxl-5m", "1", "a device that writes lines of text is alone on its line and has no address, not 1")]
    [InlineData("milesight/em500-swl", null, "a LoRaWAN node needs its device EUI (16 hexadecimal digits, in quotes) or its id in The Things Stack (lower-case letters, digits and '-', 2 to 36), not none")]
    [InlineData("milesight/em500-swl", "Node", "a LoRaWAN node needs its device EUI (16 hexadecimal digits, in quotes) or its id in The Things Stack (lower-case letters, digits and '-', 2 to 36), not Node")]
    [InlineData("thermo/42i", "128", "a C-Link instrument id is 0 to 127, not 128")]
    [InlineData("teledyne/t101", "10000", "a Teledyne machine id is a number of at most four digits, not 10000")]
    [InlineData("picarro/g2103", "1", "a Picarro analyser has no address, not 1")]
    [InlineData("lumasense/innova-1512", "25", "the address of an Innova monitor is the channel of its multipoint sampler, 1 to 24, not 25")]
    [InlineData("lgr/ugga", "1", "an LGR analyser is alone on its line and has no address, not 1")]
    [InlineData("acoem/serinus-51", "1000", "an EC9800 device id is a number of at most three digits, not 1000")]
    [InlineData("aeroqual/aqm60", null, "an Aeroqual station needs its AQM id, 1 to 255; the address here is none")]
    [InlineData("gasera/one", "1", "a Gasera analyser has no address, not 1")]
    [InlineData("campbell/cs475", null, "an SDI-12 sensor needs its address, one digit or letter; the address here is none")]
    [InlineData("campbell/cs475", "10", "an SDI-12 sensor needs its address, one digit or letter; the address here is 10")]
    [InlineData("campbell/cs475", "?", "an SDI-12 sensor needs its address, one digit or letter; the address here is ?")]
    [InlineData("generic/nmea-depth", "1", "an NMEA 0183 talker is alone on its line and has no address, not 1")]
    [InlineData("vaisala/wxt520", null, "a Vaisala transmitter needs its address, one digit or letter (0 from the factory); the address here is none")]
    public void Refuses(string id, string? address, string message)
    {
        var profile = Repository.Profile(id);
        var at = address is null ? DeviceAddress.None : int.TryParse(address, out var number) ? DeviceAddress.Of(number) : DeviceAddress.Of(address);
        var driver = DriverCatalog.Find(profile.Driver)!;
        Assert.Equal(message, Assert.Throws<ProfileException>(() => driver.Bind(profile, at)).Message);
        Assert.Equal(message, Assert.Throws<ProfileException>(() => driver.Simulate(profile, at)).Message);
    }
}
