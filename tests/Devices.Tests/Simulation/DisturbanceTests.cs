using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Tests.Simulation;

/// <summary>What a device says when something is wrong is what such a device really says.</summary>
public sealed class DisturbanceTests
{
    [Theory]
    [InlineData("vega/plics-modbus", Disturbance.DeviceFault, DecodeStatus.Ok, ReadingStatus.DeviceFault)]
    [InlineData("vega/plics-modbus", Disturbance.WarmingUp, DecodeStatus.DeviceFault, ReadingStatus.DeviceFault)]
    [InlineData("keller/series-30", Disturbance.DeviceFault, DecodeStatus.DeviceFault, ReadingStatus.DeviceFault)]
    [InlineData("plantower/pms5003", Disturbance.WarmingUp, DecodeStatus.WarmingUp, ReadingStatus.WarmingUp)]
    [InlineData("plantower/pms5003", Disturbance.DeviceFault, DecodeStatus.DeviceFault, ReadingStatus.DeviceFault)]
    [InlineData("acoem/serinus-44", Disturbance.WarmingUp, DecodeStatus.Ok, ReadingStatus.Calibrating)]
    [InlineData("acoem/serinus-44", Disturbance.DeviceFault, DecodeStatus.Ok, ReadingStatus.DeviceFault)]
    [InlineData("milesight/em500-swl", Disturbance.DeviceFault, DecodeStatus.Ok, ReadingStatus.Missing)]
    [InlineData("decentlab/dl-ctd10", Disturbance.DeviceFault, DecodeStatus.Ok, ReadingStatus.Missing)]
    public void Speaks_the_devices_own_way(string id, Disturbance disturbance, DecodeStatus expected, ReadingStatus readings)
    {
        var rig = Rig.Of(id);
        var values = rig.Profile.Fields.Select(_ => 5.0).ToArray();
        var played = rig.Play(new SimulatedState { Values = values, Disturbance = disturbance }, out var status);
        Assert.Equal(expected, status);
        Assert.NotEmpty(played);
        Assert.All(played, r => Assert.Equal(readings, r.Status));
    }

    [Fact]
    public void Very_clean_air_is_not_taken_for_warming_up()
    {
        var played = Rig.Of("plantower/pms5003").Play(new SimulatedState { Values = [0, 0, 0] }, out var status);
        Assert.Equal(DecodeStatus.Ok, status);
        Assert.All(played, r => Assert.Equal((0, ReadingStatus.Ok), (r.Value, r.Status)));
    }

    [Fact]
    public void An_analyser_with_another_id_keeps_silent()
    {
        var profile = Repository.Profile("acoem/serinus-44");
        var driver = DriverCatalog.Find(profile.Driver)!;
        var request = new byte[IDeviceCodec.MaxRequest];
        var length = driver.Bind(profile, DeviceAddress.Of(97)).WriteRequest(FrameContext.Of(0), request);
        var reply = new byte[1024];
        var state = new SimulatedState { Values = [12.0] };
        Assert.Equal(0, driver.Simulate(profile, DeviceAddress.Of(98)).Answer(request.AsSpan(0, length), state, reply));
        Assert.NotEqual(0, driver.Simulate(profile, DeviceAddress.Of(97)).Answer(request.AsSpan(0, length), state, reply));
    }
}
