using System.Text.Json;
using MeetNet.Devices.Tests.Simulation;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>The samples of MaxBotix rangers that were collected, each read with the profile of its model.</summary>
public sealed class MaxBotixVectorTests
{
    private static readonly Dictionary<string, JsonElement> Given =
        GivenVectors.Read("level_uart").Where(v => v.Value.Text("protocol") == "MaxBotix ASCII").ToDictionary();

    public static TheoryData<string> Ids() => [.. Given.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Says_what_is_expected(string id)
    {
        var vector = Given[id];
        var expected = vector.Expected();
        var text = vector.GetProperty("input_text").GetString()!;
        var rig = Rig.Of(expected.Text("unit") == "cm" ? "maxbotix/xl" : text.Contains(' ', StringComparison.Ordinal) ? "maxbotix/hrusb-ez" : "maxbotix/hrxl-5m");
        var readings = new ReadingBuffer(new RawReading[1]);
        var status = rig.Codec.Decode(FrameContext.Of(0), Assert.Single(Stream.Cut(rig.Codec.Framer, vector.Bytes()).Frames), ref readings);
        if (expected.Text("error") is not null)
        {
            Assert.Equal(DecodeStatus.Unexpected, status);
            return;
        }

        Assert.Equal(DecodeStatus.Ok, status);
        var reading = readings.Readings[0];
        var distance = expected.GetProperty(expected.Text("unit") == "cm" ? "distance_cm" : "distance_mm");
        Assert.Equal(
            expected.Text("quality") switch { "no_target" => ReadingStatus.Missing, "suspect" => ReadingStatus.OutOfRange, _ => ReadingStatus.Ok }, reading.Status);
        Assert.Equal(distance.ValueKind == JsonValueKind.Null ? double.NaN : distance.GetDouble(), reading.Value);
    }

    [Fact]
    public void Levelmaster_is_read_as_expected()
    {
        var vector = GivenVectors.Read("level_uart")["level_uart-021"];
        var rig = Rig.Of("vega/levelmaster");
        var request = new byte[IDeviceCodec.MaxRequest];
        Assert.Equal(vector.Text("command") + "\r", System.Text.Encoding.ASCII.GetString(request, 0, rig.Codec.WriteRequest(FrameContext.Of(0), request)));

        // The sample is printed without the end of its line.
        byte[] line = [.. vector.Bytes(), 13];
        var readings = new ReadingBuffer(new RawReading[4]);
        Assert.Equal(DecodeStatus.Ok, rig.Codec.Decode(FrameContext.Of(0), line, ref readings));
        var expected = vector.Expected();
        Assert.Equal(
            new[] { "level_in", "temperature_F", "error", "warning" }.Select(key => expected.GetProperty(key).GetDouble()), readings.Readings.ToArray().Select(r => r.Value));
    }

    [Fact]
    public void Every_sample_of_the_file_belongs_to_a_test()
    {
        // SDI-12 is read by its own test; the others by those of Modbus, of the four-byte rangers and of Levelmaster.
        var known = new[] { "MaxBotix ASCII", "SDI-12", "DFRobot/A02 4-byte", "Modbus registers", "VEGA Levelmaster" };
        Assert.All(GivenVectors.Read("level_uart").Values, v => Assert.Contains(v.Text("protocol"), known));
    }
}
