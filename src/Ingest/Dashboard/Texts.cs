using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MeetNet.Ingest.Dashboard;

/// <summary>
/// The texts that people read, from the same two files that the page reads (<c>wwwroot/i18n/nl.json</c>, <c>en.json</c>): the
/// page, the alerts and the notifications say the same things in the same words.
/// </summary>
internal sealed partial class Texts
{
    private readonly FrozenDictionary<string, string> _texts;

    private Texts(string language, FrozenDictionary<string, string> texts)
    {
        Language = language;
        _texts = texts;
    }

    public static Texts Dutch { get; } = Load("nl");

    public static Texts English { get; } = Load("en");

    /// <summary>ISO 639-1 code.</summary>
    public string Language { get; }

    public IEnumerable<string> Keys => _texts.Keys;

    /// <summary>The text of a key with its <c>{names}</c> filled in; a name without a value stays as it is.</summary>
    /// <exception cref="KeyNotFoundException">There is no such text: a mistake of the program.</exception>
    public string Format(string key, params ReadOnlySpan<(string Name, string Value)> values)
    {
        var text = _texts.TryGetValue(key, out var found) ? found : throw new KeyNotFoundException($"There is no text '{key}' in {Language}.json.");
        var byName = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            byName[name] = value;
        }
        return Placeholder().Replace(text, match => byName.GetValueOrDefault(match.Groups[1].Value, match.Value));
    }

    private static Texts Load(string language)
    {
        var file = PageFiles.Read($"i18n/{language}.json");
        var texts = JsonSerializer.Deserialize<Dictionary<string, string>>(file.Content.Span)
            ?? throw new InvalidOperationException($"{language}.json holds no texts.");
        return new Texts(language, texts.ToFrozenDictionary(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\{(\w+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
