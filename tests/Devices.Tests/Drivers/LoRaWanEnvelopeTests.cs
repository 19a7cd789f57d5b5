using System.Globalization;
using System.Text;
using System.Text.Json;
using MeetNet.Devices.Drivers;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Tests.Vectors;
using MeetNet.Yaml;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>What network servers say around a payload: all of <c>tests/vectors/protocols/mqtt_lorawan_json.json</c>, wrappers, other messages, and which time holds.</summary>
public sealed class LoRaWanEnvelopeTests
{
    private static readonly IReadOnlyDictionary<string, JsonElement> All = ProtocolVectors.Read("mqtt_lorawan_json");
    private static readonly ILoRaWanEnvelope[] Envelopes = [new TheThingsStackEnvelope(), new ChirpStackEnvelope()];

    public static TheoryData<string> Ids() => ProtocolVectors.Ids("mqtt_lorawan_json");

    [Theory]
    [MemberData(nameof(Ids))]
    public void Published_message(string id)
    {
        var vector = All[id];
        var expected = vector.GetProperty("expected");
        var message = Encoding.UTF8.GetBytes(vector.Text("input_text")!);
        if (expected.TryGetProperty("error", out _))
        {
            Assert.Equal("not-json", Reason(message, "any-device"));
            return;
        }

        var envelope = Assert.Single(Envelopes, e => e.Is(message));
        Assert.Equal(vector.Text("protocol")!.StartsWith("TTS", StringComparison.Ordinal) ? "the-things-stack" : "chirpstack", envelope.Name);
        var device = (expected.Text("dev_eui") ?? expected.Text("device_id"))!;
        if (expected.Text("kind") == "join_accept")
        {
            Assert.Equal("join", Reason(message, device));
            return;
        }

        Assert.Null(envelope.Read(message, Encoding.ASCII.GetBytes(device.ToLowerInvariant()), vector.Text("topic"), out var uplink));
        Assert.Equal(expected.TryGetProperty("f_port", out var port) ? port.GetInt64() : 0, uplink.Port);
        Assert.Equal(expected.TryGetProperty("f_cnt", out var counter) ? counter.GetInt64() : 0, uplink.Counter);
        Assert.Equal(expected.Text("payload_hex")?.ToUpperInvariant() ?? string.Empty, Convert.ToHexString(Convert.FromBase64String(Encoding.ASCII.GetString(uplink.Payload))));
        var time = expected.Text("received_at") ?? expected.Text("time");
        Assert.True(time is null || uplink.Time == DateTimeOffset.Parse(Seven(time), CultureInfo.InvariantCulture), $"{uplink.Time:O}, expected {time}");
        if ((expected.TryGetProperty("decoded", out var values) || expected.TryGetProperty("values", out values)) && values.ValueKind == JsonValueKind.Object)
        {
            CheckDecoded(message, device, uplink.Port, values);
        }

        if (expected.TryGetProperty("air_temperature", out var temperature))
        {
            var profile = Repository.Profile("sensecap/s2120");
            Assert.Equal(temperature.GetProperty("value").GetDouble(), Readings(profile, message, device).Single(r => r.Field == profile.FieldIndex("air_temperature")).Value, 9);
        }
    }

    /// <summary>Each member of what the formatter made, as a field of a profile made for it: a number comes out, also when it stands as text; anything else is missing.</summary>
    private static void CheckDecoded(byte[] message, string device, long port, JsonElement values)
    {
        var members = values.EnumerateObject().ToArray();
        var text = new StringBuilder($$"""
            {maker: m, model: m, version: 1, sources: [made for this test], driver: lorawan, timing: {interval: 1h},
            lorawan: {fPorts: [{{Math.Max(port, 1)}}], payload: decoded}, fields: [
            """);
        for (var i = 0; i < members.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{{name: f{i}, unit: m, pointer: /{members[i].Name}}},");
        }

        var profile = ProfileReader.Read(YamlReader.Parse(text.Append("]}").ToString(), "m/m.yaml", out var problems), "m/m");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        var readings = Readings(profile!, message, device);
        for (var i = 0; i < members.Length; i++)
        {
            var value = members[i].Value.ValueKind == JsonValueKind.Object ? members[i].Value.GetProperty("value") : members[i].Value;
            Assert.Equal(value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN, readings[i].Value);
        }
    }

    [Theory]
    [InlineData("{\"result\":MESSAGE}", null)]
    [InlineData("{\"name\":\"as.up.data.forward\",\"time\":\"2026-11-21T10:00:00Z\",\"data\":MESSAGE}", null)]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"node-1\"},\"downlink_ack\":{}}", "downlink")]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"node-1\"},\"downlink_queue_invalidated\":{}}", "downlink")]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"node-1\"},\"location_solved\":{}}", "location")]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"node-1\"},\"service_data\":{}}", "service-data")]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"node-1\"},\"uplink_normalized\":{}}", "normalized-copy")]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"node-1\"},\"uplink_message\":{\"f_port\":85},\"simulated\":true}", "simulated-uplink")]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"node-2\"},\"uplink_message\":{\"f_port\":85}}", "other-device")]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"node-1\"},\"something\":{}}", "not-an-uplink")]
    [InlineData("{\"level\":1}", "other-envelope")]
    public void The_Things_Stack_says_many_things(string text, string? reason)
    {
        text = text.Replace("MESSAGE", """{"end_device_ids":{"device_id":"node-1"},"uplink_message":{"f_port":85,"f_cnt":9,"frm_payload":"A4IeAA=="}}""", StringComparison.Ordinal);
        Assert.Equal(reason, Reason(Encoding.UTF8.GetBytes(text), "node-1"));
    }

    [Theory]
    [InlineData("\"fCnt\":9,\"fPort\":85,\"data\":\"A4IeAA==\"", null)]
    [InlineData("\"fCnt\":9,\"fPort\":85", "no-payload")]
    [InlineData("\"fCnt\":9,\"fPort\":0,\"data\":\"A4IeAA==\"", "no-payload")]
    [InlineData("\"devAddr\":\"00189440\"", "join")]
    [InlineData("\"acknowledged\":true,\"fCntDown\":3", "downlink")]
    [InlineData("\"downlinkId\":3,\"gatewayId\":\"00\"", "downlink")]
    [InlineData("\"margin\":5,\"batteryLevel\":80.5", "device-status")]
    [InlineData("\"level\":\"ERROR\",\"code\":\"UPLINK_CODEC\",\"description\":\"no\"", "network-log")]
    [InlineData("\"location\":{\"latitude\":51}", "location")]
    [InlineData("\"integrationName\":\"loracloud\"", "service-data")]
    public void ChirpStack_says_many_things(string members, string? reason) =>
        Assert.Equal(reason, Reason(Encoding.UTF8.GetBytes("{\"deviceInfo\":{\"devEui\":\"00000000000000a1\"}," + members + "}"), "00000000000000A1"));

    [Theory]
    [InlineData("application/1/device/00000000000000a1/event/join", "join")]
    [InlineData("application/1/device/00000000000000a1/event/up", "no-payload")]
    public void What_the_message_does_not_show_the_topic_does(string topic, string reason) =>
        Assert.Equal(reason, Reason("""{"deviceInfo":{"devEui":"00000000000000a1"}}"""u8.ToArray(), "00000000000000A1", topic));

    [Theory]
    [InlineData("the-things-stack", "{\"deviceInfo\":{\"devEui\":\"00000000000000a1\"},\"fPort\":85}", "other-envelope")]
    [InlineData("chirpstack", "{\"end_device_ids\":{\"device_id\":\"a\",\"dev_eui\":\"00000000000000A1\"},\"uplink_message\":{}}", "other-envelope")]
    [InlineData("chirpstack", "{\"deviceInfo\":{\"devEui\":\"00000000000000A1\"},\"fPort\":85,\"data\":\"A4IeAA==\"}", null)]
    public void A_station_may_say_which_server_it_is(string framing, string message, string? reason)
    {
        var codec = DriverCatalog.Find("lorawan")!.Bind(Repository.Profile("milesight/em500-udl"), DeviceAddress.Of("00000000000000a1") with { Framing = framing });
        var readings = new ReadingBuffer(new RawReading[codec.MaxReadings]);
        codec.Decode(default, Encoding.UTF8.GetBytes(message), ref readings);
        Assert.Equal(reason, readings.Reason);
    }

    [Fact]
    public void Behind_ChirpStack_a_node_is_named_by_its_EUI() => Assert.Contains(
        "device EUI",
        Assert.Throws<ProfileException>(() => DriverCatalog.Find("lorawan")!.Bind(Repository.Profile("milesight/em500-udl"), DeviceAddress.Of("node-1") with { Framing = "chirpstack" })).Message,
        StringComparison.Ordinal);

    /// <summary>Satellite time of a gateway, then the network server's, then the application server's; a gateway's own clock never.</summary>
    [Theory]
    [InlineData("10:00:02", "10:00:03", "10:00:04", "10:00:02")]
    [InlineData("08:00:02", "10:00:03", "10:00:04", "08:00:02")] // A gateway that was cut off for two hours.
    [InlineData("10:00:05", "10:00:03", "10:00:04", "10:00:03")] // Nobody hears what has not been sent.
    [InlineData("2007-04-07T10:00:02", "10:00:03", "10:00:04", "10:00:03")] // A receiver that is 1024 weeks behind.
    [InlineData(null, "10:00:03", "10:00:04", "10:00:03")]
    [InlineData(null, null, "10:00:04", "10:00:04")]
    [InlineData("10:00:02", null, null, "10:00:02")]
    [InlineData(null, null, null, null)]
    public void The_best_of_several_times(string? satellite, string? network, string? application, string? best) =>
        Assert.Equal(At(best), LoRaWanTime.Best(At(satellite), At(network), At(application)));

    [Fact]
    public void Times_are_found_where_the_servers_write_them()
    {
        Assert.Equal(At("10:00:01"), Time("""
            {"end_device_ids":{"device_id":"node-1"},"received_at":"2026-11-21T10:00:05Z","uplink_message":{"f_port":85,"frm_payload":"A4IeAA==","received_at":"2026-11-21T10:00:04Z",
             "rx_metadata":[{"time":"2026-11-21T10:00:00Z"},{"gps_time":"2026-11-21T10:00:02Z"},{"gps_time":"2026-11-21T10:00:01Z"}]}}
            """, "node-1"));
        Assert.Equal(At("10:00:03"), Time("""
            {"time":"2026-11-21T10:00:05+00:00","deviceInfo":{"devEui":"00000000000000a1"},"fPort":85,"data":"A4IeAA==",
             "rxInfo":[{"gwTime":"2026-11-21T10:00:00+00:00","nsTime":"2026-11-21T10:00:04+00:00"},{"nsTime":"2026-11-21T10:00:03+00:00"}]}
            """, "00000000000000a1"));
        Assert.Equal(At("10:00:00"), Time("""
            {"time":"2026-11-21T10:00:05+00:00","deviceInfo":{"devEui":"00000000000000a1"},"fPort":85,"data":"A4IeAA==",
             "rxInfo":[{"gwTime":"2026-11-21T10:00:00+00:00","timeSinceGpsEpoch":"1447322418s","nsTime":"2026-11-21T10:00:04+00:00"}]}
            """, "00000000000000a1"));
    }

    private static DateTimeOffset? At(string? time) => time is null
        ? null
        : DateTimeOffset.Parse((time.Contains('T', StringComparison.Ordinal) ? time : "2026-11-21T" + time) + "Z", CultureInfo.InvariantCulture);

    /// <summary>.NET keeps seven digits of a fraction; servers write nine.</summary>
    private static string Seven(string time) => System.Text.RegularExpressions.Regex.Replace(time, @"(\.\d{7})\d+", "$1");

    private static string? Reason(byte[] message, string device, string? topic = null)
    {
        Decode(Repository.Profile("milesight/em500-udl"), message, device, topic, out var reason, out _);
        return reason;
    }

    private static DateTimeOffset? Time(string message, string device)
    {
        Decode(Repository.Profile("milesight/em500-udl"), Encoding.UTF8.GetBytes(message), device, null, out _, out var time);
        return time;
    }

    private static RawReading[] Readings(DeviceProfile profile, byte[] message, string device) => Decode(profile, message, device, null, out _, out _);

    private static RawReading[] Decode(DeviceProfile profile, byte[] message, string device, string? topic, out string? reason, out DateTimeOffset? time)
    {
        var codec = DriverCatalog.Find("lorawan")!.Bind(profile, DeviceAddress.Of(device));
        var readings = new ReadingBuffer(new RawReading[Math.Max(profile.Fields.Count, codec.MaxReadings)]);
        codec.Decode(new FrameContext { Topic = topic }, message, ref readings);
        (reason, time) = (readings.Reason, readings.NetworkTime);
        return readings.Readings.ToArray();
    }
}
