using MeetNet.Mqtt;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary><c>mqtt pub</c>: connects, publishes, waits for what QoS promises, leaves.</summary>
internal sealed class PublishCommand(PublishArguments arguments, BrokerLink link, WireConsole console, WireTalk talk)
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<Task> _underWay = [];
    private readonly string _topic = arguments.Topic;
    private readonly MqttProperties _properties = arguments.Properties;
    private long _sent;
    private bool _saidNobody;

    public static async Task<int> RunAsync(PublishArguments arguments, WireConsole console, WireTalk talk, CancellationToken interrupted)
    {
        var messages = arguments.Messages(console.Input);
        // With QoS 2 the session begins anew: an older process may have left packet identifiers in it that the server would take our messages for.
        var options = arguments.Connection.Options("pub") with { ResumesStoredSession = arguments.Quality != MqttQualityOfService.ExactlyOnce };
        await using var link = new BrokerLink(options, console.Time, talk);
        try
        {
            await link.StartAsync();
            await link.OrFailureAsync(link.Connected.WaitAsync(interrupted));
            await new PublishCommand(arguments, link, console, talk).SendAsync(messages, interrupted);
            await link.Client.DisconnectAsync(cancellationToken: interrupted);
            return WireExitCodes.Ok;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return WireExitCodes.Interrupted;
        }
    }

    /// <summary>Sends in order, with a bounded number under way. A refusal ends it at once, also while it waits for a line to be typed.</summary>
    private async Task SendAsync(IAsyncEnumerable<byte[]> messages, CancellationToken interrupted)
    {
        var each = messages.GetAsyncEnumerator(CancellationToken.None);
        while (await GoOnAsync(each.MoveNextAsync().AsTask(), interrupted))
        {
            for (var i = 0; i < arguments.Repeat; i++)
            {
                if (i > 0 && arguments.RepeatDelay > TimeSpan.Zero)
                {
                    await GoOnAsync(DelayAsync(interrupted), interrupted);
                }

                await SendOneAsync(each.Current, interrupted);
            }
        }

        while (_underWay.TryDequeue(out var oldest))
        {
            await GoOnAsync(Done(oldest), interrupted);
        }
    }

    private async Task SendOneAsync(byte[] payload, CancellationToken interrupted)
    {
        if (_underWay.Count >= arguments.InFlight)
        {
            await GoOnAsync(Done(_underWay.Dequeue()), interrupted);
        }

        // A connection lost between two messages comes back by itself; only what was under way is in doubt.
        await GoOnAsync(Done(link.Client.WaitConnectedAsync(interrupted)), interrupted);
        _underWay.Enqueue(PublishAsync(payload, ++_sent, interrupted));
    }

    private async Task PublishAsync(byte[] payload, long number, CancellationToken interrupted)
    {
        try
        {
            var answer = link.Client.PublishAsync(_topic, payload, arguments.Quality, arguments.Retain, _properties, interrupted);
            talk.Debug($"message {number} goes out on '{_topic}', {payload.Length} bytes");
            Note(await answer, number);
        }
        catch (MqttConnectionLostException e)
        {
            _failed.TrySetException(new WireFailure(
                WireExitCodes.ConnectionLost,
                $"the connection was lost with message {number} under way, which may have arrived or not ({e.Message}). With -c and -i it would be sent again"));
        }
        catch (MqttPublishRejectedException e)
        {
            _failed.TrySetException(new WireFailure((int)e.ReasonCode, $"message {number} can't be sent: {e.Message}"));
        }
        catch (OperationCanceledException)
        {
            // Interrupted: the command ends.
        }
    }

    private void Note(MqttPublishResult result, long number)
    {
        var reason = $"0x{(byte)result.ReasonCode:X2} {result.ReasonCode}{(result.ReasonText is { } text ? $": {text}" : "")}";
        talk.Debug($"message {number} on '{_topic}': {(arguments.Quality == MqttQualityOfService.AtMostOnce ? "written" : reason)}");
        if (!result.Accepted)
        {
            _failed.TrySetException(new WireFailure((int)result.ReasonCode, $"the server refused message {number} on '{_topic}': {reason}"));
        }
        else if (result.ReasonCode == MqttReasonCode.NoMatchingSubscribers && !_saidNobody)
        {
            _saidNobody = true;
            talk.Say($"nobody is subscribed to '{_topic}'");
        }
    }

    private Task<bool> DelayAsync(CancellationToken interrupted) => Done(Task.Delay(arguments.RepeatDelay, console.Time, interrupted));

    /// <summary>The task's result, unless something fails first.</summary>
    private async Task<bool> GoOnAsync(Task<bool> task, CancellationToken interrupted)
    {
        await await Task.WhenAny(task, _failed.Task, link.Failure).WaitAsync(interrupted);
        if (_failed.Task.IsFaulted)
        {
            await _failed.Task;
        }

        return await task;
    }

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }
}
