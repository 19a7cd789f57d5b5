using MeetNet.Devices.Simulation;

namespace MeetNet.Devices.Tests.Simulation;

/// <summary>A simulated slave behaves on the bus as a real one, also when it isn't meant.</summary>
public sealed class ModbusSlaveTests
{
    private static readonly double[] Values = [16.95];

    [Theory]
    [InlineData("F60407D00004E403", "F60408000000004187999A7354", "its own registers")]
    [InlineData("F60407D20002C5C1", "F604044187999A3365", "a part of them")]
    [InlineData("F70407D00004E5D2", "", "another slave's request")]
    [InlineData("F60407D00004E404", "", "a damaged request")]
    [InlineData("F60307D0000451C3", "F683013102", "a function that the model doesn't have")]
    [InlineData("F60400000002648C", "F684027333", "registers that the model doesn't have")]
    [InlineData("F60407D00000E5C0", "F68403B2F3", "no registers at all")]
    public void Answers(string request, string answer, string what)
    {
        var rig = Rig.Of("vega/plics-modbus");
        var bytes = Convert.FromHexString(request);
        var reply = new byte[rig.Simulator.MaxFrame];
        var length = rig.Simulator.Answer(bytes, new SimulatedState { Values = Values }, reply);
        Assert.True(answer == Convert.ToHexString(reply, 0, length), $"{what}: {Convert.ToHexString(reply, 0, length)}");
    }
}
