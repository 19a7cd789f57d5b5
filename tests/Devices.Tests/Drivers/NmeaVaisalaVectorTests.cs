using System.Globalization;
using System.Text;
using System.Text.Json;
using MeetNet.Devices.Drivers;
using MeetNet.Devices.Framing;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Every sample of NMEA 0183 and of Vaisala's ASCII protocol that was collected.</summary>
public sealed class NmeaVaisalaVectorTests
{
    private const string Head = "maker: M\nmodel: X\nversion: 1\nsources: [\"made for a test, section 1\"]\n";

    private static readonly IReadOnlyDictionary<string, JsonElement> Given = GivenVectors.Read("nmea_vaisala");

    public static TheoryData<string> Ids() => [.. Given.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Says_what_is_expected(string id)
    {
        var vector = Given[id];
        if (vector.Text("protocol") == "NMEA 0183")
        {
            Nmea(vector);
        }
        else if (vector.Text("direction") == "request")
        {
            Query(vector);
        }
        else
        {
            Vaisala(vector);
        }
    }

    private static void Nmea(JsonElement vector)
    {
        var expected = vector.Expected();
        Assert.True(expected.GetProperty("checksum_ok").GetBoolean());
        var frame = Assert.Single(Stream.Cut(new NmeaFramer(NmeaChecksum.Required, NmeaFramer.StandardLength), vector.Bytes()).Frames);
        var sentence = new NmeaSentence(frame);
        if (expected.Text("query") is { } asked)
        {
            Assert.True(sentence.IsQuery && sentence.Says(1, Encoding.ASCII.GetBytes(asked)));
            return;
        }

        if (expected.Text("text") is { } text)
        {
            Assert.True(sentence.Says(4, Encoding.ASCII.GetBytes(text)));
            var status = Read(vector, "faultTexts: [\"01\"]", ["{name: a, unit: deg, sentence: MWV, index: 1}"], out _);
            Assert.Equal(expected.Text("quality") == "invalid" ? DecodeStatus.DeviceFault : DecodeStatus.Unexpected, status);
            return;
        }

        if (expected.Text("sentence") is { } name)
        {
            Assert.Equal(name, Encoding.ASCII.GetString(sentence.Name));
        }

        var fields = Fields(expected).ToList();
        var checks = "status: [{sentence: MWV, index: 5, good: [A], means: device-fault}, {sentence: RMC, index: 2, good: [A], means: device-fault}, "
            + "{sentence: GGA, index: 6, good: [\"1\"], means: device-fault}]";
        Assert.Equal(DecodeStatus.Ok, Read(vector, checks, fields.Select(f => f.Yaml), out var readings));
        var invalid = expected.Text("quality") == "invalid" || expected.TryGetProperty("fix", out var fix) && fix.GetInt32() == 0;
        foreach (var (reading, value) in readings.OrderBy(r => r.Field).Zip(fields.Select(f => f.Value)))
        {
            Assert.Equal(value is null ? ReadingStatus.Missing : invalid ? ReadingStatus.DeviceFault : ReadingStatus.Ok, reading.Status);
            Assert.Equal(value ?? double.NaN, reading.Value, 1e-4);
        }

        Assert.Equal(fields.Count, readings.Length);
    }

    /// <summary>What the sample expects, as fields of a profile.</summary>
    private static IEnumerable<(string Yaml, double? Value)> Fields(JsonElement expected)
    {
        var places = new (string Key, string Where)[]
        {
            ("angle", "sentence: MWV, index: 1"), ("speed", $"sentence: MWV, index: 3, letter: {expected.Text("unit")}"),
            ("speed_ms", "sentence: MWV, index: 3, letter: N, scale: 0.514444"),
            ("lat", $"sentence: {expected.Text("sentence")}, index: {(expected.Text("sentence") == "RMC" ? 3 : 2)}, number: latitude"),
            ("lon", $"sentence: {expected.Text("sentence")}, index: {(expected.Text("sentence") == "RMC" ? 5 : 4)}, number: longitude"),
            ("sats", "sentence: GGA, index: 7"), ("hdop", "sentence: GGA, index: 8"), ("alt_m", "sentence: GGA, index: 9, letter: M"),
            ("depth_m", expected.Text("sentence") == "DBT" ? "sentence: DBT, index: 3, letter: M" : "sentence: DPT, index: 1"), ("offset_m", "sentence: DPT, index: 2"),
            ("pressure_bar", "sentence: MDA, index: 3, letter: B"), ("air_temperature_degC", "sentence: MDA, index: 5, letter: C"),
            ("humidity_pct", "sentence: MDA, index: 9"), ("dew_point_degC", "sentence: MDA, index: 11, letter: C"),
            ("wind_dir_true", "sentence: MDA, index: 13, letter: T"), ("wind_speed_ms", "sentence: MDA, index: 19, letter: M"),
            ("heating_temperature", "sentence: XDR, transducer: {type: C, name: \"2\"}"), ("heating_voltage", "sentence: XDR, transducer: {type: U, name: \"0\"}, letter: N"),
            ("supply_voltage", "sentence: XDR, transducer: {type: U, name: \"1\"}"), ("reference_voltage", "sentence: XDR, transducer: {type: U, name: \"2\"}"),
        };
        var found = 0;
        foreach (var (key, where) in places)
        {
            if (expected.TryGetProperty(key, out var value))
            {
                found++;
                yield return ($"{{name: {key.ToLowerInvariant()}, unit: configured, {where}}}", value.ValueKind == JsonValueKind.Null ? null : value.GetDouble());
            }
        }

        if (expected.TryGetProperty("transducers", out var transducers))
        {
            foreach (var t in transducers.EnumerateArray())
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"t{found++}");
                yield return ($"{{name: {name}, unit: configured, sentence: XDR, transducer: {{type: {t.Text("type")}, name: \"{t.Text("id")}\"}}, letter: {t.Text("unit")}}}",
                    t.GetProperty("value").GetDouble());
            }
        }

        if (found == 0)
        {
            // An RMC without a fix: what it says is that it has none.
            Assert.Equal("V", expected.Text("status"));
            yield return ("{name: lat, unit: configured, sentence: RMC, index: 3, number: latitude}", 48 + (7.038 / 60));
        }
    }

    private static DecodeStatus Read(JsonElement vector, string section, IEnumerable<string> fields, out RawReading[] readings)
    {
        var profile = GivenVectors.Profile(
            $"{Head}driver: nmea\nserial: {{baud: 4800, dataBits: 8, parity: none, stopBits: 1}}\ntiming: {{interval: 1s}}\n"
            + $"nmea:\n  checksum: required\n  {section}\nfields:\n{string.Concat(fields.Select(f => $"  - {f}\n"))}");
        var codec = new NmeaCodec(profile, DeviceAddress.None);
        var buffer = new ReadingBuffer(new RawReading[64]);
        var status = codec.Decode(FrameContext.Of(0), Assert.Single(Stream.Cut(codec.Framer, vector.Bytes()).Frames), ref buffer);
        readings = buffer.Readings.ToArray();
        return status;
    }

    private static void Query(JsonElement vector)
    {
        var text = vector.Bytes().AsSpan().TrimEnd("\r\n"u8).ToArray();
        ReadOnlySpan<byte> rest = text;
        Assert.True(Sdi12Text.TryCrc(ref rest));
        Assert.Equal(vector.Expected().Text("command"), Encoding.ASCII.GetString(rest));
        if (rest.Length == 3)
        {
            var written = new byte[16];
            var length = VaisalaCodec.Write(rest[0], rest[2], crc: true, written);
            Assert.Equal(vector.Bytes(), written[..length]);
        }
    }

    private static void Vaisala(JsonElement vector)
    {
        var expected = vector.Expected();
        var message = Encoding.ASCII.GetString(vector.Bytes().AsSpan(1, 2));
        var wanted = new List<(string Key, string Letters, double Value)>();
        void Want(string key, string name, string letters)
        {
            if (expected.TryGetProperty(name, out var value))
            {
                wanted.Add((key, letters, value.ValueKind == JsonValueKind.Object ? value.GetProperty("value").GetDouble() : value.GetDouble()));
            }
        }

        Want("Dm", "wind_dir_avg_deg", "D");
        Want("Dx", "wind_dir_max", "D");
        Want("Sm", "wind_speed_avg_ms", "M");
        Want("Sx", "wind_speed_max_ms", "M");
        Want("Ta", "Ta", expected.TryGetProperty("Ta", out var ta) && ta.ValueKind == JsonValueKind.Object ? ta.Text("unit")! : "C");
        Want("Ua", "Ua", "P");
        Want("Pa", "Pa", "H");
        Want("Th", "Th", "F");
        Want("Vh", "Vh", "N");
        Want("Vs", "Vs", "V");
        Want("Vr", "Vr", "V");
        if (expected.Text("error") is not null)
        {
            wanted.Add(("Dm", "D", 0));
        }

        Assert.NotEmpty(wanted);
        var profile = GivenVectors.Profile(
            $"{Head}driver: vaisala\nserial: {{baud: 19200, dataBits: 8, parity: none, stopBits: 1}}\ntiming: {{replyTimeout: 1s, interval: 1s}}\n"
            + $"vaisala: {{crc: {(message[0] == 'r' ? "true" : "false")}}}\nfields:\n"
            + string.Concat(wanted.Select(f => $"  - {{name: {f.Key.ToLowerInvariant()}, unit: configured, message: {message.ToUpperInvariant()}, key: {f.Key}, letters: [{f.Letters}]}}\n")));
        var codec = new VaisalaCodec(profile, (byte)'0', polled: true);
        var buffer = new ReadingBuffer(new RawReading[64]);
        var status = codec.Decode(FrameContext.Of(0), Assert.Single(Stream.Cut(codec.Framer, vector.Bytes()).Frames), ref buffer);
        if (expected.Text("error") is { } error)
        {
            Assert.Equal(DecodeStatus.Unexpected, status);
            Assert.Equal(error.Replace('_', '-'), buffer.Reason);
            return;
        }

        Assert.Equal(DecodeStatus.Ok, status);
        Assert.Equal(wanted.Select(f => f.Value), buffer.Readings.ToArray().Select(r => r.Value));
        Assert.All(buffer.Readings.ToArray(), r => Assert.Equal(ReadingStatus.Ok, r.Status));
    }
}
