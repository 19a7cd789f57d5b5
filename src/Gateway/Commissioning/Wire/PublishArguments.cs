using System.Text;
using MeetNet.Mqtt;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>The options of <c>mqtt pub</c>.</summary>
internal sealed class PublishArguments
{
    private readonly List<MqttProperty> _properties = [];
    private string? _topic, _source;
    private Func<Stream, IAsyncEnumerable<byte[]>> _read = _ => throw new InvalidOperationException("no source");

    /// <summary>The options that both commands have.</summary>
    public ConnectionArguments Connection { get; } = new();

    public bool Help { get; private set; }

    public string Topic => _topic ?? Connection.AddressTopic ?? throw WireFailure.Usage("no topic: give -t TOPIC");

    public MqttQualityOfService Quality { get; private set; }

    public bool Retain { get; private set; }

    /// <summary>Publishes that may be under way at once.</summary>
    public int InFlight { get; private set; } = 100;

    /// <summary>How often each message is sent.</summary>
    public int Repeat { get; private set; } = 1;

    public TimeSpan RepeatDelay { get; private set; }

    public MqttProperties Properties => new([.. _properties]);

    /// <summary>All options.</summary>
    public static IReadOnlyList<Argument<PublishArguments>> Table { get; } =
    [
        new("-t, --topic", "TOPIC", "Topic to publish to.", (a, next) => a._topic = next()),
        new("-m, --message", "TEXT", "The message.", (a, next) => a.FromText(next())),
        new("-f, --file", "FILE", "The message is what is in the file.", (a, next) => a.FromFile(next())),
        new("-s, --stdin-file", "", "The message is all of standard input.", (a, _) => a.From("-s", WholeAsync)),
        new("-l, --stdin-line", "", "Every line of standard input is a message.", (a, _) => a.From("-l", LineSource.LinesAsync)),
        new("-n, --null-message", "", "An empty message; with -r it removes what is retained on the topic.", (a, _) => a.From("-n", _ => One([]))),
        new("-q, --qos", "0|1|2", "QoS (default 0: nobody says whether it arrived).", (a, next) => a.Quality = ConnectionArguments.Quality("-q", next())),
        new("-r, --retain", "", "The server keeps it for later subscribers.", (a, _) => a.Retain = true),
        new("-M, --max-inflight", "COUNT", "Messages under way at once (default 100).", (a, next) => a.InFlight = (int)Arguments.Number("-M", next(), 1, 10_000)),
        new("--repeat", "COUNT", "Send the message of -m, -f, -s or -n this often.", (a, next) => a.Repeat = (int)Arguments.Number("--repeat", next(), 1, int.MaxValue)),
        new("--repeat-delay", "SECONDS", "With that long in between.", (a, next) => a.RepeatDelay = Arguments.Seconds("--repeat-delay", next())),
        new("-D, --property", "publish NAME VALUE", "Property of the message (5.0): content-type, correlation-data, message-expiry-interval,\n"
            + "payload-format-indicator, response-topic, user-property NAME VALUE. Also for 'will' (and will-delay-interval)\n"
            + "and 'connect' (maximum-packet-size, receive-maximum, topic-alias-maximum, user-property).", (a, next) => a.Take(PropertyArguments.Read(next, "publish", "will", "connect"))),
        .. ConnectionArguments.Table<PublishArguments>(a => a.Connection),
        new("--help", "", "This text.", (a, _) => a.Help = true),
    ];

    /// <summary>The messages to send; a file is read here, standard input as it comes.</summary>
    /// <exception cref="WireFailure">Options are missing or contradict each other.</exception>
    public IAsyncEnumerable<byte[]> Messages(Stream input)
    {
        if (MqttTopics.ProblemOfName(Topic) is { } problem)
        {
            throw WireFailure.Usage($"the topic '{Topic}' {problem}");
        }

        if (Connection.Version == MqttVersion.V311 && _properties.Count > 0)
        {
            throw WireFailure.Usage("-D is of MQTT 5.0: leave -V mqttv311 out");
        }

        return _source switch
        {
            null => throw WireFailure.Usage("no message: give -m TEXT, -f FILE, -s, -l or -n"),
            "-l" when Repeat > 1 => throw WireFailure.Usage("--repeat is for one message, not for -l"),
            _ => _read(input),
        };
    }

    private void From(string option, Func<Stream, IAsyncEnumerable<byte[]>> read)
    {
        if (_source is not null)
        {
            throw WireFailure.Usage($"{_source} and {option} both say what to send");
        }

        (_source, _read) = (option, read);
    }

    private void FromText(string text) => From("-m", _ => One(Encoding.UTF8.GetBytes(text)));

    private void FromFile(string path) => From("-f", _ => One(LineSource.File(path)));

    private void Take((string Packet, MqttProperty Property) given)
    {
        if (given.Packet == "publish")
        {
            _properties.Add(given.Property);
        }
        else
        {
            Connection.Take(given.Packet, given.Property);
        }
    }

    private static async IAsyncEnumerable<byte[]> WholeAsync(Stream input)
    {
        yield return await LineSource.WholeAsync(input);
    }

    private static IAsyncEnumerable<byte[]> One(byte[] message) => new[] { message }.ToAsyncEnumerable();
}
