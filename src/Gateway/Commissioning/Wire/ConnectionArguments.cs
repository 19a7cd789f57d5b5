using System.Globalization;
using System.Text;
using MeetNet.Hosting;
using MeetNet.Mqtt;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>The options that <c>pub</c> and <c>sub</c> share: where the server is, who asks, and how.</summary>
internal sealed class ConnectionArguments
{
    /// <summary>Environment variable with the password of <c>-u</c>: others see neither it nor its value in the list of processes.</summary>
    public const string PasswordVariable = "MEETNET_MQTT_PASSWORD";

    private const uint NeverExpires = uint.MaxValue;
    private const int PlainPort = 1883, TlsPort = 8883;

    /// <summary>Largest packet of the protocol: a fixed header of 5 bytes and 268,435,455 (MQTT 5.0 §2.1.4).</summary>
    private const uint LargestPacket = 268_435_460;

    private readonly List<MqttProperty> _willProperties = [], _connectProperties = [];
    private string? _host, _user, _password, _passwordFile, _clientId, _prefix, _authority, _certificate, _key, _willTopic;
    private string _willPayload = string.Empty;
    private int? _port;
    private MqttAddress? _address;
    private bool _keepSession, _tls, _willRetain;
    private uint? _expiry;
    private ushort _keepAlive = 60, _receiveMaximum = 1024, _topicAliases = 16;
    private uint _packetSize = LargestPacket;
    private MqttQualityOfService _willQuality;

    /// <summary>Protocol version of <c>-V</c>.</summary>
    public MqttVersion Version { get; private set; } = MqttVersion.V500;

    /// <summary>Whether states and counters are shown.</summary>
    public bool Debug { get; private set; }

    /// <summary>Whether nothing at all is said on standard error.</summary>
    public bool Quiet { get; private set; }

    /// <summary>Topic that stood in <c>-L</c>, or null.</summary>
    public string? AddressTopic { get; private set; }

    /// <summary>The rows of these options, for a command whose arguments hold them.</summary>
    public static IEnumerable<Argument<T>> Table<T>(Func<T, ConnectionArguments> of) =>
    [
        new("-h, --host", "HOST", "Server (default localhost).", (a, next) => of(a)._host = next()),
        new("-p, --port", "PORT", "Port (default 1883, with TLS 8883).", (a, next) => of(a)._port = (int)Arguments.Number("-p", next(), 1, ushort.MaxValue)),
        new("-L, --url", "URL", "Server, and topic if it has one: mqtt[s]://[user[:password]@]host[:port][/topic], ws[s]://host[:port]/path,\n"
            + "unix:///path/of/socket.", (a, next) => of(a).TakeAddress(next())),
        new("--unix", "PATH", "Unix socket of the server.", (a, next) => of(a)._address = new MqttAddress { Host = "localhost", Port = PlainPort, UnixSocket = Path.GetFullPath(next()) }),
        new("-u, --username", "USER", "User name.", (a, next) => of(a)._user = next()),
        new("-P, --pw", "PASSWORD", "Password. Everybody on this machine can see it in the list of processes; better:", (a, next) => of(a)._password = next()),
        new("--password-file", "FILE", $"Password in a file that only its owner may read. Or in {PasswordVariable}.", (a, next) => of(a)._passwordFile = next()),
        new("-i, --id", "ID", "Client identifier (default: a new one each time).", (a, next) => of(a)._clientId = next()),
        new("-I, --id-prefix", "PREFIX", "Client identifier: this and the process id.", (a, next) => of(a)._prefix = next()),
        new("-c, --disable-clean-session", "", "Keep the session (needs -i): the server holds what comes in between.", (a, _) => of(a)._keepSession = true),
        new("-x, --session-expiry-interval", "SECONDS", "How long it holds it (5.0): -1 is for ever, the default with -c.", (a, next) => of(a)._expiry = Expiry(next())),
        new("-k, --keepalive", "SECONDS", "Keep-alive interval (default 60, 0: none).", (a, next) => of(a)._keepAlive = (ushort)Arguments.Number("-k", next(), 0, ushort.MaxValue)),
        new("-V, --protocol-version", "VERSION", "mqttv5 (default: only it says when a message was refused) or mqttv311.", (a, next) => of(a).Version = ReadVersion(next())),
        new("--tls, --tls-use-os-certs", "", "TLS, with the system's trusted certificates.", (a, _) => of(a)._tls = true),
        new("--cafile", "FILE", "TLS, with these trusted certificates (PEM).", (a, next) => of(a)._authority = Existing("--cafile", next())),
        new("--cert", "FILE", "Client certificate (PEM).", (a, next) => of(a)._certificate = Existing("--cert", next())),
        new("--key", "FILE", "Its private key (PEM; default: in the same file).", (a, next) => of(a)._key = Existing("--key", next())),
        new("--will-topic", "TOPIC", "Last will: what the server publishes when this client is cut off.", (a, next) => of(a)._willTopic = next()),
        new("--will-payload", "TEXT", "Its message (default: empty).", (a, next) => of(a)._willPayload = next()),
        new("--will-qos", "0|1|2", "Its QoS (default 0).", (a, next) => of(a)._willQuality = Quality("--will-qos", next())),
        new("--will-retain", "", "Retained.", (a, _) => of(a)._willRetain = true),
        new("-d, --debug", "", "Show connection states and counters on standard error.", (a, _) => of(a).Debug = true),
        new("--quiet", "", "Say nothing on standard error.", (a, _) => of(a).Quiet = true),
    ];

    /// <summary>QoS 0, 1 or 2.</summary>
    public static MqttQualityOfService Quality(string option, string text) => (MqttQualityOfService)Arguments.Number(option, text, 0, 2);

    /// <summary>Notes a property that belongs to CONNECT or to the will.</summary>
    public void Take(string packet, MqttProperty property)
    {
        if (packet == "will")
        {
            _willProperties.Add(property);
        }
        else if (property.Id == MqttPropertyId.UserProperty)
        {
            _connectProperties.Add(property);
        }
        else if (property.Id == MqttPropertyId.ReceiveMaximum)
        {
            _receiveMaximum = (ushort)property.Number;
        }
        else if (property.Id == MqttPropertyId.TopicAliasMaximum)
        {
            _topicAliases = (ushort)property.Number;
        }
        else
        {
            _packetSize = property.Number;
        }
    }

    /// <summary>What the client is made with; the subscriptions are the command's.</summary>
    /// <param name="role">Goes into a client identifier that nobody gave.</param>
    /// <exception cref="WireFailure">Options contradict each other, or a file can't be used.</exception>
    public MqttClientOptions Options(string role)
    {
        CheckTogether();
        var tls = _tls || _authority is not null || _certificate is not null
            ? new MqttTlsOptions { CertificateAuthorityFile = _authority, CertificateFile = _certificate, KeyFile = _key }
            : null;
        var user = _user ?? _address?.UserName;
        var options = new MqttClientOptions
        {
            Host = _host ?? "localhost",
            Port = _port ?? (tls is null ? PlainPort : TlsPort),
            Version = Version,
            ClientId = _clientId ?? OwnIdentifier(role),
            RandomizesClientId = _clientId is null && _prefix is null,
            CleanStart = !_keepSession,
            SessionExpiryInterval = Version == MqttVersion.V311 ? 0 : _expiry ?? (_keepSession ? NeverExpires : 0),
            KeepAlive = _keepAlive,
            ReceiveMaximum = _receiveMaximum,
            MaximumPacketSize = _packetSize,
            TopicAliasMaximum = _topicAliases,
            ConnectProperties = new MqttProperties([.. _connectProperties]),
            Tls = tls,
            Will = _willTopic is null ? null : new MqttWill
            {
                Topic = _willTopic,
                Payload = Encoding.UTF8.GetBytes(_willPayload),
                QualityOfService = _willQuality,
                Retain = _willRetain,
                Properties = new MqttProperties([.. _willProperties]),
            },
        };
        return At(options) with { UserName = user, Password = Password(user) };
    }

    private MqttClientOptions At(MqttClientOptions options)
    {
        try
        {
            return _address is null ? options : options.At(_address);
        }
        catch (ArgumentException e)
        {
            throw WireFailure.Usage(e.Message);
        }
    }

    private void CheckTogether()
    {
        Refuse(_keepSession && _clientId is null, "-c needs -i: the session is kept under the client identifier, and the next run must give the same");
        Refuse(_expiry > 0 && _clientId is null, "-x needs -i: the session is kept under the client identifier");
        Refuse(_keepSession && _expiry == 0, "-c keeps the session and -x 0 drops it: give one of them");
        Refuse(_clientId is not null && _prefix is not null, "-i and -I both give the client identifier");
        Refuse(_address is not null && (_host is not null || _port is not null), "-h or -p and -L or --unix both say where the server is");
        Refuse(_user is not null && _address?.UserName is not null, "-u and -L both give the user name");
        Refuse(_key is not null && _certificate is null, "--key needs --cert");
        Refuse(_password is not null && _passwordFile is not null, "-P and --password-file both give the password");
        Refuse(_willTopic is null && (_willPayload.Length > 0 || _willRetain || _willProperties.Count > 0), "a will needs --will-topic");
        Refuse(Version == MqttVersion.V311 && (_expiry is not null || _willProperties.Count + _connectProperties.Count > 0), "-x and -D are of MQTT 5.0: give -V mqttv5");
    }

    private string OwnIdentifier(string role)
    {
        var process = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        return _prefix is null ? $"meetnet-{role}-{process}-" : _prefix + process;
    }

    private ReadOnlyMemory<byte> Password(string? user)
    {
        if (_passwordFile is not null)
        {
            var secret = SecretFile.Read(_passwordFile, out var problem);
            return problem is null ? secret : throw WireFailure.Usage($"--password-file: {problem}");
        }

        if (_password is null && _address is { Password.IsEmpty: false })
        {
            return _address.Password;
        }

        var text = _password ?? (user is null ? null : Environment.GetEnvironmentVariable(PasswordVariable));
        return text is null ? default : Encoding.UTF8.GetBytes(text);
    }

    /// <summary>As mosquitto's clients, what follows the server of an mqtt address is the topic as it stands, wildcards and all.</summary>
    private void TakeAddress(string text)
    {
        var end = text.StartsWith("mqtt://", StringComparison.Ordinal) || text.StartsWith("mqtts://", StringComparison.Ordinal)
            ? text.IndexOf('/', text.IndexOf("://", StringComparison.Ordinal) + 3)
            : -1;
        AddressTopic = end >= 0 && end < text.Length - 1 ? text[(end + 1)..] : null;
        if (!MqttAddress.TryParse(end < 0 ? text : text[..end], out _address, out var problem))
        {
            throw WireFailure.Usage($"-L: {problem}");
        }
    }

    private static uint Expiry(string text) => text is "-1" or "∞" ? NeverExpires : (uint)Arguments.Number("-x", text, 0, NeverExpires);

    private static MqttVersion ReadVersion(string text) => text switch
    {
        "mqttv5" or "5" => MqttVersion.V500,
        "mqttv311" or "311" => MqttVersion.V311,
        _ => throw WireFailure.Usage($"-V is '{text}'; allowed: mqttv5, mqttv311"),
    };

    private static string Existing(string option, string file) => File.Exists(file) ? file : throw WireFailure.Usage($"{option}: there is no file '{file}'");

    private static void Refuse(bool contradiction, string message)
    {
        if (contradiction)
        {
            throw WireFailure.Usage(message);
        }
    }
}
