using MeetNet.Mqtt;

namespace MeetNet.Gateway;

/// <summary>Where the names in a configuration file point to.</summary>
/// <param name="DataFolder">Secrets and state of this machine: relative secret files are looked for here. Null when only checking files that belong to no machine: then secrets are not opened.</param>
/// <param name="LinesFolder">Serial ports that are not absolute are looked for here.</param>
/// <param name="Broker">Replaces the address of every broker (<c>--broker</c>); null leaves them.</param>
internal sealed record ConfigurationPaths(string? DataFolder, string LinesFolder = "/dev", MqttAddress? Broker = null)
{
    /// <summary>A path of a file beside the one that names it.</summary>
    public static string Beside(string file, string path) =>
        Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/");
}
