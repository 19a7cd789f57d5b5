using System.Net;
using System.Net.NetworkInformation;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>Every way to reach a real Mosquitto.</summary>
public sealed class MosquittoTransportTests : IDisposable
{
    private static readonly MqttReconnect Quick = new() { Minimum = TimeSpan.FromMilliseconds(50), Maximum = TimeSpan.FromMilliseconds(200) };

    /// <summary>With no other listener than this, Mosquitto 2.0.11 finds that it has none and ends.</summary>
    private const string Beside = "listener 0 {folder}/beside.sock\n";

    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _authority = Certificates.MakeAuthority("test authority");

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task WebSocket(MqttVersion version)
    {
        await using var broker = await MosquittoBroker.StartAsync(Beside + "listener {port} 127.0.0.1\nprotocol websockets\nmax_queued_messages 0\n");
        await ExpectTrafficAsync(Options($"ws://127.0.0.1:{broker.Port}/mqtt") with { Version = version });
    }

    [Fact]
    public async Task A_WebSocket_that_the_broker_drops_is_opened_again()
    {
        await using var broker = await MosquittoBroker.StartAsync(Beside + "listener {port} 127.0.0.1\nprotocol websockets\n");
        await using var client = await StartAsync(Options($"ws://127.0.0.1:{broker.Port}"));
        broker.Kill();
        await Eventually.TrueAsync(() => client.State is not MqttConnectionState.Connected, "the loss is noticed");
        await broker.StartAgainAsync();
        await client.WaitConnectedAsync().Soon();
    }

    /// <summary>A plain listener takes the upgrade for a broken CONNECT.</summary>
    [Fact]
    public async Task A_WebSocket_to_the_wrong_listener_is_told()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var client = new MqttClient(Options($"ws://127.0.0.1:{broker.Port}"), TimeProvider.System);
        await client.StartAsync();
        Assert.Contains("WebSocket listener", (await FailureAsync(client, MqttDisconnectCause.ConnectFailed)).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqtts", "")]
    [InlineData("wss", "protocol websockets\n")]
    public async Task Tls_with_certificates_on_both_sides_and_a_pinned_key(string scheme, string protocol)
    {
        using var server = Certificates.Make(_authority, "broker", "127.0.0.1");
        await using var broker = await StartSecureAsync(server, protocol);
        var tls = Trusting() with { PinnedPublicKeys = [server.Pin()] };
        await ExpectTrafficAsync((Options($"mqtts://127.0.0.1:{broker.Port}") with { Tls = WithOwn(tls) }).At(Address(scheme, broker)));
    }

    [Theory]
    [InlineData("mqtts", "")]
    [InlineData("wss", "protocol websockets\n")]
    public async Task A_missing_client_certificate_is_told_every_time(string scheme, string protocol)
    {
        using var server = Certificates.Make(_authority, "broker", "127.0.0.1");
        await using var broker = await StartSecureAsync(server, protocol);
        for (var i = 0; i < 5; i++)
        {
            await using var client = new MqttClient((Options("mqtts://b") with { Tls = Trusting() }).At(Address(scheme, broker)), TimeProvider.System);
            await client.StartAsync();
            Assert.Contains("set CertificateFile and KeyFile", (await FailureAsync(client, MqttDisconnectCause.TlsFailed)).Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_client_certificate_that_the_broker_does_not_trust_is_told_by_its_file()
    {
        using var server = Certificates.Make(_authority, "broker", "127.0.0.1");
        await using var broker = await StartSecureAsync(server, "");
        using var other = Certificates.MakeAuthority("other authority");
        await using var client = new MqttClient(Options("mqtts://b") with { Port = broker.Port, Host = "127.0.0.1", Tls = WithOwn(Trusting(), other) }, TimeProvider.System);
        await client.StartAsync();
        var failed = await FailureAsync(client, MqttDisconnectCause.TlsFailed);
        Assert.Contains("own.pem", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_is_secured_again_after_every_loss()
    {
        using var server = Certificates.Make(_authority, "broker", "127.0.0.1");
        await using var broker = await StartSecureAsync(server, "");
        await using var client = await StartAsync((Options("mqtts://b") with { Tls = WithOwn(Trusting()) }).At(Address("mqtts", broker)));
        for (var i = 0; i < 3; i++)
        {
            broker.Kill();
            await Eventually.TrueAsync(() => client.State is not MqttConnectionState.Connected, "the loss is noticed");
            await broker.StartAgainAsync();
            await client.WaitConnectedAsync().Soon();
        }
    }

    [Fact]
    public async Task Unix_socket()
    {
        await using var broker = await MosquittoBroker.StartAsync("listener 0 {folder}/mqtt.sock\n");
        await ExpectTrafficAsync(Options($"unix://{broker.Folder}/mqtt.sock"));
    }

    [Fact]
    public async Task A_unix_socket_that_is_not_there_is_told()
    {
        await using var client = new MqttClient(Options($"unix://{_folder.File("none.sock")}"), TimeProvider.System);
        await client.StartAsync();
        Assert.Contains("none.sock", (await FailureAsync(client, MqttDisconnectCause.ConnectFailed)).Detail, StringComparison.Ordinal);
    }

    [IPv6Fact]
    public async Task IPv6()
    {
        await using var broker = await MosquittoBroker.StartAsync("listener {port} ::1\n");
        await ExpectTrafficAsync(Options($"mqtt://[::1]:{broker.Port}"));
        await using var bracketed = await StartAsync(Options("mqtt://b") with { Host = "[::1]", Port = broker.Port });
    }

    [IPv6Fact]
    public async Task IPv6_with_a_WebSocket()
    {
        await using var broker = await MosquittoBroker.StartAsync(Beside + "listener {port} ::1\nprotocol websockets\n");
        await using var client = await StartAsync(Options($"ws://[::1]:{broker.Port}/mqtt"));
    }

    /// <summary>Where localhost has an IPv6 address that comes first: there nobody listens.</summary>
    [Fact]
    public async Task A_name_is_connected_to_at_the_address_that_answers()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var client = await StartAsync(Options($"mqtt://localhost:{broker.Port}"));
    }

    [Fact]
    public async Task An_address_at_which_nobody_listens_is_told_with_what_was_tried()
    {
        var port = MosquittoBroker.FreePort();
        await using var client = new MqttClient(Options($"mqtt://127.0.0.1:{port}"), TimeProvider.System);
        await client.StartAsync();
        Assert.StartsWith($"mqtt://127.0.0.1:{port} (127.0.0.1): ", (await FailureAsync(client, MqttDisconnectCause.ConnectFailed)).Detail, StringComparison.Ordinal);
    }

    /// <summary>Small and large messages through the broker and back, in order.</summary>
    private static async Task ExpectTrafficAsync(MqttClientOptions options)
    {
        await using var client = await StartAsync(options with { Subscriptions = [new("t")] });
        var payloads = Enumerable.Range(0, 300).Select(i => Encoding.UTF8.GetBytes($"{i}")).Append(new byte[300_000]).Append("end"u8.ToArray()).ToList();
        var results = payloads.Select(payload => client.PublishAsync("t", payload)).ToList();
        foreach (var payload in payloads)
        {
            var message = await client.Messages.ReadAsync().AsTask().Soon();
            Assert.True(message.Payload.Span.SequenceEqual(payload), $"{message.Payload.Length} bytes instead of {payload.Length}");
            client.Acknowledge(message);
        }

        Assert.All(await Task.WhenAll(results).Soon(), result => Assert.True(result.Accepted));
        await client.DisconnectAsync().Soon();
        Assert.Equal(1, client.Counters.Connections);
    }

    private static MqttClientOptions Options(string address) => new MqttClientOptions { ClientId = "c", Reconnect = Quick }.At(MqttAddress.Parse(address));

    private static MqttAddress Address(string scheme, MosquittoBroker broker) => MqttAddress.Parse($"{scheme}://127.0.0.1:{broker.Port}");

    private static async Task<MqttClient> StartAsync(MqttClientOptions options)
    {
        var client = new MqttClient(options, TimeProvider.System);
        await client.StartAsync();
        await client.WaitConnectedAsync().Soon();
        return client;
    }

    private static async Task<MqttConnectionState.Disconnected> FailureAsync(MqttClient client, MqttDisconnectCause cause)
    {
        while (true)
        {
            if (await client.StateChanges.ReadAsync().AsTask().Soon() is MqttConnectionState.Disconnected failed)
            {
                Assert.True(failed.Cause == cause, $"{failed}");
                return failed;
            }
        }
    }

    private Task<MosquittoBroker> StartSecureAsync(X509Certificate2 server, string protocol) => MosquittoBroker.StartAsync(
        Beside + $"listener {{port}} 127.0.0.1\n{protocol}cafile {{folder}}/ca\ncertfile {{folder}}/crt\nkeyfile {{folder}}/key\nrequire_certificate true\n"
            + "use_identity_as_username true\nallow_anonymous false\nmax_queued_messages 0\n",
        new Dictionary<string, string> { ["ca"] = _authority.ExportCertificatePem(), ["crt"] = server.ExportCertificatePem(), ["key"] = server.KeyPem() });

    private MqttTlsOptions Trusting() => new() { CertificateAuthorityFile = Write("authority.pem", _authority.ExportCertificatePem()) };

    private MqttTlsOptions WithOwn(MqttTlsOptions tls, X509Certificate2? authority = null)
    {
        using var own = Certificates.Make(authority ?? _authority, "station");
        return tls with { CertificateFile = Write("own.pem", own.ExportCertificatePem()), KeyFile = Write("own.key", own.KeyPem()) };
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder.File(name), text);
        return _folder.File(name);
    }

    /// <summary>A test that a machine without IPv6 on its loopback can't run.</summary>
    private sealed class IPv6FactAttribute : FactAttribute
    {
        public IPv6FactAttribute()
        {
            var addresses = NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses);
            if (!addresses.Any(one => one.Address.Equals(IPAddress.IPv6Loopback)))
            {
                Skip = "This machine has no IPv6 on its loopback.";
            }
        }
    }
}
