using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace MeetNet.Mqtt.Transport;

/// <summary>
/// The bytes of a WebSocket's binary frames as a stream; every write is one frame. .NET's own <see cref="WebSocketStream"/> reads text frames too, which
/// [MQTT-6.0.0-1] forbids.
/// </summary>
/// <param name="socket">Owned.</param>
/// <param name="invoker">What made the socket; owned.</param>
/// <param name="connection">What it runs on; owned.</param>
internal sealed class BinaryFrameStream(WebSocket socket, HttpMessageInvoker invoker, Stream connection) : Stream, ISendProgress
{
    public SendProgress Progress => (connection as ISendProgress)?.Progress ?? default;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                var frame = await socket.ReceiveAsync(buffer, cancellationToken);
                switch (frame.MessageType)
                {
                    case WebSocketMessageType.Binary when frame.Count > 0:
                        return frame.Count;
                    case WebSocketMessageType.Text:
                        await socket.CloseOutputAsync(WebSocketCloseStatus.InvalidMessageType, "MQTT is binary", cancellationToken);
                        throw new TransportException(MqttDisconnectCause.ProtocolError, "the server sent a text frame, and MQTT is in binary ones [MQTT-6.0.0-1]");
                    case WebSocketMessageType.Close:
                        return await LeaveAsync(cancellationToken);
                }
            }
        }
        catch (WebSocketException e)
        {
            throw new IOException($"the WebSocket was lost: {e.Message}", e);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException e)
        {
            throw new IOException($"the WebSocket was lost: {e.Message}", e);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Dispose();
            invoker.Dispose();
            connection.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Answers the server's Close (RFC 6455 §5.5.1). A plain one is the end of the stream; another has a reason worth telling.</summary>
    private async Task<int> LeaveAsync(CancellationToken cancellationToken)
    {
        var (status, reason) = (socket.CloseStatus, socket.CloseStatusDescription);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        return status is WebSocketCloseStatus.NormalClosure or WebSocketCloseStatus.Empty
            ? 0
            : throw new IOException($"the server closed the WebSocket with {(int?)status} {status}: {reason}");
    }
}
