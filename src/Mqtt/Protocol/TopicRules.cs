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
