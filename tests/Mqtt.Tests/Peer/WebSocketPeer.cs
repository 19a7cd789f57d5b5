using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace MeetNet.Mqtt.Tests.Peer;

/// <summary>One frame of a client: RFC 6455 §5.2.</summary>
internal sealed record WebSocketFrame(int Opcode, bool Final, bool Masked, byte[] Payload);

/// <summary>A WebSocket server in raw bytes over a real socket, which does what a test says, right or wrong. One connection.</summary>
internal sealed class WebSocketPeer : IDisposable
{
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Socket? _socket;

    public WebSocketPeer() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Accepts, and gives the head of the request line by line.</summary>
    public async Task<string[]> ReadRequestAsync()
    {
        _socket = await _listener.AcceptSocketAsync().Soon();
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)(await ReceiveAsync(1))[0]);
        }

        return head.ToString().TrimEnd().Split("\r\n");
    }

    /// <summary>Answers a request: 101 with what RFC 6455 §4.2.2 asks for and, if not null, a sub-protocol.</summary>
    public async Task AcceptAsync(string[] request, string? subProtocol = "mqtt")
    {
        var key = request.Single(line => line.StartsWith("Sec-WebSocket-Key: ", StringComparison.Ordinal))["Sec-WebSocket-Key: ".Length..];
#pragma warning disable CA5350 // RFC 6455 wants SHA-1; it protects nothing there.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        var protocol = subProtocol is null ? "" : $"Sec-WebSocket-Protocol: {subProtocol}\r\n";
        await SendAsync($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{protocol}\r\n");
    }

    /// <summary>Handshake, CONNECT and CONNACK.</summary>
    public async Task OpenAsync()
    {
        await AcceptAsync(await ReadRequestAsync());
        Assert.Equal(0x10, (await ReadFrameAsync()).Payload[0]);
        await SendFrameAsync(Binary, Wire.Connack());
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await _socket!.SendAsync(bytes.AsMemory(sent)).AsTask().Soon();
        }
    }

    public Task SendFrameAsync(int opcode, byte[] payload, bool final = true) => SendAsync(Frame(opcode, payload, final));

    /// <summary>An unmasked frame of less than 126 bytes.</summary>
    public static byte[] Frame(int opcode, byte[] payload, bool final = true) => [(byte)(opcode | (final ? 128 : 0)), checked((byte)payload.Length), .. payload];

    public async Task<WebSocketFrame> ReadFrameAsync()
    {
        var head = await ReceiveAsync(2);
        var length = (head[1] & 127) switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(await ReceiveAsync(2)),
            127 => checked((int)BinaryPrimitives.ReadUInt64BigEndian(await ReceiveAsync(8))),
            var small => small,
        };
        var masked = head[1] >= 128;
        var mask = masked ? await ReceiveAsync(4) : new byte[4];
        var payload = await ReceiveAsync(length);
        return new WebSocketFrame(head[0] & 15, head[0] >= 128, masked, [.. payload.Select((b, i) => (byte)(b ^ mask[i % 4]))]);
    }

    /// <summary>The client has closed, in order or not, and sent nothing before it.</summary>
    public async Task ExpectEndAsync()
    {
        try
        {
            Assert.Equal(0, await _socket!.ReceiveAsync(new byte[1]).Soon());
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Also an end.
        }
    }

    /// <summary>Closes the TCP connection and no more.</summary>
    public void End() => _socket!.Dispose();

    public void Dispose()
    {
        _socket?.Dispose();
        _listener.Dispose();
    }

    private async Task<byte[]> ReceiveAsync(int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = await _socket!.ReceiveAsync(bytes.AsMemory(read)).AsTask().Soon();
            read += more > 0 ? more : throw new IOException("The client closed the connection.");
        }

        return bytes;
    }
}
