using System.Net.Sockets;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Sessions;
using MeetNet.Mqtt.Transport;

namespace MeetNet.Mqtt.Connections;

/// <summary>
/// One network connection from CONNECT to its end: a loop that reads, a loop that writes what the session wants written, and a watch over
/// the peer's life. All packets that are due share a write.
/// </summary>
internal sealed class Connection : IDisposable
{
    /// <summary>Bytes per read, and about as many per write: many small packets, or a part of a large one.</summary>
    private const int BlockSize = 64 * 1024;

    /// <summary>How long PUBACKs wait for company when more messages are with the application.</summary>
    private static readonly TimeSpan AcknowledgeDelay = TimeSpan.FromMilliseconds(2);

    /// <summary>Longest time for DISCONNECT to get out and for the server to close.</summary>
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(5);

    private readonly ClientCore _core;
    private readonly Stream _stream;
    private readonly PacketDispatcher _dispatcher;
    private readonly ReadOnlyMemory<byte> _connect;
    private readonly AsyncSignal _due = new();
    private readonly ITimer _acknowledgeTimer;
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource<ConnectionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _resume = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _deadline;
    private Task _receiving = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;
    private Liveness? _liveness; // Within the gate; null before CONNACK.
    private int _acknowledgeTimerSet;
    private long _begunAt;
    private long _readyAt = -1;

    /// <param name="core">The client.</param>
    /// <param name="stream">A fresh network connection; owned from here on.</param>
    /// <param name="connect">The CONNECT packet.</param>
    /// <param name="cleanStart">What CONNECT says about Clean Start.</param>
    public Connection(ClientCore core, Stream stream, ReadOnlyMemory<byte> connect, bool cleanStart)
    {
        _core = core;
        _stream = stream;
        _connect = connect;
        _dispatcher = new PacketDispatcher(core, this, cleanStart);
        _abort.Token.UnsafeRegister(static due => ((AsyncSignal)due!).Set(), _due);
        _acknowledgeTimer = core.Time.CreateTimer(
            _ =>
            {
                Volatile.Write(ref _acknowledgeTimerSet, 0);
                Wake();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>How long the connection was ready for use; zero if it never was.</summary>
    public TimeSpan Lived { get; private set; }

    private bool Ending => _ended.Task.IsCompleted;

    /// <summary>Lives until the connection has ended, and says why it did.</summary>
    /// <param name="deadline">Ends it if CONNACK is not there by then.</param>
    public async Task<ConnectionEnd> RunAsync(CancellationToken deadline)
    {
        _deadline = deadline.Register(() => End(new ConnectionEnd(
            MqttDisconnectCause.ConnectTimeout, null, $"no CONNACK within {_core.Options.ConnectTimeout.TotalSeconds} s")));
        _begunAt = _core.Now;
        var receiving = _receiving = ReceiveAsync();
        var sending = SendAsync();
        var end = await _ended.Task;
        await _deadline.DisposeAsync();
        if (_readyAt >= 0)
        {
            Lived = TimeSpan.FromTicks(_core.Now - _readyAt);
        }

        if (end.Goodbye is { } code)
        {
            await SayGoodbyeAsync(code, end.GoodbyeProperties, receiving);
        }

        await _abort.CancelAsync();
        await _stream.DisposeAsync();
        await Task.WhenAll(receiving, sending);
        await _watching; // Begun by the receive loop, so known only now.
        return end;
    }

    /// <summary>Something is due: write it as soon as the last write has ended.</summary>
    public void Wake() => _due.Set();

    /// <summary>Something is due that gains by waiting a moment for more.</summary>
    public void WakeSoon()
    {
        if (Interlocked.Exchange(ref _acknowledgeTimerSet, 1) == 0)
        {
            _acknowledgeTimer.Change(AcknowledgeDelay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The application wants to leave.</summary>
    public void Leave(MqttReasonCode reason, MqttProperties properties) => End(
        new ConnectionEnd(MqttDisconnectCause.Requested, null, "the client was stopped", Goodbye: reason) { GoodbyeProperties = properties });

    /// <summary>No more courtesy.</summary>
    public void Abort() => _abort.Cancel();

    /// <summary>CONNACK said yes: called by the dispatcher, once.</summary>
    public void Opened(MqttServerLimits limits)
    {
        _deadline.Unregister();
        Interlocked.Increment(ref _core.Counters.Connections);
        var liveness = new Liveness(
            TimeSpan.FromSeconds(limits.KeepAlive).Ticks, _core.Options.AcknowledgeTimeout.Ticks, _begunAt); // The server counts from CONNECT.
        lock (_core.Gate)
        {
            _liveness = liveness;
        }

        _watching = WatchAsync(liveness);
        Wake();
    }

    /// <summary>CONNACK and SUBACK are in: called by the dispatcher, once.</summary>
    public void Ready(bool sessionPresent, MqttServerLimits limits)
    {
        _readyAt = _core.Now;
        _core.States.Set(new MqttConnectionState.Connected(_core.Time.GetUtcNow(), sessionPresent, limits));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The abort source has no timer, so it holds nothing; publishers and Abort may still come by.
        _acknowledgeTimer.Dispose();
    }

    private void End(ConnectionEnd end)
    {
        if (_ended.TrySetResult(end))
        {
            _resume.TrySetResult();
        }
    }

    /// <summary>
    /// Lets DISCONNECT get out, and goes on reading until the server has closed: closing with unread bytes would reset the connection
    /// and could take the last PUBACKs and the DISCONNECT with it.
    /// </summary>
    private async Task SayGoodbyeAsync(MqttReasonCode code, MqttProperties properties, Task receiving)
    {
        if (_core.Options.Version == MqttVersion.V311 && code != MqttReasonCode.Success)
        {
            return; // Without codes DISCONNECT means that all is well, and the server would drop the will (3.1.1 §3.14, §4.8).
        }

        lock (_core.Gate)
        {
            if (!_core.Session.IsOpen)
            {
                return;
            }

            _core.Session.SayGoodbye(code, properties);
        }

        Wake();
        try
        {
            await receiving.WaitAsync(FarewellTime, _core.Time, _abort.Token);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // The server got its chance.
        }
    }

    private async Task ReceiveAsync()
    {
        using var buffer = new ReceiveBuffer(BlockSize);
        try
        {
            var wanted = 0;
            while (true)
            {
                var read = await _stream.ReadAsync(buffer.Free(wanted), _abort.Token);
                if (read == 0)
                {
                    End(ConnectionEnd.Lost("the server closed the connection"));
                    return;
                }

                Interlocked.Add(ref _core.Counters.BytesReceived, read);
                Interlocked.Increment(ref _core.Counters.Reads);
                if (Ending)
                {
                    buffer.Clear();
                    wanted = 0;
                    continue;
                }

                buffer.Commit(read);
                NoteReceived();
                bool held;
                do
                {
                    held = _core.Messages.IsFull; // From the connection before; what comes with CONNACK waits.
                    if (_dispatcher.Dispatch(buffer.Window, out var consumed, out wanted) is { } end)
                    {
                        End(end);
                    }

                    buffer.Consume(consumed);
                    if (_core.Messages.IsFull && !Ending)
                    {
                        await PauseAsync();
                    }
                }
                while (held && !Ending);
            }
        }
        catch (Exception e)
        {
            End(Ended(e));
        }
    }

    /// <summary>The application is behind: the socket is not read, TCP holds the server back.</summary>
    private async Task PauseAsync()
    {
        Interlocked.Increment(ref _core.Counters.ReceivePauses);
        NotePaused(true);
        await Task.WhenAny(_core.Messages.WaitForSpaceAsync(), _resume.Task);
        NotePaused(false);
    }

    private async Task SendAsync()
    {
        using var output = new PacketBuffer(BlockSize);
        try
        {
            await WriteAsync(_connect);
            while (true)
            {
                await _due.WaitAsync();
                _abort.Token.ThrowIfCancellationRequested();
                while (await FillAsync(output))
                {
                    await WriteAsync(output.Written);
                    NoteSent();
                }
            }
        }
        catch (MqttSessionStoreException e)
        {
            End(ConnectionEnd.Lost(e.Message)); // What was not stored may not be written.
        }
        catch (Exception e)
        {
            await HearOutAsync();
            End(Ended(e));
        }
    }

    /// <summary>
    /// Writing has failed. A server that closed may have said why (an alert, a DISCONNECT), and that is still to be read: it tells more than a broken pipe does.
    /// </summary>
    private async Task HearOutAsync()
    {
        try
        {
            await _receiving.WaitAsync(FarewellTime, _core.Time, _abort.Token);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // It has nothing to say.
        }
    }

    /// <summary>What is due, if anything is; stored before it is written.</summary>
    private ValueTask<bool> FillAsync(PacketBuffer output)
    {
        output.Clear(keep: 4 * BlockSize);
        lock (_core.Gate)
        {
            _core.Session.Fill(output, BlockSize, _core.Now);
        }

        return _core.Keeper is { } keeper ? SavedAsync(keeper) : ValueTask.FromResult(output.Length > 0);

        async ValueTask<bool> SavedAsync(SessionKeeper keeper)
        {
            await keeper.SaveAsync();
            return output.Length > 0;
        }
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        _core.Counters.Sent.CountAll(bytes.Span); // Before the peer can see them.
        Interlocked.Increment(ref _core.Counters.Writes);
        await _stream.WriteAsync(bytes, _abort.Token);
        await _stream.FlushAsync(_abort.Token);
    }

    private async Task WatchAsync(Liveness liveness)
    {
        try
        {
            while (!Ending)
            {
                LivenessVerdict verdict;
                long next;
                var now = _core.Now;
                var sending = (_stream as ISendProgress)?.Progress ?? default;
                lock (_core.Gate)
                {
                    verdict = liveness.Check(now, _core.Session.AwaitingSince, sending, out next);
                    if (verdict == LivenessVerdict.Ping)
                    {
                        _core.Session.Ping();
                    }
                }

                if (verdict == LivenessVerdict.Ping)
                {
                    Wake();
                }
                else if (verdict == LivenessVerdict.PeerDead)
                {
                    End(new ConnectionEnd(MqttDisconnectCause.KeepAliveTimeout, null, "no sign of life from the server after PINGREQ"));
                    return;
                }
                else if (verdict == LivenessVerdict.AcknowledgementOverdue)
                {
                    End(new ConnectionEnd(
                        MqttDisconnectCause.AcknowledgeTimeout,
                        null,
                        $"no acknowledgement within {_core.Options.AcknowledgeTimeout.TotalSeconds} s",
                        Goodbye: MqttReasonCode.UnspecifiedError));
                    return;
                }

                await Task.Delay(TimeSpan.FromTicks(Math.Max(next - now, 1)), _core.Time, _abort.Token);
            }
        }
        catch (Exception e)
        {
            End(Ended(e)); // Without effect when the connection has ended, which is how this is cancelled.
        }
    }

    private void NoteReceived()
    {
        lock (_core.Gate)
        {
            _liveness?.Received(_core.Now);
        }
    }

    private void NotePaused(bool paused)
    {
        lock (_core.Gate)
        {
            _liveness?.Paused(paused, _core.Now);
        }
    }

    private void NoteSent()
    {
        lock (_core.Gate)
        {
            _core.Session.Outgoing.Flushed();
            _liveness?.Sent(_core.Now);
        }
    }

    /// <summary>The usual ends of a network connection speak for themselves; anything else should be recognisable for what it is.</summary>
    private static ConnectionEnd Ended(Exception e) => e switch
    {
        TransportException known => new ConnectionEnd(
            known.Cause, known.Cause == MqttDisconnectCause.ProtocolError ? MqttReasonCode.ProtocolError : null, known.Message),
        IOException or SocketException or OperationCanceledException => ConnectionEnd.Lost(e.Message),
        _ => ConnectionEnd.Lost($"{e.GetType().Name}: {e.Message}"),
    };
}
