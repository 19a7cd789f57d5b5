using MeetNet.Devices.Drivers;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Yaml;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>How the fields of a profile become requests, and how numbers of all kinds come out of the answers.</summary>
public sealed class ModbusPlanTests
{
    [Theory]
    [InlineData("{registers: input}", "0+3 10+2")]
    [InlineData("{registers: input, maxGap: 7}", "0+12")]
    [InlineData("{registers: input, maxRegisters: 2}", "0+2 2+1 10+2")]
    [InlineData("{registers: input, maxRegisters: 3}", "0+3 10+2")]
    [InlineData("{registers: input, maxGap: 7, maxRegisters: 11}", "0+3 10+2")]
    public void Contiguous_registers_are_one_request_within_the_limits_of_the_device(string section, string expected)
    {
        var plan = ModbusPlan.Of(Profile(section, """
              - {name: a, unit: m, register: 0, type: float32, order: abcd}
              - {name: b, unit: m, register: 2, type: uint16}
              - {name: c, unit: m, register: 10, type: int32, order: cdab}
            """));
        var reads = string.Join(' ', plan.Reads.Select(r => $"{r.Span.Start}+{r.Span.Count}"));
        Assert.Equal(expected, reads);
    }

    [Theory]
    [InlineData("type: float32, order: abcd", "42F6E979", 123.45600128173828)]
    [InlineData("type: float32, order: cdab", "E97942F6", 123.45600128173828)]
    [InlineData("type: float32, order: badc", "F64279E9", 123.45600128173828)]
    [InlineData("type: float32, order: dcba", "79E9F642", 123.45600128173828)]
    [InlineData("type: int32, order: abcd", "FFFFFFFE", -2)]
    [InlineData("type: int32, order: cdab", "FFFEFFFF", -2)]
    [InlineData("type: uint32, order: badc", "00000201", 258)]
    [InlineData("type: uint32, order: dcba", "02010000", 258)]
    [InlineData("type: int16", "FFFE", -2)]
    [InlineData("type: uint16", "FFFE", 65534)]
    [InlineData("type: uint16, mask: 0x0FF0, shift: 4", "A5B6", 0x5B)]
    [InlineData("type: int16, scale: 0.1, offset: -5", "00C8", 15)]
    [InlineData("type: uint16, order: badc", "ABCD", 0xCDAB)]
    [InlineData("type: int64, order: abcd", "000001000000ABCD", 1099511671757)]
    [InlineData("type: int64, order: cdab", "F684F945FEBCFFFF", -1387387292028)]
    [InlineData("type: int64, order: dcba", "84F645F9BCFEFFFF", -1387387292028)]
    [InlineData("type: uint64, order: badc", "FFFFBCFE45F984F6", 18446742686322259968)]
    [InlineData("type: float64, order: abcd", "BF9C6A40C3478F55", -0.02774907295123737)]
    [InlineData("type: float64, order: cdab", "8F55C3476A40BF9C", -0.02774907295123737)]
    [InlineData("type: bcd16", "1234", 1234)]
    [InlineData("type: bcd32, order: cdab", "56781234", 12345678)]
    [InlineData("type: uint64, order: abcd, mask: 0xFF00000000, shift: 32", "000000AB00000000", 0xAB)]
    public void Numbers_of_all_kinds(string layout, string hex, double expected) =>
        Assert.Equal(new RawReading(0, expected, ReadingStatus.Ok), Decode(layout, hex));

    [Theory]
    [InlineData("type: float32, order: abcd", "7FC00000", ReadingStatus.Missing, "NaN")]
    [InlineData("type: float32, order: abcd", "7F800000", ReadingStatus.Missing, "overflow (Keller Series 30 protocol v3.5, section 6.3)")]
    [InlineData("type: float32, order: abcd", "FFFFFFFF", ReadingStatus.Missing, "NaN with all bits set")]
    [InlineData("type: int32, order: abcd, sentinels: [{raw: 0x7FFFFFFF, means: missing}]", "7FFFFFFF", ReadingStatus.Missing, "Keller int32 overflow (same, section 6.3)")]
    [InlineData("type: bcd16", "12A4", ReadingStatus.Missing, "a digit above nine")]
    [InlineData("type: float64, order: abcd", "7FF8000000000000", ReadingStatus.Missing, "NaN in double precision")]
    [InlineData("type: uint16, sentinels: [{raw: 65534, means: warming-up}, {raw: 65535, means: device-fault}]", "FFFE", ReadingStatus.WarmingUp, "first sentinel")]
    [InlineData("type: uint16, sentinels: [{raw: 65534, means: warming-up}, {raw: 65535, means: device-fault}]", "FFFF", ReadingStatus.DeviceFault, "second sentinel")]
    public void What_is_not_a_number_has_no_value(string layout, string hex, ReadingStatus status, string what)
    {
        var reading = Decode(layout, hex);
        Assert.True(status == reading.Status, what);
        Assert.True(double.IsNaN(reading.Value), what);
    }

    [Theory]
    [InlineData("type: int16, range: [0, 10]", "000B", 11)]
    [InlineData("type: int16, range: [0, 10]", "FFFF", -1)]
    public void What_the_device_cannot_measure_keeps_its_number_and_is_out_of_range(string layout, string hex, double value) =>
        Assert.Equal(new RawReading(0, value, ReadingStatus.OutOfRange), Decode(layout, hex));

    private static RawReading Decode(string layout, string hex)
    {
        var codec = new ModbusCodec(Profile("{registers: holding}", $"  - {{name: a, unit: m, register: 7, {layout}}}"), ModbusFraming.Rtu, 17);
        var data = Convert.FromHexString(hex);
        byte[] frame = [17, 3, (byte)data.Length, .. data, 0, 0];
        var readings = new ReadingBuffer(new RawReading[1]);
        Assert.Equal(DecodeStatus.Ok, codec.Decode(FrameContext.Of(0), frame, ref readings));
        return readings.Readings[0];
    }

    private static DeviceProfile Profile(string section, string fields)
    {
        var map = YamlReader.Parse($"""
            maker: m
            model: m
            version: 1
            sources: [here]
            driver: modbus
            serial: {"{"}baud: 9600, dataBits: 8, parity: none, stopBits: 1{"}"}
            timing: {"{"}replyTimeout: 1s, interval: 1s{"}"}
            modbus: {section}
            fields:
            {fields}
            """, "m/m.yaml", out var problems);
        var profile = ProfileReader.Read(map, "m/m");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        return profile!;
    }
}
