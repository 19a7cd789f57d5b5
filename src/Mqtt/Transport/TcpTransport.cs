using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeetNet.Mqtt.Transport;

/// <summary>TCP, with TLS when the options say so.</summary>
internal sealed class TcpTransport(MqttClientOptions options) : ITransport
{
    private const int LinuxTcpLevel = 6; // IPPROTO_TCP
    private const int LinuxTcpNotSentLowAt = 25; // TCP_NOTSENT_LOWAT, linux/tcp.h

    /// <summary>
    /// Unsent bytes the kernel may hold. Without a limit it takes megabytes on a slow line, and a PINGREQ would queue behind them for
    /// longer than the server's patience.
    /// </summary>
    private const int UnsentBytes = 128 * 1024;

    public async ValueTask<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (OperatingSystem.IsLinux())
            {
                socket.SetRawSocketOption(LinuxTcpLevel, LinuxTcpNotSentLowAt, BitConverter.GetBytes(UnsentBytes));
            }

            await socket.ConnectAsync(options.Host, options.Port, cancellationToken);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new TransportException(MqttDisconnectCause.ConnectFailed, $"{options.Host}:{options.Port}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        return options.Tls is null ? stream : await SecureAsync(stream, options.Tls, cancellationToken);
    }

    private async ValueTask<Stream> SecureAsync(Stream plain, MqttTlsOptions tls, CancellationToken cancellationToken)
    {
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            await secure.AuthenticateAsClientAsync(Authentication(tls), cancellationToken);
            return secure;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or CryptographicException or UnauthorizedAccessException)
        {
            await secure.DisposeAsync();
            throw new TransportException(MqttDisconnectCause.TlsFailed, $"{options.Host}:{options.Port}: {e.Message}", e);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    private SslClientAuthenticationOptions Authentication(MqttTlsOptions tls)
    {
        var authentication = new SslClientAuthenticationOptions
        {
            TargetHost = tls.ServerName ?? options.Host,
            // A private authority seldom has a reachable revocation list, and a station must not depend on one to deliver.
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (tls.CertificateAuthorityFile is { } authorities)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(authorities);
            authentication.CertificateChainPolicy = policy;
        }

        if (tls.CertificateFile is { } certificate)
        {
            var own = X509Certificate2.CreateFromPemFile(certificate, tls.KeyFile ?? certificate);
            authentication.ClientCertificateContext = SslStreamCertificateContext.Create(own, additionalCertificates: null, offline: true);
        }

        return authentication;
    }
}
