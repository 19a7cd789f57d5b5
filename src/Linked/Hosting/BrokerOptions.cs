using System.Diagnostics.CodeAnalysis;
using MeetNet.Mqtt;

namespace MeetNet.Hosting;

/// <summary>How to reach a broker. The password stands in a file of its own, never in a configuration.</summary>
internal sealed record BrokerOptions
{
    private const string Allowed = "mqtt://host, mqtts://host, ws://host/path, wss://host/path (with :port after the host where it is not the usual one) or unix:///path/of/socket";

    /// <summary>Where it is, and whether by TCP, WebSocket or Unix socket, with TLS or without.</summary>
    public MqttAddress Address { get; init; } = new() { Host = "127.0.0.1", Port = 1883 };

    public MqttVersion Version { get; init; } = MqttVersion.V500;

    /// <summary>MQTT user name as configured; null for none: see <see cref="UserOr"/>.</summary>
    public string? User { get; init; }

    public ReadOnlyMemory<byte> Password { get; init; }

    /// <summary>Settings of an address with TLS; null for the defaults.</summary>
    public MqttTlsOptions? Tls { get; init; }

    /// <summary>Reads an address as files and command lines may have it: without a user name and password.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">What it says.</param>
    /// <param name="problem">What is wrong with it and what is allowed; never quotes the address, since that may hold a password.</param>
    public static bool TryReadAddress(string text, [NotNullWhen(true)] out MqttAddress? address, [NotNullWhen(false)] out string? problem)
    {
        if (!MqttAddress.TryParse(text, out address, out var fault))
        {
            problem = $"{fault} Allowed: {Allowed}";
            return false;
        }

        problem = address.UserName is null
            ? null
            : "A user name or password does not belong in the address: write 'user', and name a file that only its owner may read with 'passwordFile'";
        return problem is null;
    }

    /// <summary>The user name to connect with: as configured, else the program's own when there is something to prove it with, else none.</summary>
    public string? UserOr(string own) => User ?? (Password.IsEmpty && Tls?.CertificateFile is null ? null : own);

    /// <summary>Options of a client of this broker; session, subscriptions and the rest are the program's.</summary>
    public MqttClientOptions Client(string clientId, string? user) => new MqttClientOptions
    {
        ClientId = clientId,
        Version = Version,
        UserName = user,
        Password = Password,
        Tls = Tls,
    }.At(Address);
}
