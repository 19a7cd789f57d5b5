using System.Net;
using System.Net.Sockets;
using MeetNet.Gateway.Lines;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Lines;

public sealed class TcpLineTests : LineContract
{
    private protected override Rig Open(ManualTimeProvider time)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        // The peer is an instrument with little memory: what is not read soon stops it.
        listener.Server.SendBufferSize = listener.Server.ReceiveBufferSize = 4 << 10;
        listener.Start();
        var settings = new TcpSettings("test", "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
        var opening = TcpLine.OpenAsync(settings, time, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Assert.Null(opening.Fault);
        return new SocketRig(listener.AcceptSocket(), opening.Line!);
    }

    [Fact]
    public async Task Nobody_there_is_told_with_the_address()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        var opening = await TcpLine.OpenAsync(new TcpSettings("test", "127.0.0.1", port), TimeProvider.System, CancellationToken.None);

        Assert.Null(opening.Line);
        Assert.StartsWith($"127.0.0.1:{port}: ", opening.Fault!.Value.Message, StringComparison.Ordinal);
    }

    private sealed class SocketRig(Socket peer, ILine line) : Rig
    {
        public override ILine Line => line;

        public override async Task SendAsync(ReadOnlyMemory<byte> bytes)
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await peer.SendAsync(bytes)..];
            }
        }

        public override async Task<byte[]> ReceiveAsync(int count)
        {
            var bytes = new byte[count];
            for (var got = 0; got < count;)
            {
                got += await peer.ReceiveAsync(bytes.AsMemory(got));
            }

            return bytes;
        }

        public override void StopTaking()
        {
            // The socket's buffers hold some MiB and this side just does not read them.
        }

        public override void Unplug() => peer.Dispose();

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            peer.Dispose();
        }
    }
}
