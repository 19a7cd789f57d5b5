using System.Text;
using MeetNet.Devices.Drivers;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Simulation;
using MeetNet.Devices.Tests.Simulation;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Forms, units, gas ids and control commands of Bayern-Hessen.</summary>
public sealed class HessenFormTests
{
    private const string Units = "{mask: 0x6000, values: [{value: 0x0000, unit: ug/m3}, {value: 0x4000, unit: '[ppb]'}]}";

    [Theory]
    [InlineData("etx-bcc", "\u0002DA097\u00033A")]
    [InlineData("cr", "\u0002DA097\r")]
    [InlineData("text", "\u0002DA097\u00033A")]
    public void The_station_file_says_the_form_when_it_is_not_the_profiles(string framing, string question)
    {
        var profile = HessenProfiles.With("{ending: cr, mantissa: decimal}", "  - {name: a, unit: configured, addressPlus: 0}");
        var at = DeviceAddress.Of(97) with { Framing = framing };
        var codec = new BayernHessenDriver().Bind(profile, at);
        var request = new byte[IDeviceCodec.MaxRequest];
        var length = codec.WriteRequest(FrameContext.Of(0), request);
        Assert.Equal(question, Encoding.ASCII.GetString(request, 0, length));

        var simulator = new BayernHessenDriver().Simulate(profile, at);
        var reply = new byte[simulator.MaxFrame];
        var said = reply[..simulator.Answer(request.AsSpan(0, length), new SimulatedState { Values = [12.34] }, reply)];
        Assert.Equal(framing == "text" ? (byte)'\r' : (byte)2, said[0]);
        var readings = new ReadingBuffer(new RawReading[1]);
        Assert.Equal(DecodeStatus.Ok, codec.Decode(FrameContext.Of(0), Assert.Single(Stream.Cut(codec.Framer, said).Frames), ref readings));
        Assert.Equal(12.34, readings.Readings[0].Value);
    }

    [Theory]
    [InlineData("configured", "40 00", ReadingStatus.Ok, "[ppb]", null)]
    [InlineData("configured", "00 00", ReadingStatus.Ok, "ug/m3", null)]
    [InlineData("configured", "60 00", ReadingStatus.DeviceFault, null, "other-unit")]
    [InlineData("'[ppb]'", "4000", ReadingStatus.Ok, "[ppb]", null)]
    [InlineData("'[ppb]'", "0000", ReadingStatus.DeviceFault, null, "other-unit")]
    public void The_unit_is_in_the_status(string stated, string status, ReadingStatus expected, string? said, string? reason)
    {
        var profile = HessenProfiles.With($"{{ending: etx-bcc, mantissa: decimal, units: {Units}}}", $"  - {{name: a, unit: {stated}, id: 46}}");
        var readings = new ReadingBuffer(new RawReading[1]);
        var codec = new BayernHessenCodec(profile, DeviceAddress.None);
        Assert.Equal(DecodeStatus.Ok, codec.Decode(FrameContext.Of(0), HessenProfiles.Frame($"MD01 046 +1234+01 {status} 000 000000 "), ref readings));
        Assert.Equal((expected, said, reason), (readings.Readings[0].Status, readings.Readings[0].Unit?.Code, readings.Reason));
    }

    [Theory]
    [InlineData("MD02 046 +1000+00 00 00 211 000000 046 +2000+00 00 00 213 000000 ")]
    [InlineData("MD02 211 +1000+00 00 00 000 000000 213 +2000+00 00 00 000 000000 ")]
    [InlineData("MD02 211 +1000+00 00 00 213 +2000+00 00 00 ")]
    public void A_gas_id_stands_behind_the_status_or_in_the_place_of_the_id(string text)
    {
        var profile = HessenProfiles.With("{ending: etx-bcc, mantissa: decimal}", "  - {name: nox, unit: configured, gas: 211}\n  - {name: no2, unit: configured, gas: 213}");
        var readings = new ReadingBuffer(new RawReading[2]);
        Assert.Equal(DecodeStatus.Ok, new BayernHessenCodec(profile, DeviceAddress.Of(46)).Decode(FrameContext.Of(0), HessenProfiles.Frame(text), ref readings));
        Assert.Equal([new RawReading(0, 1, ReadingStatus.Ok), new RawReading(1, 2, ReadingStatus.Ok)], readings.Readings.ToArray());
    }

    [Fact]
    public void A_gas_of_the_instrument_next_to_it_is_not_its_own()
    {
        var profile = HessenProfiles.With("{ending: etx-bcc, mantissa: decimal}", "  - {name: nox, unit: configured, gas: 211}");
        var readings = new ReadingBuffer(new RawReading[1]);
        var status = new BayernHessenCodec(profile, DeviceAddress.Of(46)).Decode(FrameContext.Of(0), HessenProfiles.Frame("MD01 047 +1000+00 00 00 211 000000 "), ref readings);
        Assert.Equal((DecodeStatus.Unexpected, "other-device"), (status, readings.Reason));
    }

    /// <summary>Ecotech Serinus 44 user manual 3.0, p. 169: span mode of the instrument with id 843.</summary>
    [Fact]
    public void A_control_command_is_the_one_that_the_manual_prints()
    {
        var profile = HessenProfiles.With(
            "{ending: etx-bcc, mantissa: decimal}", "  - {name: a, unit: configured, addressPlus: 0}", "commands: [{name: span, description: span gas, control: K}]");
        var codec = new BayernHessenCodec(profile, DeviceAddress.Of(843));
        var written = new byte[IDeviceCodec.MaxRequest];
        Assert.Equal("\u0002ST843 K\u000352", Encoding.ASCII.GetString(written, 0, codec.WriteCommand(0, null, written)));
        Assert.False(profile.Commands[0].Settings.Answered);
    }

    [Fact]
    public void A_status_value_must_be_met_whole()
    {
        var profile = HessenProfiles.With(
            "{ending: etx-bcc, mantissa: decimal, status: [{byte: operating, mask: 0x0C, value: 0x0C, means: warming-up}, {byte: operating, mask: 0x0C, value: 0x04, means: calibrating}]}",
            "  - {name: a, unit: configured, id: 1}");
        Assert.Equal(ReadingStatus.Calibrating, StatusOf("04"));
        Assert.Equal(ReadingStatus.WarmingUp, StatusOf("0C"));
        Assert.Equal(ReadingStatus.Ok, StatusOf("08"));

        ReadingStatus StatusOf(string operating)
        {
            var readings = new ReadingBuffer(new RawReading[1]);
            new BayernHessenCodec(profile, DeviceAddress.None).Decode(FrameContext.Of(0), HessenProfiles.Frame($"MD01 001 +1000+00 {operating} 00 "), ref readings);
            return readings.Readings[0].Status;
        }
    }
}
