using FsCheck;
using FsCheck.Fluent;
using MeetNet.Yaml;

namespace MeetNet.Devices.Tests.Yaml;

public sealed class YamlReaderTests
{
    private static readonly string[] Parities = ["none", "even", "odd"];

    [Fact]
    public void Reads_every_kind_of_value()
    {
        var map = YamlReader.Parse("""
            name: level-1
            quoted: "12"
            count: 42
            hex: 0x07D0
            number: -1.5e3
            whole: 3
            yes: true
            parity: even
            poll: 250ms
            since: 2026-11-21T10:00:00.25Z
            day: 2026-11-21
            line: {baud: 9600}
            list: [a, b]
            """, "f.yaml", out var problems);

        Assert.Equal("level-1", map.String("name"));
        Assert.Equal("12", map.String("quoted"));
        Assert.Equal(42, map.Integer("count", 0, 100));
        Assert.Equal(2000, map.Integer("hex"));
        Assert.Equal(-1500, map.Number("number"));
        Assert.Equal(3, map.Number("whole"));
        Assert.True(map.Boolean("yes"));
        Assert.Equal("even", map.Choice("parity", Parities));
        Assert.Equal(TimeSpan.FromMilliseconds(250), map.Duration("poll"));
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 10, 0, 0, 250, TimeSpan.Zero), map.Instant("since"));
        Assert.Equal(new DateOnly(2026, 11, 21), map.Require("day").Date());
        var line = map.Map("line");
        Assert.Equal(9600, line.Integer("baud"));
        line.Done();
        Assert.Equal(["a", "b"], map.List("list").Select(v => v.String()));
        Assert.Null(map.Optional("absent"));
        map.Done();
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("baud: fast", "f.yaml:1:7: 'baud' must be a whole number from 50 to 115200, not 'fast'")]
    [InlineData("baud: 10", "f.yaml:1:7: 'baud' is 10; allowed: a whole number from 50 to 115200")]
    [InlineData("baud: \"9600\"", "f.yaml:1:7: 'baud' must be a whole number from 50 to 115200, not the text \"9600\"")]
    [InlineData("baud:", "f.yaml:1:6: 'baud' must be a whole number from 50 to 115200, not empty")]
    [InlineData("baud: [1]", "f.yaml:1:7: 'baud' must be a whole number from 50 to 115200, not a list")]
    [InlineData("baud: 99999999999999999999", "f.yaml:1:7: 'baud' must be a whole number from 50 to 115200, not '99999999999999999999'")]
    [InlineData("{}", "f.yaml:1:1: missing key 'baud' in the file: it must be a whole number from 50 to 115200")]
    public void Says_what_a_whole_number_may_be(string text, string expected) =>
        Assert.Equal([expected], Problems(text, map => map.Integer("baud", 50, 115200)));

    [Theory]
    [InlineData("name: 0123", "f.yaml:1:7: 'name' must be text: write it in quotes: \"0123\"")]
    [InlineData("name: true", "f.yaml:1:7: 'name' must be text: write it in quotes: \"true\"")]
    [InlineData("name: ~", "f.yaml:1:7: 'name' must be text, not empty")]
    [InlineData("name: {a: 1}", "f.yaml:1:7: 'name' must be text, not a map")]
    public void Text_that_yaml_takes_for_something_else_needs_quotes(string text, string expected) =>
        Assert.Equal([expected], Problems(text, map => map.String("name")));

    [Theory]
    [InlineData("x: evn", "f.yaml:1:4: 'x' is 'evn'; did you mean 'even'? Allowed: none, even, odd")]
    [InlineData("x: mark", "f.yaml:1:4: 'x' is 'mark'; allowed: none, even, odd")]
    public void Offers_the_nearest_word(string text, string expected) =>
        Assert.Equal([expected], Problems(text, map => map.Choice("x", Parities)));

    [Theory]
    [InlineData("x: 10 s")]
    [InlineData("x: 10")]
    [InlineData("x: s")]
    [InlineData("x: -1s")]
    [InlineData("x: 1h30m")]
    [InlineData("x: 25h")]
    public void A_duration_has_a_unit_and_a_limit(string text) =>
        Assert.Contains("250ms, 10s, 5m, 1h or 2d, from 0s to 1d", Assert.Single(Problems(text, map => map.Duration("x", max: TimeSpan.FromDays(1)))), StringComparison.Ordinal);

    [Theory]
    [InlineData("x: 2026-11-21T10:00:00")]
    [InlineData("x: 2026-11-21T10:00:00+01:00")]
    [InlineData("x: 2026-13-21T10:00:00Z")]
    [InlineData("x: yesterday")]
    public void An_instant_is_utc(string text) =>
        Assert.Contains("a UTC instant such as 2026-11-21T10:00:00Z", Assert.Single(Problems(text, map => map.Instant("x"))), StringComparison.Ordinal);

    [Fact]
    public void Unknown_keys_are_named_with_the_nearest_and_all_that_is_allowed() =>
        Assert.Equal(
            ["f.yaml:1:1: missing key 'dataBits' in the file: it must be a whole number", "f.yaml:2:1: unknown key 'data-bit' in the file; did you mean 'dataBits'? Allowed: baud, dataBits"],
            Problems("baud: 9600\ndata-bit: 8", map => map.Integer("baud") + map.Integer("dataBits")));

    [Fact]
    public void All_problems_come_at_once() =>
        Assert.Equal(3, Problems("a: x\nb: y\nb: z", map => map.Integer("a") + map.Integer("b")).Count);

    [Theory]
    [InlineData("a: 1\na: 2", "f.yaml:2:1: key 'a' is here twice; the first is on line 1")]
    [InlineData("a: &x 1", "f.yaml:1:4: anchor '&x': anchors are not used here; write the value out")]
    [InlineData("a: !!int 1", "f.yaml:1:4: tag 'tag:yaml.org,2002:int': tags are not used here; write the value without it")]
    [InlineData("a: 1\n---\na: 2", "f.yaml:2:1: a second document ('---') in one file: one file holds one document")]
    [InlineData("- 1", "f.yaml:1:1: expected keys and values (a map), e.g. 'name: value'")]
    [InlineData("", "f.yaml:1:1: expected keys and values (a map), e.g. 'name: value'")]
    public void Refuses_what_people_trip_over(string text, string expected) =>
        Assert.Contains(expected, Problems(text, map => map.Optional("a")?.Integer() ?? 0));

    [Theory]
    [InlineData("a: b: c")]
    [InlineData("a: [1, 2")]
    [InlineData("a: \"x")]
    public void Broken_yaml_is_one_problem_with_its_place(string text)
    {
        YamlReader.Parse(text, "f.yaml", out var problems);
        Assert.Contains("not YAML", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Free_keys_can_be_listed_and_checked_at_their_place()
    {
        var map = YamlReader.Parse("a: 1\nb: 2", "f.yaml", out var problems);
        Assert.Equal([("a", 1, 1), ("b", 2, 2)], map.Entries().Select(e => (e.Key, e.Value.Integer(), e.Name.Line)));
        map.Done();
        Assert.Empty(problems);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_problem()
    {
        YamlReader.Load("/nowhere/at-all.yaml", out var problems);
        Assert.Contains("can't be read", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        YamlReader.Parse(new string('[', 100_000), "f.yaml", out var problems);
        Assert.NotEmpty(problems);
    }

    /// <summary>What the property below has found: the parser's own exceptions are not the only ones it ends with.</summary>
    [Theory]
    [InlineData("!![\n")]
    [InlineData("a: !!%\n")]
    [InlineData("{a, - b: [")]
    public void Texts_that_the_parser_stumbles_over_are_a_problem_with_a_place(string text)
    {
        YamlReader.Parse(text, "f.yaml", out var problems);
        Assert.NotEmpty(problems);
        Assert.All(problems, problem => Assert.True(problem.Line >= 1 && problem.Column >= 1, problem.ToString()));
    }

    [Fact]
    public void No_text_makes_it_throw() =>
        Prop.ForAll(Gen.Elements("a", ":", " ", "\n", "-", "{", "}", "[", "]", "&", "*", "!", "\"", "'", "#", "|", ">", "%", "\t", "0x", "é").ListOf().ToArbitrary(), pieces =>
        {
            var map = YamlReader.Parse(string.Concat(pieces), "f.yaml", out _);
            foreach (var entry in map.Entries())
            {
                entry.Value.Integer();
                entry.Value.String();
                entry.Value.Map().Done();
                entry.Value.List();
            }

            map.Done();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static List<string> Problems<T>(string text, Func<YamlMap, T> read)
    {
        var map = YamlReader.Parse(text, "f.yaml", out var problems);
        read(map);
        map.Done();
        return [.. problems.Select(p => p.ToString())];
    }
}
