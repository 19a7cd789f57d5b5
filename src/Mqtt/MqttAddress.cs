using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MeetNet.Mqtt;

/// <summary>
/// Where a server is, in one line: <c>scheme://[user[:password]@]host[:port][/path]</c>. Schemes: <c>mqtt</c> or <c>tcp</c> (port 1883),
/// <c>mqtts</c> or <c>ssl</c> (8883), <c>ws</c> (80) and <c>wss</c> (443) with the path that the server gives MQTT, and <c>unix:///path/of/socket</c>.
/// An IPv6 address stands in brackets; what is special in a URI is percent-encoded. To be used with <see cref="MqttClientOptions.At"/>.
/// </summary>
public sealed record MqttAddress
{
    /// <summary>Host name or address, IPv6 without brackets; <c>localhost</c> for a Unix socket.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port, as written or the scheme's own; without meaning for a Unix socket.</summary>
    public required int Port { get; init; }

    /// <summary>Whether TLS is asked for.</summary>
    public bool IsSecure { get; init; }

    /// <summary>Path and query of the WebSocket, beginning with <c>/</c>; null when it is not one.</summary>
    public string? WebSocketPath { get; init; }

    /// <summary>Absolute path of the Unix socket; null when it is not one.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>User name, or null.</summary>
    public string? UserName { get; init; }

    /// <summary>Password, UTF-8; empty for none.</summary>
    public ReadOnlyMemory<byte> Password { get; init; }

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none; the message says why and never quotes a password.</exception>
    public static MqttAddress Parse(string text) =>
        TryParse(text, out var address, out var problem) ? address : throw new FormatException(problem);

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">What it says.</param>
    /// <param name="problem">What is wrong with it, a sentence without the address itself, since that may hold a password.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out MqttAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        problem = CheckText(text);
        if (problem is not null)
        {
            return false;
        }

        try
        {
            (address, problem) = Read(new Uri(text!, UriKind.Absolute));
        }
        catch (UriFormatException e)
        {
            problem = $"The address can't be read: {e.Message} What is special in user name, password or path must be percent-encoded.";
        }

        return address is not null;
    }

    /// <summary>The address without user name and password, and without the query, which may hold a signature or a token: fit for a log.</summary>
    public override string ToString() => Place(Host, Port, IsSecure, WebSocketPath, UnixSocket);

    /// <summary>Where these options lead, for people.</summary>
    internal static string Describe(MqttClientOptions options) =>
        Place(options.Host, options.Port, options.Tls is not null, options.WebSocketPath, options.UnixSocket);

    private static string Place(string host, int port, bool secure, string? webSocketPath, string? unixSocket)
    {
        var scheme = (webSocketPath is null ? "mqtt" : "ws") + (secure ? "s" : "");
        var path = webSocketPath?.IndexOf('?', StringComparison.Ordinal) is { } query and >= 0 ? $"{webSocketPath[..query]}?..." : webSocketPath;
        var name = host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host;
        return unixSocket is null
            ? string.Create(CultureInfo.InvariantCulture, $"{scheme}://{name}:{port}{path}")
            : $"unix://{unixSocket}";
    }

    private static string? CheckText(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "The address is empty.";
        }

        if (text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            return "The address has white space or a control character in it: write it percent-encoded (a blank is %20).";
        }

        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                return "The address has a % that two hexadecimal digits don't follow: a percent sign itself is written %25.";
            }
        }

        return text.Contains("://", StringComparison.Ordinal) ? null : "The address has no scheme: write mqtt://, mqtts://, ws://, wss:// or unix:// in front.";
    }

    private static (MqttAddress? Address, string? Problem) Read(Uri uri) => uri.Scheme switch
    {
        _ when uri.Fragment.Length > 0 => (null, "The address has a fragment (#…), which means nothing here: a # in a user name, password or path is written %23."),
        "mqtt" or "tcp" => ReadHost(uri, 1883, secure: false, path: null),
        "mqtts" or "ssl" => ReadHost(uri, 8883, secure: true, path: null),
        "ws" => ReadHost(uri, 80, secure: false, uri.PathAndQuery),
        "wss" => ReadHost(uri, 443, secure: true, uri.PathAndQuery),
        "unix" => ReadUnix(uri),
        _ => (null, $"The scheme '{uri.Scheme}' is none of mqtt, mqtts, ws, wss, unix (tcp and ssl are mqtt and mqtts)."),
    };

    private static (MqttAddress? Address, string? Problem) ReadHost(Uri uri, int port, bool secure, string? path)
    {
        if (uri.Host.Length == 0)
        {
            return (null, "The address has no host.");
        }

        if (uri.Port == 0)
        {
            return (null, "The port is 0: it must be 1 to 65535.");
        }

        if (uri.UserInfo.Length == 0 && uri.PathAndQuery.Contains('@', StringComparison.Ordinal))
        {
            // Else a part of a password would be taken for a path: sent to the wrong host, and shown in logs.
            return (null, "There is an @ behind the host: a / or ? in a user name or password is written %2F or %3F, an @ in a path %40.");
        }

        if (path is null && uri.PathAndQuery != "/")
        {
            return (null, $"'{uri.PathAndQuery}' after the host means nothing with {uri.Scheme}: only ws and wss have a path.");
        }

        var colon = uri.UserInfo.IndexOf(':', StringComparison.Ordinal);
        var user = colon < 0 ? uri.UserInfo : uri.UserInfo[..colon];
        var password = colon < 0 ? "" : uri.UserInfo[(colon + 1)..];
        if (user.Length == 0 && colon >= 0)
        {
            return (null, "The address has a password and no user name.");
        }

        return (new MqttAddress
        {
            Host = Uri.UnescapeDataString(uri.IdnHost),
            Port = uri.Port < 0 ? port : uri.Port,
            IsSecure = secure,
            WebSocketPath = path,
            UserName = user.Length == 0 ? null : Uri.UnescapeDataString(user),
            Password = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(password)),
        }, null);
    }

    private static (MqttAddress? Address, string? Problem) ReadUnix(Uri uri)
    {
        if (uri.Host.Length > 0 || uri.UserInfo.Length > 0)
        {
            return (null, "A Unix socket has neither host nor user here: write unix:// and then its absolute path, as in unix:///run/mosquitto.sock.");
        }

        if (uri.Query.Length > 0 || uri.AbsolutePath is "/" or "")
        {
            return (null, "The address names no Unix socket: write unix:// and then its absolute path, as in unix:///run/mosquitto.sock.");
        }

        var path = Uri.UnescapeDataString(uri.AbsolutePath);
        return Encoding.UTF8.GetByteCount(path) > OptionsRules.LongestSocketPath
            ? (null, $"The path of the Unix socket has more than {OptionsRules.LongestSocketPath} bytes.")
            : (new MqttAddress { Host = "localhost", Port = 1883, UnixSocket = path }, null);
    }
}
