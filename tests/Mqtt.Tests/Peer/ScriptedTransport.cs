using System.IO.Pipelines;
using System.Threading.Channels;
using MeetNet.Mqtt.Transport;

namespace MeetNet.Mqtt.Tests.Peer;

/// <summary>Connections in memory: the client's end goes to the client, the other to the test.</summary>
internal sealed class ScriptedTransport : ITransport
{
    private readonly Channel<ScriptedPeer> _peers = Channel.CreateUnbounded<ScriptedPeer>();

    /// <summary>What the next attempts to connect fail with.</summary>
    public Queue<Exception> Failures { get; } = new();

    public int Opened { get; private set; }

    public async ValueTask<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        Opened++;
        if (Failures.TryDequeue(out var failure))
        {
            throw failure;
        }

        var toClient = new Pipe();
        var toServer = new Pipe();
        await _peers.Writer.WriteAsync(new ScriptedPeer(toServer.Reader, toClient.Writer), cancellationToken);
        return new DuplexStream(toClient.Reader, toServer.Writer);
    }

    /// <summary>The server's end of the next connection.</summary>
    public Task<ScriptedPeer> AcceptAsync() => _peers.Reader.ReadAsync().AsTask().WaitAsync(ScriptedPeer.Deadline);
}

/// <summary>Two pipes as one stream. Completing either side shows as end of stream on the other.</summary>
internal sealed class DuplexStream(PipeReader reader, PipeWriter writer) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await reader.ReadAsync(cancellationToken);
        var count = (int)Math.Min(buffer.Length, result.Buffer.Length);
        var taken = result.Buffer.Slice(0, count);
        var offset = 0;
        foreach (var part in taken)
        {
            part.CopyTo(buffer[offset..]);
            offset += part.Length;
        }

        reader.AdvanceTo(taken.End);
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var result = await writer.WriteAsync(buffer, cancellationToken);
        if (result.IsCompleted)
        {
            throw new IOException("The peer has closed the connection.");
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        reader.Complete();
        writer.Complete();
        base.Dispose(disposing);
    }
}
