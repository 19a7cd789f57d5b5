namespace MeetNet.Mqtt;

/// <summary>
/// TLS settings. TLS 1.2 and 1.3 are spoken. The server's chain and its host name are always checked; there is no switch to accept anything.
/// Files are PEM and are read at every connect, so that renewed certificates need no restart.
/// </summary>
public sealed record MqttTlsOptions
{
    /// <summary>Certificates that the server's chain must end in. Null: the trust store of the operating system.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Client certificate (PEM), after it any intermediate ones. Null: none is offered.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Private key of <see cref="CertificateFile"/> (PEM, without a password). Null: the key is in the same file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Name the server's certificate must carry. Null: <see cref="MqttClientOptions.Host"/>.</summary>
    public string? ServerName { get; init; }

    /// <summary>
    /// Public keys of which the server's certificate must have one: each the base64 of the SHA-256 of the SubjectPublicKeyInfo (RFC 7469 §2.4). This comes on
    /// top of chain and host name and replaces neither; for a server that signs its own certificate, give that as <see cref="CertificateAuthorityFile"/>. Name
    /// the next key beside the present one before the server changes it. Empty: any key. To compute one:
    /// <c>openssl x509 -in server.crt -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64</c>.
    /// </summary>
    public IReadOnlyList<string> PinnedPublicKeys { get; init; } = [];
}
