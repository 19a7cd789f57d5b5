using System.Text.Json;
using System.Text.RegularExpressions;

namespace MeetNet.Conventions.Tests;

/// <summary>What is written in prose exists.</summary>
public sealed partial class DocumentTests
{
    private const int OnePage = 60;

    /// <summary>Begins a table that a test writes; nothing follows it.</summary>
    private const string MadeFromTests = "<!-- made from the tests: begin -->";

    [Fact]
    public void Every_relative_link_leads_somewhere()
    {
        var offences =
            from file in Documents()
            from Match link in Link().Matches(Tree.Text(file))
            let target = link.Groups["target"].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            let path = Resolve(file, target)
            where !Tree.Exists(path)
            select $"{file} links to {target}";

        Tree.None(offences, "Links that lead nowhere:");
    }

    [Fact]
    public void Every_path_that_a_document_names_exists()
    {
        var offences =
            from file in Documents()
            from Match name in NamedPath().Matches(Tree.Text(file))
            let path = name.Groups["path"].Value.TrimEnd('/')
            where !path.Contains('<', StringComparison.Ordinal) && !path.Contains('*', StringComparison.Ordinal) && !Tree.Exists(path)
            select $"{file} names {path}";

        Tree.None(offences.Distinct(), "Files that are written about and are not there:");
    }

    [Fact]
    public void The_walk_of_the_design_names_files_that_exist()
    {
        var walk = Section(Tree.Text("docs/design.md"), "The walk");
        var names = WalkStep().Matches(walk).Select(m => m.Groups["name"].Value).ToArray();

        Assert.True(names.Length >= 10, $"the walk names {names.Length} files only");
        Tree.None(names.Where(n => !Tree.Exists($"src/{n}") && !Tree.Exists($"src/{n}.cs")), "The walk in docs/design.md passes by files that are not there:");
    }

    [Fact]
    public void Every_source_folder_says_in_one_page_what_it_is()
    {
        foreach (var project in new[] { "Devices", "Gateway", "Ingest", "Mqtt", "Observations" })
        {
            var readme = $"src/{project}/README.md";
            Assert.True(Tree.Exists(readme), $"{readme} is missing");
            var written = Tree.Lines(readme).TakeWhile(line => line != MadeFromTests).Count(); // A generated table is looked up, not read.
            Assert.True(written <= OnePage, $"{readme} has {written} lines; a page has {OnePage}");
        }
    }

    [Fact]
    public void The_commands_of_the_readme_are_commands()
    {
        var help = Tree.Text("meetnet");
        var offences =
            from file in Documents()
            from Match command in Command().Matches(Tree.Text(file))
            let name = command.Groups["name"].Value
            where !Regex.IsMatch(help, $@"^\s+(?:\w+ \| )*{Regex.Escape(name)}(?: \| \w+)*\)", RegexOptions.Multiline) && name is not ("help" or "--help")
            select $"{file} says ./meetnet {name}";

        Tree.None(offences, "Commands that ./meetnet does not know:");
    }

    [Fact]
    public void The_page_says_the_same_things_in_every_language()
    {
        var keys = Tree.Under("src/Ingest/Dashboard/wwwroot/i18n", ".json").ToDictionary(
            f => f, f => JsonDocument.Parse(Tree.Text(f)).RootElement.EnumerateObject().Select(p => p.Name).ToHashSet());

        Assert.True(keys.Count >= 2);
        var all = keys.Values.SelectMany(k => k).ToHashSet();
        Tree.None(keys.SelectMany(k => all.Except(k.Value).Select(key => $"{k.Key} lacks {key}")), "Untranslated:");
    }

    [Fact]
    public void No_translation_is_empty()
    {
        var offences =
            from file in Tree.Under("src/Ingest/Dashboard/wwwroot/i18n", ".json")
            from text in JsonDocument.Parse(Tree.Text(file)).RootElement.EnumerateObject()
            where string.IsNullOrWhiteSpace(text.Value.GetString())
            select $"{file}: {text.Name}";

        Tree.None(offences, "Empty texts:");
    }

    private static string[] Documents()
    {
        var found = Tree.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal)).ToArray();
        Assert.Contains("README.md", found);
        return found;
    }

    private static string Resolve(string file, string target) =>
        Path.GetRelativePath(Tree.Root, Path.GetFullPath(Path.Combine(Tree.Root, Path.GetDirectoryName(file)!, target)));

    private static string Section(string document, string title)
    {
        var match = Regex.Match(document, $@"^## [^\n]*{Regex.Escape(title)}[^\n]*\n(?<body>.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline);
        Assert.True(match.Success, $"there is no section '{title}'");
        return match.Groups["body"].Value;
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    // `src/…`, `tests/…`, `docs/…`, `scripts/…`, `firmware-config/…` in code quotes.
    [GeneratedRegex(@"`(?<path>(?:src|tests|docs|scripts|firmware-config)/[A-Za-z0-9_./@<>*\-]+)`")]
    private static partial Regex NamedPath();

    // `Gateway/Lines/SerialLine`, `Ingest/Facts/FactLog.cs`, `Observations/Wire`
    [GeneratedRegex(@"`(?<name>(?:Gateway|Ingest|Devices|Observations|Mqtt|Linked)/[A-Za-z0-9_./]+)`")]
    private static partial Regex WalkStep();

    [GeneratedRegex(@"\./meetnet (?<name>[a-z\-]+)")]
    private static partial Regex Command();
}
