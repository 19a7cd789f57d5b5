using System.Globalization;
using System.Text;
using System.Text.Json;
using MeetNet.Devices.Drivers;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Tests.Simulation;
using MeetNet.Devices.Tests.Vectors;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>The published samples of Bayern-Hessen: what they say must come out, by their shape.</summary>
public sealed class BayernHessenVectorTests
{
    private static readonly IReadOnlyDictionary<string, JsonElement> Vectors = ProtocolVectors.Read("bayern_hessen");

    public static TheoryData<string> Ids() => ProtocolVectors.Ids("bayern_hessen");

    [Theory]
    [MemberData(nameof(Ids))]
    public void Says_what_was_published(string id)
    {
        var vector = Vectors[id];
        var expected = vector.GetProperty("expected");
        var text = vector.Text("input_text")!;
        if (text.StartsWith("\u0002DA", StringComparison.Ordinal))
        {
            Question(vector.Bytes(), expected);
        }
        else if (text[0] == '\u0002')
        {
            Answer(vector.Bytes(), expected);
        }
        else if (text.StartsWith("status=", StringComparison.Ordinal))
        {
            StatusWord(text["status=".Length..], expected);
        }
        else if (text.Contains(' ', StringComparison.Ordinal))
        {
            Group(vector.Bytes(), expected);
        }
        else
        {
            Assert.True(BayernHessenCodec.TryNumber(vector.Bytes(), integerMantissa: false, out var value));
            Assert.Equal(expected.GetProperty("value").GetDouble(), value);
        }
    }

    private static void Question(byte[] bytes, JsonElement expected)
    {
        var ending = bytes[^1] == BayernHessenFramer.Cr ? HessenEnding.Cr : HessenEnding.EtxBcc;
        var cut = Stream.Cut(new BayernHessenFramer(ending), bytes);
        if (expected.Text("error") is { } error)
        {
            Assert.Equal("bcc_mismatch", error);
            Assert.Empty(cut.Frames);
            Assert.True(cut.Faults.ContainsKey(FrameFault.BadChecksum));
            return;
        }

        var text = Encoding.ASCII.GetString(BayernHessenCodec.TextOf(Assert.Single(cut.Frames)));
        Assert.Equal(expected.Text("command"), text[..2]);
        Assert.Equal(expected.Text("address") ?? string.Empty, text[2..]);

        // And it is what our own side asks.
        var profile = HessenProfiles.With("{ending: etx-bcc, mantissa: decimal}", "  - {name: a, unit: configured, id: 1}");
        var address = expected.Text("address") is { } number ? DeviceAddress.Of(int.Parse(number, CultureInfo.InvariantCulture)) : DeviceAddress.None;
        var request = new byte[IDeviceCodec.MaxRequest];
        var length = new BayernHessenCodec(profile, address with { Framing = HessenSettings.Endings[(int)ending] }).WriteRequest(FrameContext.Of(0), request);
        Assert.Equal(bytes, request[..length]);
    }

    private static void Answer(byte[] bytes, JsonElement expected)
    {
        var ending = bytes[^1] == BayernHessenFramer.Cr ? "cr" : "etx-bcc";
        var channels = expected.GetProperty("channels").EnumerateArray().ToList();
        Assert.Equal(expected.GetProperty("count").GetInt32(), channels.Count);
        var fields = string.Join('\n', channels.Select((c, i) => $"  - {{name: c{i}, unit: configured, id: {int.Parse(c.Text("address")!, CultureInfo.InvariantCulture)}}}"));
        var codec = new BayernHessenCodec(HessenProfiles.With($"{{ending: {ending}, mantissa: decimal}}", fields), DeviceAddress.None);
        var frame = Assert.Single(Stream.Cut(codec.Framer, bytes).Frames);
        var readings = new ReadingBuffer(new RawReading[channels.Count]);
        Assert.Equal(DecodeStatus.Ok, codec.Decode(FrameContext.Of(0), frame, ref readings));
        foreach (var reading in readings.Readings)
        {
            Assert.Equal(channels[reading.Field].GetProperty("value").GetDouble(), reading.Value);
        }

        var tokens = new HessenTokens(BayernHessenCodec.TextOf(frame)[4..]);
        foreach (var channel in channels)
        {
            Assert.True(tokens.MoveToNextNumber(out var address, out _));
            Assert.Equal(channel.Text("address"), Encoding.ASCII.GetString(address));
            Assert.True(tokens.TryStatus(out var word));
            Assert.Equal(channel.Text("op_status") + channel.Text("err_status"), word.ToString("X4", CultureInfo.InvariantCulture));
        }
    }

    private static void Group(byte[] bytes, JsonElement expected)
    {
        var tokens = new HessenTokens(bytes);
        Assert.True(tokens.MoveToNextNumber(out var id, out var number));
        Assert.True(tokens.TryStatus(out var word));
        foreach (var property in expected.EnumerateObject())
        {
            switch (property.Name)
            {
                case "channel" or "address":
                    Assert.Equal(property.Value.GetString(), Encoding.ASCII.GetString(id));
                    break;
                case "value" or "value_d_ddd" or "value_integer_mantissa":
                    Assert.True(BayernHessenCodec.TryNumber(number, property.Name == "value_integer_mantissa", out var value));
                    Assert.Equal(property.Value.GetDouble(), value);
                    break;
                case "err_status_bits_set":
                    Assert.Equal(property.Value.EnumerateArray().Select(b => b.GetInt32()), Enumerable.Range(0, 8).Where(bit => (word & (1 << bit)) != 0));
                    break;
                case "quality":
                    // A BAM-1020 with this status gives no measurement.
                    var frame = Encoding.ASCII.GetBytes($"\u0002MD01 001{Encoding.ASCII.GetString(bytes)[3..]}\r");
                    var readings = new ReadingBuffer(new RawReading[4]);
                    Rig.Of("metone/bam-1020").Codec.Decode(FrameContext.Of(0), frame, ref readings);
                    Assert.Equal("suspect", property.Value.GetString());
                    Assert.NotEqual(ReadingStatus.Ok, readings.Readings[0].Status);
                    break;
                default:
                    Assert.Equal("warning", property.Name);
                    break;
            }
        }
    }

    /// <summary>Teledyne's word, with the table of the T300, split into the two bytes that a telegram has, and as one word.</summary>
    private static void StatusWord(string hex, JsonElement expected)
    {
        Assert.Equal(expected.Text("status_word"), "0x" + hex);
        var codec = Rig.Of("teledyne/t300-hessen").Codec;
        foreach (var status in new[] { hex, $"{hex[..2]} {hex[2..]}" })
        {
            var frame = HessenProfiles.Frame($"MD01 310 +1234+00 {status} 310 000000 ");
            var readings = new ReadingBuffer(new RawReading[4]);
            Assert.Equal(DecodeStatus.Ok, codec.Decode(FrameContext.Of(0), frame, ref readings));
            Assert.Equal("calibration", expected.Text("quality"));
            Assert.Equal(ReadingStatus.Calibrating, readings.Readings[0].Status);
        }
    }
}
