using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;

namespace MeetNet.Yaml;

/// <summary>
/// One value with its place. Each read checks the type and reports what is allowed; a failed read gives a stand-in (empty text,
/// the lower bound or 0, the first choice, an empty map or list).
/// </summary>
public sealed class YamlValue
{
    private readonly YamlDocument _document;
    private readonly YamlNode? _node;
    private readonly (Mark At, string Owner)? _missing;
    private bool _reported;

    internal YamlValue(YamlDocument document, YamlNode? node, string name)
    {
        _document = document;
        _node = node;
        Name = name;
    }

    private YamlValue(YamlDocument document, string name, Mark at, string owner)
        : this(document, null, name) => _missing = (at, owner);

    /// <summary>The value of a key that isn't there: the first typed read reports it, and says what it should be.</summary>
    internal static YamlValue Missing(YamlDocument document, string name, Mark at, string owner) => new(document, name, at, owner);

    /// <summary>A value of a map whose absence or wrong type has been reported already.</summary>
    internal static YamlValue Nothing(YamlDocument document, string name) => new(document, null, name);

    /// <summary>The key this value was found under; in a list, <c>key[index]</c>.</summary>
    public string Name { get; }

    /// <summary>False for the stand-in of a missing key.</summary>
    public bool Exists => _node is not null;

    /// <summary>The line it starts on, from 1.</summary>
    public int Line => (int)(_node?.Start.Line ?? 1);

    /// <summary>The column it starts in, from 1.</summary>
    public int Column => (int)(_node?.Start.Column ?? 1);

    /// <summary>Whether this is a map.</summary>
    public bool IsMap => _node is YamlMapNode;

    /// <summary>Whether this is a list.</summary>
    public bool IsList => _node is YamlListNode;

    /// <summary>Whether this is an unquoted whole number.</summary>
    public bool IsInteger => _node is YamlScalarNode { Plain: true } scalar && YamlScalars.TryInteger(scalar.Text, out _);

    /// <summary>Whether this is an unquoted number.</summary>
    public bool IsNumber => _node is YamlScalarNode { Plain: true } scalar && YamlScalars.TryNumber(scalar.Text, out _);

    /// <summary>Whether this is null: nothing after the colon, '~' or 'null'.</summary>
    public bool IsNull => _node is YamlScalarNode { Plain: true } scalar && YamlScalars.IsNull(scalar.Text);

    /// <summary>Reports a problem at this place.</summary>
    public void Problem(string message)
    {
        if (_node is not null)
        {
            _document.Report(_node.Start, message);
        }
    }

    /// <summary>
    /// Text. An unquoted word that YAML takes for null, true/false or a number is refused: it needs quotes, so that editors,
    /// schemas and this reader agree on what it is.
    /// </summary>
    public string String()
    {
        switch (_node)
        {
            case YamlScalarNode { Plain: true } plain when YamlScalars.IsNull(plain.Text):
                return Wrong("text", string.Empty);
            case YamlScalarNode { Plain: true } plain when YamlScalars.IsBoolean(plain.Text) || YamlScalars.TryNumber(plain.Text, out _):
                Problem($"'{Name}' must be text: write it in quotes: \"{plain.Text}\"");
                return plain.Text;
            case YamlScalarNode scalar:
                return scalar.Text;
            default:
                return Wrong("text", string.Empty);
        }
    }

    /// <summary>The scalar exactly as it stands in the file, whatever type YAML takes it for; for values such as hexadecimal digits.</summary>
    public string Raw() => (_node as YamlScalarNode)?.Text ?? Wrong("text", string.Empty);

    /// <summary>Text that matches a pattern; <paramref name="allowed"/> says in words what the pattern lets through.</summary>
    public string Matching(Regex pattern, string allowed)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if (_node is null)
        {
            return Wrong(allowed, string.Empty);
        }

        var before = _document.Problems.Count;
        var text = String();
        if (_document.Problems.Count == before && !pattern.IsMatch(text))
        {
            Problem($"'{Name}' is '{text}'; allowed: {allowed}");
        }

        return text;
    }

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>, decimal or 0x hexadecimal.</summary>
    public int Integer(int min = int.MinValue, int max = int.MaxValue) => (int)Whole(min, max, int.MinValue, int.MaxValue);

    /// <summary>A whole number of up to 64 bits, decimal or 0x hexadecimal.</summary>
    public long Long(long min = long.MinValue, long max = long.MaxValue) => Whole(min, max, long.MinValue, long.MaxValue);

    private long Whole(long min, long max, long lowest, long highest)
    {
        var allowed = YamlScalars.Bounded("a whole number", min, max, lowest, highest);
        var standIn = Math.Clamp(0, min, max);
        if (_node is not YamlScalarNode { Plain: true } scalar || !YamlScalars.TryInteger(scalar.Text, out var value))
        {
            return Wrong(allowed, standIn);
        }

        if (value < min || value > max)
        {
            Problem($"'{Name}' is {scalar.Text}; allowed: {allowed}");
            return standIn;
        }

        return value;
    }

    /// <summary>A finite number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public double Number(double min = double.MinValue, double max = double.MaxValue)
    {
        var standIn = Math.Clamp(0, min, max);
        if (_node is not YamlScalarNode { Plain: true } scalar || !YamlScalars.TryNumber(scalar.Text, out var value))
        {
            return Wrong(YamlScalars.Bounded("a number", min, max, double.MinValue, double.MaxValue), standIn);
        }

        if (!(value >= min && value <= max))
        {
            Problem($"'{Name}' is {scalar.Text}; allowed: {YamlScalars.Bounded("a number", min, max, double.MinValue, double.MaxValue)}");
            return standIn;
        }

        return value;
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool Boolean() => _node switch
    {
        YamlScalarNode { Plain: true } scalar when YamlScalars.IsBoolean(scalar.Text) => scalar.Text is "true" or "True" or "TRUE",
        _ => Wrong("true or false", false),
    };

    /// <summary>One word out of a list.</summary>
    public string Choice(params ReadOnlySpan<string> allowed)
    {
        // A word such as 'none' or '1' is compared as it stands in the file, quoted or not.
        var text = (_node as YamlScalarNode)?.Text;
        foreach (var word in allowed)
        {
            if (text == word)
            {
                return word;
            }
        }

        var words = allowed.ToArray();
        var standIn = words.Length > 0 ? words[0] : string.Empty;
        if (_node is null)
        {
            return Wrong($"one of {string.Join(", ", words)}", standIn);
        }

        Problem($"'{Name}' is {Shown()}; {NearestName.Hint(text, words)}");
        return standIn;
    }

    /// <summary>A length of time: a whole number and ms, s, m, h or d, e.g. <c>250ms</c>, <c>10s</c>, <c>5m</c>, <c>1h</c>.</summary>
    public TimeSpan Duration(TimeSpan? min = null, TimeSpan? max = null)
    {
        var low = min ?? TimeSpan.Zero;
        var high = max ?? TimeSpan.FromDays(3650);
        var allowed = $"a length of time such as 250ms, 10s, 5m, 1h or 2d, from {YamlScalars.Show(low)} to {YamlScalars.Show(high)}";
        if (_node is not YamlScalarNode scalar || !Durations.TryParse(scalar.Text, out var value))
        {
            return Wrong(allowed, low);
        }

        if (value < low || value > high)
        {
            Problem($"'{Name}' is {scalar.Text}; allowed: {allowed}");
            return low;
        }

        return value;
    }

    /// <summary>A UTC instant, ISO 8601 with Z: <c>2026-11-21T10:00:00Z</c>.</summary>
    public DateTimeOffset Instant()
    {
        if (_node is YamlScalarNode scalar && scalar.Text.EndsWith('Z') && DateTimeOffset.TryParseExact(
                scalar.Text, ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"], CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant))
        {
            return instant;
        }

        return Wrong("a UTC instant such as 2026-11-21T10:00:00Z", DateTimeOffset.UnixEpoch);
    }

    /// <summary>A calendar date: <c>2026-11-21</c>.</summary>
    public DateOnly Date() =>
        _node is YamlScalarNode scalar && DateOnly.TryParseExact(scalar.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : Wrong("a date such as 2026-11-21", DateOnly.FromDateTime(DateTime.UnixEpoch));

    /// <summary>A map of keys to values.</summary>
    public YamlMap Map() => _node is YamlMapNode map
        ? new YamlMap(_document, map, $"'{Name}'")
        : Wrong("keys and values (a map)", YamlMap.Nothing(_document));

    /// <summary>A list of values.</summary>
    public IReadOnlyList<YamlValue> List() => _node is YamlListNode list
        ? [.. list.Items.Select((item, i) => new YamlValue(_document, item, string.Create(CultureInfo.InvariantCulture, $"{Name}[{i}]")))]
        : Wrong<IReadOnlyList<YamlValue>>("a list ('- …' lines or [a, b])", []);

    private T Wrong<T>(string expected, T standIn)
    {
        if (_missing is { } missing && !_reported)
        {
            _reported = true;
            _document.Report(missing.At, $"missing key '{Name}' in {missing.Owner}: it must be {expected}");
        }

        Problem($"'{Name}' must be {expected}, not {Shown()}");
        return standIn;
    }

    private string Shown() => _node switch
    {
        YamlMapNode => "a map",
        YamlListNode => "a list",
        YamlScalarNode { Plain: true } scalar when YamlScalars.IsNull(scalar.Text) => "empty",
        YamlScalarNode { Plain: false } scalar => $"the text \"{scalar.Text}\"",
        YamlScalarNode scalar => $"'{scalar.Text}'",
        _ => "absent",
    };
}
