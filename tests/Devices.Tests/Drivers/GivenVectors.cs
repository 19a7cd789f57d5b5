using System.Text;
using System.Text.Json;
using MeetNet.Devices.Profiles;
using MeetNet.TestKit;
using MeetNet.Yaml;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Samples of protocols as they were collected: <c>tests/vectors/protocols/&lt;name&gt;.json</c>.</summary>
internal static class GivenVectors
{
    public static IReadOnlyDictionary<string, JsonElement> Read(string name) =>
        JsonDocument.Parse(RepositoryFile.Text($"tests/vectors/protocols/{name}.json")).RootElement.EnumerateArray().ToDictionary(v => v.GetProperty("id").GetString()!);

    public static byte[] Bytes(this JsonElement vector) => vector.TryGetProperty("input_hex", out var hex)
        ? Convert.FromHexString(hex.GetString()!)
        : Encoding.ASCII.GetBytes(vector.GetProperty("input_text").GetString()!);

    public static JsonElement Expected(this JsonElement vector) => vector.GetProperty("expected");

    public static string? Text(this JsonElement element, string key) =>
        element.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static double[] Numbers(this JsonElement element, string key) => [.. element.GetProperty(key).EnumerateArray().Select(v => v.GetDouble())];

    /// <summary>A profile made for a test.</summary>
    public static DeviceProfile Profile(string yaml)
    {
        var profile = ProfileReader.Read(YamlReader.Parse(yaml, "tests/made-here.yaml", out var problems), "tests/made-here");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
        return profile!;
    }
}
