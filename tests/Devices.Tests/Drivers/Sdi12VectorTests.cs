using System.Globalization;
using System.Text.Json;
using MeetNet.Devices.Drivers;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Every sample of SDI-12 that was collected, by what was asked; and every one is looked at.</summary>
public sealed class Sdi12VectorTests
{
    private static readonly Dictionary<string, JsonElement> Given = GivenVectors.Read("sdi12")
        .Concat(GivenVectors.Read("level_uart").Where(v => v.Value.Text("protocol") == "SDI-12")).ToDictionary();

    public static TheoryData<string> Ids() => [.. Given.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Says_what_is_expected(string id)
    {
        var vector = Given[id];
        var expected = vector.Expected();
        var command = vector.Text("command");
        if (command is null)
        {
            NoCommand(vector);
            return;
        }

        var asked = command[1..^1];
        Assert.Equal('!', command[^1]);
        if (asked.Length == 0)
        {
            Assert.Null(Sdi12Text.Take(vector.Bytes(), (byte)command[0], out var acknowledged));
            Assert.Equal(1, acknowledged.Length);
        }
        else if (asked[0] is 'D' or 'R')
        {
            Data(vector, command[0], asked, expected);
        }
        else if (asked[0] is 'I' or 'X')
        {
            Instruction(vector, command[0], asked, expected);
        }
        else
        {
            Started(vector, command[0], asked, expected);
        }
    }

    private static void NoCommand(JsonElement vector)
    {
        var expected = vector.Expected();
        if (expected.TryGetProperty("ascii_hex", out var ascii))
        {
            var crc = new byte[3];
            Sdi12Text.EncodeCrc(ushort.Parse(expected.Text("crc16")![2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture), crc);
            Assert.Equal(ascii.GetString(), Convert.ToHexString(crc));
        }
        else if (expected.TryGetProperty("payload_bytes", out _))
        {
            var values = expected.Numbers("values");
            Decode(Codec("HB", '1', 4), 1, new Sdi12State(4, 0, 0, values.Length == 0, ReadingStatus.Ok), vector, out var readings);
            Same(values, readings);
        }
        else
        {
            Assert.True(expected.GetProperty("service_request").GetBoolean());
            Assert.Equal(DecodeStatus.Ok, Decode(Codec("M", '0', 1), FrameContext.Waiting, default, vector, out _));
        }
    }

    private static void Data(JsonElement vector, char address, string asked, JsonElement expected)
    {
        var values = expected.TryGetProperty("values", out _) ? expected.Numbers("values") : [1.0];
        var command = asked[0] == 'R' ? asked : expected.TryGetProperty("crc_ok", out _) || expected.Text("error") == "crc_mismatch" ? "CC" : "C";
        var state = new Sdi12State(asked[0] == 'R' ? 0 : Math.Max(1, values.Length), 0, 0, false, ReadingStatus.Ok);
        var status = Decode(Codec(command, address, Math.Max(1, values.Length)), asked[0] == 'R' ? 0 : 1, state, vector, out var buffer);
        if (expected.Text("error") is { } error)
        {
            Assert.Equal(DecodeStatus.Unexpected, status);
            Assert.Equal(error, buffer.Reason?.Replace('-', '_'));
        }
        else
        {
            Assert.Equal(DecodeStatus.Ok, status);
            Same(values, buffer);
            if (expected.Text("meaning") == "measurement aborted")
            {
                Assert.Equal(0, buffer.Follow?.Exchange);
            }
        }
    }

    private static void Started(JsonElement vector, char address, string asked, JsonElement expected)
    {
        var status = Decode(Codec(asked, address, 1), 0, default, vector, out var readings);
        if (expected.Text("error") is not null)
        {
            Assert.Equal(DecodeStatus.Unexpected, status);
            return;
        }

        Assert.Equal(DecodeStatus.Ok, status);
        var count = expected.GetProperty("count").GetInt32();
        if (count == 0)
        {
            Assert.Equal("nothing-available", readings.Reason);
            return;
        }

        var follow = readings.Follow!.Value;
        Assert.Equal(count, Sdi12State.Of(follow.State).Count);
        Assert.Equal(expected.GetProperty("seconds").GetInt32(), (int)follow.After.TotalSeconds);
        Assert.Equal(asked[0] is 'M' or 'V' && follow.After > TimeSpan.Zero, follow.FrameEndsWait);
        if (expected.TryGetProperty("service_request_expected", out var request))
        {
            Assert.Equal(request.GetBoolean(), follow.FrameEndsWait);
        }
    }

    private static void Instruction(JsonElement vector, char address, string asked, JsonElement expected)
    {
        var settings = new Sdi12CommandSettings(asked, Lines: asked[0] == 'X');
        var framer = new Devices.Framing.Sdi12Framer(settings.Lines ? Devices.Framing.Sdi12Answers.Texts : Devices.Framing.Sdi12Answers.Lines);
        var frame = Assert.Single(Stream.Cut(framer, vector.Bytes()).Frames);
        Assert.Equal(CommandAnswer.Done, Sdi12Commands.Decode(settings, (byte)address, frame, out var said));
        if (expected.TryGetProperty("lines", out var lines))
        {
            Assert.Equal(lines.EnumerateArray().Select(l => l.GetString()), said.Split('\n'));
        }
        else if (expected.TryGetProperty("metadata", out _))
        {
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{expected.GetProperty("count").GetInt32()} values after {expected.GetProperty("seconds").GetInt32()} s"), said);
        }
        else if (expected.Text("shef") is { } code)
        {
            Assert.Equal($"{code}, {expected.Text("unit")}, {expected.Text("text")}", said);
        }
        else
        {
            Assert.StartsWith($"SDI-12 {expected.Text("sdi12_version")}", said, StringComparison.Ordinal);
            foreach (var part in new[] { "vendor", "model", "sensor_version", "serial" }.Select(key => expected.Text(key)).OfType<string>())
            {
                Assert.Contains(part.Trim(), said, StringComparison.Ordinal);
            }
        }
    }

    private static void Same(double[] values, ReadingBuffer readings)
    {
        var numbers = readings.Readings.ToArray().Where(r => r.Status == ReadingStatus.Ok).OrderBy(r => r.Field).Select(r => r.Value).ToArray();
        Assert.Equal(values, numbers);
    }

    private static DecodeStatus Decode(Sdi12Codec codec, int exchange, Sdi12State state, JsonElement vector, out ReadingBuffer readings)
    {
        readings = new ReadingBuffer(new RawReading[64]);
        var cut = Stream.Cut(codec.Framer, vector.Bytes());
        return codec.Decode(new FrameContext { Exchange = exchange, State = state.Packed }, Assert.Single(cut.Frames), ref readings);
    }

    private static Sdi12Codec Codec(string measurement, char address, int values)
    {
        var fields = string.Concat(Enumerable.Range(1, values).Select(v => string.Create(CultureInfo.InvariantCulture, $"  - {{name: v{v}, unit: configured, value: {v}}}\n")));
        var profile = GivenVectors.Profile(
            "maker: M\nmodel: X\nversion: 1\nsources: [\"made for a test, section 1\"]\ndriver: sdi-12\n"
            + "serial: {baud: 1200, dataBits: 7, parity: even, stopBits: 1}\ntiming: {replyTimeout: 1s, interval: 1m}\n"
            + $"sdi-12: {{measurements: [{measurement}]}}\nfields:\n{fields}");
        return new Sdi12Codec(profile, (byte)address, breaks: true);
    }
}
