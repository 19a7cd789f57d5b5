using System.Globalization;
using MeetNet.Mqtt;

namespace MeetNet.Gateway.Commissioning.Wire;

/// <summary>
/// A client whose first connection decides: what goes wrong before it ends the command; a connection lost later is said and comes back by itself; a refusal ends
/// the command at any time, because a person has to do something.
/// </summary>
internal sealed class BrokerLink : IAsyncDisposable
{
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WireTalk _talk;
    private Task _watching = Task.CompletedTask;

    /// <exception cref="WireFailure">The client does not take these options.</exception>
    public BrokerLink(MqttClientOptions options, TimeProvider time, WireTalk talk)
    {
        _talk = talk;
        try
        {
            Client = new MqttClient(options, time);
        }
        catch (ArgumentException e)
        {
            throw WireFailure.Usage(e.Message);
        }
    }

    public MqttClient Client { get; }

    /// <summary>Completes with the first connection and its subscriptions.</summary>
    public Task Connected => _connected.Task;

    /// <summary>Never completes but by a <see cref="WireFailure"/> that ends the command.</summary>
    public Task Failure => _watching;

    /// <summary>Begins to connect.</summary>
    public async Task StartAsync()
    {
        await Client.StartAsync();
        _watching = WatchAsync();
    }

    /// <summary>The task's end, or the failure that comes before it.</summary>
    public async Task OrFailureAsync(Task task)
    {
        await await Task.WhenAny(task, Failure);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        try
        {
            await _watching;
        }
        catch (WireFailure)
        {
            // Whoever had to know it waited for it.
        }

        var c = Client.Counters;
        _talk.Debug(string.Create(
            CultureInfo.InvariantCulture,
            $"connections {c.Connections}, bytes sent {c.BytesSent}, received {c.BytesReceived}; publishes sent {c.PublishesSent}, accepted {c.PublishesAccepted}, "
            + $"refused {c.PublishesRefused}; messages received {c.MessagesReceived}, again {c.DuplicatesReceived}, acknowledged {c.MessagesAcknowledged}"));
    }

    private async Task WatchAsync()
    {
        await foreach (var state in Client.StateChanges.ReadAllAsync())
        {
            _talk.Debug(Describe(state));
            switch (state)
            {
                case MqttConnectionState.Connected:
                    _connected.TrySetResult();
                    break;
                case MqttConnectionState.Refused refused:
                    throw WireFailure.From(refused.Cause, refused.ReasonCode, refused.Detail + Elsewhere(refused.ServerReference));
                case MqttConnectionState.Disconnected lost when !_connected.Task.IsCompleted:
                    throw WireFailure.From(lost.Cause, lost.ReasonCode, lost.Detail + Elsewhere(lost.ServerReference));
                case MqttConnectionState.Disconnected lost:
                    _talk.Say($"connection lost ({lost.Detail}{Elsewhere(lost.ServerReference)}); trying again");
                    break;
            }
        }

        // The client ends by itself only by a mistake in it.
        await Client.Completion;
    }

    private static string Elsewhere(string? server) => server is null ? string.Empty : $"; it names another server: {server}";

    private static string Describe(MqttConnectionState state) => state switch
    {
        MqttConnectionState.Connecting connecting => $"connecting, attempt {connecting.Attempt}",
        MqttConnectionState.Connected connected =>
            $"connected as '{connected.Limits.ClientId}', session {(connected.SessionPresent ? "present" : "new")}, keep-alive {connected.Limits.KeepAlive} s",
        MqttConnectionState.Disconnected lost => $"disconnected: {lost.Cause}: {lost.Detail}",
        MqttConnectionState.Refused refused => $"refused: {refused.Detail}",
        MqttConnectionState.Stopped => "disconnected",
        _ => state.GetType().Name,
    };
}
