using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Yaml;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>What a technician tells a device: what is sent, what it answers, in each form of the protocol.</summary>
public sealed class ModbusCommandTests
{
    private const string Commands = """
          - {name: coil, description: x, write: coil, register: 20, value: 1}
          - {name: register, description: x, write: register, register: 172, type: int16, value: 3}
          - {name: coils, description: x, write: coils, register: 19, count: 10, value: 0x1CD}
          - {name: registers, description: x, write: registers, register: 0xFF00, type: float32, order: abcd, argument: [-1, 1000]}
        """;

    /// <summary>The requests of MODBUS Application Protocol V1.1b3 §6.5, 6.6 and 6.11, with other registers.</summary>
    [Theory]
    [InlineData(0, "050014FF00")]
    [InlineData(1, "0600AC0003")]
    [InlineData(2, "0F0013000A02CD01")]
    [InlineData(3, "10FF00000204C0000000")]
    public void Is_written(int command, string pdu)
    {
        var request = new byte[IDeviceCodec.MaxRequest];
        foreach (var framing in new[] { ModbusFraming.Rtu, ModbusFraming.Ascii, ModbusFraming.Tcp })
        {
            var codec = Codec(framing);
            var length = codec.WriteCommand(command, -2, request);
            var expected = new byte[framing.MaxFrame];
            Assert.Equal(Convert.ToHexString(expected, 0, framing.Wrap(17, 0, Convert.FromHexString(pdu), expected)), Convert.ToHexString(request, 0, length));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_simulator_takes_it_and_says_so(int command)
    {
        var request = new byte[IDeviceCodec.MaxRequest];
        var reply = new byte[600];
        foreach (var framing in ModbusFraming.Names)
        {
            var codec = Codec(ModbusFraming.Of(framing));
            var simulator = DriverCatalog.Find("modbus")!.Simulate(Profile(), DeviceAddress.Of(17) with { Framing = framing });
            var asked = Assert.Single(Stream.Cut(simulator.Requests!, request.AsSpan(0, codec.WriteCommand(command, 1, request))).Frames);
            var answer = reply[..simulator.Answer(asked, new SimulatedState { Values = [1] }, reply)];
            Assert.Equal(CommandAnswer.Done, codec.DecodeCommand(command, Assert.Single(Stream.Cut(codec.CommandFramer(command), answer).Frames), out _));
        }
    }

    [Theory]
    [InlineData("118502C3A4", CommandAnswer.Refused, "exception-illegal-address")]
    [InlineData("118505C2", CommandAnswer.Unexpected, "")]
    [InlineData("11050014FF00CEAE", CommandAnswer.Done, "")]
    [InlineData("11050015FF009F6E", CommandAnswer.Unexpected, "")]
    [InlineData("12050014FF00CE9D", CommandAnswer.Unexpected, "")]
    public void The_answer_is_understood(string frame, CommandAnswer answer, string said)
    {
        Assert.Equal(answer, Codec(ModbusFraming.Rtu).DecodeCommand(0, Convert.FromHexString(frame), out var words));
        Assert.Equal(said, words);
    }

    private static Devices.Drivers.ModbusCodec Codec(ModbusFraming framing) => new(Profile(), framing, 17);

    private static DeviceProfile Profile()
    {
        var map = YamlReader.Parse($"""
            maker: m
            model: m
            version: 1
            sources: [here]
            driver: modbus
            serial: {"{"}baud: 9600, dataBits: 8, parity: none, stopBits: 1{"}"}
            timing: {"{"}replyTimeout: 1s, interval: 1s{"}"}
            modbus: {"{"}registers: holding{"}"}
            commands:
            {Commands}
            fields:
              - {"{"}name: a, unit: m, register: 1, type: int16{"}"}
            """, "m/m.yaml", out var problems);
        var profile = ProfileReader.Read(map, "m/m");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        return profile!;
    }
}
