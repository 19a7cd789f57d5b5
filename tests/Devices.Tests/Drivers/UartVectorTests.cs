using System.Text.Json;
using MeetNet.Devices.Profiles;
using MeetNet.TestKit;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Every published, captured or computed sample of particle and gas modules that was given: frames, commands and what is no frame.</summary>
public sealed class UartVectorTests
{
    private const string Dfrobot = "DFRobot/Winsen-style gas UART";

    private static readonly JsonElement[] All =
        [.. JsonDocument.Parse(RepositoryFile.Text("tests/vectors/protocols/pm_gas_uart.json")).RootElement.EnumerateArray()];

    public static TheoryData<string> Ids() => [.. All.Select(v => v.GetProperty("id").GetString()!)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Holds(string id)
    {
        var vector = All.Single(v => v.GetProperty("id").GetString() == id);
        var expected = vector.GetProperty("expected");
        var bytes = Convert.FromHexString(vector.GetProperty("input_hex").GetString()!);
        var profiles = ProfilesOf(vector).Select(Repository.Profile).ToList();
        if (expected.TryGetProperty("command", out _) && !vector.GetProperty("device").GetString()!.StartsWith("SHDLC", StringComparison.Ordinal))
        {
            Assert.Contains(profiles.SelectMany(Sent), sent => sent == Convert.ToHexString(bytes));
            return;
        }

        // Frames of the link layer, acknowledgements and errors give no number; the others give what is expected under one of the profiles.
        var outcomes = profiles.Select(p => Decoded(p, bytes)).ToList();
        if (!expected.EnumerateObject().Any(e => e.Value.ValueKind is JsonValueKind.Number or JsonValueKind.Object && IsField(e.Name)))
        {
            Assert.All(outcomes, o => Assert.Empty(o));
            return;
        }

        Assert.Contains(outcomes, o => expected.EnumerateObject().All(e => !IsField(e.Name) || Agrees(o, e)));
    }

    private static IEnumerable<string> ProfilesOf(JsonElement vector)
    {
        var device = vector.GetProperty("device").GetString()!;
        return vector.GetProperty("protocol").GetString() switch
        {
            "Plantower PMSx003" => device switch
            {
                "Plantower PMS3003" => ["plantower/pms3003"],
                "Plantower PMS5003T" => ["plantower/pms5003t"],
                _ => ["plantower/pms7003", "plantower/pms5003-passive"],
            },
            "Nova SDS011" => device == "Nova SDS198" ? ["nova/sds198"] : ["nova/sds011", "nova/sds011-query"],
            "Sensirion SHDLC" => ["sensirion/sps30"],
            "Honeywell HPMA" => [device.Contains("C0", StringComparison.Ordinal) ? "honeywell/hpma115c0" : "honeywell/hpma115s0"],
            Dfrobot => ["dfrobot/sen0469", "dfrobot/sen0465"],
            _ => Repository.Ids(Repository.Profiles).Where(p => p.StartsWith("winsen/", StringComparison.Ordinal) && !p.EndsWith("-iio", StringComparison.Ordinal)).Append("dfrobot/sen0469"),
        };
    }

    /// <summary>Everything that the profile's device is ever sent, with the numbers and the id that the samples have.</summary>
    private static IEnumerable<string> Sent(DeviceProfile profile)
    {
        var driver = DriverCatalog.Find(profile.Driver)!;
        var buffer = new byte[IDeviceCodec.MaxRequest];
        foreach (var at in new[] { DeviceAddress.None }.Concat(profile.Maker.StartsWith("Nova", StringComparison.Ordinal) ? [DeviceAddress.Of("A160")] : []))
        {
            var codec = driver.Bind(profile, at);
            for (var attempt = 0; attempt < 2 && codec.Exchanges > 0; attempt++)
            {
                for (var state = 0; state < 4; state++)
                {
                    yield return Convert.ToHexString(buffer, 0, codec.WriteRequest(new FrameContext { Attempt = attempt, State = state }, buffer));
                }
            }

            for (var command = 0; command < profile.Commands.Count; command++)
            {
                foreach (var argument in new[] { 0.0, 1, 2000 })
                {
                    yield return Convert.ToHexString(buffer, 0, codec.WriteCommand(command, argument, buffer));
                }
            }
        }
    }

    private static Dictionary<string, double> Decoded(DeviceProfile profile, byte[] bytes)
    {
        var codec = DriverCatalog.Find(profile.Driver)!.Bind(profile, DeviceAddress.None);
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var frame in Stream.Cut(codec.Framer, bytes).Frames)
        {
            var readings = new ReadingBuffer(new RawReading[profile.Fields.Count]);
            codec.Decode(FrameContext.Of(0), frame, ref readings);
            foreach (var reading in readings.Readings.ToArray().Where(r => r.Status == ReadingStatus.Ok))
            {
                values[profile.Fields[reading.Field].Name] = reading.Value;
            }
        }

        return values;
    }

    private static string? NameOf(string key) => key switch
    {
        "pm1_0" or "pm1_0_atm" => "pm1",
        "pm2_5" or "pm2_5_atm" => "pm2_5",
        "pm4_0" => "pm4",
        "pm10" or "pm10_atm" => "pm10",
        "pm100" => "pm100",
        "pm1_0_cf1" => "pm1_cf1",
        "pm2_5_cf1" or "pm10_cf1" => key,
        "temperature_degC" => "temperature",
        "humidity_pct" => "humidity",
        "n0_5" or "n1_0" or "n2_5" or "n4_0" or "n10" => key,
        "typical_size_um" => "typical_size",
        "co2_ppm" => "co2",
        "ch2o_ug_m3" => "hcho",
        "ch2o_ppb" => "hcho_ratio",
        "value_ppm" or "value_ppb" or "concentration" => "*",
        "board_temperature" => key,
        _ => null,
    };

    private static bool IsField(string key) => NameOf(key) is not null;

    private static bool Agrees(Dictionary<string, double> values, JsonProperty expected)
    {
        var number = expected.Value.ValueKind == JsonValueKind.Object ? expected.Value.GetProperty("value").GetDouble() : expected.Value.GetDouble();
        var name = NameOf(expected.Name)!;

        // The samples are rounded to five places, the temperature to two.
        return name == "*"
            ? values.Any(v => v.Key != "board_temperature" && Math.Abs(v.Value - number) < 1e-9)
            : values.TryGetValue(name, out var value) && Math.Abs(value - number) < (name == "board_temperature" ? 5.1e-3 : 5.1e-6);
    }
}
