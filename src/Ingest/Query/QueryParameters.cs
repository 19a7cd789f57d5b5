using System.Globalization;
using MeetNet.Observations;
using Microsoft.Extensions.Primitives;

namespace MeetNet.Ingest.Query;

/// <summary>
/// Reads the query string of one request strictly: every parameter must be known, given once (unless it is a list) and usable.
/// Faults are gathered in <see cref="Faults"/>; what a faulty parameter returns is not to be used.
/// </summary>
internal sealed class QueryParameters(IQueryCollection query)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public List<ParameterFault> Faults { get; } = [];

    /// <summary>A parameter that may be given more than once.</summary>
    public IReadOnlyList<string> All(string name)
    {
        _known.Add(name);
        return [.. Values(name).Where(value => !string.IsNullOrEmpty(value)).Select(value => value!)];
    }

    /// <summary>The value of a parameter, null when it is absent or empty.</summary>
    public string? One(string name)
    {
        _known.Add(name);
        var values = Values(name);
        if (values.Count > 1)
        {
            Faults.Add(new ParameterFault(name, string.Join("&", (string?[])values!), "one value", $"{name}={values[0]}"));
        }
        return values.Count == 0 || string.IsNullOrEmpty(values[0]) ? null : values[0];
    }

    /// <summary>
    /// An instant with a zone: <c>Z</c> or an offset. A time without a zone is refused: it would mean a different hour to each
    /// side of a summer-time change and to each reader.
    /// </summary>
    public DateTimeOffset? Instant(string name)
    {
        if (One(name) is not { } text)
        {
            return null;
        }
        if (Iso8601.TryParse(text, out var utc))
        {
            return utc;
        }

        // A plus of an offset that was not escaped arrives as a space.
        var restored = text.Length > 6 && text[^6] == ' ' ? string.Concat(text.AsSpan(0, text.Length - 6), "+", text.AsSpan(text.Length - 5)) : text;
        if (DateTimeOffset.TryParseExact(restored, OffsetFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var offset))
        {
            return offset.ToUniversalTime();
        }

        Faults.Add(new ParameterFault(
            name, text, "an ISO 8601 instant with seconds and a zone (Z, or an offset; a plus is written %2B)", $"{name}=2026-11-21T10:00:00Z"));
        return null;
    }

    /// <summary>One of a few words; <paramref name="otherwise"/> when absent.</summary>
    public T Choice<T>(string name, T otherwise, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (One(name) is not { } text)
        {
            return otherwise;
        }
        var words = new List<string>();
        foreach (var (word, value) in choices)
        {
            if (word == text)
            {
                return value;
            }
            words.Add(word);
        }
        Faults.Add(new ParameterFault(name, text, $"one of {string.Join(", ", words)}", $"{name}={words[0]}"));
        return otherwise;
    }

    /// <summary>A whole number from 1 to <paramref name="most"/>.</summary>
    public int Count(string name, int otherwise, int most)
    {
        if (One(name) is not { } text)
        {
            return otherwise;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= most)
        {
            return count;
        }
        Faults.Add(new ParameterFault(
            name, text, $"a whole number from 1 to {most.ToString(CultureInfo.InvariantCulture)}", $"{name}={otherwise.ToString(CultureInfo.InvariantCulture)}"));
        return otherwise;
    }

    /// <summary>A revision: a whole number from 0; null when absent.</summary>
    public int? Revision(string name)
    {
        if (One(name) is not { } text)
        {
            return null;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
        {
            return revision;
        }
        Faults.Add(new ParameterFault(name, text, "a whole number from 0", $"{name}=0"));
        return null;
    }

    /// <summary>Call last: a parameter that nobody asked for is a mistyped one, and ignoring it would answer another question.</summary>
    public void Done()
    {
        var known = _known.Count == 0 ? "it has none" : string.Join(", ", _known.Order(StringComparer.Ordinal));
        foreach (var name in query.Keys.Where(name => !_known.Contains(name)).Order(StringComparer.Ordinal))
        {
            var example = NearMatches.Of(name, _known) is [var near, ..] ? near : _known.FirstOrDefault();
            Faults.Add(new ParameterFault(
                name, query[name].ToString(), $"a parameter of this address ({known})", example is null ? "the address alone" : $"{example}=…"));
        }
    }

    private static readonly string[] OffsetFormats = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    private StringValues Values(string name) => query.TryGetValue(name, out var values) ? values : StringValues.Empty;
}
