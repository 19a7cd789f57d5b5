using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Devices.Tests.Vectors;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>
/// The published payloads of LoRaWAN nodes through the profiles of their models: all of <c>tests/vectors/protocols/lorawan_payloads.json</c> and the LoRa part of
/// <c>keller.json</c>. Every expected number must come out, in the expected unit; what is about the device and not about what it measures is named.
/// </summary>
public sealed class LoRaWanPayloadVectorTests
{
    private const string Device = "00000000000000a1";

    /// <summary>The beginning of a vector's <c>device</c>, and the profile that must read it; longer beginnings first.</summary>
    private static readonly (string Device, string Profile)[] Profiles =
    [
        ("Decentlab DL-MBX", "decentlab/dl-mbx"), ("Decentlab DL-LID", "decentlab/dl-lid"), ("Decentlab DL-IAM", "decentlab/dl-iam"),
        ("Decentlab DL-CTD10", "decentlab/dl-ctd10"), ("Decentlab DL-PR36CTD", "decentlab/dl-pr36ctd-8192"), ("Decentlab DL-PR36", "decentlab/dl-pr36-8192"),
        ("Decentlab DL-PR26", "decentlab/dl-pr26-0-1"), ("Decentlab DL-PM", "decentlab/dl-pm"),
        ("Dragino LDDS45", "dragino/dds45-lb"), ("Dragino LDDS75", "dragino/ldds75"), ("Dragino LDDS04", "dragino/ldds04"), ("Dragino LLDS12", "dragino/llds12"),
        ("Milesight EM500-SWL", "milesight/em500-swl-bytes"), ("Milesight EM500-UDL", "milesight/em500-udl"), ("Milesight EM400-UDL", "milesight/em400-udl"),
        ("Milesight GS301", "milesight/gs301"), ("Milesight AM319-HCHO", "milesight/am319-hcho"), ("Milesight AM319-O3", "milesight/am319-o3"),
        ("Netvox RA0716", "netvox/ra0716"), ("Netvox R718PA", "netvox/r718pa"), ("Netvox R718PE", "netvox/r718pe"),
        ("Elsys ERS CO2", "elsys/ers-co2"), ("Adeunis Modbus", "adeunis/modbus"), ("Talkpool OY1210", "talkpool/oy1210"),
        ("SenseCAP S210x", "sensecap/s2101"), ("Ellenex PLS2-L", "ellenex/pls2-l"), ("Keller ADT1/ARC1", "keller/adt1"),
    ];

    /// <summary>Names in the vectors that are not the profiles' own, in the order in which they are tried.</summary>
    private static readonly Dictionary<string, string[]> Names = new()
    {
        ["water_depth"] = ["depth"], ["electrical_conductivity"] = ["conductivity"], ["freezing_flag"] = ["freezing"], ["battery_voltage"] = ["battery"],
        ["number_of_valid_samples"] = ["valid_samples"], ["number_of_samples"] = ["samples"], ["total_acquisition_time"] = ["acquisition_time"],
        ["distance_average"] = ["distance"], ["distance_median"] = ["distance_median"], ["distance_10th_percentile"] = ["distance_p10"],
        ["distance_25th_percentile"] = ["distance_p25"], ["distance_75th_percentile"] = ["distance_p75"], ["distance_90th_percentile"] = ["distance_p90"],
        ["distance_most_frequent_value"] = ["distance_mode"], ["air_humidity"] = ["humidity"], ["barometric_pressure"] = ["pressure"],
        ["co2_concentration"] = ["co2"], ["co2_sensor_status"] = ["co2_status"], ["raw_ir_reading"] = ["co2_infrared"], ["activity_counter"] = ["activity"],
        ["pm1_0"] = ["pm1"], ["typical_particle_size"] = ["particle_size"], ["n_pm1_0"] = ["n_pm1"],
        ["Bat"] = ["battery"], ["Distance"] = ["distance"], ["Interrupt_status"] = ["interrupted"], ["Sensor_flag"] = ["sensor_found"],
        ["TempC_DS18B20"] = ["temperature"], ["distance1"] = ["distance_1"], ["distance2"] = ["distance_2"], ["distance3"] = ["distance_3"], ["distance4"] = ["distance_4"],
        ["water_level"] = ["level"], ["tilt"] = ["tilted"], ["tvoc"] = ["tvoc_index"], ["pir"] = ["presence"], ["h2s"] = ["h2s", "h2s_fine"],
        ["PM1_0_CF"] = ["pm1_factory"], ["PM2_5_CF"] = ["pm2_5_factory"], ["PM10_CF"] = ["pm10_factory"], ["PM1_0"] = ["pm1"], ["PM2_5"] = ["pm2_5"], ["PM10"] = ["pm10"],
        ["PM2_5UM"] = ["count_2_5um"], ["PM5_0UM"] = ["count_5um"], ["PM10UM"] = ["count_10um"], ["O3"] = ["o3"], ["CO"] = ["co"], ["NO"] = ["no"],
        ["pH"] = ["ph"], ["ORP"] = ["orp"], ["temperature"] = ["temperature", "ph_temperature", "air_temperature"], ["status"] = ["state"],
        ["low_battery"] = ["battery_low"], ["level_raw"] = ["level"], ["Pd (P1-PBaro)"] = ["level_pressure"], ["P1"] = ["p1"], ["TOB1"] = ["temperature"],
        ["PBaro"] = ["barometer"], ["TBaro"] = ["barometer_temperature"], ["battery_capacity_percentage"] = ["battery_level"],
        ["humidity_percentage"] = ["enclosure_humidity"], ["relative_humidity_percentage"] = ["enclosure_humidity_single"],
    };

    /// <summary>What says something about the device, its protocol or its settings, and is no reading.</summary>
    private static readonly HashSet<string> AboutDevice =
    [
        "protocol_version", "device_id", "interrupt", "nh3_status", "software_version", "hardware_version", "date_code", "cmd", "min_time", "max_time",
        "func", "ct", "channel_bits", "fPort", "class_group_text", "sw_version_text", "serial_number", "device_local_datetime",

        // Two counts of one sensor that only go into illuminance.
        "ambient_light_visible_infrared", "ambient_light_infrared",
    ];

    private static readonly Dictionary<string, string> Units = new()
    {
        ["°C"] = "Cel", ["%RH"] = "%", ["µg/m³"] = "ug/m3", ["mg/m³"] = "mg/m3", ["ppm"] = "[ppm]", ["ppb"] = "[ppb]", ["1/cm³"] = "1/cm3", ["µS/cm"] = "uS/cm", ["°"] = "deg",
    };

    /// <summary>Samples that contradict themselves and are refused: four bytes that no LDDS75 sends.</summary>
    private static readonly HashSet<string> Refused = ["lorawan_payloads-027"];

    private static readonly Dictionary<string, JsonElement> All =
        ProtocolVectors.Read("lorawan_payloads").Concat(ProtocolVectors.Read("keller").Where(v => v.Value.Text("protocol") == "Keller LoRaWAN payload")).ToDictionary();

    public static TheoryData<string> Ids() => [.. All.Where(v => v.Value.Text("direction") != "downlink").Select(v => v.Key)];

    public static TheoryData<string> Downlinks() => [.. All.Where(v => v.Value.Text("direction") == "downlink").Select(v => v.Key)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Published_payload(string id)
    {
        var vector = All[id];
        var expected = vector.GetProperty("expected");
        var payload = vector.Bytes();
        var profile = Repository.Profile(ProfileOf(vector));
        if (profile.Id == "dragino/llds12")
        {
            // A single field of the manual, at its place in a whole message.
            var whole = Convert.FromHexString("0B4501050B0E01AB001801");
            payload.CopyTo(whole, expected.TryGetProperty("Bat", out _) ? 0 : 2);
            payload = whole;
        }

        foreach (var chirpStack in new[] { false, true })
        {
            var readings = Decode(profile, Port(vector, expected, profile), payload, chirpStack, out var status, out var reason);
            if (Refused.Contains(id) || expected.TryGetProperty("error", out _))
            {
                Assert.Equal("other-layout", reason);
                Assert.DoesNotContain(readings, r => r.Status == ReadingStatus.Ok);
            }
            else if (expected.TryGetProperty("software_version", out _) || expected.TryGetProperty("cmd", out _))
            {
                Assert.Equal((DecodeStatus.Unexpected, expected.TryGetProperty("cmd", out _) ? "device-settings" : "device-info"), (status, reason));
            }
            else
            {
                Assert.Equal(DecodeStatus.Ok, status);
                foreach (var member in Flat(expected))
                {
                    Check(profile, readings, member.Name, member.Value);
                }
            }
        }
    }

    /// <summary>No downlinks are sent; a technician who makes one by hand has its check from here.</summary>
    [Theory]
    [MemberData(nameof(Downlinks))]
    public void The_check_of_a_Decentlab_downlink_is_that_of_Modbus_with_the_high_byte_first(string id)
    {
        var frame = All[id].Bytes();
        var crc = Checksums.Crc16Modbus(frame.AsSpan(0, frame.Length - 2));
        Assert.Equal(!All[id].GetProperty("expected").TryGetProperty("error", out _), (frame[^2] << 8 | frame[^1]) == crc);
    }

    public static TheoryData<string> Nodes() =>
        [.. Repository.Ids(Repository.Profiles).Where(id => Repository.Profile(id).Settings is Devices.Drivers.LoRaWanSettings { Format: not null })];

    /// <summary>No payload makes a codec throw, or say that what is no number is one.</summary>
    [Theory]
    [MemberData(nameof(Nodes))]
    public void Any_payload(string id)
    {
        var profile = Repository.Profile(id);
        var ports = ((Devices.Drivers.LoRaWanSettings)profile.Settings).Payload.Ports;
        var good = VectorFile.Read(id).Vectors.Select(v => PayloadOf(v.Bytes!)).Where(p => p.Length > 0).ToArray();
        var bytes = Gen.OneOf(
            Gen.Choose(0, 255).Select(b => (byte)b).NonEmptyListOf().Select(l => l.ToArray()),
            from payload in Gen.Elements(good)
            from at in Gen.Choose(0, payload.Length - 1)
            from b in Gen.Choose(0, 255)
            from length in Gen.Choose(1, payload.Length)
            select (byte[])[.. payload[..at], (byte)b, .. payload[(at + 1)..][..Math.Max(0, length - at - 1)]]);
        var cases =
            from payload in bytes
            from port in Gen.Elements(ports.ToArray())
            select (port, payload);
        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var readings = Decode(profile, one.port, one.payload, chirpStack: false, out _, out _);
            Assert.All(readings, r => Assert.False(r.Status == ReadingStatus.Ok && !double.IsFinite(r.Value)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    /// <summary>A simulated node behind ChirpStack says what it says behind The Things Stack.</summary>
    [Theory]
    [MemberData(nameof(Nodes))]
    public void Both_network_servers_are_simulated(string id)
    {
        var profile = Repository.Profile(id);
        var driver = DriverCatalog.Find("lorawan")!;
        var values = profile.Fields.Select(f => f.Value.Minimum ?? 10).ToArray();
        RawReading[][] said = [.. driver.Framings.Select(framing =>
        {
            var at = DeviceAddress.Of(Device) with { Framing = framing };
            var bytes = new byte[4096];
            var codec = driver.Bind(profile, at);
            var length = driver.Simulate(profile, at).Emit(new SimulatedState { Values = values, Counter = 3, NetworkTime = new(2026, 11, 21, 10, 0, 3, TimeSpan.Zero) }, bytes);
            var readings = new ReadingBuffer(new RawReading[codec.MaxReadings]);
            Assert.Equal(DecodeStatus.Ok, codec.Decode(FrameContext.Of(0), bytes.AsSpan(0, length), ref readings));
            Assert.Equal((3, new DateTimeOffset(2026, 11, 21, 10, 0, 3, TimeSpan.Zero)), (readings.Counter, readings.NetworkTime));
            return readings.Readings.ToArray();
        })];
        Assert.NotEmpty(said[0]);
        Assert.Equal(said[0], said[1]);
    }

    private static byte[] PayloadOf(byte[] message)
    {
        try
        {
            var json = JsonDocument.Parse(message).RootElement;
            return json.TryGetProperty("data", out var data) || (json.TryGetProperty("uplink_message", out var uplink) && uplink.TryGetProperty("frm_payload", out data))
                ? Convert.FromBase64String(data.GetString()!)
                : [];
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return [];
        }
    }

    private static string ProfileOf(JsonElement vector)
    {
        if (vector.GetProperty("expected").TryGetProperty("definition_ids", out _))
        {
            return "keller/arc1-conductivity";
        }

        var device = vector.Text("device")!;
        return Profiles.First(p => device.StartsWith(p.Device, StringComparison.Ordinal)).Profile;
    }

    private static int Port(JsonElement vector, JsonElement expected, DeviceProfile profile) =>
        vector.TryGetProperty("fport", out var port) || expected.TryGetProperty("fPort", out port)
            ? port.GetInt32()
            : ((Devices.Drivers.LoRaWanSettings)profile.Settings).Payload.Ports[0];

    private static RawReading[] Decode(DeviceProfile profile, int port, byte[] payload, bool chirpStack, out DecodeStatus status, out string? reason)
    {
        var data = Convert.ToBase64String(payload);
        var message = chirpStack
            ? $$$"""{"deviceInfo":{"devEui":"{{{Device}}}"},"fCnt":5,"fPort":{{{port}}},"data":"{{{data}}}"}"""
            : $$$"""{"end_device_ids":{"device_id":"node","dev_eui":"{{{Device.ToUpperInvariant()}}}"},"uplink_message":{"f_port":{{{port}}},"f_cnt":5,"frm_payload":"{{{data}}}"}}""";
        var codec = DriverCatalog.Find("lorawan")!.Bind(profile, DeviceAddress.Of(Device));
        var readings = new ReadingBuffer(new RawReading[Math.Max(profile.Fields.Count, codec.MaxReadings)]);
        status = codec.Decode(FrameContext.Of(0), Encoding.UTF8.GetBytes(message), ref readings);
        reason = readings.Reason;
        return readings.Readings.ToArray();
    }

    /// <summary>The expected numbers, those in lists and inner objects too, under the name of the field that is to have them.</summary>
    private static IEnumerable<(string Name, JsonElement Value)> Flat(JsonElement expected)
    {
        foreach (var member in expected.EnumerateObject())
        {
            switch (member.Name)
            {
                case "measurements":
                    yield return ("temperature", member.Value.GetProperty("4097"));
                    yield return ("humidity", member.Value.GetProperty("4098"));
                    break;
                case "registers":
                    foreach (var (register, i) in member.Value.EnumerateArray().Select((r, i) => (r, i)))
                    {
                        yield return ($"register_{i + 1}", register);
                    }

                    break;
                case "values":
                    // The channels in their order: bits 0, 1, 4, 6 and 7, or the barometer's two.
                    string[] fields = member.Value.GetArrayLength() == 2
                        ? ["barometer", "barometer_temperature"] : ["level_pressure", "p1", "temperature", "barometer", "barometer_temperature"];
                    foreach (var (value, field) in member.Value.EnumerateArray().Zip(fields))
                    {
                        yield return (field, value);
                    }

                    break;
                case "definition_ids" or "channel_numbers":
                    break;
                default:
                    yield return (member.Name, member.Value);
                    break;
            }
        }
    }

    private static void Check(DeviceProfile profile, RawReading[] readings, string name, JsonElement value)
    {
        if (AboutDevice.Contains(name))
        {
            return;
        }

        if (name == "tvoc_raw")
        {
            Assert.Equal(Number(value) / 100, Reading(profile, readings, ["tvoc_index"], name).Value, 9);
            return;
        }

        var candidates = name == "battery_voltage" && profile.FieldIndex("battery_single") >= 0 ? ["battery", "battery_single"]
            : Names.TryGetValue(name, out var own) ? own : [name];
        var reading = Reading(profile, readings, candidates, name);
        if (value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.GetString() == "NaN"))
        {
            Assert.True(reading.Status is ReadingStatus.DeviceFault or ReadingStatus.Missing && double.IsNaN(reading.Value));
            return;
        }

        Assert.Equal(ReadingStatus.Ok, reading.Status);
        var number = Number(value) * Factor(value, profile.Fields[reading.Field].Unit, name);
        Assert.InRange(reading.Value, number - (1e-5 * Math.Max(1, Math.Abs(number))), number + (1e-5 * Math.Max(1, Math.Abs(number))));
    }

    private static RawReading Reading(DeviceProfile profile, RawReading[] readings, string[] candidates, string name)
    {
        var found = readings.Where(r => candidates.Contains(profile.Fields[r.Field].Name)).ToArray();
        Assert.True(found.Length == 1, $"{profile.Id}: {found.Length} readings of {name}");
        return found[0];
    }

    private static double Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Number(value.GetProperty("value")),
        JsonValueKind.True => 1,
        JsonValueKind.String when value.GetString() is "trigger" or "ON" => 1,
        JsonValueKind.String => double.Parse(value.GetString()!, CultureInfo.InvariantCulture),
        _ => value.GetDouble(),
    };

    /// <summary>From the sample's unit to the profile's; they are the same quantity or this fails.</summary>
    private static double Factor(JsonElement value, string? unit, string name)
    {
        var said = value.ValueKind == JsonValueKind.Object ? value.Text("unit") : null;
        if (said is null || unit is null)
        {
            return 1;
        }

        said = Units.GetValueOrDefault(said, said);
        if (said == unit)
        {
            return 1;
        }

        var factor = (said, unit) switch { ("V", "mV") => 1000, ("cm", "mm") => 10, _ => 0 };
        Assert.True(factor != 0, $"{name} is in {said} and the profile says {unit}");
        return factor;
    }
}
