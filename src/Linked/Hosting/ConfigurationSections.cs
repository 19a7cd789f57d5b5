using MeetNet.Mqtt;
using MeetNet.Yaml;

namespace MeetNet.Hosting;

/// <summary>
/// Sections that every configuration file writes with the same keys. Problems go to the map, at their place. Relative files that belong to a machine (secrets,
/// certificates, logs) are in its data folder, which is null when a file is only checked, away from the machine.
/// </summary>
internal static class ConfigurationSections
{
    private static readonly string[] LogLevels = ["trace", "debug", "information", "warning", "error"];

    private static readonly string[] Secrets = ["password", "token", "secret"];

    /// <summary>Host, port, version, user, password and TLS of a broker. The map may have further keys, so the caller ends with <see cref="YamlMap.Done"/>.</summary>
    public static BrokerOptions ReadBroker(YamlMap map, string? dataFolder, MqttVersion defaultVersion) => new()
    {
        Host = map.String("host"),
        Port = map.Optional("port")?.Integer(1, 65_535) ?? (map.Has("tls") ? 8_883 : 1_883),
        Version = map.Optional("version")?.Choice("5.0", "3.1.1") switch { "5.0" => MqttVersion.V500, "3.1.1" => MqttVersion.V311, _ => defaultVersion },
        User = map.Optional("user")?.String(),
        Password = ReadPassword(map, dataFolder),
        Tls = map.Optional("tls")?.Map() is { } tls ? ReadTls(tls, dataFolder) : null,
    };

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

    private static MqttTlsOptions ReadTls(YamlMap map, string? dataFolder)
    {
        var tls = new MqttTlsOptions
        {
            CertificateAuthorityFile = InDataFolder(map.Optional("authorityFile"), dataFolder),
            CertificateFile = InDataFolder(map.Optional("certificateFile"), dataFolder),
            KeyFile = InDataFolder(map.Optional("keyFile"), dataFolder),
            ServerName = map.Optional("serverName")?.String(),
        };
        if (tls.KeyFile is not null && tls.CertificateFile is null)
        {
            map.Problem("keyFile", "'keyFile' without 'certificateFile' proves nothing");
        }

        map.Done();
        return tls;
    }

    private static string? InDataFolder(YamlValue? file, string? dataFolder) =>
        file is null ? null : Path.GetFullPath(file.String(), Path.GetFullPath(dataFolder ?? "/"));
}
