using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Transport;

namespace MeetNet.Mqtt.Connections;

/// <summary>Connects, and connects again, until told to stop.</summary>
internal sealed class ConnectionLoop(ClientCore core, ITransport transport, Random random) : IDisposable
{
    private readonly MqttClientOptions _options = core.Options;
    private readonly ReconnectSchedule _schedule = new(core.Options.Reconnect, random);
    private readonly CancellationTokenSource _stop = new();
    private MqttReasonCode _goodbye;
    private bool _hadSession;

    /// <summary>Runs to the end of the client's life.</summary>
    public async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            core.States.Set(new MqttConnectionState.Connecting(core.Time.GetUtcNow(), _schedule.Attempt));
            Interlocked.Increment(ref core.Counters.ConnectionAttempts);
            var (end, lived) = await ConnectAsync();
            var delay = _schedule.Next(end.IsRefusal, lived);
            if (!_stop.IsCancellationRequested)
            {
                Report(end, delay);
            }

            Lose(end);
            await DelayAsync(delay);
        }
    }

    /// <summary>No connection will follow this one; the server hears DISCONNECT with this reason.</summary>
    public void Stop(MqttReasonCode reason)
    {
        _goodbye = reason;
        _stop.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>One connection, from TCP to its end.</summary>
    private async Task<(ConnectionEnd End, TimeSpan Lived)> ConnectAsync()
    {
        var cleanStart = _options.CleanStart || (!_hadSession && !_options.ResumesStoredSession);
        if (TryConnectPacket(cleanStart, out var connect) is { } end)
        {
            return (end, TimeSpan.Zero);
        }

        using var deadline = new CancellationTokenSource(_options.ConnectTimeout, core.Time);
        try
        {
            Stream stream;
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stop.Token))
            {
                stream = await transport.OpenAsync(either.Token);
            }

            using var connection = new Connection(core, stream, connect, cleanStart);
            core.Current = connection;
            await using var stopping = _stop.Token.Register(() => connection.Leave(_goodbye));
            end = await connection.RunAsync(deadline.Token);
            core.Current = null;
            _hadSession |= core.Session.IsOpen;
            return (end, connection.Lived);
        }
        catch (TransportException e)
        {
            return (new ConnectionEnd(e.Cause, null, e.Message), TimeSpan.Zero);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return (new ConnectionEnd(MqttDisconnectCause.Requested, null, "the client was stopped"), TimeSpan.Zero);
        }
        catch (OperationCanceledException)
        {
            return (new ConnectionEnd(
                MqttDisconnectCause.ConnectTimeout, null, $"not connected within {_options.ConnectTimeout.TotalSeconds} s"), TimeSpan.Zero);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // No file descriptors, a host name that is none: whatever it is, the next attempt may fare better.
            return (new ConnectionEnd(MqttDisconnectCause.ConnectFailed, null, $"{e.GetType().Name}: {e.Message}"), TimeSpan.Zero);
        }
    }

    private void Report(ConnectionEnd end, TimeSpan delay)
    {
        var now = core.Time.GetUtcNow();
        core.States.Set(end.IsRefusal
            ? new MqttConnectionState.Refused(now, end.Cause, end.ReasonCode!.Value, end.Detail, now + delay)
            : new MqttConnectionState.Disconnected(now, end.Cause, end.ReasonCode, end.Detail, now + delay));
    }

    private void Lose(ConnectionEnd end)
    {
        lock (core.Gate)
        {
            core.Session.Lose(_stop.IsCancellationRequested, end.ToException);
        }
    }

    private async Task DelayAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, core.Time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped while waiting.
        }
    }

    /// <summary>The will's payload comes from the application, which may fail; that must not end the loop.</summary>
    private ConnectionEnd? TryConnectPacket(bool cleanStart, out ReadOnlyMemory<byte> packet)
    {
        packet = default;
        try
        {
            var will = _options.Will?.PayloadAtConnect?.Invoke() ?? _options.Will?.Payload ?? default;
            if (will.Length > ushort.MaxValue)
            {
                return new ConnectionEnd(MqttDisconnectCause.ConnectFailed, null, $"the will's payload has {will.Length} bytes, at most 65,535 are possible");
            }

            packet = Connect(cleanStart, will);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new ConnectionEnd(MqttDisconnectCause.ConnectFailed, null, $"the will's payload could not be made: {e.Message}");
        }
    }

    private byte[] Connect(bool cleanStart, ReadOnlyMemory<byte> will)
    {
        using var output = new PacketBuffer();
        PacketWriter.Connect(output, new ConnectPacket
        {
            Version = _options.Version,
            ClientId = _options.ClientId,
            CleanStart = cleanStart,
            KeepAlive = _options.KeepAlive,
            UserName = _options.UserName,
            Password = _options.Password.IsEmpty ? default(ReadOnlyMemory<byte>?) : _options.Password,
            Will = _options.Will,
            WillPayload = will,
            Properties = ConnectProperties(),
        });
        return output.Written.ToArray();
    }

    private MqttProperties ConnectProperties()
    {
        Span<MqttProperty> properties =
        [
            MqttProperty.Of(MqttPropertyId.ReceiveMaximum, _options.ReceiveMaximum),
            MqttProperty.Of(MqttPropertyId.MaximumPacketSize, _options.MaximumPacketSize),
            MqttProperty.Of(MqttPropertyId.SessionExpiryInterval, _options.SessionExpiryInterval),
        ];
        return new MqttProperties(_options.SessionExpiryInterval == 0 ? properties[..2] : properties);
    }
}
