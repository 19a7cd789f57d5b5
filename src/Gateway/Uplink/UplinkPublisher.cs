using MeetNet.Gateway.Outbox;
using MeetNet.Mqtt;
using MeetNet.Observations.Wire;

namespace MeetNet.Gateway.Uplink;

/// <summary>
/// Delivers the outbox to one hub: says who and where it is on every connection, publishes batches after the hub's cursor, and moves the cursor only on
/// the hub's own acknowledgement. When to send what is <see cref="UplinkPolicy"/>'s; this is the loop that asks it.
/// </summary>
internal sealed class UplinkPublisher : IAsyncDisposable
{
    private readonly HubOptions _hub;
    private readonly IOutbox _outbox;
    private readonly TimeProvider _time;
    private readonly ILogger<UplinkPublisher> _log;
    private readonly UplinkConnection _connection;
    private readonly BatchComposer _composer;
    private Epoch _epoch;
    private UplinkPolicy _policy;
    private Task _running = Task.CompletedTask;
    private long? _behind;
    private bool _silent;
    private volatile UplinkStatus _status;

    public UplinkPublisher(UplinkStation station, HubOptions hub, IOutbox outbox, TimeProvider time, ILogger<UplinkPublisher> log)
    {
        _hub = hub;
        _outbox = outbox;
        _time = time;
        _log = log;
        _composer = new BatchComposer(station.Owner, station.Name, hub.Limits.BatchBytes);
        _connection = new UplinkConnection(station, hub, time, log);
        _epoch = outbox.Epoch;
        _policy = new UplinkPolicy(hub.Limits, time, outbox.Cursor(hub.Name));
        _status = new UplinkStatus(hub.Name, false, time.GetUtcNow(), "not connected yet", _policy.Acknowledged, _policy.Sent, 0, 0, 0, 0, 0, 0);
    }

    public UplinkStatus Status => _status;

    /// <summary>Delivers until cancelled. Throws by a mistake of the program only, which then has to end: nobody else would deliver to this hub.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        if (_hub.ForgetAtPuback)
        {
            Log.ForgetsAtPuback(_log, _hub.Name);
        }

        _running = _connection.RunAsync(stoppingToken);
        try
        {
            while (!_running.IsCompleted)
            {
                while (_connection.Events.TryRead(out var happened))
                {
                    Handle(happened, stoppingToken);
                }

                FollowEpoch(stoppingToken);
                var step = _policy.Next(_outbox.Span.Highest);
                Show();
                await StepAsync(step, stoppingToken);
            }

            await _running;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops; what was not acknowledged is in the outbox.
        }
        catch (Exception mistake)
        {
            Log.UplinkFailed(_log, _hub.Name, mistake);
            throw;
        }
        finally
        {
            await _connection.DisposeAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            SetStatus(false, _time.GetUtcNow(), "stopped");
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async ValueTask StepAsync(UplinkStep step, CancellationToken stop)
    {
        switch (step.Action)
        {
            case UplinkAction.Hello:
                _status = _status with { Resends = _status.Resends + 1 };
                if (!_silent)
                {
                    _silent = true;
                    Log.HubSilent(_log, _hub.Name, _policy.Acknowledged);
                    SetStatus(_status.Connected, _status.Since, "the hub does not acknowledge");
                }

                SayHello(stop);
                break;
            case UplinkAction.Send when SendBatch(step, stop):
                break;
            default:
                await WaitAsync(step, stop);
                break;
        }
    }

    /// <summary>False when the outbox had nothing there after all.</summary>
    private bool SendBatch(UplinkStep step, CancellationToken stop)
    {
        var read = _outbox.ReadAfter(step.After, step.Rows, _hub.Limits.BatchBytes);
        if (read.IsEmpty || read.Epoch != _epoch)
        {
            return false;
        }

        var (message, last, rows) = _composer.Compose(read);
        _connection.SendBatch(message, _policy.Sending(last), _epoch, last, stop);
        _status = _status with { Batches = _status.Batches + 1, Rows = _status.Rows + rows };
        return true;
    }

    private async Task WaitAsync(UplinkStep step, CancellationToken stop)
    {
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(stop);
        List<Task> reasons = [_connection.Events.WaitToReadAsync(wake.Token).AsTask()];
        // A batch that turned out empty waits for rows too: asking again at once would be a busy loop.
        var after = step.Action == UplinkAction.Send ? _outbox.Span.Highest : step.After;
        if (after != long.MaxValue)
        {
            reasons.Add(_outbox.WaitForMoreAsync(_epoch, after, wake.Token));
        }

        if (step.Action == UplinkAction.Wait && step.Wait != Timeout.InfiniteTimeSpan)
        {
            reasons.Add(Task.Delay(step.Wait, _time, wake.Token));
        }

        await Task.WhenAny([.. reasons, _running]);
        await wake.CancelAsync();
        await Task.WhenAll(reasons).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
    }

    private void Handle(UplinkEvent happened, CancellationToken stop)
    {
        switch (happened)
        {
            case UplinkEvent.Connection { State: MqttConnectionState.Connected connected }:
                Log.HubConnected(_log, _hub.Name, _hub.Broker.Address);
                SetStatus(true, connected.At, null);
                _behind = null;
                _silent = false;
                _policy.Connected();
                _connection.Introduce(connected.At, stop);
                SayHello(stop);
                break;
            case UplinkEvent.Connection { State: MqttConnectionState.Disconnected lost }:
                LoseConnection(lost.At, lost.Detail);
                break;
            case UplinkEvent.Connection { State: MqttConnectionState.Refused refused }:
                LoseConnection(refused.At, $"refused by the broker: {refused.ReasonCode}, {refused.Detail}");
                break;
            case UplinkEvent.Answered answered when answered.Epoch == _epoch:
                HandleAnswer(answered);
                break;
            case UplinkEvent.Acknowledged acknowledged:
                HandleAcknowledgement(acknowledged.Message, stop);
                break;
            default:
                break;
        }
    }

    private void HandleAnswer(UplinkEvent.Answered answered)
    {
        var wasRefused = _policy.Refused;
        _policy.Answered(answered.Ticket, answered.Result switch
        {
            { Accepted: false } => UplinkAnswer.Refused,
            { ReasonCode: MqttReasonCode.NoMatchingSubscribers } => UplinkAnswer.Unheard,
            _ => UplinkAnswer.Taken,
        });
        if (_policy.Refused && !answered.Result.Accepted)
        {
            _status = _status with { Refused = _status.Refused + 1 };
            SetStatus(_status.Connected, _status.Since, $"the broker refuses observations: {answered.Result.ReasonCode} {answered.Result.ReasonText}");
            if (!wasRefused)
            {
                Log.BatchRefused(_log, _hub.Name, answered.Result.ReasonCode.ToString(), answered.Result.ReasonText ?? "no reason given");
            }
        }
        else if (wasRefused && !_policy.Refused)
        {
            Log.BatchAcceptedAgain(_log, _hub.Name);
            SetStatus(_status.Connected, _status.Since, null);
        }

        if (_hub.ForgetAtPuback && answered.Result.Accepted && _outbox.Acknowledge(_hub.Name, _epoch, answered.Last) == CursorMove.Moved)
        {
            _policy.HubHolds(answered.Last);
        }
    }

    private void HandleAcknowledgement(Acknowledgement message, CancellationToken stop)
    {
        _status = _status with { Acknowledgements = _status.Acknowledgements + 1 };
        if (_hub.ForgetAtPuback || message.Epoch != _epoch)
        {
            return;
        }

        switch (_outbox.Acknowledge(_hub.Name, _epoch, message.Acknowledged))
        {
            case CursorMove.Moved or CursorMove.Unchanged:
                _behind = null;
                _policy.HubHolds(message.Acknowledged);
                EndSilence(message.Acknowledged);
                break;
            case CursorMove.Behind when _behind is null:
                // One from before, or a hub that lost its store? Its answer to a hello tells.
                _behind = message.Acknowledged;
                SayHello(stop);
                break;
            case CursorMove.Behind:
                _behind = null;
                Log.HubLostItsStore(_log, _hub.Name, message.Acknowledged, _policy.Acknowledged);
                if (_outbox.Rewind(_hub.Name, _epoch, message.Acknowledged) != CursorMove.Failed)
                {
                    _policy.HubHolds(message.Acknowledged);
                }

                break;
            case CursorMove.BeyondHighest:
                _outbox.BeginNewEpoch($"hub {_hub.Name} holds sequence {message.Acknowledged}, which was never issued here");
                break;
            default:
                break;
        }
    }

    private void EndSilence(long acknowledged)
    {
        if (_silent)
        {
            _silent = false;
            Log.HubBack(_log, _hub.Name, acknowledged);
            SetStatus(_status.Connected, _status.Since, null);
        }
    }

    /// <summary>The outbox has begun its sequences anew (found damaged, or restored from an old copy): so do we.</summary>
    private void FollowEpoch(CancellationToken stop)
    {
        if (_outbox.Epoch == _epoch)
        {
            return;
        }

        _epoch = _outbox.Epoch;
        _policy = new UplinkPolicy(_hub.Limits, _time, _outbox.Cursor(_hub.Name));
        _behind = null;
        Log.EpochFollowed(_log, _hub.Name, _epoch.ToString());
        if (_status.Connected)
        {
            _policy.Connected();
            SayHello(stop);
        }
    }

    private void LoseConnection(DateTimeOffset at, string detail)
    {
        _policy.Disconnected();
        if (_status.Connected || _status.Message != detail)
        {
            Log.HubDisconnected(_log, _hub.Name, detail);
        }

        SetStatus(false, at, detail);
    }

    private void SayHello(CancellationToken stop)
    {
        var span = _outbox.Span;
        _connection.SayHello(_epoch, span.Lowest, span.Highest, stop);
    }

    private void SetStatus(bool connected, DateTimeOffset since, string? message) => _status = _status with
    {
        Connected = connected,
        Since = since,
        Message = message,
    };

    private void Show() => _status = _status with
    {
        Acknowledged = _policy.Acknowledged,
        Sent = _policy.Sent,
        InFlight = _policy.InFlight,
    };
}
