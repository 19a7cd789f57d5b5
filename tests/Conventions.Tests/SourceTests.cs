using System.Text.RegularExpressions;

namespace MeetNet.Conventions.Tests;

/// <summary>What holds for every source file: names, size, nothing left open, nothing of the machine it was written on.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 400;

    // The words of the MQTT standard.
    private static readonly string[] Given = ["MqttQualityOfService"];

    // "Services" (what a program is composed of) is a word of the house; one Service is not.
    private static readonly string[] EmptyWords = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Shared", "Service", "Handler"];

    [Fact]
    public void No_type_has_a_name_that_says_nothing()
    {
        var offences =
            from file in CSharp()
            from Match type in TypeDeclaration().Matches(Tree.Text(file))
            let name = type.Groups["name"].Value
            where !Given.Contains(name) && WordsOf(name).Intersect(EmptyWords).Any()
            select $"{file}: {name}";

        Tree.None(offences, "A name says what the thing is (docs/design.md, \"Names\"):");
    }

    [Fact]
    public void A_file_holds_one_idea()
    {
        var offences = Tree.Under("src", ".cs").Select(f => (File: f, Lines: Tree.Lines(f).Length)).Where(f => f.Lines > MaxLines).Select(f => $"{f.File}: {f.Lines} lines");

        Tree.None(offences, $"More than {MaxLines} lines; where is the second idea?");
    }

    [Fact]
    public void Nothing_is_left_open()
    {
        // Written in two parts, or this file would be its own first find.
        string[] words = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:", "X" + "XX", "NotImplemented" + "Exception"];
        var offences =
            from file in Texts()
            from line in Tree.Lines(file).Index()
            where words.Any(w => Regex.IsMatch(line.Item, $@"\b{w}\b"))
            select $"{file}:{line.Index + 1}: {line.Item.Trim()}";

        Tree.None(offences, "Left open:");
    }

    [Fact]
    public void Nothing_in_the_tree_names_a_machine_or_a_package_host()
    {
        string[] hosts = ["nuget" + ".org", "npmjs" + ".org", "deb.debian" + ".org", "pypi" + ".org"];
        var offences =
            from file in Texts()
            from line in Tree.Lines(file).Index()
            where MachinePath().IsMatch(line.Item) || hosts.Any(h => line.Item.Contains(h, StringComparison.OrdinalIgnoreCase))
            select $"{file}:{line.Index + 1}: {line.Item.Trim()}";

        Tree.None(offences, "The tree must mean the same on every machine:");
    }

    /// <summary>A rig may poll the processes that it watches; a test says what it waits for and nothing about how long.</summary>
    [Fact]
    public void A_test_waits_for_something_and_never_for_time()
    {
        var sleep = "Thread" + ".Sleep";
        var realDelay = new Regex(@"Task\.Delay\([^;]*TimeProvider\.System");
        var offences =
            from file in Tree.Under("tests", ".cs").Where(f => HasTests().IsMatch(Tree.Text(f)))
            from line in Tree.Lines(file).Index()
            where line.Item.Contains(sleep, StringComparison.Ordinal) || realDelay.IsMatch(line.Item)
            select $"{file}:{line.Index + 1}: {line.Item.Trim()}";

        Tree.None(offences, "Sleeps:");
    }

    [Fact]
    public void No_test_is_switched_off()
    {
        var offences =
            from file in Tree.Under("tests", ".cs")
            from line in Tree.Lines(file).Index()
            where Skipped().IsMatch(line.Item)
            select $"{file}:{line.Index + 1}: {line.Item.Trim()}";

        Tree.None(offences, "A test that does not run shows nothing:");
    }

    [Fact]
    public void Event_ids_are_unique_within_a_program()
    {
        foreach (var program in new[] { "src/Gateway", "src/Ingest" })
        {
            var ids = Tree.Under(program, ".cs").SelectMany(f => LogMessage().Matches(Tree.Text(f)).Select(m => m.Groups["id"].Value)).ToArray();

            Assert.True(ids.Length > 0, $"{program} has no log messages");
            Tree.None(ids.GroupBy(id => id).Where(g => g.Count() > 1).Select(g => $"{program}: {g.Key} is used {g.Count()} times"), "An event id means one thing:");
        }
    }

    [Fact]
    public void Log_messages_are_in_one_file_a_program()
    {
        var offences = Tree.Under("src", ".cs").Where(f => Path.GetFileName(f) != "Log.cs" && LogMessage().IsMatch(Tree.Text(f)));

        Tree.None(offences, "Log messages belong in the program's Log.cs:");
    }

    [Fact]
    public void Serilog_is_seen_only_where_the_programs_set_up_their_log()
    {
        var offences = Tree.Under("src", ".cs").Where(f =>
            Path.GetFileName(f) != "Program.cs" && !f.StartsWith("src/Linked/Hosting/", StringComparison.Ordinal) && Tree.Text(f).Contains("using Serilog", StringComparison.Ordinal));

        Tree.None(offences, "Everything else logs through its own messages:");
    }

    private static IEnumerable<string> CSharp() => Tree.Under("src", ".cs").Concat(Tree.Under("tests", ".cs"));

    /// <summary>Every file that a person wrote.</summary>
    private static IEnumerable<string> Texts()
    {
        string[] endings = [".cs", ".csproj", ".props", ".sh", ".md", ".yaml", ".json", ".js", ".css", ".html", ".conf", ".service", ".rules", ".slnf", ".txt"];
        string[] names = ["meetnet", ".ci/run", "firmware-config/broker/acl"];
        return Tree.Files.Where(f => Path.GetFileName(f) != "packages.lock.json" && (names.Contains(f) || endings.Any(e => f.EndsWith(e, StringComparison.Ordinal))));
    }

    private static IEnumerable<string> WordsOf(string name) => PascalWord().Matches(name).Select(m => m.Value);

    [GeneratedRegex(@"^\s*(?:(?:public|internal|private|protected|file|sealed|static|abstract|partial|readonly|ref|unsafe)\s+)*(?:class|record(?:\s+(?:struct|class))?|struct|interface|enum)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z][a-z0-9]*")]
    private static partial Regex PascalWord();

    // The root of a checkout, a home or a scratch folder of one machine.
    [GeneratedRegex(@"(?:^|[^A-Za-z0-9_.\-{}/])/(?:work|root|tmp|home/[a-z]+)/[A-Za-z]")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\[(?:Fact|Theory)\b")]
    private static partial Regex HasTests();

    [GeneratedRegex(@"\[(?:Fact|Theory)\([^\]]*\bSkip\s*=")]
    private static partial Regex Skipped();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId\s*=\s*)?(?<id>\d+)")]
    private static partial Regex LogMessage();
}
