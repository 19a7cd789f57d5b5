using System.Security.Cryptography;
using System.Text;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>The real brokers that the same behaviour is shown against.</summary>
public enum BrokerKind
{
    /// <summary>Mosquitto 2.0.11.</summary>
    Mosquitto,

    /// <summary>ejabberd 23.01 with mod_mqtt: Erlang, written by others from the standard, with other habits.</summary>
    Ejabberd,
}

/// <summary>What not every broker does.</summary>
public enum BrokerTrait
{
    /// <summary>It has shared subscriptions.</summary>
    SharedSubscriptions,

    /// <summary>Sessions and their messages are there again after it was stopped in an orderly way and started.</summary>
    SessionsOutliveTheProcess,

    /// <summary>It sends no packet that is larger than the client's Maximum Packet Size ([MQTT-3.1.2-24]).</summary>
    ObeysMaximumPacketSize,

    /// <summary>It never has more messages unacknowledged than the client's Receive Maximum ([MQTT-3.3.4-9]).</summary>
    ObeysReceiveMaximum,

    /// <summary>It says 0x8E to a client whose identifier another connection took over ([MQTT-3.1.4-3], 5.0).</summary>
    TellsOfATakeOver,
}

/// <summary>What is asked of a broker, and what each can't do, with the reason.</summary>
internal static class Brokers
{
    public const string User = "station";
    public const string Password = "correct horse";

    private static readonly Dictionary<(BrokerKind, BrokerTrait), string> Lacking = new()
    {
        [(BrokerKind.Mosquitto, BrokerTrait.ObeysReceiveMaximum)] = "sends on regardless after the first acknowledgements; mended in 2.0.13",
        [(BrokerKind.Mosquitto, BrokerTrait.TellsOfATakeOver)] = "closes without a word",
        [(BrokerKind.Ejabberd, BrokerTrait.SharedSubscriptions)] = "has none and says so in CONNACK",
        [(BrokerKind.Ejabberd, BrokerTrait.SessionsOutliveTheProcess)] = "keeps sessions in memory only; retained messages are on disk",
        [(BrokerKind.Ejabberd, BrokerTrait.ObeysMaximumPacketSize)] = "does not look at the client's Maximum Packet Size",
    };

    public static bool Has(this BrokerKind broker, BrokerTrait trait) => !Lacking.ContainsKey((broker, trait));

    /// <summary>Starts one with everything that the suite asks of it.</summary>
    public static async Task<SuiteBroker> StartAsync(BrokerKind kind)
    {
        var authority = new TestAuthority();
        return kind switch
        {
            BrokerKind.Mosquitto => await StartMosquittoAsync(authority),
            BrokerKind.Ejabberd => await StartEjabberdAsync(authority),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    private static async Task<SuiteBroker> StartMosquittoAsync(TestAuthority authority)
    {
        var own = authority.Issue("mosquitto");
        var (tls, certificate) = (MosquittoBroker.FreePort(), MosquittoBroker.FreePort());
        var config = $$"""
            allow_anonymous false
            password_file {folder}/passwords
            persistence true
            persistence_location {folder}/
            max_queued_messages 0
            listener {port} 127.0.0.1
            listener {{tls}} 127.0.0.1
            certfile {{own.Certificate}}
            keyfile {{own.Key}}
            listener {{certificate}} 127.0.0.1
            cafile {{authority.CertificateFile}}
            certfile {{own.Certificate}}
            keyfile {{own.Key}}
            require_certificate true
            use_identity_as_username true
            """;
        var broker = await MosquittoBroker.StartAsync(config, new Dictionary<string, string> { ["passwords"] = $"{User}:{HashOf(Password)}\n" });
        return new SuiteBroker(broker, authority, tls, certificate);
    }

    private static async Task<SuiteBroker> StartEjabberdAsync(TestAuthority authority)
    {
        var broker = await EjabberdBroker.StartAsync(User, Password, authority);
        return new SuiteBroker(broker, authority, broker.TlsPort, broker.CertificatePort);
    }

    /// <summary>As mosquitto_passwd writes it: PBKDF2 of SHA-512, 101 rounds.</summary>
    private static string HashOf(string password)
    {
        const int rounds = 101;
        var salt = RandomNumberGenerator.GetBytes(12);
        var hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA512, 64);
        return $"$7${rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }
}

/// <summary>A broker that runs, and how a client gets to it.</summary>
internal sealed record SuiteBroker(IBroker Process, TestAuthority Authority, int TlsPort, int CertificatePort) : IAsyncDisposable
{
    private static readonly MqttReconnect Quick = new() { Minimum = TimeSpan.FromMilliseconds(20), Maximum = TimeSpan.FromMilliseconds(200) };

    /// <summary>Options of a client that may in.</summary>
    public MqttClientOptions Options(string id, MqttVersion version = MqttVersion.V500) => new()
    {
        Host = "127.0.0.1",
        Port = Process.Port,
        ClientId = id,
        Version = version,
        UserName = Brokers.User,
        Password = Encoding.UTF8.GetBytes(Brokers.Password),
        Reconnect = Quick,
    };

    /// <summary>As <see cref="Options"/>, with a session that outlives connections and clients.</summary>
    public MqttClientOptions Kept(string id, MqttVersion version = MqttVersion.V500) =>
        Options(id, version) with { CleanStart = false, SessionExpiryInterval = 3600 };

    /// <summary>As <see cref="Kept"/>, with a session that begins with the client: what publishing with QoS 2 needs.</summary>
    public MqttClientOptions Own(string id, MqttVersion version = MqttVersion.V500) => Kept(id, version) with { ResumesStoredSession = false };

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Authority.Dispose();
    }
}
