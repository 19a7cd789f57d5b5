using System.Text.RegularExpressions;
using MeetNet.Mqtt;
using MeetNet.Yaml;

namespace MeetNet.Hosting;

/// <summary>
/// Sections that every configuration file writes with the same keys. Problems go to the map, at their place. Relative files that belong to a machine (secrets,
/// certificates, logs) are in its data folder, which is null when a file is only checked, away from the machine.
/// </summary>
internal static partial class ConfigurationSections
{
    private static readonly string[] LogLevels = ["trace", "debug", "information", "warning", "error"];

    private static readonly string[] Secrets = ["password", "token", "secret"];

    /// <summary>What an address that can't be read is taken for, so that the rest of the file is read too.</summary>
    private static readonly MqttAddress Unread = new() { Host = "unread.invalid", Port = 8883, IsSecure = true };

    /// <summary>Address, version, user, password and TLS of a broker. The map may have further keys, so the caller ends with <see cref="YamlMap.Done"/>.</summary>
    /// <param name="instead">Replaces the file's address; null leaves it.</param>
    public static BrokerOptions ReadBroker(YamlMap map, string? dataFolder, MqttVersion defaultVersion, MqttAddress? instead = null)
    {
        var written = ReadAddress(map.Require("address"));
        var address = instead ?? written;
        var tls = map.Optional("tls");
        if (tls is not null && !address.IsSecure)
        {
            tls.Problem($"'tls' contradicts the address {address}, which is without TLS; allowed with mqtts:// and wss://");
        }

        return new BrokerOptions
        {
            Address = address,
            Version = map.Optional("version")?.Choice("5.0", "3.1.1") switch { "5.0" => MqttVersion.V500, "3.1.1" => MqttVersion.V311, _ => defaultVersion },
            User = map.Optional("user")?.String(),
            Password = ReadPassword(map, dataFolder),
            Tls = tls?.Map() is { } settings ? ReadTls(settings, dataFolder) : null,
        };
    }

    /// <summary>The secret that <c>passwordFile</c> names; a secret in the file itself is refused. Empty where there is none.</summary>
    public static ReadOnlyMemory<byte> ReadPassword(YamlMap map, string? dataFolder)
    {
        foreach (var secret in map.Keys.Intersect(Secrets).ToList())
        {
            map.Problem(secret, $"'{secret}' does not belong in a configuration file: name a file that only its owner may read with 'passwordFile'");
            _ = map.Optional(secret);
        }

        return map.Optional("passwordFile") is { } file ? SecretFile.Read(file, dataFolder) : default;
    }

    /// <summary>Level and file of the log.</summary>
    public static LogOptions ReadLog(YamlMap map, string? dataFolder)
    {
        var options = new LogOptions();
        options = options with
        {
            Level = map.Optional("level") is { } level ? (LogLevel)Array.IndexOf(LogLevels, level.Choice(LogLevels)) : options.Level,
            File = InDataFolder(map.Optional("file"), dataFolder),
        };
        map.Done();
        return options;
    }

    private static MqttAddress ReadAddress(YamlValue value)
    {
        if (BrokerOptions.TryReadAddress(value.Raw(), out var address, out var problem))
        {
            return address;
        }

        if (value.Exists && !value.IsMap && !value.IsList)
        {
            value.Problem($"'address' is none that can be used: {problem}");
        }

        return Unread;
    }

    private static MqttTlsOptions ReadTls(YamlMap map, string? dataFolder)
    {
        var tls = new MqttTlsOptions
        {
            CertificateAuthorityFile = InDataFolder(map.Optional("authorityFile"), dataFolder),
            CertificateFile = InDataFolder(map.Optional("certificateFile"), dataFolder),
            KeyFile = InDataFolder(map.Optional("keyFile"), dataFolder),
            ServerName = map.Optional("serverName")?.String(),
            PinnedPublicKeys = map.Optional("pinnedPublicKeys") is { } pins ? ReadPins(pins) : [],
        };
        if (tls.KeyFile is not null && tls.CertificateFile is null)
        {
            map.Problem("keyFile", "'keyFile' without 'certificateFile' proves nothing");
        }

        map.Done();
        return tls;
    }

    private static List<string> ReadPins(YamlValue value)
    {
        var pins = value.List();
        if (value.IsList && pins.Count == 0)
        {
            value.Problem("'pinnedPublicKeys' must name at least one key; without it any key of a trusted certificate will do");
        }

        return [.. pins.Select(pin => pin.Matching(PublicKeyHash(), "the base64 of the SHA-256 of a public key (44 characters, the last of them =)"))];
    }

    /// <summary>Base64 of exactly 32 bytes: the last digit stands for four bits, the two it has no use for being 0.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\z")]
    private static partial Regex PublicKeyHash();

    private static string? InDataFolder(YamlValue? file, string? dataFolder) =>
        file is null ? null : Path.GetFullPath(file.String(), Path.GetFullPath(dataFolder ?? "/"));
}
