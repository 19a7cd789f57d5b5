namespace MeetNet.Gateway;

/// <summary>Where the names in a configuration file point to.</summary>
/// <param name="DataFolder">Secrets and state of this machine: relative secret files are looked for here. Null when only checking files that belong to no machine: then secrets are not opened.</param>
/// <param name="LinesFolder">Serial ports that are not absolute are looked for here.</param>
/// <param name="Broker">Replaces the host and port of every broker (<c>--broker</c>); null leaves them.</param>
internal sealed record ConfigurationPaths(string? DataFolder, string LinesFolder = "/dev", BrokerAddress? Broker = null)
{
    /// <summary>A path of a file beside the one that names it.</summary>
    public static string Beside(string file, string path) =>
        Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/");
}

/// <summary>A broker's host and port.</summary>
internal readonly record struct BrokerAddress(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c>; IPv6 addresses in brackets.</summary>
    public static bool TryParse(string text, out BrokerAddress address)
    {
        address = default;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > 65_535)
        {
            return false;
        }

        address = new BrokerAddress(text[..colon].Trim('[', ']'), port);
        return true;
    }
}
