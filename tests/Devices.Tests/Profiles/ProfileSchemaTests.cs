using System.Text.Json;
using System.Text.RegularExpressions;
using MeetNet.Devices.Profiles;
using MeetNet.TestKit;
using MeetNet.Yaml;

namespace MeetNet.Devices.Tests.Profiles;

/// <summary>What editors say about a profile is what the reader says.</summary>
public sealed partial class ProfileSchemaTests
{
    private const string Schemas = "firmware-config/schemas";
    private const string UnknownKeys = "tests/vectors/unknown-keys";

    private static readonly JsonSchemaSubset Schema = JsonSchemaSubset.Of($"{Schemas}/profile.schema.json");

    public static TheoryData<string> Ids() => Repository.ProfileIds();

    public static TheoryData<string> Invalid() => ProfileReaderTests.Invalid();

    public static TheoryData<string> Drivers() => [.. DriverCatalog.All.Select(d => d.Name)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_schema_accepts_every_profile(string id) =>
        Assert.Null(Schema.Problem(YamlAsJson.Parse(RepositoryFile.Text($"firmware-config/profiles/{id}.yaml"))));

    [Theory]
    [MemberData(nameof(Invalid))]
    public void The_schema_refuses_what_the_reader_refuses_except_rules_across_keys(string file)
    {
        var text = RepositoryFile.Text($"tests/vectors/invalid-profiles/{file}");
        var problem = Schema.Problem(YamlAsJson.Parse(text));
        Assert.True(text.Contains("\n# schema: accepts it", StringComparison.Ordinal) == problem is null, problem ?? "accepted");
    }

    [Fact]
    public void The_schema_knows_every_driver()
    {
        var schema = JsonDocument.Parse(RepositoryFile.Text($"{Schemas}/profile.schema.json")).RootElement;
        var named = schema.GetProperty("properties").GetProperty("driver").GetProperty("enum").EnumerateArray().Select(d => d.GetString());
        Assert.Equal(DriverCatalog.All.Select(d => d.Name).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// <c>tests/vectors/unknown-keys/&lt;driver&gt;[.anything].yaml</c> has an unknown key in every map, so that the reader lists what it allows in each; the
    /// schema must have objects with just these keys, and no others.
    /// </summary>
    [Theory]
    [MemberData(nameof(Drivers))]
    public void The_schema_has_the_keys_of_the_reader_and_no_others(string driver)
    {
        var read = KeysOfTheReader(driver).Select(k => string.Join(' ', k.Order(StringComparer.Ordinal)));
        var written = new HashSet<string>();
        Collect($"{Schemas}/drivers/{driver}.schema.json", string.Empty, written, []);
        Assert.Equal(read.Distinct().Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }

    /// <summary>The keys of every object that the schema describes, following references.</summary>
    private static void Collect(string file, string pointer, HashSet<string> keys, HashSet<string> seen)
    {
        if (!seen.Add(file + pointer))
        {
            return;
        }

        var root = JsonDocument.Parse(RepositoryFile.Text(file)).RootElement;
        Walk(pointer.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(root, (at, name) => at.GetProperty(name)));

        void Walk(JsonElement schema)
        {
            if (schema.ValueKind == JsonValueKind.Array)
            {
                schema.EnumerateArray().ToList().ForEach(Walk);
            }

            if (schema.ValueKind != JsonValueKind.Object)
            {
                return;
            }

            if (schema.TryGetProperty("$ref", out var reference))
            {
                var target = new Uri(new Uri("file:///" + file), reference.GetString());
                Collect(target.AbsolutePath[1..], target.Fragment.TrimStart('#'), keys, seen);
            }

            if (schema.TryGetProperty("properties", out var properties) && schema.TryGetProperty("type", out _))
            {
                keys.Add(string.Join(' ', properties.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)));
            }

            foreach (var member in schema.EnumerateObject().Where(m => m.Name is not ("enum" or "const" or "required")))
            {
                Walk(member.Value);
            }
        }
    }

    /// <summary>The keys that the reader allows at each place, as it lists them when it meets a key that it doesn't know.</summary>
    private static Dictionary<string, HashSet<string>>.ValueCollection KeysOfTheReader(string driver)
    {
        var keys = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var files = Directory.EnumerateFiles(RepositoryFile.PathOf(UnknownKeys), $"{driver}*.yaml").Where(f => Path.GetFileName(f).Split('.')[0] == driver).ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            ProfileReader.Read(YamlReader.Parse(File.ReadAllText(file), "m/m.yaml", out var problems), "m/m");
            foreach (var problem in problems)
            {
                var match = UnknownKey().Match(problem.Message);
                Assert.True(match.Success, $"{file}: {problem}");
                var place = match.Groups["place"].Value;
                keys.TryAdd(place, []);
                keys[place].UnionWith(match.Groups["keys"].Value.Split(", "));
            }
        }

        return keys.Values;
    }

    [GeneratedRegex("^unknown key 'zzz' in (?<place>.+); allowed: (?<keys>.+)$")]
    private static partial Regex UnknownKey();
}
