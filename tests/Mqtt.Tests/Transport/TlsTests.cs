using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Transport;

/// <summary>A TLS server of our own with certificates made on the spot. It reads CONNECT and answers CONNACK.</summary>
public sealed class TlsTests : IDisposable
{
    private const string Name = "broker.example";

    private readonly TemporaryFolder _folder = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _authority = Certificates.MakeAuthority("test authority");

    public TlsTests() => _listener.Start();

    public static TheoryData<string, string> Unusable => new()
    {
        { "no file", "Could not find file" },
        { "", "no certificate" },
        { "not PEM at all", "no certificate" },
        { "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "" },
        { "-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n", "" },
    };

    public void Dispose()
    {
        _listener.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_server_of_our_authority_with_the_right_name_is_accepted_and_gets_our_certificate(SslProtocols version)
    {
        using var own = Certificates.Make(_authority, "station");
        using var server = Certificates.Make(_authority, Name, Name);
        var serving = ServeAsync(server, version);
        await using var client = Client(Trusting() with { CertificateFile = Write("own.pem", own.ExportCertificatePem()), KeyFile = Write("own.key", own.KeyPem()) });
        await client.StartAsync();
        await client.WaitConnectedAsync().Soon();
        var seen = await serving.Soon();
        Assert.Equal(("CN=station", version), (seen.Subject, seen.Version));
    }

    [Fact]
    public async Task Intermediate_certificates_in_our_file_are_sent_along()
    {
        using var intermediate = Certificates.MakeAuthority("intermediate", _authority);
        using var own = Certificates.Make(intermediate, "station");
        using var server = Certificates.Make(_authority, Name, Name);
        var serving = ServeAsync(server);
        var file = Write("own.pem", $"{own.KeyPem()}\n{own.ExportCertificatePem()}\n{intermediate.ExportCertificatePem()}\n");
        await using var client = Client(Trusting() with { CertificateFile = file });
        await client.StartAsync();
        await client.WaitConnectedAsync().Soon();
        Assert.Contains("CN=intermediate", (await serving.Soon()).Chain);
    }

    [Fact]
    public async Task A_server_with_another_name_is_refused()
    {
        using var server = Certificates.Make(_authority, "other", "other.example");
        await ExpectFailureAsync(server, Trusting(), "is for other.example, not for 'broker.example'", "ServerName");
    }

    [Fact]
    public async Task A_server_without_the_name_that_is_connected_to_is_refused()
    {
        using var server = Certificates.Make(_authority, Name, Name);
        await ExpectFailureAsync(server, Trusting() with { ServerName = null }, "is for broker.example, not for '127.0.0.1'");
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused()
    {
        using var other = Certificates.MakeAuthority("other authority");
        using var server = Certificates.Make(other, Name, Name);
        await ExpectFailureAsync(server, Trusting(), "issued by 'CN=other authority'", "authority.pem", "CertificateAuthorityFile");
    }

    [Fact]
    public async Task A_private_authority_is_refused_when_only_the_system_is_trusted()
    {
        using var server = Certificates.Make(_authority, Name, Name);
        await ExpectFailureAsync(server, new MqttTlsOptions { ServerName = Name }, "the trust store of this machine", "CertificateAuthorityFile");
    }

    [Theory]
    [InlineData(-3, -2)]
    [InlineData(2, 3)]
    public async Task A_server_whose_certificate_is_not_of_today_is_refused(double fromDay, double toDay)
    {
        using var server = Certificates.Make(_authority, Name, Name, fromDay, toDay);
        await ExpectFailureAsync(server, Trusting(), $"is valid from {server.NotBefore.ToUniversalTime():u} to {server.NotAfter.ToUniversalTime():u}", "clock");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pinned_key_is_accepted_alone_or_among_others(bool amongOthers)
    {
        using var server = Certificates.Make(_authority, Name, Name);
        var serving = ServeAsync(server);
        await using var client = Client(Trusting() with { PinnedPublicKeys = amongOthers ? [_authority.Pin(), server.Pin()] : [server.Pin()] });
        await client.StartAsync();
        await client.WaitConnectedAsync().Soon();
        await serving.Soon();
    }

    [Fact]
    public async Task A_key_that_is_not_pinned_is_refused_and_named()
    {
        using var server = Certificates.Make(_authority, Name, Name);
        await ExpectFailureAsync(server, Trusting() with { PinnedPublicKeys = [_authority.Pin()] }, server.Pin(), "PinnedPublicKeys");
    }

    [Fact]
    public async Task A_pinned_key_does_not_replace_the_authority()
    {
        using var other = Certificates.MakeAuthority("other authority");
        using var server = Certificates.Make(other, Name, Name);
        await ExpectFailureAsync(server, Trusting() with { PinnedPublicKeys = [server.Pin()] }, "issued by 'CN=other authority'");
    }

    [Fact]
    public async Task A_server_that_signs_its_own_certificate_can_be_trusted_and_pinned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=alone", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var server = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var serving = ServeAsync(server);
        await using var client = Client(Trusting(server) with { PinnedPublicKeys = [server.Pin()] });
        await client.StartAsync();
        await client.WaitConnectedAsync().Soon();
        await serving.Soon();
    }

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task An_authority_file_that_can_not_be_used_is_named(string content, string words) =>
        await ExpectFailureAsync(new MqttTlsOptions { CertificateAuthorityFile = Write("bad.pem", content) }, "the authority file", "bad.pem", words);

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task A_certificate_file_that_can_not_be_used_is_named(string content, string words) =>
        await ExpectFailureAsync(Trusting() with { CertificateFile = Write("bad.pem", content) }, "the client certificate file", "bad.pem", words);

    [Fact]
    public async Task A_key_file_that_can_not_be_used_is_named()
    {
        using var own = Certificates.Make(_authority, "station");
        using var other = Certificates.Make(_authority, "other");
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000);
        var tls = Trusting() with { CertificateFile = Write("own.pem", own.ExportCertificatePem()) };
        (string Content, string Words)[] bad =
        [
            ("no file", "Could not find file"),
            ("", ""),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", ""),
            (other.KeyPem(), ""),
            (own.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem("secret", parameters), "password"),
        ];
        foreach (var (content, words) in bad)
        {
            await ExpectFailureAsync(tls with { KeyFile = Write("bad.key", content) }, "the client key file", "bad.key", words);
        }

        await ExpectFailureAsync(tls, "the client key file", "own.pem");
    }

    [Fact]
    public async Task A_renewed_file_needs_no_restart()
    {
        using var server = Certificates.Make(_authority, Name, Name);
        var tls = Trusting() with { CertificateAuthorityFile = Write("late.pem", "no file") };
        await using var client = Client(tls, TimeSpan.FromMilliseconds(1));
        await client.StartAsync();
        await Eventually.TrueAsync(() => client.State is MqttConnectionState.Disconnected, "an attempt has failed");
        var serving = ServeAsync(server);
        Write("late.pem", _authority.ExportCertificatePem());
        await client.WaitConnectedAsync().Soon();
        await serving.Soon();
    }

    /// <summary>RFC 8446 §4.1.2 and §4.2.1: handshake message 1 in a record of type 22, extension 43 is supported_versions.</summary>
    [Fact]
    public async Task Only_tls_1_2_and_1_3_are_offered()
    {
        await using var client = Client(Trusting());
        await client.StartAsync();
        using var socket = await _listener.AcceptSocketAsync().Soon();
        var head = await ReceiveAsync(socket, 5);
        var hello = await ReceiveAsync(socket, (head[3] << 8) | head[4]);
        Assert.Equal((22, 1), (head[0], hello[0]));
        var at = 38; // Type, length, legacy version, random.
        at += 1 + hello[at]; // Session id
        at += 2 + ((hello[at] << 8) | hello[at + 1]); // Cipher suites
        at += 1 + hello[at]; // Compression
        at += 2;
        var versions = new List<int>();
        while (at < hello.Length)
        {
            var (kind, length) = ((hello[at] << 8) | hello[at + 1], (hello[at + 2] << 8) | hello[at + 3]);
            for (var i = at + 5; kind == 43 && i < at + 4 + length; i += 2)
            {
                versions.Add((hello[i] << 8) | hello[i + 1]);
            }

            at += 4 + length;
        }

        Assert.Equal([0x0304, 0x0303], versions);
    }

    [Theory]
    [InlineData("15 03 01 00 02 02 46", "neither TLS 1.2 nor 1.3")] // Alert 70, protocol_version
    [InlineData("15 03 03 00 02 02 28", "no client certificate is set")] // Alert 40, handshake_failure
    [InlineData("15 03 03 00 02 02 50", "internal error")] // Alert 80, internal_error
    [InlineData("20 02 00 00 00 00 00 00", "Is this the port for TLS?")] // CONNACK
    [InlineData("", "Is this the port for TLS?")]
    public async Task A_server_that_does_not_shake_hands_is_told(string answer, string words)
    {
        await using var client = Client(Trusting());
        await client.StartAsync();
        using (var socket = await _listener.AcceptSocketAsync().Soon())
        {
            var head = await ReceiveAsync(socket, 5);
            await ReceiveAsync(socket, (head[3] << 8) | head[4]);
            await socket.SendAsync(Convert.FromHexString(answer.Replace(" ", "", StringComparison.Ordinal)));
            socket.Shutdown(SocketShutdown.Send);
            await ExpectFailureAsync(client, words);
        }
    }

    private async Task ExpectFailureAsync(X509Certificate2 server, MqttTlsOptions tls, params string[] words)
    {
        var serving = ServeAsync(server);
        await using var client = Client(tls);
        await client.StartAsync();
        await ExpectFailureAsync(client, [$"mqtts://127.0.0.1:{Port}: ", .. words]);
        await Assert.ThrowsAnyAsync<Exception>(() => serving.Soon());
    }

    private async Task ExpectFailureAsync(MqttTlsOptions tls, params string[] words)
    {
        await using var client = Client(tls);
        await client.StartAsync();
        await ExpectFailureAsync(client, words);
        Assert.False(_listener.Pending(), "Nothing is connected to with files that can't be used.");
    }

    private static async Task ExpectFailureAsync(MqttClient client, params string[] words)
    {
        await Eventually.TrueAsync(() => client.State is MqttConnectionState.Disconnected, "the attempt has failed");
        var failed = (MqttConnectionState.Disconnected)client.State;
        Assert.Equal(MqttDisconnectCause.TlsFailed, failed.Cause);
        Assert.All(words, word => Assert.Contains(word, failed.Detail, StringComparison.Ordinal));
        Assert.Equal(0, client.Counters.BytesSent);
    }

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    private MqttClient Client(MqttTlsOptions tls, TimeSpan? pause = null)
    {
        var options = new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = Port,
            ClientId = "c",
            Tls = tls,
            Reconnect = new MqttReconnect { Minimum = pause ?? TimeSpan.FromMinutes(1), Maximum = pause ?? TimeSpan.FromMinutes(1) },
        };
        return new MqttClient(options, TimeProvider.System);
    }

    /// <summary>One connection; gives what was seen of the client.</summary>
    private async Task<(string? Subject, SslProtocols Version, List<string> Chain)> ServeAsync(X509Certificate2 certificate, SslProtocols version = SslProtocols.None)
    {
        using var socket = await _listener.AcceptTcpClientAsync();
        var sent = new List<string>();
        await using var stream = new SslStream(socket.GetStream(), false, (_, _, chain, _) =>
        {
            sent.AddRange(chain?.ChainPolicy.ExtraStore.Select(one => one.Subject) ?? []);
            return true;
        });
        await stream.AuthenticateAsServerAsync(certificate, clientCertificateRequired: true, version, checkCertificateRevocation: false);
        if (await stream.ReadAsync(new byte[1024]) == 0)
        {
            throw new IOException("The client left.");
        }

        await stream.WriteAsync(Wire.Connack());
        return (stream.RemoteCertificate?.Subject, stream.SslProtocol, sent);
    }

    private MqttTlsOptions Trusting(X509Certificate2? authority = null) =>
        new() { CertificateAuthorityFile = Write("authority.pem", (authority ?? _authority).ExportCertificatePem()), ServerName = Name };

    private string Write(string name, string text)
    {
        var path = _folder.File(name);
        if (text != "no file")
        {
            File.WriteAllText(path, text);
        }

        return path;
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = await socket.ReceiveAsync(bytes.AsMemory(read)).AsTask().Soon();
            read += more > 0 ? more : throw new IOException("The client closed the connection.");
        }

        return bytes;
    }
}
