namespace MeetNet.Mqtt;

/// <summary>
/// TLS settings. The server's chain and its host name are always checked; there is no switch to accept anything.
/// Files are PEM and are read at every connect, so that renewed certificates need no restart.
/// </summary>
public sealed record MqttTlsOptions
{
    /// <summary>Certificates that the server's chain must end in. Null: the trust store of the operating system.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Client certificate (PEM). Null: none is offered.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Private key of <see cref="CertificateFile"/> (PEM). Null: the key is in the same file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Name the server's certificate must carry. Null: <see cref="MqttClientOptions.Host"/>.</summary>
    public string? ServerName { get; init; }
}
