using System.Text;
using MeetNet.Devices.Drivers;
using MeetNet.Devices.Tests.Simulation;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Polls and commands of analysers, where one answer says how the next is to be taken.</summary>
public sealed class AnalyserPollTests
{
    [Fact]
    public void A_buffer_is_read_until_it_is_empty_and_each_number_has_its_time()
    {
        string[] answers =
        [
            "963\n\r",
            "2024-05-01 12:34:55.700;3.1;0;0;0;0;0.8;0;\n\r",
            "2024-05-01 12:34:56.789;3.2;0;0;0;0;0.8;0;\n\r",
            "ERR:3002    No measurements data exists\t2024-05-01 12:34:57.000\n\r",
        ];
        var codec = Rig.Of("picarro/si2103").Codec;
        var found = new List<RawReading>();
        var next = new Follow(0);
        foreach (var answer in answers)
        {
            Assert.InRange(next.Exchange, 0, codec.Exchanges - 1);
            var readings = new ReadingBuffer(new RawReading[codec.MaxReadings]);
            var context = new FrameContext { Exchange = next.Exchange, State = next.State };
            Assert.Equal(DecodeStatus.Ok, codec.Decode(context, Encoding.ASCII.GetBytes(answer), ref readings));
            found.AddRange(readings.Readings);
            next = readings.Follow ?? new Follow(next.Exchange + 1, State: next.State);
        }

        Assert.Equal(codec.Exchanges, next.Exchange);
        Assert.Equal([3.1, 3.2], found.Select(r => r.Value));
        Assert.Equal([55, 56], found.Select(r => r.Time!.Value.Stamp.Second));
        Assert.All(found, r => Assert.Equal((ReadingStatus.Ok, TimeSpan.Zero), (r.Status, r.Time!.Value.Offset)));
    }

    [Fact]
    public void A_buffer_without_end_does_not_hold_the_line_for_ever()
    {
        var codec = Rig.Of("picarro/si2103").Codec;
        var state = 0;
        for (var set = 0; set < PicarroCodec.MostSets; set++)
        {
            var readings = new ReadingBuffer(new RawReading[1]);
            var answer = Encoding.ASCII.GetBytes($"2024-05-01 12:34:56.{set:000};3.1;0;0;0;0;0.8;0;\n\r");
            codec.Decode(new FrameContext { Exchange = 1, State = state }, answer, ref readings);
            Assert.Equal(1, readings.Count);
            Assert.Equal(set < PicarroCodec.MostSets - 1, readings.Follow is not null);
            state = readings.Follow?.State ?? 0;
        }
    }

    [Theory]
    [InlineData("thermo/42i", 0, "\u00AAset zero\r", "set zero ok\r", CommandAnswer.Done, "ok")]
    [InlineData("thermo/42i", 0, "\u00AAset zero\r", "set zero can't, mode is service\r", CommandAnswer.Refused, "can't, mode is service")]
    [InlineData("thermo/42i", 1, "\u00AAset span\r", "gas mode span\r", CommandAnswer.Unexpected, "")]
    [InlineData("teledyne/t101", 0, "C 101 ZERO\r", "C 324:12:07 0101 START ZERO CALIBRATION\r\n", CommandAnswer.Done, "START ZERO CALIBRATION")]
    [InlineData("teledyne/t101", 0, "C 101 ZERO\r", "T 324:12:07 0101 SO2=1.0 PPB\r\n", CommandAnswer.Unexpected, "")]
    [InlineData("acoem/serinus-51", 0, "DZERO,001\r", "\u0006", CommandAnswer.Done, "")]
    [InlineData("acoem/serinus-51", 1, "DSPAN,001\r", "\u0015", CommandAnswer.Refused, "")]
    [InlineData("gasera/one", 0, "\u0002 STAM K0 11 \u0003", "\u0002 STAM 0 \u0003", CommandAnswer.Done, "")]
    [InlineData("gasera/one", 0, "\u0002 STAM K0 11 \u0003", "\u0002 STAM 1\u0003", CommandAnswer.Refused, "")]
    public void A_command_and_its_answer(string id, int command, string written, string answered, CommandAnswer expected, string said)
    {
        var codec = Rig.Of(id).Codec;
        var bytes = new byte[IDeviceCodec.MaxRequest];
        var length = codec.WriteCommand(command, id == "gasera/one" ? 11 : null, bytes);
        Assert.Equal(written, Encoding.Latin1.GetString(bytes, 0, length));
        var frame = Assert.Single(Stream.Cut(codec.CommandFramer(command), Encoding.Latin1.GetBytes(answered)).Frames);
        Assert.Equal(expected, codec.DecodeCommand(command, frame, out var words));
        Assert.Equal(said, words.Trim());
    }
}
