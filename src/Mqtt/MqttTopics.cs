using MeetNet.Mqtt.Protocol;

namespace MeetNet.Mqtt;

/// <summary>The rules for topic names and topic filters (MQTT 5.0 §4.7), for who wants to check before connecting or to sort what comes.</summary>
public static class MqttTopics
{
    private const string SharePrefix = "$share/";

    /// <summary>What is wrong with a topic name, to be read after it ("holds a wildcard …"), or null.</summary>
    public static string? ProblemOfName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TopicRules.CheckTopicName(name);
    }

    /// <summary>What is wrong with a topic filter, which may be shared (<c>$share/name/filter</c>), or null.</summary>
    public static string? ProblemOfFilter(string filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return TopicRules.CheckTopicFilter(filter);
    }

    /// <summary>
    /// Whether the filter matches the topic name. Of a shared filter what follows the share name counts. A wildcard in the first level matches no topic that begins with
    /// <c>$</c> ([MQTT-4.7.2-1]); <c>a/#</c> matches <c>a</c> too (§4.7.1.2).
    /// </summary>
    /// <param name="filter">A valid filter.</param>
    /// <param name="topic">A valid topic name.</param>
    public static bool Matches(string filter, string topic)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(topic);
        var rest = filter.AsSpan();
        if (rest.StartsWith(SharePrefix))
        {
            rest = rest[SharePrefix.Length..];
            rest = rest[(rest.IndexOf('/') + 1)..];
        }

        var name = topic.AsSpan();
        if (name.StartsWith('$') && rest is ['+' or '#', ..])
        {
            return false;
        }

        while (true)
        {
            var (level, more) = Split(ref rest);
            if (level is "#")
            {
                return true;
            }

            var (part, partMore) = Split(ref name);
            if (level is not "+" && !level.SequenceEqual(part))
            {
                return false;
            }

            if (!more || !partMore)
            {
                return more == partMore || (more && rest is "#");
            }
        }
    }

    /// <summary>Takes the first level off; says whether another follows.</summary>
    private static Level Split(ref ReadOnlySpan<char> levels)
    {
        var end = levels.IndexOf('/');
        var level = new Level(end < 0 ? levels : levels[..end], end >= 0);
        levels = end < 0 ? default : levels[(end + 1)..];
        return level;
    }

    private readonly ref struct Level(ReadOnlySpan<char> text, bool more)
    {
        private readonly ReadOnlySpan<char> _text = text;

        public void Deconstruct(out ReadOnlySpan<char> level, out bool another)
        {
            level = _text;
            another = more;
        }
    }
}
