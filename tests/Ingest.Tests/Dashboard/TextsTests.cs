using System.Text;
using System.Text.RegularExpressions;
using MeetNet.Ingest.Dashboard;

namespace MeetNet.Ingest.Tests.Dashboard;

public sealed partial class TextsTests
{
    private static string Source(string path) => Encoding.UTF8.GetString(PageFiles.Read(path).Content.Span);

    [Fact]
    public void Both_languages_have_the_same_keys_in_the_same_order() => Assert.Equal(Keys("nl"), Keys("en"));

    [Fact]
    public void Both_languages_leave_the_same_places_open()
    {
        foreach (var key in Texts.Dutch.Keys)
        {
            Assert.Equal(Placeholders(Texts.Dutch.Format(key)), Placeholders(Texts.English.Format(key)));
        }
    }

    [Fact]
    public void Every_text_that_the_page_asks_for_exists_and_every_one_that_exists_is_asked_for()
    {
        var code = string.Concat(PageFiles.All.Where(file => file.Path.EndsWith(".js", StringComparison.Ordinal) || file.Path.EndsWith(".html", StringComparison.Ordinal)).Select(file => Source(file.Path)));
        var asked = Asked().Matches(code).Select(match => match.Groups[1].Value).Except(PageFiles.All.Select(file => file.Path)).ToHashSet(StringComparer.Ordinal);
        var families = Family().Matches(code).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        families.Add("alert.");     // the service's own sentences
        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(Texts.English.Keys));
        Assert.All(Texts.English.Keys, key => Assert.True(asked.Contains(key) || families.Any(family => key.StartsWith(family, StringComparison.Ordinal)), key));
    }

    [Fact]
    public void A_text_that_does_not_exist_is_a_mistake() => Assert.Throws<KeyNotFoundException>(() => Texts.English.Format("no.such.text"));

    [Theory]
    [InlineData(null, "en")]
    [InlineData("", "en")]
    [InlineData("nl", "nl")]
    [InlineData("nl-BE,nl;q=0.9,en;q=0.8", "nl")]
    [InlineData("en-GB,nl;q=0.9", "en")]
    [InlineData("fr,nl;q=0.5,en;q=0.4", "nl")]
    [InlineData("de", "en")]
    [InlineData("nl;q=0", "en")]
    [InlineData("nld", "en")]
    [InlineData(";;;,,,=", "en")]
    public void The_language_is_the_one_that_the_reader_prefers(string? header, string language) => Assert.Equal(language, Language.Preferred(header));

    private static List<string> Keys(string language) => [.. Key().Matches(Source($"i18n/{language}.json")).Select(match => match.Groups[1].Value)];

    private static string[] Placeholders(string text) => [.. Placeholder().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal)];

    [GeneratedRegex("^  \"([^\"]+)\":", RegexOptions.Multiline)]
    private static partial Regex Key();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();

    /// <summary>A key in quotes: <c>t("a.b")</c>, <c>data-text="a.b"</c>, or one of a choice.</summary>
    [GeneratedRegex("\"((?:page|notice|status|stations|station|column|value|quality|chart|alerts|severity|age|footer)\\.[A-Za-z0-9.]+)\"")]
    private static partial Regex Asked();

    /// <summary>A key whose end is computed: <c>`quality.${flag}`</c>.</summary>
    [GeneratedRegex(@"`([a-z]+\.[a-z.]*)\$\{")]
    private static partial Regex Family();
}
