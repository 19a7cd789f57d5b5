using System.Text;

namespace MeetNet.Mqtt.Protocol;

/// <summary>Rules for texts, topic names and topic filters (MQTT 5.0 §1.5.4, §4.7, §4.8.2). Each gives null or what is wrong.</summary>
internal static class TopicRules
{
    private const int LongestText = ushort.MaxValue; // Two-byte length, §1.5.4.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string? CheckText(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return "holds U+0000 [MQTT-1.5.4-2]";
        }

        try
        {
            return Strict.GetByteCount(text) > LongestText ? "is longer than 65,535 bytes of UTF-8 [MQTT-4.7.3-3]" : null;
        }
        catch (EncoderFallbackException)
        {
            return "holds half a surrogate pair [MQTT-1.5.4-1]";
        }
    }

    public static string? CheckTopicName(string name) =>
        name.Length == 0 ? "is empty [MQTT-4.7.3-1]"
        : name.AsSpan().ContainsAny('+', '#') ? "holds a wildcard [MQTT-3.3.2-2]"
        : CheckText(name);

    public static string? CheckTopicFilter(string filter, bool noLocal = false)
    {
        if (CheckText(filter) is { } problem)
        {
            return problem;
        }

        var levels = filter;
        if (filter.StartsWith("$share/", StringComparison.Ordinal))
        {
            var end = filter.IndexOf('/', 7);
            if (end < 0 || end == 7 || filter.AsSpan(7, end - 7).ContainsAny('+', '#'))
            {
                return "is not $share/name/filter [MQTT-4.8.2-1, -2]";
            }

            if (noLocal)
            {
                return "is shared and has No Local [MQTT-3.8.3-4]";
            }

            levels = filter[(end + 1)..];
        }

        return levels.Length == 0 ? "is empty [MQTT-4.7.3-1]" : CheckWildcards(levels);
    }

    /// <summary>Whether a valid filter matches a valid topic name (§4.7), a shared one without its share name.</summary>
    public static bool Matches(string filter, string topic)
    {
        var levels = filter.AsSpan();
        if (filter.StartsWith("$share/", StringComparison.Ordinal))
        {
            levels = levels[(filter.IndexOf('/', 7) + 1)..];
        }

        var names = topic.AsSpan();
        if (names[0] == '$' && levels[0] is ('+' or '#'))
        {
            return false; // [MQTT-4.7.2-1]
        }

        while (true)
        {
            var level = Next(ref levels, out var moreLevels);
            if (level is "#")
            {
                return true;
            }

            var name = Next(ref names, out var moreNames);
            if (level is not "+" && !level.SequenceEqual(name))
            {
                return false;
            }

            if (!moreNames)
            {
                return !moreLevels || levels is "#"; // It stands for the parent level too, §4.7.1.2.
            }

            if (!moreLevels)
            {
                return false;
            }
        }
    }

    private static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> rest, out bool more)
    {
        var end = rest.IndexOf('/');
        more = end >= 0;
        var level = more ? rest[..end] : rest;
        rest = more ? rest[(end + 1)..] : [];
        return level;
    }

    private static string? CheckWildcards(string filter)
    {
        var levels = filter.Split('/');
        for (var i = 0; i < levels.Length; i++)
        {
            if (levels[i].Contains('#', StringComparison.Ordinal) && (levels[i] != "#" || i < levels.Length - 1))
            {
                return "has # elsewhere than alone at the end [MQTT-4.7.1-1]";
            }

            if (levels[i].Contains('+', StringComparison.Ordinal) && levels[i] != "+")
            {
                return "has + beside other characters of a level [MQTT-4.7.1-2]";
            }
        }

        return null;
    }
}
