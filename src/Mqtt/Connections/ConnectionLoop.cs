using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Sessions;
using MeetNet.Mqtt.Transport;

namespace MeetNet.Mqtt.Connections;

/// <summary>Connects, and connects again, until told to stop.</summary>
internal sealed class ConnectionLoop(ClientCore core, ITransport transport, Random random) : IDisposable
{
    private readonly MqttClientOptions _options = core.Options;
    private readonly ReconnectSchedule _schedule = new(core.Options.Reconnect, random);
    private readonly CancellationTokenSource _stop = new();
    private (MqttReasonCode Reason, MqttProperties Properties) _goodbye;
    private bool _hadSession;

    /// <summary>Runs to the end of the client's life.</summary>
    public async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            core.States.Set(new MqttConnectionState.Connecting(core.Time.GetUtcNow(), _schedule.Attempt));
            Interlocked.Increment(ref core.Counters.ConnectionAttempts);
            var (end, lived) = await ConnectAsync();
            if (end.IsPrelude)
            {
                Lose(end);
                continue;
            }

            var delay = _schedule.Next(end.IsRefusal, lived, end.InvitesBack);
            if (!_stop.IsCancellationRequested)
            {
                Report(end, delay);
            }

            Lose(end);
            await DelayAsync(delay);
        }
    }

    /// <summary>No connection will follow this one; the server hears DISCONNECT with this reason and these properties.</summary>
    public void Stop(MqttReasonCode reason, MqttProperties properties)
    {
        _goodbye = (reason, properties);
        _stop.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>One connection, from TCP to its end.</summary>
    private async Task<(ConnectionEnd End, TimeSpan Lived)> ConnectAsync()
    {
        var cleanStart = _options.CleanStart || (!_hadSession && !(core.Keeper?.Resumes ?? _options.ResumesStoredSession));
        using var deadline = new CancellationTokenSource(_options.ConnectTimeout, core.Time);
        try
        {
            ConnectionEnd? end;
            ReadOnlyMemory<byte> connect = default;
            Stream stream;
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stop.Token))
            {
                (end, var proof) = await AuthenticateAsync(either.Token);
                end ??= TryConnectPacket(cleanStart, proof, out connect);
                if (end is not null)
                {
                    return (end, TimeSpan.Zero);
                }

                stream = await transport.OpenAsync(either.Token);
            }

            lock (core.Gate)
            {
                core.Session.Authentication.Connecting();
            }

            using var connection = new Connection(core, stream, connect, cleanStart);
            core.Current = connection;
            await using var stopping = _stop.Token.Register(() => connection.Leave(_goodbye.Reason, _goodbye.Properties));
            try
            {
                end = await connection.RunAsync(deadline.Token);
            }
            finally
            {
                core.Current = null;
                _hadSession |= core.Session.IsOpen;
            }

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
            ? new MqttConnectionState.Refused(now, end.Cause, end.ReasonCode!.Value, end.Detail, now + delay) { ServerReference = end.ServerReference }
            : new MqttConnectionState.Disconnected(now, end.Cause, end.ReasonCode, end.Detail, now + delay) { ServerReference = end.ServerReference });
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

    /// <summary>The first data of an enhanced authentication comes from the application, which may fail; that must not end the loop.</summary>
    private async ValueTask<(ConnectionEnd? End, ReadOnlyMemory<byte> Proof)> AuthenticateAsync(CancellationToken cancellationToken)
    {
        if (_options.Authentication is not { } authentication)
        {
            return default;
        }

        try
        {
            var proof = await authentication.BeginAsync(cancellationToken);
            return proof.Length <= ushort.MaxValue ? (null, proof) : (AuthenticationDialogue.TooLong(proof.Length), default);
        }
        catch (Exception e) when (e is not (OutOfMemoryException or OperationCanceledException))
        {
            return (AuthenticationDialogue.Failed(e), default);
        }
    }

    /// <summary>The will's payload comes from the application, which may fail; that must not end the loop.</summary>
    private ConnectionEnd? TryConnectPacket(bool cleanStart, ReadOnlyMemory<byte> proof, out ReadOnlyMemory<byte> packet)
    {
        packet = default;
        try
        {
            var will = _options.Will?.PayloadAtConnect?.Invoke() ?? _options.Will?.Payload ?? default;
            if (will.Length > ushort.MaxValue)
            {
                return new ConnectionEnd(MqttDisconnectCause.ConnectFailed, null, $"the will's payload has {will.Length} bytes, at most 65,535 are possible");
            }

            packet = Connect(cleanStart, will, proof);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new ConnectionEnd(MqttDisconnectCause.ConnectFailed, null, $"the will's payload could not be made: {e.Message}");
        }
    }

    private byte[] Connect(bool cleanStart, ReadOnlyMemory<byte> will, ReadOnlyMemory<byte> proof)
    {
        using var output = new PacketBuffer();
        PacketWriter.Connect(output, new ConnectPacket
        {
            Version = _options.Version,
            ClientId = core.ClientId,
            CleanStart = cleanStart,
            KeepAlive = _options.KeepAlive,
            UserName = _options.UserName,
            Password = _options.Password.IsEmpty ? default(ReadOnlyMemory<byte>?) : _options.Password,
            Will = _options.Will,
            WillPayload = will,
            Properties = new MqttProperties([.. ConnectProperties(proof)]),
        });
        return output.Written.ToArray();
    }

    /// <summary>What differs from what its absence means, §3.1.2.11.</summary>
    private IEnumerable<MqttProperty> ConnectProperties(ReadOnlyMemory<byte> proof)
    {
        yield return MqttProperty.Of(MqttPropertyId.ReceiveMaximum, _options.ReceiveMaximum);
        yield return MqttProperty.Of(MqttPropertyId.MaximumPacketSize, _options.MaximumPacketSize);
        if (_options.SessionExpiryInterval > 0)
        {
            yield return MqttProperty.Of(MqttPropertyId.SessionExpiryInterval, _options.SessionExpiryInterval);
        }

        if (_options.TopicAliasMaximum > 0)
        {
            yield return MqttProperty.Of(MqttPropertyId.TopicAliasMaximum, _options.TopicAliasMaximum);
        }

        if (_options.RequestResponseInformation)
        {
            yield return MqttProperty.Of(MqttPropertyId.RequestResponseInformation, 1);
        }

        if (!_options.RequestProblemInformation)
        {
            yield return MqttProperty.Of(MqttPropertyId.RequestProblemInformation, 0);
        }

        foreach (var item in _options.ConnectProperties)
        {
            yield return item;
        }

        foreach (var item in _options.Authentication is { } authentication ? AuthenticationExchange.Properties(authentication.Method, proof) : [])
        {
            yield return item;
        }
    }
}
