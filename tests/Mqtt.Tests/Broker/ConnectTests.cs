using System.Text;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>Getting in, staying in and being thrown out, with every real broker.</summary>
[Collection(BrokerCollection.Name)]
public sealed class ConnectTests(RunningBrokers brokers)
{
    [Theory, OnBrokers]
    public async Task Wrong_credentials_are_a_refusal(BrokerKind kind, MqttVersion version)
    {
        var broker = await brokers.GetAsync(kind);
        await using var client = new MqttClient(broker.Options("intruder", version) with { Password = "wrong"u8.ToArray() }, TimeProvider.System);
        await client.StartAsync();
        var refused = await client.StateAsync<MqttConnectionState.Refused>();
        Assert.True(refused.ReasonCode is MqttReasonCode.NotAuthorized or MqttReasonCode.BadUserNameOrPassword, $"{refused}");
    }

    [Theory, OnBrokers]
    public async Task A_second_client_of_the_same_identifier_takes_over(BrokerKind kind, MqttVersion version)
    {
        var broker = await brokers.GetAsync(kind);
        // The first must not come back at once: the two would throw each other out for ever.
        var late = new MqttReconnect { Minimum = TimeSpan.FromMinutes(5), Maximum = TimeSpan.FromMinutes(5) };
        var options = broker.Options($"twin-{version}", version) with { Subscriptions = [new($"twin/{version}")] };
        await using var first = await Clients.StartAsync(options with { Reconnect = late });
        await using var second = await Clients.StartAsync(options);
        var lost = await first.StateAsync<MqttConnectionState>(state => state is not (MqttConnectionState.Connecting or MqttConnectionState.Connected));
        if (version == MqttVersion.V500 && kind.Has(BrokerTrait.TellsOfATakeOver))
        {
            Assert.Equal(MqttReasonCode.SessionTakenOver, Assert.IsType<MqttConnectionState.Refused>(lost).ReasonCode);
        }

        await second.SayAsync($"twin/{version}", "here").Soon();
        Assert.Equal("here", (await second.TakeAsync()).Text());
        Assert.Equal(1, second.Counters.Connections);
    }

    /// <summary>The broker would close the connection after 1.5 seconds of silence ([MQTT-3.1.2-22]).</summary>
    [Theory, OnBrokers]
    public async Task A_connection_with_nothing_to_say_is_kept(BrokerKind kind, MqttVersion version)
    {
        var broker = await brokers.GetAsync(kind);
        await using var client = await Clients.StartAsync(broker.Options($"idle-{version}", version) with { KeepAlive = 1 });
        var before = client.Counters.PacketsReceived;
        await Eventually.TrueAsync(() => client.Counters.PacketsReceived >= before + 3, "three pings are answered");
        Assert.Equal(1, client.Counters.Connections);
    }

    [Theory, OnBrokers]
    public async Task Tls_with_the_brokers_authority(BrokerKind kind, MqttVersion version)
    {
        var broker = await brokers.GetAsync(kind);
        var tls = new MqttTlsOptions { CertificateAuthorityFile = broker.Authority.CertificateFile, ServerName = "localhost" };
        await using var client = await Clients.StartAsync(broker.Options($"tls-{version}", version) with
        {
            Port = broker.TlsPort,
            Tls = tls,
            Subscriptions = [new($"tls/{version}")],
        });
        // More than one TLS record, both ways.
        var text = new string('x', 100_000);
        await client.SayAsync($"tls/{version}", text).Soon();
        Assert.Equal(text, (await client.TakeAsync()).Text());
    }

    [Theory, OnBrokers]
    public async Task Tls_with_a_client_certificate_needs_no_password(BrokerKind kind, MqttVersion version)
    {
        var broker = await brokers.GetAsync(kind);
        var own = broker.Authority.Issue(Brokers.User);
        var tls = new MqttTlsOptions
        {
            CertificateAuthorityFile = broker.Authority.CertificateFile,
            ServerName = "localhost",
            CertificateFile = own.Certificate,
            KeyFile = own.Key,
        };
        var options = broker.Options($"certificate-{version}", version) with { Port = broker.CertificatePort, Password = default };
        await using var client = await Clients.StartAsync(options with { Tls = tls, Subscriptions = [new($"certificate/{version}")] });
        await client.SayAsync($"certificate/{version}", "in").Soon();
        Assert.Equal("in", (await client.TakeAsync()).Text());

        await using var without = new MqttClient(options with { ClientId = "nobody", Tls = tls with { CertificateFile = null, KeyFile = null } }, TimeProvider.System);
        await without.StartAsync();
        await Eventually.TrueAsync(
            () => without.State is MqttConnectionState.Disconnected or MqttConnectionState.Refused, "a client without a certificate is not let in");
        Assert.Equal(0, without.Counters.Connections);
    }
}
