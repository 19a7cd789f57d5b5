using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MeetNet.Mqtt.Transport;

/// <summary>One TLS handshake: what we offer and demand, and in words what went wrong.</summary>
internal sealed class TlsHandshake
{
    private readonly MqttTlsOptions _tls;
    private readonly string _place;
    private readonly SslClientAuthenticationOptions _authentication;
    private string? _objection;

    /// <param name="tls">Settings.</param>
    /// <param name="host">Host that is connected to, without brackets.</param>
    /// <param name="place">Where that is, for people.</param>
    /// <exception cref="TransportException">A file can't be used.</exception>
    public TlsHandshake(MqttTlsOptions tls, string host, string place)
    {
        _tls = tls;
        _place = place;
        var name = tls.ServerName ?? host;
        _authentication = new SslClientAuthenticationOptions
        {
            TargetHost = name,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13, // What is older is broken: RFC 8996.
            // A private authority seldom has a reachable revocation list, and a station must not depend on one to deliver.
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                _objection = ServerCertificate.Objection(certificate as X509Certificate2, chain, errors, name, tls);
                return _objection is null;
            },
        };
        if (tls.CertificateAuthorityFile is { } authorities)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            policy.CustomTrustStore.AddRange(TlsFiles.ReadAuthorities(authorities));
            _authentication.CertificateChainPolicy = policy;
        }

        if (tls.CertificateFile is { } own)
        {
            _authentication.ClientCertificateContext = TlsFiles.ReadOwn(own, tls.KeyFile);
        }
    }

    /// <summary>Secures a fresh connection, which is closed if that fails.</summary>
    /// <exception cref="TransportException">It failed.</exception>
    public async ValueTask<Stream> RunAsync(Stream plain, CancellationToken cancellationToken)
    {
        var secure = new SecureStream(plain, this);
        try
        {
            await secure.AuthenticateAsClientAsync(_authentication, cancellationToken);
            return secure;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await secure.DisposeAsync();
            throw Failed(_objection ?? TlsAlert.Explain(e, _tls) ?? $"{e.Message} Is this the port for TLS?", e);
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    private TransportException Failed(string what, Exception e) => new(MqttDisconnectCause.TlsFailed, $"{_place}: {what}", e);

    /// <summary>
    /// With TLS 1.3 a server says no to our certificate when the handshake has ended for us, and closes. So its alert shows at the first read, or, if the first
    /// write comes later than that, behind a reset connection.
    /// </summary>
    private sealed class SecureStream(Stream plain, TlsHandshake handshake) : SslStream(plain, leaveInnerStreamOpen: false), ISendProgress
    {
        private bool _wasRead;

        public SendProgress Progress => (InnerStream as ISendProgress)?.Progress ?? default;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _wasRead = true;
            try
            {
                return await base.ReadAsync(buffer, cancellationToken);
            }
            catch (IOException e) when (TlsAlert.Explain(e, handshake._tls) is { } alert)
            {
                throw handshake.Failed(alert, e);
            }
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                await base.WriteAsync(buffer, cancellationToken);
            }
            catch (IOException) when (!_wasRead)
            {
                _ = await ReadAsync(new byte[1], cancellationToken); // Nobody else reads; what the server said last is thrown.
                throw;
            }
        }
    }
}
