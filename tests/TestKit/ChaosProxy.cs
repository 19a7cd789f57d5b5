using System.Net;
using System.Net.Sockets;

namespace MeetNet.TestKit;

/// <summary>
/// A network that misbehaves when told to: a TCP proxy on the loopback address that passes bytes on to one port, until it cuts, swallows or trickles
/// them. Thread-safe.
/// </summary>
public sealed class ChaosProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Lock _gate = new();
    private readonly HashSet<Link> _links = [];
    private readonly Task _accepting;
    private long _connections;
    private long _bytesUp;
    private long _bytesDown;
    private volatile int _piece = 64 * 1024;
    private volatile bool _refuses;

    /// <summary>Begins to listen.</summary>
    /// <param name="target">Port on 127.0.0.1 that connections are passed on to.</param>
    public ChaosProxy(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Port it listens on.</summary>
    public int Port { get; }

    /// <summary>Connections accepted so far.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Bytes passed on from clients to the target.</summary>
    public long BytesUp => Interlocked.Read(ref _bytesUp);

    /// <summary>Bytes passed on from the target to clients.</summary>
    public long BytesDown => Interlocked.Read(ref _bytesDown);

    /// <summary>True: new connections are reset as soon as they are made.</summary>
    public bool Refuses
    {
        get => _refuses;
        set => _refuses = value;
    }

    /// <summary>Bytes that are passed on at most at a time, each time as packets of their own. A few hundred is a network that trickles.</summary>
    public int Piece
    {
        get => _piece;
        set => _piece = value;
    }

    /// <summary>Resets all connections on both sides.</summary>
    public void Cut()
    {
        foreach (var link in Links())
        {
            link.Reset();
        }
    }

    /// <summary>
    /// The connections of this moment become half-open, for good: bytes of either side are taken and never arrive, and when one side gives
    /// up the other doesn't hear of it. New connections are sound.
    /// </summary>
    public void Swallow()
    {
        foreach (var link in Links())
        {
            link.Swallows = true;
        }
    }

    /// <summary>Resets everything and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        Cut();
        await Task.WhenAll(Links().Select(link => link.Ended));
    }

    private Link[] Links()
    {
        lock (_gate)
        {
            return [.. _links];
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            Interlocked.Increment(ref _connections);
            if (_refuses)
            {
                Reset(client);
                continue;
            }

            var link = new Link(this, client, new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            lock (_gate)
            {
                _links.Add(link);
            }

            link.Begin();
        }
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        socket.Dispose();
    }

    /// <summary>One client's connection and the one to the target that belongs to it.</summary>
    private sealed class Link(ChaosProxy proxy, Socket client, Socket server)
    {
        private volatile bool _swallows;

        public bool Swallows
        {
            set => _swallows = value;
        }

        public Task Ended { get; private set; } = Task.CompletedTask;

        public void Begin() => Ended = RunAsync();

        public void Reset()
        {
            ChaosProxy.Reset(client);
            ChaosProxy.Reset(server);
        }

        private async Task RunAsync()
        {
            try
            {
                client.NoDelay = true;
                server.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, proxy._target);
                await Task.WhenAll(PumpAsync(client, server, up: true), PumpAsync(server, client, up: false));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The target does not listen, or the link was cut while it connected.
            }

            Reset();
            lock (proxy._gate)
            {
                proxy._links.Remove(this);
            }
        }

        /// <summary>Until this direction ends. Its end is passed on, unless the link swallows.</summary>
        private async Task PumpAsync(Socket from, Socket to, bool up)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer.AsMemory(0, Math.Min(buffer.Length, proxy._piece))) is var read and > 0)
                {
                    if (_swallows)
                    {
                        continue;
                    }

                    Interlocked.Add(ref up ? ref proxy._bytesUp : ref proxy._bytesDown, read);
                    for (var sent = 0; sent < read;)
                    {
                        sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                    }
                }

                if (!_swallows)
                {
                    to.Shutdown(SocketShutdown.Send);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (!_swallows)
                {
                    Reset();
                }
            }
        }
    }
}
