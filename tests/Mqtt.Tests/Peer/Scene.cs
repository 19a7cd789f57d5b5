using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Peer;

/// <summary>A client with a manual clock and scripted connections. Disposing it closes the peers, so no farewell is waited for.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private readonly List<ScriptedPeer> _peers = [];
    private readonly bool _forgets;

    public Scene(Func<MqttClientOptions, MqttClientOptions>? change = null)
    {
        var options = new MqttClientOptions { Host = "broker.example", ClientId = "tester" };
        options = change?.Invoke(options) ?? options;
        _forgets = options is { Version: MqttVersion.V311, CleanStart: false, ResumesStoredSession: false };
        Client = new MqttClient(options, Time, Transport, new Random(1));
    }

    public ManualTimeProvider Time { get; } = new();

    public ScriptedTransport Transport { get; } = new();

    public MqttClient Client { get; }

    /// <summary>Options of a client that keeps its session.</summary>
    public static MqttClientOptions Persistent(MqttClientOptions options) =>
        options with { CleanStart = false, SessionExpiryInterval = 3600 };

    /// <summary>Starts the client and accepts its first connection; and the one before it that makes a server of 3.1.1 forget the old session.</summary>
    public async Task<ScriptedPeer> StartAsync(byte[]? connack = null)
    {
        await Client.StartAsync();
        if (_forgets)
        {
            await (await AcceptAsync()).AcceptAsync();
        }

        var peer = await AcceptAsync();
        await peer.AcceptAsync(connack);
        await Client.WaitConnectedAsync().Soon();
        return peer;
    }

    /// <summary>The next connection, before CONNECT is read.</summary>
    public async Task<ScriptedPeer> AcceptAsync()
    {
        var peer = await Transport.AcceptAsync();
        _peers.Add(peer);
        return peer;
    }

    /// <summary>The next change of state of this kind; others before it are passed over.</summary>
    public async Task<T> StateAsync<T>()
        where T : MqttConnectionState
    {
        while (true)
        {
            if (await Client.StateChanges.ReadAsync().AsTask().Soon() is T state)
            {
                return state;
            }
        }
    }

    /// <summary>Waits until the client has lost its connection, lets time pass until its next attempt, and gives that connection.</summary>
    public async Task<ScriptedPeer> ReconnectAsync()
    {
        while (true)
        {
            switch (await Client.StateChanges.ReadAsync().AsTask().Soon())
            {
                case MqttConnectionState.Disconnected lost:
                    return await RetryAsync(lost.RetryAt);
                case MqttConnectionState.Refused refused:
                    return await RetryAsync(refused.RetryAt);
            }
        }
    }

    /// <summary>Lets time pass until an attempt, not a tick further: what that attempt waits for must not fall due. Gives its connection.</summary>
    public async Task<ScriptedPeer> RetryAsync(DateTimeOffset at)
    {
        await PassUntilAsync(at);
        return await AcceptAsync();
    }

    /// <summary>Lets time pass once something waits for it.</summary>
    public Task SleepAsync(TimeSpan time) => PassUntilAsync(Time.GetUtcNow() + time);

    /// <summary>Lets time pass up to then, once something waits for it.</summary>
    public async Task PassUntilAsync(DateTimeOffset then)
    {
        await Eventually.TrueAsync(() => Time.PendingTimers > 0, "a timer is set");
        Time.Advance(then - Time.GetUtcNow());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers)
        {
            peer.Close();
        }

        await Client.DisposeAsync().AsTask().Soon();
    }
}
