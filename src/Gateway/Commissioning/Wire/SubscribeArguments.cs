using MeetNet.Mqtt;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>The options of <c>mqtt sub</c>.</summary>
internal sealed class SubscribeArguments
{
    private readonly List<string> _filters = [];
    private readonly List<string> _filteredOut = [];
    private string? _format;
    private bool _verbose, _noLineEnd, _noLocal, _retainAsPublished;
    private MqttQualityOfService _quality;
    private uint? _identifier;

    /// <summary>The options that both commands have.</summary>
    public ConnectionArguments Connection { get; } = new();

    public bool Help { get; private set; }

    /// <summary>Messages to print before it ends; null for no end.</summary>
    public long? Count { get; private set; }

    /// <summary>Time after which it ends; null for no end.</summary>
    public TimeSpan? Timeout { get; private set; }

    /// <summary>Whether retained messages are left out.</summary>
    public bool FreshOnly { get; private set; }

    /// <summary>Whether it ends at the first message that is not retained.</summary>
    public bool RetainedOnly { get; private set; }

    /// <summary>Whether it ends as soon as it is subscribed.</summary>
    public bool EndsWhenSubscribed { get; private set; }

    /// <summary>All options.</summary>
    public static IReadOnlyList<Argument<SubscribeArguments>> Table { get; } =
    [
        new("-t, --topic", "FILTER", "Topic filter: + for one level, # for all that follow, $share/GROUP/FILTER to share. May be repeated.", (a, next) => a._filters.Add(next())),
        new("-T, --filter-out", "FILTER", "Don't print what this filter matches. May be repeated.", (a, next) => a._filteredOut.Add(next())),
        new("-q, --qos", "0|1|2", "QoS of the subscriptions (default 0).", (a, next) => a._quality = ConnectionArguments.Quality("-q", next())),
        new("-v, --verbose", "", "Print the topic before the message.", (a, _) => a._verbose = true),
        new("-F, --format", "FORMAT", "Print it so (below).", (a, next) => a._format = next()),
        new("-N", "", "No line end after a message.", (a, _) => a._noLineEnd = true),
        new("-C", "COUNT", "End after so many messages.", (a, next) => a.Count = Arguments.Number("-C", next(), 1, long.MaxValue)),
        new("-W", "SECONDS", "End after this time; exit code 27.", (a, next) => a.Timeout = Arguments.Seconds("-W", next())),
        new("-E", "", "End as soon as the server has subscribed us: with -c it then collects.", (a, _) => a.EndsWhenSubscribed = true),
        new("-R", "", "Don't print retained messages.", (a, _) => a.FreshOnly = true),
        new("--retained-only", "", "Print retained messages only; end at the first other one.", (a, _) => a.RetainedOnly = true),
        new("--retain-as-published", "", "Show the retain flag as the publisher set it (5.0).", (a, _) => a._retainAsPublished = true),
        new("--no-local", "", "Not what the same client identifier publishes (5.0).", (a, _) => a._noLocal = true),
        new("-D, --property", "PACKET NAME VALUE", "Property (5.0): of 'subscribe' subscription-identifier; of 'connect' maximum-packet-size,\n"
            + "receive-maximum, topic-alias-maximum, user-property NAME VALUE; of 'will' as with pub.", (a, next) => a.Take(PropertyArguments.Read(next, "subscribe", "will", "connect"))),
        .. ConnectionArguments.Table<SubscribeArguments>(a => a.Connection),
        new("--help", "", "This text.", (a, _) => a.Help = true),
    ];

    /// <summary>What to subscribe to.</summary>
    /// <exception cref="WireFailure">A filter is missing or wrong.</exception>
    public IReadOnlyList<MqttSubscription> Subscriptions()
    {
        if (Connection.AddressTopic is { } topic)
        {
            _filters.Add(topic);
        }

        if (_filters.Count == 0)
        {
            throw WireFailure.Usage("no topic: give -t FILTER, for everything -t '#'");
        }

        if (Connection.Version == MqttVersion.V311 && (_noLocal || _retainAsPublished || _identifier is not null))
        {
            throw WireFailure.Usage("--no-local, --retain-as-published and -D are of MQTT 5.0: leave -V mqttv311 out");
        }

        foreach (var filter in _filters.Concat(_filteredOut))
        {
            if (MqttTopics.ProblemOfFilter(filter) is { } problem)
            {
                throw WireFailure.Usage($"the topic filter '{filter}' {problem}");
            }
        }

        return [.. _filters.Select(f => new MqttSubscription(f, _quality, _noLocal, _retainAsPublished, Identifier: _identifier))];
    }

    /// <summary>How messages are printed.</summary>
    /// <exception cref="WireFailure">The format is wrong.</exception>
    public MessageFormat Format() =>
        _format is not null ? MessageFormat.Parse(_format, !_noLineEnd)
        : _verbose ? MessageFormat.Verbose(!_noLineEnd)
        : MessageFormat.Payload(!_noLineEnd);

    /// <summary>Whether <c>-T</c> leaves messages on this topic out.</summary>
    public bool IsFilteredOut(string topic) => _filteredOut.Exists(f => MqttTopics.Matches(f, topic));

    private void Take((string Packet, MqttProperty Property) given)
    {
        if (given.Packet == "subscribe")
        {
            _identifier = given.Property.Number;
        }
        else
        {
            Connection.Take(given.Packet, given.Property);
        }
    }
}
