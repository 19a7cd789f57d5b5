using System.Net.Sockets;

namespace MeetNet.Mqtt.Transport;

/// <summary>How far what was written to a connection has come.</summary>
/// <param name="Delivered">Bytes that the peer's kernel has acknowledged so far.</param>
/// <param name="IsUnderWay">Whether there are bytes that it has not.</param>
internal readonly record struct SendProgress(long Delivered, bool IsUnderWay)
{
    private const int LinuxTcpLevel = 6; // IPPROTO_TCP
    private const int LinuxTcpInfo = 11; // TCP_INFO, linux/tcp.h; below: struct tcp_info of the same file
    private const int Unacknowledged = 24; // tcpi_unacked, 32 bits, segments
    private const int Acknowledged = 120; // tcpi_bytes_acked, 64 bits
    private const int NotSent = 144; // tcpi_notsent_bytes, 32 bits
    private const int Length = 148;

    /// <summary>What the kernel knows of a socket; nothing under way where it doesn't say (not TCP, not Linux).</summary>
    public static SendProgress Of(Socket socket)
    {
        if (!OperatingSystem.IsLinux() || socket.ProtocolType != ProtocolType.Tcp)
        {
            return default;
        }

        Span<byte> info = stackalloc byte[Length];
        try
        {
            return socket.GetRawSocketOption(LinuxTcpLevel, LinuxTcpInfo, info) < Length ? default : new SendProgress(
                BitConverter.ToInt64(info[Acknowledged..]),
                BitConverter.ToUInt32(info[Unacknowledged..]) > 0 || BitConverter.ToUInt32(info[NotSent..]) > 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return default; // The connection has ended; whoever reads or writes will hear it.
        }
    }
}

/// <summary>A stream that knows how far what was written to it has come.</summary>
internal interface ISendProgress
{
    SendProgress Progress { get; }
}
