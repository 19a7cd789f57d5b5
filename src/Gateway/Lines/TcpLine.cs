using System.IO.Pipelines;
using System.Net.Sockets;

namespace MeetNet.Gateway.Lines;

/// <summary>Where a TCP line leads.</summary>
/// <param name="Name">The line's name in the station file.</param>
/// <param name="Host">Name or address of the instrument or serial server.</param>
/// <param name="Port">TCP port.</param>
internal sealed record TcpSettings(string Name, string Host, int Port);

/// <summary>A TCP connection to an instrument or to a serial server, used as a byte stream.</summary>
internal sealed class TcpLine : ILine
{
    /// <summary>A station's network is small: a connection that takes longer is to something that is switched off.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A peer that lost its power is noticed by the kernel after about a minute: 30 s of silence and three probes 10 s apart, or, since nothing is probed while what was sent is
    /// not acknowledged, a minute without an acknowledgement (tcp(7), TCP_USER_TIMEOUT).
    /// </summary>
    private const int KeepAliveSeconds = 30, KeepAliveInterval = 10, KeepAliveProbes = 3;

    private const int TcpLevel = 6 /* IPPROTO_TCP */, UserTimeout = 18 /* TCP_USER_TIMEOUT */, UserTimeoutMilliseconds = 60_000;

    /// <summary>Instruments send little; what waits in the kernel has no arrival time yet, so little may wait there.</summary>
    private const int KernelBuffer = 16 << 10;

    /// <summary>One reading, so that the pipe's limit is overshot by no more than this.</summary>
    private const int ReadSize = 4 << 10;

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: SerialLine.PipeLimit, resumeWriterThreshold: SerialLine.PipeLimit / 2, useSynchronizationContext: false));
    private readonly ArrivalMarks _marks = new();
    private readonly TaskCompletionSource<LineEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private long _bytesRead;
    private long _bytesWritten;

    private TcpLine(string name, Socket socket, TimeProvider time)
    {
        Name = name;
        _socket = socket;
        _time = time;
        _ = RunAsync();
    }

    public string Name { get; }

    public PipeReader Input => _pipe.Reader;

    public LineCounters Counters => new(Interlocked.Read(ref _bytesRead), Interlocked.Read(ref _bytesWritten));

    public Task<LineEnd> Ended => _ended.Task;

    /// <summary>Connects.</summary>
    public static async ValueTask<LineOpening> OpenAsync(TcpSettings settings, TimeProvider time, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendBufferSize = KernelBuffer, ReceiveBufferSize = KernelBuffer };
        using var limit = new CancellationTokenSource(ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await socket.ConnectAsync(settings.Host, settings.Port, either.Token);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveInterval);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
            socket.SetRawSocketOption(TcpLevel, UserTimeout, BitConverter.GetBytes(UserTimeoutMilliseconds));
            return new LineOpening(new TcpLine(settings.Name, socket, time), null);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return Fault(settings, e.SocketErrorCode == SocketError.HostNotFound ? LineFaultKind.NoSuchPort : LineFaultKind.Failed, e.Message);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            socket.Dispose();
            return Fault(settings, LineFaultKind.Failed, $"no answer within {ConnectTimeout.TotalSeconds:0} s; is it switched on, and the address right?");
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }

    public ArrivalTime ArrivalOf(long offset) => _marks.Find(offset);

    public async ValueTask<LineWrite> WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(deadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            while (!bytes.IsEmpty)
            {
                var sent = await _socket.SendAsync(bytes, either.Token);
                Interlocked.Add(ref _bytesWritten, sent);
                bytes = bytes[sent..];
            }

            return LineWrite.Written;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return LineWrite.Ended;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return _ended.Task.IsCompleted ? LineWrite.Ended : LineWrite.TimedOut;
        }
    }

    /// <summary>TCP carries no break; devices that need one want a serial line.</summary>
    public ValueTask<LineWrite> BreakAsync(TimeSpan spacing, CancellationToken cancellationToken) => ValueTask.FromResult(LineWrite.TimedOut);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _ended.Task;
    }

    private static LineOpening Fault(TcpSettings settings, LineFaultKind kind, string message) =>
        new(null, new LineFault(kind, $"{settings.Host}:{settings.Port}: {message}"));

    private async Task RunAsync()
    {
        var end = await ReadAsync();
        _socket.Dispose();
        await _pipe.Writer.CompleteAsync();
        _ended.SetResult(end);
    }

    private async Task<LineEnd> ReadAsync()
    {
        try
        {
            while (true)
            {
                var count = await _socket.ReceiveAsync(_pipe.Writer.GetMemory(ReadSize)[..ReadSize], _closing.Token);
                if (count == 0)
                {
                    return new LineEnd(LineEndKind.HungUp, "closed by the other side");
                }

                _marks.Add(Interlocked.Add(ref _bytesRead, count), new ArrivalTime(_time.GetTimestamp(), _time.GetUtcNow()));
                _pipe.Writer.Advance(count);
                if ((await _pipe.Writer.FlushAsync(_closing.Token)).IsCompleted)
                {
                    return new LineEnd(LineEndKind.Closed, "nobody reads it any more");
                }
            }
        }
        catch (OperationCanceledException)
        {
            return new LineEnd(LineEndKind.Closed, "closed");
        }
        catch (SocketException e)
        {
            return new LineEnd(LineEndKind.HungUp, e.Message);
        }
    }
}
