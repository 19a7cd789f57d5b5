using System.Globalization;
using System.Text;
using System.Text.Json;
using MeetNet.Devices.Profiles;
using MeetNet.TestKit;
using MeetNet.Yaml;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Messages of citizens' nodes and of SensorThings clients: all of <c>tests/vectors/protocols/smart_sensor_json.json</c>, each number at its place.</summary>
public sealed class SmartSensorVectorTests
{
    private const string Air = "{pairs: {list: /sensordatavalues, name: value_type, value: value}}";
    private const string Tasmota = "{wrapper: /StatusSNS, time: {pointer: /Time, form: local}, availability: {topic: tele/x/LWT, offline: Offline}}";
    private const string SensorThings = "{time: {pointer: /phenomenonTime, form: iso}}";

    private static readonly JsonElement[] All =
        [.. JsonDocument.Parse(RepositoryFile.Text("tests/vectors/protocols/smart_sensor_json.json")).RootElement.EnumerateArray()];

    /// <summary>Where each number of a message is: place in the message → place in what is expected, with the factor between their units.</summary>
    private static readonly Dictionary<string, (string Section, string Fields)> Places = new()
    {
        ["001"] = (Air, "SDS_P1>pm10 SDS_P2>pm2_5 BMP_pressure>sensors/BMP180/pressure*0.01 BMP_temperature>sensors/BMP180/temperature "
            + "BMP280_pressure>sensors/BMP280/pressure*0.01 BMP280_temperature>sensors/BMP280/temperature signal>rssi"),
        ["003"] = (Air, "SPS30_P0>pm1 SPS30_P2>pm2_5 SPS30_P4>pm4 SPS30_P1>pm10 SPS30_N05>n0_5 SPS30_N1>n1 SPS30_N25>n2_5 SPS30_N4>n4 SPS30_N10>n10 "
            + "SPS30_TS>typical_particle_size"),
        ["004"] = (Air, "SDS_P1>pm10 SDS_P2>pm2_5 temperature>temperature humidity>humidity signal>rssi"),
        ["006"] = (Air, "SDS_P1>pm10 SDS_P2>pm2_5 BME280_temperature>temperature BME280_humidity>humidity BME280_pressure>pressure*0.01 "
            + "HECA_temperature>heater/temperature HECA_humidity>heater/humidity"),
        ["008"] = (Air, "P1>pm10 P2>pm2_5 temperature>temperature humidity>humidity pressure>pressure*0.01"),
        ["009"] = (Air, "signal>rssi"),
        ["010"] = (Tasmota, "/BME280/Temperature>BME280/temperature /BME280/Humidity>BME280/humidity /BME280/Pressure>BME280/pressure"),
        ["011"] = (Tasmota, "/HTU21/Temperature>HTU21/temperature /HTU21/Humidity>HTU21/humidity /PMS5003/PM1>PMS5003/pm1 /PMS5003/PM2.5>PMS5003/pm2_5 "
            + "/PMS5003/PM10>PMS5003/pm10 /PMS5003/CF2.5>PMS5003/pm2_5_cf1 /PMS5003/PB0.3>PMS5003/n0_3"),
        ["013"] = (Tasmota, "/BME680/Temperature>BME680/temperature /BME680/Humidity>BME680/humidity /BME680/DewPoint>BME680/dew_point /BME680/Pressure>BME680/pressure "
            + "/BME680/Gas>BME680/gas"),
        ["015"] = (Tasmota, "/MHZ19B/CarbonDioxide>MHZ19B/co2 /MHZ19B/Temperature>MHZ19B/temperature"),
        ["017"] = (Tasmota, "/BME680/Temperature>BME680/temperature /BME680/Humidity>BME680/humidity /BME680/Pressure>BME680/pressure /BME680/Gas>BME680/gas"),
        ["018"] = (Tasmota, "/SR04/Distance>SR04/distance"),
        ["019"] = (Tasmota, "/DS18B20/Temperature>DS18B20/temperature"),
        ["020"] = (Tasmota, "/DS18B20/Temperature>DS18B20/temperature"),
        ["021"] = (Tasmota, "/Flora-6ab577/Temperature>Flora-6ab577/temperature /Flora-6ab577/Humidity>Flora-6ab577/humidity "
            + "/MJ_HT_V1-3108be/Temperature>MJ_HT_V1-3108be/temperature /MJ_HT_V1-3108be/Humidity>MJ_HT_V1-3108be/humidity"),
        ["023"] = (Tasmota, "/A>available"),
        ["024"] = ("{}", "topic>value"),
        ["026"] = ("{availability: {topic: x/status, offline: offline}}", "topic>available"),
        ["027"] = ("{availability: {topic: x/status, offline: offline}}", "topic>available"),
        ["028"] = ("{}", "/co2>co2 /formaldehyd>formaldehyde /humidity>humidity /temperature>temperature /voc>voc"),
        ["029"] = ("{time: {pointer: /last_seen, form: unix-ms}}", "/co2>co2 /formaldehyd>formaldehyde /humidity>humidity /temperature>temperature /voc>voc"),
        ["033"] = (SensorThings, "/result>result"),
        ["034"] = (SensorThings, "/result>result"),
        ["037"] = (SensorThings, "/result>result"),
        ["038"] = (SensorThings, "/result>result"),
        ["039"] = (SensorThings, "/result>result"),
    };

    /// <summary>An empty retained message: Zigbee2MQTT says so that a device was removed.</summary>
    private const string Empty = "031";

    /// <summary>Vectors without a message: they name a topic and the version in it, which is a matter of the profile's topics.</summary>
    private static readonly string[] TopicsOnly = ["040", "041"];

    public static TheoryData<string> Ids() => [.. Places.Keys];

    [Fact]
    public void All_are_here() =>
        Assert.Equal(All.Select(v => v.GetProperty("id").GetString()![^3..]).Order(), Places.Keys.Concat(TopicsOnly).Append(Empty).Order());

    [Fact]
    public void An_empty_message_is_none()
    {
        Assert.Equal(string.Empty, Of(Empty).GetProperty("input_text").GetString());
        var codec = DriverCatalog.Find("json")!.Bind(Profile("{}", ["/co2"]), DeviceAddress.None);
        var readings = new ReadingBuffer(new RawReading[1]);
        Assert.Equal(DecodeStatus.Unexpected, codec.Decode(new FrameContext { Topic = Of(Empty).GetProperty("topic").GetString() }, [], ref readings));
        Assert.Equal(MeetNet.Devices.Framing.CutResult.NeedMore, codec.Framer.Cut([]).Result);
    }

    [Fact]
    public void The_topics_of_both_versions_of_SensorThings_are_known()
    {
        var topics = RepositoryFile.Text("firmware-config/profiles/generic/sensorthings-observation.yaml");
        Assert.All(TopicsOnly, id => Assert.Contains(Of(id).GetProperty("topic").GetString()!, topics, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_number_comes_from_its_place(string id)
    {
        var vector = Of(id);
        var expected = vector.GetProperty("expected");
        var fields = Places[id].Fields.Split(' ').Select(f => f.Split('>', '*')).ToList();
        var profile = Profile(Places[id].Section, fields.Select(f => f[0]));
        var codec = DriverCatalog.Find("json")!.Bind(profile, DeviceAddress.None);
        var readings = new ReadingBuffer(new RawReading[fields.Count]);
        var topic = vector.TryGetProperty("topic", out var said) ? said.GetString()!.Replace("%topic%", "x", StringComparison.Ordinal).Replace("{prefix}", "x", StringComparison.Ordinal) : null;
        var status = codec.Decode(new FrameContext { Topic = topic }, Encoding.UTF8.GetBytes(vector.GetProperty("input_text").GetString()!), ref readings);
        if (expected.TryGetProperty("available", out var available))
        {
            Assert.Equal(available.GetBoolean() ? DecodeStatus.Ok : DecodeStatus.DeviceFault, status);
            return;
        }

        Assert.Equal(DecodeStatus.Ok, status);
        foreach (var reading in readings.Readings)
        {
            var field = fields[reading.Field];
            var at = field[1].Split('/').Aggregate(expected, (e, name) => e.GetProperty(name));
            var value = at.ValueKind == JsonValueKind.Object ? at.GetProperty("value").GetDouble() : at.GetDouble();
            var factor = field.Length > 2 ? double.Parse(field[2], CultureInfo.InvariantCulture) : 1;
            Assert.Equal(ReadingStatus.Ok, reading.Status);
            Assert.Equal(value, reading.Value * factor, 1e-9 * Math.Max(1, Math.Abs(value)));
        }

        // Nothing that is expected was left out.
        Assert.Equal(Numbers(expected, string.Empty).Order(), fields.Select(f => f[1]).Order());
        Time(expected, readings.DeviceTime);
    }

    private static void Time(JsonElement expected, DeviceTime? found)
    {
        foreach (var name in (string[])["local_time", "phenomenon_time_utc", "time"])
        {
            if (expected.TryGetProperty(name, out var time))
            {
                Assert.StartsWith(time.GetString()!.TrimEnd('Z'), found!.Value.Stamp.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture), StringComparison.Ordinal);
                Assert.Equal(name == "local_time" ? null : TimeSpan.Zero, found.Value.Offset);
            }
        }
    }

    /// <summary>The places of all measurements: objects with a value, and a bare result.</summary>
    private static IEnumerable<string> Numbers(JsonElement expected, string path) => expected.EnumerateObject().SelectMany(m =>
        m.Value.ValueKind == JsonValueKind.Object
            ? m.Value.TryGetProperty("value", out _) ? [path + m.Name] : m.Name == "parameters" ? [] : Numbers(m.Value, $"{path}{m.Name}/")
            : m.Name == "result" ? [path + m.Name] : []);

    private static DeviceProfile Profile(string section, IEnumerable<string> places)
    {
        var fields = places.Select((p, i) => $"  - {{name: f{i}, unit: \"1\", {(p == "topic" ? "topic: x/sensor/pm_2_5/state" : p[0] == '/' ? $"pointer: \"{p}\"" : $"key: {p}")}}}");
        var text = $"maker: m\nmodel: m\nversion: 1\nsources: [x]\ndriver: json\ntiming: {{interval: 1m}}\njson: {section}\nfields:\n{string.Join('\n', fields)}\n";
        var profile = ProfileReader.Read(YamlReader.Parse(text, "m/m.yaml", out var problems), "m/m");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        return profile!;
    }

    private static JsonElement Of(string id) => All.Single(v => v.GetProperty("id").GetString() == "smart_sensor_json-" + id);
}
