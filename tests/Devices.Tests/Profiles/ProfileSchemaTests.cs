using System.Text.Json;
using System.Text.RegularExpressions;
using MeetNet.Devices.Profiles;
using MeetNet.TestKit;
using MeetNet.Yaml;

namespace MeetNet.Devices.Tests.Profiles;

/// <summary>What editors say about a profile is what the reader says.</summary>
public sealed partial class ProfileSchemaTests
{
    private const string Top = """
        maker: m
        model: m
        version: 1
        sources: [x]
        zzz: 1

        """;

    private const string Serial = """
        serial: {baud: 9600, dataBits: 8, parity: none, stopBits: 1, zzz: 1}

        """;

    private static readonly string Schema = RepositoryFile.Text("firmware-config/schemas/profile.schema.json");

    /// <summary>For each driver, a profile with an unknown key in every map.</summary>
    private static readonly string[] Nosy =
    [
        Top + Serial + """
            timing: {replyTimeout: 1s, interval: 1s, zzz: 1}
            driver: modbus-rtu
            modbus-rtu: {registers: input, zzz: 1}
            fields:
              - {name: a, unit: m, register: 1, type: float32, order: abcd, zzz: 1,
                 sentinels: [{raw: 1, means: missing, zzz: 1}], status: [{register: 0, type: uint32, order: abcd, mask: 1, means: missing, zzz: 1}]}
            """,
        Top + Serial + """
            timing: {interval: 1s, zzz: 1}
            driver: plantower
            plantower: {length: 28, zzz: 1}
            fields: [{name: a, unit: m, word: 1, type: uint16, zzz: 1}]
            """,
        Top + Serial + """
            timing: {replyTimeout: 1s, interval: 1s, zzz: 1}
            driver: bayern-hessen
            bayern-hessen: {ending: cr, mantissa: decimal, status: [{byte: fault, mask: 1, means: missing, zzz: 1}], zzz: 1}
            fields: [{name: a, unit: m, id: 1, zzz: 1}]
            """,
        Top + """
            timing: {interval: 1s, zzz: 1}
            driver: tts-v3
            tts-v3: {fPorts: [1], payload: decoded, time: {pointer: /t, offset: none, zzz: 1}, zzz: 1}
            fields: [{name: a, unit: m, pointer: /a, zzz: 1}]
            """,
        Top + """
            timing: {interval: 1s, zzz: 1}
            driver: tts-v3
            tts-v3: {fPorts: [1], payload: bytes, length: 4, match: [{at: 0, hex: "02", zzz: 1}], zzz: 1}
            fields: [{name: a, unit: m, at: 0, type: uint16, order: big, zzz: 1}]
            """,
    ];

    public static TheoryData<string> Ids() => Repository.ProfileIds();

    public static TheoryData<string> Invalid() => ProfileReaderTests.Invalid();

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_schema_accepts_every_profile(string id) =>
        Assert.Null(new JsonSchemaSubset(Schema).Problem(YamlAsJson.Parse(RepositoryFile.Text($"firmware-config/profiles/{id}.yaml"))));

    [Theory]
    [MemberData(nameof(Invalid))]
    public void The_schema_refuses_what_the_reader_refuses_except_rules_across_keys(string file)
    {
        var text = RepositoryFile.Text($"tests/vectors/invalid-profiles/{file}");
        var problem = new JsonSchemaSubset(Schema).Problem(YamlAsJson.Parse(text));
        Assert.True(text.Contains("\n# schema: accepts it", StringComparison.Ordinal) == problem is null, problem ?? "accepted");
    }

    [Fact]
    public void The_schema_has_the_keys_of_the_reader_and_no_others()
    {
        var root = JsonDocument.Parse(Schema).RootElement;
        var defs = root.GetProperty("$defs");
        var read = KeysOfTheReader();
        var written = new Dictionary<string, JsonElement>
        {
            ["the file"] = root,
            ["'serial'"] = defs.GetProperty("serial"),
            ["'timing'"] = defs.GetProperty("timing"),
            ["'modbus-rtu'"] = defs.GetProperty("modbus-rtu"),
            ["'plantower'"] = defs.GetProperty("plantower"),
            ["'bayern-hessen'"] = defs.GetProperty("bayern-hessen"),
            ["'tts-v3'"] = defs.GetProperty("tts-v3"),
            ["'time'"] = defs.GetProperty("tts-v3").GetProperty("properties").GetProperty("time"),
            ["'match[0]'"] = defs.GetProperty("tts-v3").GetProperty("properties").GetProperty("match").GetProperty("items"),
            ["'fields[0]'"] = defs.GetProperty("field"),
            ["'sentinels[0]'"] = defs.GetProperty("field").GetProperty("properties").GetProperty("sentinels").GetProperty("items"),
        };
        foreach (var (place, schema) in written)
        {
            Assert.True(
                schema.GetProperty("properties").EnumerateObject().Select(p => p.Name).ToHashSet().SetEquals(read[place]),
                $"{place}: the reader allows {string.Join(", ", read[place].Order())}");
        }

        var status = defs.GetProperty("field").GetProperty("properties").GetProperty("status").GetProperty("items").GetProperty("properties").EnumerateObject()
            .Concat(defs.GetProperty("bayern-hessen").GetProperty("properties").GetProperty("status").GetProperty("items").GetProperty("properties").EnumerateObject());
        Assert.True(status.Select(p => p.Name).ToHashSet().SetEquals(read["'status[0]'"]));
        Assert.Equal(written.Count + 1, read.Count);
    }

    /// <summary>Place → keys, as the reader lists them when it meets a key that it doesn't know.</summary>
    private static Dictionary<string, HashSet<string>> KeysOfTheReader()
    {
        var keys = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var text in Nosy)
        {
            ProfileReader.Read(YamlReader.Parse(text, "m/m.yaml", out var problems), "m/m");
            foreach (var problem in problems)
            {
                var match = UnknownKey().Match(problem.Message);
                Assert.True(match.Success, problem.ToString());
                var place = match.Groups["place"].Value;
                keys.TryAdd(place, []);
                keys[place].UnionWith(match.Groups["keys"].Value.Split(", "));
            }
        }

        return keys;
    }

    [GeneratedRegex("^unknown key 'zzz' in (?<place>.+); allowed: (?<keys>.+)$")]
    private static partial Regex UnknownKey();
}
