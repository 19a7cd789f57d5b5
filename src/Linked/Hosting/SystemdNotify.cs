using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace MeetNet.Hosting;

/// <summary>
/// Tells systemd how the program is (sd_notify(3)): one datagram per message to the socket named in NOTIFY_SOCKET.
/// Where systemd did not start the program, every call does nothing.
/// </summary>
internal sealed class SystemdNotify : IDisposable
{
    private readonly Socket? _socket;

    public SystemdNotify(string? socketPath, string? watchdogMicroseconds)
    {
        if (string.IsNullOrEmpty(socketPath))
        {
            return;
        }
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        // A leading @ stands for the NUL of an abstract socket name.
        _socket.Connect(new UnixDomainSocketEndPoint(socketPath[0] == '@' ? "\0" + socketPath[1..] : socketPath));
        if (long.TryParse(watchdogMicroseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0)
        {
            // Half the limit, as sd_watchdog_enabled(3) advises.
            WatchdogInterval = TimeSpan.FromMicroseconds(microseconds / 2.0);
        }
    }

    /// <summary>How often to call <see cref="Watchdog"/>; null when systemd does not watch.</summary>
    public TimeSpan? WatchdogInterval { get; }

    public static SystemdNotify FromEnvironment() => new(
        Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), Environment.GetEnvironmentVariable("WATCHDOG_USEC"));

    public void Ready() => Send("READY=1");

    public void Stopping() => Send("STOPPING=1");

    public void Watchdog() => Send("WATCHDOG=1");

    /// <summary>One line for <c>systemctl status</c>.</summary>
    public void Status(string text) => Send("STATUS=" + text.ReplaceLineEndings(" "));

    public void Dispose() => _socket?.Dispose();

    private void Send(string message)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(message));
        }
        catch (SocketException)
        {
            // systemd gone or its queue full: the next watchdog beat says the same again.
        }
    }
}
