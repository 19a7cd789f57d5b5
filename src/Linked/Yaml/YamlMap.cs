using YamlDotNet.Core;

namespace MeetNet.Yaml;

/// <summary>A map of keys to values. Ask for each key that is allowed, then call <see cref="Done"/>: what was never asked for is unknown.</summary>
public sealed class YamlMap
{
    private readonly YamlDocument _document;
    private readonly YamlMapNode? _node;
    private readonly string _name;
    private readonly List<string> _asked = [];

    internal YamlMap(YamlDocument document, YamlMapNode? node, string name)
    {
        _document = document;
        _node = node;
        _name = name;
    }

    internal static YamlMap Nothing(YamlDocument document) => new(document, null, string.Empty);

    /// <summary>The file's name as it stands in problems.</summary>
    public string File => _document.File;

    /// <summary>The keys in the file's order.</summary>
    public IEnumerable<string> Keys => _node?.Entries.Select(e => e.Key) ?? [];

    /// <summary>The value of a key that must be there. When it isn't, the first read of the value says so, and what it should be.</summary>
    public YamlValue Require(string key)
    {
        if (Find(key) is { } value)
        {
            return value;
        }

        return _node is null ? YamlValue.Nothing(_document, key) : YamlValue.Missing(_document, key, _node.Start, _name);
    }

    /// <summary>The value of a key that may be there, or null.</summary>
    public YamlValue? Optional(string key) => Find(key);

    /// <summary>Whether the key is in the file; counts as asking for it.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>All keys and values, for a map whose keys are free (names chosen by the writer). Counts as asking for all of them.</summary>
    public IReadOnlyList<YamlNamed> Entries()
    {
        if (_node is null)
        {
            return [];
        }

        _asked.AddRange(Keys.Where(k => !_asked.Contains(k)));
        return [.. _node.Entries.Select(e => new YamlNamed(
            e.Key,
            new YamlValue(_document, new YamlScalarNode(e.Start, e.Key, Plain: false), e.Key),
            new YamlValue(_document, e.Value, e.Key)))];
    }

    /// <summary>Reports every key that nobody asked for, with the nearest allowed key as a hint.</summary>
    public void Done()
    {
        foreach (var entry in _node?.Entries ?? [])
        {
            if (!_asked.Contains(entry.Key, StringComparer.Ordinal))
            {
                _document.Report(entry.Start, $"unknown key '{entry.Key}' in {_name}; {NearestName.Hint(entry.Key, [.. _asked.Order(StringComparer.Ordinal)])}");
            }
        }
    }

    /// <summary>Reports a problem at the place of a key, or of the map when the key is absent.</summary>
    public void Problem(string key, string message)
    {
        if (_node is not null)
        {
            var entry = _node.Entries.FirstOrDefault(e => e.Key == key);
            _document.Report(entry?.Value.Start ?? _node.Start, message);
        }
    }

    /// <summary>Reports a problem at the start of the map.</summary>
    public void Problem(string message)
    {
        if (_node is not null)
        {
            _document.Report(_node.Start, message);
        }
    }

    /// <summary>Required text; see <see cref="YamlValue.String"/>.</summary>
    public string String(string key) => Require(key).String();

    /// <summary>Required whole number; see <see cref="YamlValue.Integer"/>.</summary>
    public int Integer(string key, int min = int.MinValue, int max = int.MaxValue) => Require(key).Integer(min, max);

    /// <summary>Required number; see <see cref="YamlValue.Number"/>.</summary>
    public double Number(string key, double min = double.MinValue, double max = double.MaxValue) => Require(key).Number(min, max);

    /// <summary>Required true or false.</summary>
    public bool Boolean(string key) => Require(key).Boolean();

    /// <summary>Required word out of a list; see <see cref="YamlValue.Choice"/>.</summary>
    public string Choice(string key, params ReadOnlySpan<string> allowed) => Require(key).Choice(allowed);

    /// <summary>Required length of time; see <see cref="YamlValue.Duration"/>.</summary>
    public TimeSpan Duration(string key, TimeSpan? min = null, TimeSpan? max = null) => Require(key).Duration(min, max);

    /// <summary>Required UTC instant; see <see cref="YamlValue.Instant"/>.</summary>
    public DateTimeOffset Instant(string key) => Require(key).Instant();

    /// <summary>Required map.</summary>
    public YamlMap Map(string key) => Require(key).Map();

    /// <summary>Required list.</summary>
    public IReadOnlyList<YamlValue> List(string key) => Require(key).List();

    private YamlValue? Find(string key)
    {
        if (!_asked.Contains(key))
        {
            _asked.Add(key);
        }

        var entry = _node?.Entries.FirstOrDefault(e => e.Key == key);
        return entry is null ? null : new YamlValue(_document, entry.Value, key);
    }
}

/// <summary>One key of a map with free keys: its text, the key as a value (to check it or report at its place), and its value.</summary>
public readonly record struct YamlNamed(string Key, YamlValue Name, YamlValue Value);
