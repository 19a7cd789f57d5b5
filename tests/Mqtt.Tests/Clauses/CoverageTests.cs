using System.Reflection;
using System.Text;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Clauses;

/// <summary>
/// Which test holds which statement of the standard: tests carry the trait <c>mqtt</c>, the table in the README is made from them.
/// </summary>
public sealed class CoverageTests
{
    private const string Readme = "src/Mqtt/README.md";
    private const string Begin = "<!-- made from the tests: begin -->\n";
    private const string End = "<!-- made from the tests: end -->\n";

    private static readonly IReadOnlyList<Statement> All = Statement.Read(RepositoryFile.Text("tests/Mqtt.Tests/Clauses/statements.txt").Split('\n'));

    private static readonly ILookup<string, string> Tests = TestsByStatement();

    [Fact]
    public void Every_statement_has_a_test_or_a_reason()
    {
        var missing = All.Where(s => !Tests.Contains(s.Number) && s.Reason is null).Select(s => $"{s.Number} {s.Text}");
        Assert.Empty(missing);
        var needless = All.Where(s => Tests.Contains(s.Number) && s.Reason is not null).Select(s => $"{s.Number}: tested, so without a reason why not");
        Assert.Empty(needless);
    }

    [Fact]
    public void Every_trait_names_a_statement_once()
    {
        Assert.Equal(All.Count, All.Select(s => s.Number).Distinct().Count());
        Assert.Empty(Tests.Select(t => t.Key).Except(All.Select(s => s.Number)));
    }

    /// <summary>With MEETNET_WRITE=1 in the environment it writes the table instead.</summary>
    [Fact]
    public void The_table_in_the_readme_is_the_one_that_the_tests_give()
    {
        var text = RepositoryFile.Text(Readme);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= Begin.Length && end >= begin, $"{Readme} has no place for the table");
        if (Environment.GetEnvironmentVariable("MEETNET_WRITE") == "1")
        {
            File.WriteAllText(RepositoryFile.PathOf(Readme), text[..begin] + Table() + text[end..]);
            return;
        }

        Assert.True(text[begin..end] == Table(), $"the table in {Readme} is old: run this test once with MEETNET_WRITE=1");
    }

    private static string Table()
    {
        var table = new StringBuilder("| statement | says | tests |\n|---|---|---|\n");
        foreach (var group in All.GroupBy(s => s.Group))
        {
            table.Append($"| **{group.Key}** | | |\n");
            foreach (var statement in group)
            {
                var tests = statement.Reason is { } reason
                    ? $"none: {reason}"
                    : string.Join("<br>", Tests[statement.Number].Select(t => $"`{t}`"));
                table.Append($"| {statement.Number} | {statement.Text} | {tests} |\n");
            }
        }

        return table.ToString();
    }

    private static ILookup<string, string> TestsByStatement()
    {
        var traits =
            from type in typeof(CoverageTests).Assembly.GetTypes()
            from method in type.GetMethods()
            from number in Numbers(type).Concat(Numbers(method)).Distinct()
            where method.GetCustomAttribute<FactAttribute>() is not null
            orderby type.Name, method.Name
            select (number, name: $"{type.Name}.{method.Name}");
        return traits.ToLookup(t => t.number, t => t.name);
    }

    // TraitAttribute keeps its two arguments to itself; the attribute's data has them.
    private static IEnumerable<string> Numbers(MemberInfo member) => member.CustomAttributes
        .Where(a => a.AttributeType == typeof(TraitAttribute) && Equals(a.ConstructorArguments[0].Value, "mqtt"))
        .Select(a => (string)a.ConstructorArguments[1].Value!);
}
