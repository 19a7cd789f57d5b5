using System.Xml.Linq;

namespace MeetNet.Conventions.Tests;

/// <summary>Three libraries that know nothing of each other, two programs that compose them (docs/design.md, "The graph").</summary>
public sealed class ProjectGraphTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Devices"] = [],
        ["Gateway"] = ["Devices", "Mqtt", "Observations"],
        ["Ingest"] = ["Mqtt", "Observations"],
        ["Mqtt"] = [],
        ["Observations"] = [],
    };

    [Fact]
    public void The_programs_reference_exactly_the_libraries_of_the_graph()
    {
        var projects = Tree.Under("src", ".csproj").ToDictionary(f => Path.GetFileNameWithoutExtension(f)!, References);

        Assert.Equal(Allowed.Keys.Order(), projects.Keys.Order());
        foreach (var (project, references) in projects)
        {
            Assert.Equal(Allowed[project], references.Order());
        }
    }

    [Fact]
    public void Linked_sources_are_compiled_only_where_they_belong()
    {
        var linked = Tree.Under("src", ".csproj").ToDictionary(
            f => Path.GetFileNameWithoutExtension(f)!,
            f => Items(f, "Compile").Where(i => i.Contains("../Linked/", StringComparison.Ordinal)).Select(i => i.Split('/')[2]).Order().ToArray());

        Assert.Equal(["Yaml"], linked["Devices"]);
        Assert.Equal(["Hosting", "Sqlite"], linked["Gateway"]);
        Assert.Equal(["Hosting", "Sqlite", "Yaml"], linked["Ingest"]);
        Assert.Empty(linked["Mqtt"]);
        Assert.Empty(linked["Observations"]);
    }

    [Theory]
    [InlineData("Observations")]
    [InlineData("Mqtt")]
    public void Observations_and_Mqtt_use_no_package_that_runs(string project)
    {
        Assert.Empty(Items($"src/{project}/{project}.csproj", "PackageReference"));
    }

    [Fact]
    public void Observations_and_Devices_do_no_input_or_output_of_their_own_accord()
    {
        string[] banned = ["System.Net.Sockets", "System.Net.Http", "Microsoft.Extensions.Logging", "ILogger", "TimeProvider", "Environment.GetEnvironmentVariable"];
        var offences =
            from folder in new[] { "src/Observations", "src/Devices" }
            from file in Tree.Under(folder, ".cs")
            let text = Tree.Text(file)
            from word in banned
            where text.Contains(word, StringComparison.Ordinal)
            select $"{file} says {word}";

        Tree.None(offences, "The leaves do no I/O, take no logger and read no clock:");
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Tree.Text("MeetNet.sln").Replace('\\', '/');

        Tree.None(Tree.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains($"\"{f}\"", StringComparison.Ordinal)), "Missing from MeetNet.sln:");
    }

    [Fact]
    public void Every_library_and_program_has_its_mirror_in_the_tests()
    {
        Tree.None(Allowed.Keys.Where(p => !Tree.Exists($"tests/{p}.Tests/{p}.Tests.csproj")), "Without a test project:");
    }

    private static string[] References(string project) =>
        [.. Items(project, "ProjectReference").Select(i => Path.GetFileNameWithoutExtension(i)!)];

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Parse(Tree.Text(project)).Descendants(kind).Select(e => (string?)e.Attribute("Include")).OfType<string>().Select(i => i.Replace('\\', '/'));
}
