using System.Net;
using System.Net.Sockets;

namespace MeetNet.Mqtt.Transport;

/// <summary>TCP or a Unix socket, with TLS when the options say so.</summary>
internal sealed class SocketTransport(MqttClientOptions options, TimeProvider time) : ITransport
{
    private const int LinuxTcpLevel = 6; // IPPROTO_TCP
    private const int LinuxTcpNotSentLowAt = 25; // TCP_NOTSENT_LOWAT, linux/tcp.h

    /// <summary>
    /// Unsent bytes the kernel may hold. Without a limit it takes megabytes on a slow line, and a PINGREQ would queue behind them for
    /// longer than the server's patience.
    /// </summary>
    private const int UnsentBytes = 128 * 1024;

    public async ValueTask<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var tls = options.Tls is null ? null : new TlsHandshake(options.Tls, Host, MqttAddress.Describe(options)); // Reads files: before anything is sent.
        var socket = options.UnixSocket is { } path ? await ConnectUnixAsync(path, cancellationToken) : await ConnectTcpAsync(cancellationToken);
        var stream = new SocketStream(socket);
        return tls is null ? stream : await tls.RunAsync(stream, cancellationToken);
    }

    private string Host => options.Host.Trim('[', ']');

    private async Task<Socket> ConnectTcpAsync(CancellationToken cancellationToken)
    {
        IPAddress[] addresses;
        try
        {
            addresses = await Dns.GetHostAddressesAsync(Host, cancellationToken);
        }
        catch (SocketException e)
        {
            throw new TransportException(MqttDisconnectCause.ConnectFailed, $"{MqttAddress.Describe(options)}: the name '{Host}' was not resolved: {e.Message}", e);
        }

        return await ConnectRace.RunAsync(ConnectRace.Order(addresses), ConnectTcpAsync, time, cancellationToken);
    }

    private Task<Socket> ConnectTcpAsync(IPAddress address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(LinuxTcpLevel, LinuxTcpNotSentLowAt, BitConverter.GetBytes(UnsentBytes));
        }

        return ConnectAsync(socket, new IPEndPoint(address, options.Port), $"{MqttAddress.Describe(options)} ({address})", cancellationToken);
    }

    private Task<Socket> ConnectUnixAsync(string path, CancellationToken cancellationToken) => ConnectAsync(
        new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), new UnixDomainSocketEndPoint(path), MqttAddress.Describe(options), cancellationToken);

    private static async Task<Socket> ConnectAsync(Socket socket, EndPoint to, string place, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(to, cancellationToken);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new TransportException(MqttDisconnectCause.ConnectFailed, $"{place}: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class SocketStream(Socket socket) : NetworkStream(socket, ownsSocket: true), ISendProgress
    {
        public SendProgress Progress => SendProgress.Of(Socket);
    }
}
