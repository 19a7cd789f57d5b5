using System.Globalization;
using System.Text;
using System.Text.Json;
using MeetNet.Devices.Decoding;
using MeetNet.Devices.Drivers;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Tests.Simulation;
using MeetNet.Devices.Tests.Vectors;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>The published samples of the analysers' own protocols: what they say must come out.</summary>
public sealed class GasAnalyserVectorTests
{
    private static readonly IReadOnlyDictionary<string, JsonElement> Vectors = ProtocolVectors.Read("gas_analysers");

    public static TheoryData<string> Ids(string protocol) =>
        [.. Vectors.Where(v => v.Value.Text("protocol") == protocol).Select(v => v.Key)];

    [Fact]
    public void No_protocol_of_the_file_is_passed_over()
    {
        string[] here = ["Teledyne API RS-232", "Thermo C-Link", "Picarro command interface", "Gasera AK", "LumaSense/Innova", "EC9800", "LGR/ABB ICOS serial record", "Aeroqual AQM binary", "Teledyne Modbus"];
        Assert.Empty(Vectors.Values.Select(v => v.Text("protocol")).Except(here));
    }

    [Theory]
    [MemberData(nameof(Ids), "Teledyne API RS-232")]
    public void Teledyne(string id)
    {
        var (text, expected) = Of(id);
        var line = Encoding.ASCII.GetBytes(text);
        if (expected.Text("type") is { } type)
        {
            var frame = Assert.Single(Stream.Cut(new LineFramer(LineEnding.Lf, 256), line).Frames);
            Assert.True(TeledyneMessage.TryRead(frame, out var message));
            Assert.Equal(type[0], (char)message.Type);
            Assert.True(expected.Text("message") is not { } words || words == Encoding.ASCII.GetString(message.Text));
            Assert.True(!expected.TryGetProperty("day_of_year", out var day) || day.GetInt32() == message.Day);
            Assert.True(expected.Text("time") is not { } time || time == Encoding.ASCII.GetString(message.Time));
            Assert.True(expected.Text("instrument_id") is not { } number || int.Parse(number, CultureInfo.InvariantCulture) == message.Id);
            Quality(frame, expected.Text("quality"));
            line = message.Text.ToArray();
        }

        if (expected.Text("name") is { } name)
        {
            Assert.True(TeledyneMessage.TrySplit(line, out var said, out var value, out var unit));
            Assert.Equal(name, Encoding.ASCII.GetString(said));
            Assert.Equal(expected.Text("unit") ?? string.Empty, Encoding.ASCII.GetString(unit));
            Assert.Equal(expected.TryGetProperty("value", out var wanted), AsciiNumber.TryRead(value, out var number));
            Assert.True(wanted.ValueKind == JsonValueKind.Undefined ? expected.Text("value_text") == Encoding.ASCII.GetString(value) : wanted.GetDouble() == number);
        }

        // What comes between the answers says how the numbers after it, in the same poll, are.
        static void Quality(byte[] frame, string? quality)
        {
            var codec = Rig.Of("teledyne/t101").Codec;
            var readings = new ReadingBuffer(new RawReading[2]);
            frame = [.. Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(frame).Replace(" 0200 ", " 0101 ", StringComparison.Ordinal))];
            codec.Decode(FrameContext.Of(1), frame, ref readings);
            readings.Clear();
            codec.Decode(FrameContext.Of(1), "T 324:12:08 0101 SO2=261.4 PPB\r\n"u8, ref readings);
            Assert.Equal(quality switch { "suspect" => ReadingStatus.DeviceFault, "calibration" => ReadingStatus.Calibrating, _ => ReadingStatus.Ok }, readings.Readings[0].Status);
        }
    }

    [Theory]
    [MemberData(nameof(Ids), "Thermo C-Link")]
    public void Thermo(string id)
    {
        var (text, expected) = Of(id);
        var command = Vectors[id].Text("command")!;
        var line = Encoding.Latin1.GetBytes(text.EndsWith('\r') ? text : text + "\r");
        var frame = Assert.Single(Stream.Cut(new LineFramer(LineEnding.Cr, 256), line).Frames);
        Assert.True(CLinkAnswer.TryRead(frame, Encoding.ASCII.GetBytes(command), out var answer));
        var said = Encoding.ASCII.GetString(answer);
        foreach (var property in expected.EnumerateObject())
        {
            switch (property.Name)
            {
                case "name":
                    Assert.Equal(command, property.Value.GetString());
                    break;
                case "value":
                    Assert.True(AsciiNumber.TryRead(answer[..(answer.IndexOf((byte)' ') is var blank and >= 0 ? blank : answer.Length)], out var value));
                    Assert.Equal(property.Value.GetDouble(), value);
                    break;
                case "unit":
                    Assert.EndsWith(" " + property.Value.GetString(), said, StringComparison.Ordinal);
                    break;
                case "value_text" or "value_hex" or "error":
                    Assert.Equal(property.Value.GetString(), said);
                    break;
                case "ok":
                    Assert.Equal("ok", said);
                    break;
                case "quality":
                    var readings = new ReadingBuffer(new RawReading[4]);
                    Rig.Of("thermo/42i").Codec.Decode(FrameContext.Of(0), frame, ref readings);
                    Assert.Equal(property.Value.GetString() == "ok" ? ReadingStatus.Ok : ReadingStatus.Calibrating, (ReadingStatus)readings.Follow!.Value.State);
                    break;
                default:
                    // 'meaning' is prose; a right sum is shown by the answer having been read.
                    Assert.Contains(property.Name, new[] { "meaning", "sum_ok" });
                    break;
            }
        }

        if (expected.Text("error") is not null)
        {
            var readings = new ReadingBuffer(new RawReading[4]);
            var asked = Encoding.ASCII.GetBytes(text.Replace("x ", "no ", StringComparison.Ordinal) + "\r");
            Assert.Equal(DecodeStatus.Ok, Rig.Of("thermo/42i").Codec.Decode(FrameContext.Of(1), asked, ref readings));
            Assert.NotEqual(ReadingStatus.Ok, readings.Readings[0].Status);
            Assert.NotNull(readings.Reason);
        }
    }

    [Theory]
    [MemberData(nameof(Ids), "Picarro command interface")]
    public void Picarro(string id)
    {
        var (text, expected) = Of(id);
        var line = LineFramer.TextOf(Assert.Single(Stream.Cut(new LineFramer(LineEnding.Cr, 2048), Encoding.ASCII.GetBytes(text)).Frames));
        Span<double> numbers = stackalloc double[16];
        foreach (var property in expected.EnumerateObject())
        {
            switch (property.Name)
            {
                case "fields":
                    Assert.Equal(property.Value.EnumerateObject().Select(f => f.Value.GetDouble()), numbers[..PicarroAnswer.Numbers(line, numbers)].ToArray());
                    var labels = ((PicarroSettings)Rig.Of("picarro/g2103").Profile.Settings).Labels;
                    Assert.Equal(labels, property.Value.EnumerateObject().Select(f => f.Name));
                    break;
                case "timestamp":
                    Assert.True(PicarroAnswer.TryTime(ref line, out var time));
                    Assert.Equal(property.Value.GetString(), time.Stamp.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture));
                    break;
                case "values":
                    Assert.Equal(property.Value.EnumerateArray().Select(v => v.GetDouble()), numbers[..PicarroAnswer.Numbers(line, numbers)].ToArray());
                    break;
                case "count":
                    Assert.True(PicarroAnswer.TryCount(line, out var count));
                    Assert.Equal(property.Value.GetInt32(), count);
                    break;
                case "error":
                    Assert.True(PicarroAnswer.TryError(line, out var code, out var words));
                    Assert.Equal(property.Value.GetInt32(), code);
                    Assert.True(expected.Text("text") is not { } said || said == Encoding.ASCII.GetString(words));
                    break;
                case "ok":
                    Assert.Equal("OK", Encoding.ASCII.GetString(line));
                    break;
                case "errors":
                    Assert.Equal("EMPTY", Encoding.ASCII.GetString(line));
                    break;
                default:
                    Assert.Contains(property.Name, new[] { "unit_NH3", "unit_H2O", "text", "quality" });
                    break;
            }
        }

        var fields = Rig.Of("picarro/g2103").Profile.Fields;
        Assert.True(expected.Text("unit_NH3") is not { } nh3 || fields.First(f => f.Name == "nh3").Unit == $"[{nh3}]");
        Assert.True(expected.Text("unit_H2O") is not { } h2o || fields.First(f => f.Name == "h2o").Unit == h2o);
    }

    [Theory]
    [MemberData(nameof(Ids), "Gasera AK")]
    public void Gasera(string id)
    {
        var (text, expected) = Of(id);
        var framer = new DelimitedFramer(GaseraCodec.Stx, GaseraCodec.Etx, GaseraCodec.Longest);
        var frame = Assert.Single(Stream.Cut(framer, Encoding.ASCII.GetBytes(text)).Frames);
        Assert.True(AkWords.TryRead(frame, out var words));
        Assert.Equal(Vectors[id].Text("command")!.Trim('\u0002', '\u0003', ' ')[..4], Encoding.ASCII.GetString(words.Function));
        Assert.Equal(expected.GetProperty("status").GetInt32(), words.Error);
        var rest = Encoding.ASCII.GetString(words.Rest).Trim();
        if (expected.TryGetProperty("device_status", out var status))
        {
            Assert.Equal(status.GetInt32().ToString(CultureInfo.InvariantCulture), rest);
        }

        if (expected.TryGetProperty("errors", out var errors))
        {
            Assert.Equal(errors.EnumerateArray().Select(e => e.GetString()), rest.Split(' '));
        }

        if (expected.TryGetProperty("epoch", out var epoch))
        {
            var rig = Rig.Of("gasera/one");
            var readings = new ReadingBuffer(new RawReading[rig.Profile.Fields.Count]);
            Assert.Equal(DecodeStatus.Ok, rig.Codec.Decode(FrameContext.Of(1), frame, ref readings));
            Assert.Equal(epoch.GetInt64(), new DateTimeOffset(readings.DeviceTime!.Value.Stamp, TimeSpan.Zero).ToUnixTimeSeconds());
            var ppm = expected.GetProperty("ppm");
            foreach (var reading in readings.Readings)
            {
                Assert.Equal(ppm.GetProperty(rig.Profile.Fields[reading.Field].Name.ToUpperInvariant()).GetDouble(), reading.Value);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ids), "LumaSense/Innova")]
    public void Innova(string id)
    {
        var (text, expected) = Of(id);
        var lines = text.Split('\n');
        Assert.True(InnovaFramer.TryHeader(Encoding.ASCII.GetBytes(lines[0]), out var count));
        Assert.Equal(Math.Min(expected.GetProperty("total").GetInt32(), expected.GetProperty("in_block").GetInt32()), count);
        var asked = new byte[IDeviceCodec.MaxRequest];
        var length = new InnovaDriver().Bind(Rig.Of("lumasense/innova-1512").Profile, DeviceAddress.Of(1)).WriteRequest(FrameContext.Of(0), asked);
        Assert.Equal(Vectors[id].Text("command"), Encoding.ASCII.GetString(asked, 0, length).TrimEnd());
        foreach (var (row, line) in expected.GetProperty("rows").EnumerateArray().Zip(lines.Skip(1)))
        {
            var bytes = Encoding.ASCII.GetBytes(line);
            Assert.True(InnovaCodec.TryStamp(bytes, out var time));
            Assert.Equal(row.Text("time"), time.Stamp.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
            var (gases, marks) = (new double[6], new bool[10]);
            Assert.True(InnovaCodec.TryColumns(bytes, gases, marks));
            string[] names = ["gas_A", "gas_B", "gas_C", "gas_D", "gas_E", "water"];
            Assert.Equal(names.Select(n => row.GetProperty(n) is { ValueKind: JsonValueKind.Number } g ? g.GetDouble() : double.NaN), gases);
            Assert.Equal(InnovaSettings.Marks.Select(m => row.GetProperty("marks").GetProperty(((char)m).ToString()).GetInt32() == 1), marks);
        }
    }

    [Theory]
    [MemberData(nameof(Ids), "EC9800")]
    public void Ec9800(string id)
    {
        var (text, expected) = Of(id);
        var codec = new Ec9800Driver().Bind(Rig.Of("acoem/serinus-51").Profile, DeviceAddress.Of(1));
        var asked = new byte[IDeviceCodec.MaxRequest];
        Assert.Equal(Vectors[id].Text("command"), Encoding.ASCII.GetString(asked, 0, codec.WriteRequest(FrameContext.Of(0), asked)).TrimEnd());
        var readings = new ReadingBuffer(new RawReading[1]);
        Assert.Equal(DecodeStatus.Ok, codec.Decode(FrameContext.Of(0), Assert.Single(Stream.Cut(codec.Framer, Encoding.ASCII.GetBytes(text)).Frames), ref readings));
        Assert.Equal(expected.GetProperty("gas").GetDouble(), readings.Readings[0].Value);
        var bits = expected.GetProperty("bits").EnumerateArray().Select(b => b.GetString()).ToList();
        Assert.Equal(bits.Contains("PPM selected") ? "[ppm]" : "mg/m3", readings.Readings[0].Unit!.Value.Code);
    }

    [Theory]
    [MemberData(nameof(Ids), "LGR/ABB ICOS serial record")]
    public void Lgr(string id)
    {
        var (text, expected) = Of(id);
        var rig = Rig.Of(Vectors[id].Text("device")!.Contains("N2O", StringComparison.Ordinal) ? "lgr/n2o-co" : "lgr/ugga");
        var readings = new ReadingBuffer(new RawReading[rig.Profile.Fields.Count]);
        Assert.Equal(DecodeStatus.Ok, rig.Codec.Decode(FrameContext.Of(0), Encoding.ASCII.GetBytes(text + "\r\n"), ref readings));
        Assert.Equal(expected.Text("time_local"), readings.DeviceTime!.Value.Stamp.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture));
        foreach (var reading in readings.Readings)
        {
            var field = rig.Profile.Fields[reading.Field];
            var said = expected.EnumerateObject().Single(p => string.Equals(p.Name, field.Name, StringComparison.OrdinalIgnoreCase)).Value;
            Assert.Equal(said.GetProperty("value").GetDouble(), reading.Value);
            Assert.Equal(said.Text("unit") switch { "ppm" => "[ppm]", "Torr" => "mm[Hg]", _ => "Cel" }, field.Unit);
            Assert.Equal(expected.GetProperty("valid").GetBoolean(), reading.Status == ReadingStatus.Ok);
        }
    }

    [Theory]
    [MemberData(nameof(Ids), "Aeroqual AQM binary")]
    public void Aeroqual(string id)
    {
        var expected = Vectors[id].GetProperty("expected");
        var codec = new AeroqualDriver().Bind(Rig.Of("aeroqual/aqm60").Profile, DeviceAddress.Of(expected.GetProperty("station_id").GetInt32()));
        var asked = new byte[IDeviceCodec.MaxRequest];
        var length = codec.WriteRequest(FrameContext.Of(0), asked);
        Assert.Equal(Vectors[id].Bytes(), asked[..length]);
        Assert.Equal(expected.GetProperty("sensor_code").GetInt32(), asked[2]);
        Assert.Single(Stream.Cut(new ZeroSumFramer(0x55, 4), Vectors[id].Bytes()).Frames);
    }

    /// <summary>Registers of Teledyne's Modbus; the driver has its own tests, and here is only that the number is read so.</summary>
    [Theory]
    [MemberData(nameof(Ids), "Teledyne Modbus")]
    public void Teledyne_modbus(string id)
    {
        var layout = new NumberLayout(NumberType.Float32, ByteOrder.Abcd);
        Assert.Equal(Vectors[id].GetProperty("expected").GetProperty("float_ABCD").GetDouble(), layout.Read(Vectors[id].Bytes()));
    }

    private static (string Text, JsonElement Expected) Of(string id) => (Vectors[id].Text("input_text")!, Vectors[id].GetProperty("expected"));
}
