using System.Text.Json;
using System.Text.RegularExpressions;
using MeetNet.Devices;
using MeetNet.Devices.Profiles;
using MeetNet.Observations.Catalogue;
using YamlDotNet.RepresentationModel;

namespace MeetNet.Conventions.Tests;

/// <summary>Facts about hardware: every profile is proven by recorded frames, every name in a station file is a name of the house.</summary>
public sealed partial class FirmwareConfigTests
{
    public static TheoryData<string> Profiles() => [.. Tree.Under("firmware-config/profiles", ".yaml")];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_profile_can_be_read(string file)
    {
        var profile = ProfileReader.Read(Tree.Path(file), out var problems);

        Tree.None(problems.Select(p => p.ToString()), $"{file} is wrong:");
        Assert.NotNull(profile);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_profile_has_vectors_with_a_good_frame_a_fault_and_a_source(string file)
    {
        var vectors = file.Replace("firmware-config/profiles/", "tests/vectors/", StringComparison.Ordinal);
        Assert.True(Tree.Exists(vectors), $"{file} has no {vectors}: nothing shows that it is right");
        var root = Yaml(vectors);
        var sources = ((YamlMappingNode)root["sources"]).Children.Keys.Select(k => k.ToString()).ToHashSet();
        var all = ((YamlSequenceNode)root["vectors"]).Cast<YamlMappingNode>().ToArray();

        Tree.None(all.Where(v => !sources.Contains(Value(v, "source"))).Select(v => Value(v, "name")), $"{vectors} does not say where these bytes come from:");
        Assert.Contains(all, v => v.Children.ContainsKey("readings") && Value(v, "status") is "" or "ok");
        Assert.Contains(all, v => v.Children.ContainsKey("faults") || Value(v, "status") is not ("" or "ok"));
    }

    [Fact]
    public void Every_vector_file_belongs_to_a_profile()
    {
        var offences = Tree.Under("tests/vectors", ".yaml")
            .Where(f => f.Split('/')[2] is not ("invalid-profiles" or "unknown-keys" or "protocols"))
            .Where(f => !Tree.Exists(f.Replace("tests/vectors/", "firmware-config/profiles/", StringComparison.Ordinal)));

        Tree.None(offences, "Vectors without a profile:");
    }

    [Fact]
    public void Every_driver_is_in_the_catalogue_and_some_profile_uses_it()
    {
        var declared = Tree.Under("src/Devices", ".cs").SelectMany(f => DriverClass().Matches(Tree.Text(f)).Select(m => m.Groups["name"].Value));
        var listed = DriverCatalog.All.Select(d => d.GetType().Name).ToArray();
        var used = Tree.Under("firmware-config/profiles", ".yaml").Select(f => ProfileReader.Read(Tree.Path(f), out _)?.Driver).ToHashSet();

        Tree.None(declared.Except(listed), "Drivers that DriverCatalog does not list:");
        Tree.None(DriverCatalog.All.Select(d => d.Name).Where(n => !used.Contains(n)), "Drivers that no profile uses:");
        Assert.Equal(listed.Length, DriverCatalog.All.Select(d => d.Name).Distinct().Count());
    }

    [Fact]
    public void Every_observed_property_that_a_file_names_is_in_the_catalogue()
    {
        var known = ObservedProperties.All.Select(p => p.Name).ToHashSet();
        var named =
            from folder in new[] { "firmware-config/profiles", "firmware-config/stations" }
            from file in Tree.Under(folder, ".yaml")
            from value in ValuesOf(file, "property", "observedProperty")
            select (File: file, Name: value);
        var all = named.ToArray();

        Assert.NotEmpty(all);
        Tree.None(all.Where(n => !known.Contains(n.Name)).Select(n => $"{n.File}: {n.Name}"), "Observed properties that the catalogue does not have:");
    }

    [Fact]
    public void Every_schema_is_JSON_and_every_file_that_names_one_finds_it()
    {
        foreach (var file in Tree.Under("firmware-config/schemas", ".schema.json"))
        {
            using var schema = JsonDocument.Parse(Tree.Text(file));
            Assert.True(schema.RootElement.TryGetProperty("$schema", out _), $"{file} does not say which JSON Schema it is written in");
        }

        var offences =
            from file in Tree.Under("firmware-config", ".yaml")
            let first = Tree.Lines(file).FirstOrDefault() ?? string.Empty
            let schema = SchemaLine().Match(first)
            where !schema.Success || !File.Exists(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Tree.Path(file))!, schema.Groups["path"].Value)))
            select $"{file}: {first}";
        Tree.None(offences, "The first line of a YAML file names its schema, so that an editor can help (# yaml-language-server: $schema=…):");
    }

    [Theory]
    [InlineData("firmware-config/systemd/meetnet-gateway@.service", "src/Gateway", "MeetNet.Gateway.dll")]
    [InlineData("firmware-config/systemd/meetnet-ingest.service", "src/Ingest", "MeetNet.Ingest.dll")]
    public void A_unit_starts_its_program_with_options_that_it_has(string unit, string sources, string program)
    {
        var start = Tree.Lines(unit).Single(l => l.StartsWith("ExecStart=", StringComparison.Ordinal));
        var code = string.Concat(Tree.Under(sources, ".cs").Select(Tree.Text));

        Assert.Contains(program + " run ", start, StringComparison.Ordinal);
        Tree.None(Option().Matches(start).Select(m => m.Value).Where(o => !code.Contains($"\"{o}\"", StringComparison.Ordinal)), $"{unit} uses options that {sources} does not have:");
    }

    [Fact]
    public void The_brokers_policy_is_apart_from_what_belongs_to_one_site()
    {
        var policy = Tree.Text("firmware-config/broker/mosquitto.conf").Split("\n# --- site ---\n");

        Assert.Equal(2, policy.Length);
        Assert.Contains("\nallow_anonymous false\n", policy[0], StringComparison.Ordinal);
        Assert.Contains("\nmax_queued_messages 0\n", policy[0], StringComparison.Ordinal);
        foreach (var site in new[] { "listener", "password_file", "acl_file", "persistence_location", "cafile" })
        {
            Assert.DoesNotContain($"\n{site} ", policy[0], StringComparison.Ordinal);
            Assert.Contains($"\n{site} ", policy[1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_brokers_rules_grant_nothing_to_everybody()
    {
        var rules = Tree.Lines("firmware-config/broker/acl").Where(l => l.Length > 0 && l[0] != '#').ToArray();
        var firstUser = Array.FindIndex(rules, l => l.StartsWith("user ", StringComparison.Ordinal));

        Assert.True(firstUser >= 0);
        Assert.DoesNotContain(rules[..firstUser], l => l.StartsWith("topic ", StringComparison.Ordinal));
        Assert.All(rules.Where(l => l.StartsWith("pattern ", StringComparison.Ordinal)), l => Assert.Contains("%u", l, StringComparison.Ordinal));
    }

    private static IEnumerable<string> ValuesOf(string file, params string[] keys) =>
        from node in Documents(file).SelectMany(d => d.AllNodes).OfType<YamlMappingNode>()
        from entry in node.Children
        where entry.Key is YamlScalarNode key && keys.Contains(key.Value) && entry.Value is YamlScalarNode
        select ((YamlScalarNode)entry.Value).Value!;

    private static YamlMappingNode Yaml(string file) => (YamlMappingNode)Documents(file)[0].RootNode;

    private static string Value(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out var value) ? value.ToString() : string.Empty;

    private static IList<YamlDocument> Documents(string file)
    {
        var yaml = new YamlStream();
        using var reader = new StringReader(Tree.Text(file));
        yaml.Load(reader);
        return yaml.Documents;
    }

    [GeneratedRegex(@"class (?<name>\w+)[^{]*?:\s*[^{]*\bIDeviceDriver\b")]
    private static partial Regex DriverClass();

    [GeneratedRegex(@"^# yaml-language-server: \$schema=(?<path>\S+)$")]
    private static partial Regex SchemaLine();

    [GeneratedRegex(@"--[a-z\-]+")]
    private static partial Regex Option();
}
