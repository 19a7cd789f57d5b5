using MeetNet.Mqtt;

namespace MeetNet.Hosting;

/// <summary>How to reach a broker. The password stands in a file of its own, never in a configuration.</summary>
internal sealed record BrokerOptions
{
    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 1883;

    public MqttVersion Version { get; init; } = MqttVersion.V500;

    /// <summary>MQTT user name as configured; null for none: see <see cref="UserOr"/>.</summary>
    public string? User { get; init; }

    public ReadOnlyMemory<byte> Password { get; init; }

    public MqttTlsOptions? Tls { get; init; }

    /// <summary>The user name to connect with: as configured, else the program's own when there is something to prove it with, else none.</summary>
    public string? UserOr(string own) => User ?? (Password.IsEmpty && Tls?.CertificateFile is null ? null : own);
}
