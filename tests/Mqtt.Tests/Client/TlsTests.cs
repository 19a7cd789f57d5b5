using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Client;

/// <summary>A TLS server of our own with certificates made on the spot. It reads CONNECT and answers CONNACK.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mqtt-tls-");
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _authority = MakeAuthority("CN=test authority");

    public void Dispose()
    {
        _listener.Dispose();
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_server_of_our_authority_with_the_right_name_is_accepted_and_gets_our_certificate()
    {
        var serving = ServeAsync(MakeServer(_authority, "broker.example"));
        using var own = Make(_authority, "CN=station", name: null);
        var tls = Trusting(_authority) with
        {
            ServerName = "broker.example",
            CertificateFile = Write("own.pem", own.ExportCertificatePem()),
            KeyFile = Write("own.key", own.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        };
        await using var client = Client(tls);
        await client.StartAsync();
        await client.WaitConnectedAsync().Soon();
        Assert.Equal("CN=station", await serving.Soon());
    }

    [Fact]
    public async Task A_server_with_another_name_is_refused() =>
        await ExpectTlsFailureAsync(MakeServer(_authority, "other.example"), Trusting(_authority) with { ServerName = "broker.example" });

    [Fact]
    public async Task A_server_of_another_authority_is_refused()
    {
        using var other = MakeAuthority("CN=other authority");
        await ExpectTlsFailureAsync(MakeServer(other, "broker.example"), Trusting(_authority) with { ServerName = "broker.example" });
    }

    [Fact]
    public async Task A_private_authority_is_refused_when_only_the_system_is_trusted() =>
        await ExpectTlsFailureAsync(MakeServer(_authority, "broker.example"), new MqttTlsOptions { ServerName = "broker.example" });

    [Fact]
    public async Task A_missing_file_is_told_and_does_not_end_the_client() =>
        await ExpectTlsFailureAsync(
            MakeServer(_authority, "broker.example"), new MqttTlsOptions { CertificateAuthorityFile = Path.Combine(_folder.FullName, "none.pem") });

    private async Task ExpectTlsFailureAsync(X509Certificate2 server, MqttTlsOptions tls)
    {
        var serving = ServeAsync(server);
        await using var client = Client(tls);
        await client.StartAsync();
        await Eventually.TrueAsync(() => client.State is MqttConnectionState.Disconnected, "the attempt has failed");
        Assert.Equal(MqttDisconnectCause.TlsFailed, ((MqttConnectionState.Disconnected)client.State).Cause);
        Assert.Equal(0, client.Counters.BytesSent);
        await Assert.ThrowsAnyAsync<Exception>(() => serving.Soon());
    }

    private MqttClient Client(MqttTlsOptions tls)
    {
        var options = new MqttClientOptions
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            ClientId = "c",
            Tls = tls,
            Reconnect = new MqttReconnect { Minimum = TimeSpan.FromMinutes(1), Maximum = TimeSpan.FromMinutes(1) },
        };
        return new MqttClient(options, TimeProvider.System);
    }

    /// <summary>One connection; gives the subject of the client's certificate.</summary>
    private async Task<string?> ServeAsync(X509Certificate2 certificate)
    {
        _listener.Start();
        using var socket = await _listener.AcceptTcpClientAsync();
        await using var stream = new SslStream(socket.GetStream(), false, (_, theirs, _, _) => theirs is null || theirs.Issuer == _authority.Subject);
        await stream.AuthenticateAsServerAsync(certificate, clientCertificateRequired: true, checkCertificateRevocation: false);
        var buffer = new byte[1024];
        var read = await stream.ReadAsync(buffer);
        if (read == 0)
        {
            throw new IOException("The client left.");
        }

        await stream.WriteAsync(Wire.Connack());
        return stream.RemoteCertificate?.Subject;
    }

    private MqttTlsOptions Trusting(X509Certificate2 authority) =>
        new() { CertificateAuthorityFile = Write("authority.pem", authority.ExportCertificatePem()) };

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static X509Certificate2 MakeAuthority(string subject)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static X509Certificate2 MakeServer(X509Certificate2 authority, string name)
    {
        using var made = Make(authority, $"CN={name}", name);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private static X509Certificate2 Make(X509Certificate2 authority, string subject, string? name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, false));
        if (name is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
        }

        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(authority, now.AddHours(-12), now.AddHours(12), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
