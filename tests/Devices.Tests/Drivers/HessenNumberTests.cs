using System.Text;
using MeetNet.Devices.Drivers;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Yaml;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Numbers and forms of Bayern-Hessen that the makers print.</summary>
public sealed class HessenNumberTests
{
    [Theory]
    [InlineData("-5384+06", "decimal", -5384000.0, "Thermo 42i manual p. 317")]
    [InlineData("+4567-02", "decimal", 0.04567, "Thermo 49i manual appendix D, p. D-6")]
    [InlineData("+2578+01", "decimal", 25.78, "Thermo 42i manual appendix D")]
    [InlineData("+5681+00", "decimal", 5.681, "Thermo 42i manual appendix D")]
    [InlineData("-1500-02", "decimal", -0.015, "captured from a BAM-1020")]
    [InlineData("+1234+00", "integer", 1234, "MCZ LVS16: integer mantissa")]
    [InlineData("+1234-02", "integer", 12.34, "MCZ LVS16: integer mantissa")]
    public void Reads_and_writes(string text, string mantissa, double expected, string source)
    {
        var profile = Profile($"{{ending: cr, mantissa: {mantissa}}}");
        var readings = new ReadingBuffer(new RawReading[3]);
        var frame = Encoding.ASCII.GetBytes($"\u0002MD01 001 {text} 00 00 0000000000 \r");
        Assert.Equal(DecodeStatus.Ok, new BayernHessenCodec(profile, DeviceAddress.Of(1)).Decode(FrameContext.Of(0), frame, ref readings));
        Assert.True(expected == readings.Readings[0].Value, source);
    }

    [Theory]
    [InlineData("999999999", true)]
    [InlineData("1511865967124", false)]
    [InlineData("12a", false)]
    public void Digits_are_a_number_of_at_most_nine(string text, bool expected) =>
        Assert.Equal(expected, BayernHessenCodec.TryDigits(System.Text.Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void The_answer_printed_in_the_thermo_manual_gives_three_groups_numbered_from_the_address()
    {
        const string Printed = "\u0002MD03 001 +2578+01 03 04 0000000000 002 +5681+00 03 04 0000000000 003 +1175+01 03 04 0000000000 \r";
        var profile = Profile("{ending: cr, mantissa: decimal}");
        var codec = new BayernHessenCodec(profile, DeviceAddress.Of(1));
        var frame = Assert.Single(Stream.Cut(codec.Framer, Encoding.ASCII.GetBytes(Printed)).Frames);
        var readings = new ReadingBuffer(new RawReading[3]);
        Assert.Equal(DecodeStatus.Ok, codec.Decode(FrameContext.Of(0), frame, ref readings));
        Assert.Equal(
            [new RawReading(0, 25.78, ReadingStatus.Ok), new RawReading(1, 5.681, ReadingStatus.Ok), new RawReading(2, 11.75, ReadingStatus.Ok)],
            readings.Readings.ToArray());
    }

    [Fact]
    public void A_group_that_is_not_in_the_answer_is_missing()
    {
        var readings = new ReadingBuffer(new RawReading[3]);
        Assert.Equal(DecodeStatus.Ok, new BayernHessenCodec(Profile("{ending: cr, mantissa: decimal}"), DeviceAddress.Of(1)).Decode(FrameContext.Of(0), "\u0002MD01 002 +2578+01 00 00 0000000000 \r"u8, ref readings));
        Assert.Equal(
            [new RawReading(1, 25.78, ReadingStatus.Ok), RawReading.Missing(0), RawReading.Missing(2)],
            readings.Readings.ToArray());
    }

    [Fact]
    public void A_lone_group_may_come_without_its_id()
    {
        var map = YamlReader.Parse(Text("{ending: etx-bcc, mantissa: decimal}", "  - {name: co, unit: '[ppm]', addressPlus: 0}"), "m/m.yaml", out _);
        var codec = new BayernHessenCodec(ProfileReader.Read(map, "m/m")!, DeviceAddress.Of(30));
        var readings = new ReadingBuffer(new RawReading[1]);
        Assert.Equal(DecodeStatus.Ok, codec.Decode(FrameContext.Of(0), "\u0002MD01 +1234+01 00 00 000 00000000 \u000300"u8, ref readings));
        Assert.Equal(12.34, readings.Readings[0].Value);
    }

    [Theory]
    [InlineData(HessenEnding.EtxBcc, "\u0002DA097\u00033A")]
    [InlineData(HessenEnding.Cr, "\u0002DA097\r")]
    public void The_question_ends_as_the_answer_will(HessenEnding ending, string expected)
    {
        var profile = Profile($"{{ending: {(ending == HessenEnding.Cr ? "cr" : "etx-bcc")}, mantissa: decimal}}");
        Span<byte> request = stackalloc byte[IDeviceCodec.MaxRequest];
        var length = new BayernHessenCodec(profile, DeviceAddress.Of(97)).WriteRequest(FrameContext.Of(0), request);
        Assert.Equal(expected, Encoding.ASCII.GetString(request[..length]));
    }

    private static DeviceProfile Profile(string section)
    {
        var map = YamlReader.Parse(Text(section, """
              - {name: no, unit: configured, addressPlus: 0}
              - {name: no2, unit: configured, addressPlus: 1}
              - {name: nox, unit: configured, addressPlus: 2}
            """), "m/m.yaml", out var problems);
        var profile = ProfileReader.Read(map, "m/m");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        return profile!;
    }

    private static string Text(string section, string fields) => $$"""
        maker: m
        model: m
        version: 1
        sources: [here]
        driver: bayern-hessen
        serial: {baud: 9600, dataBits: 8, parity: none, stopBits: 1}
        timing: {replyTimeout: 1s, interval: 1s}
        bayern-hessen: {{section}}
        fields:
        {{fields}}
        """;
}
