using System.Text;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>
/// The brokers that the tests of a collection share: each is started when first asked for, and again when a test has killed it.
/// Tests use topics and client identifiers of their own.
/// </summary>
public sealed class RunningBrokers : IAsyncLifetime
{
    private readonly Dictionary<BrokerKind, SuiteBroker> _running = [];

    public Task InitializeAsync() => Task.CompletedTask;

    internal async Task<SuiteBroker> GetAsync(BrokerKind kind)
    {
        if (!_running.TryGetValue(kind, out var broker))
        {
            broker = await Brokers.StartAsync(kind);
            _running.Add(kind, broker);
        }
        else if (!broker.Process.IsRunning)
        {
            await broker.Process.StartAgainAsync();
        }

        return broker;
    }

    public async Task DisposeAsync()
    {
        foreach (var broker in _running.Values)
        {
            await broker.DisposeAsync();
        }
    }
}

/// <summary>Tests that share <see cref="RunningBrokers"/>, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class BrokerCollection : ICollectionFixture<RunningBrokers>
{
    public const string Name = "real brokers";
}

/// <summary>What the tests do with clients.</summary>
internal static class Clients
{
    /// <summary>A client that is connected.</summary>
    public static async Task<MqttClient> StartAsync(MqttClientOptions options)
    {
        var client = new MqttClient(options, TimeProvider.System);
        await client.StartAsync();
        await client.StateAsync<MqttConnectionState.Connected>();
        return client;
    }

    /// <summary>Publishes a text.</summary>
    public static Task<MqttPublishResult> SayAsync(
        this MqttClient client, string topic, string text, MqttQualityOfService qos = MqttQualityOfService.AtLeastOnce, bool retain = false) =>
        client.PublishAsync(topic, Encoding.UTF8.GetBytes(text), qos, retain);

    /// <summary>The next message, acknowledged.</summary>
    public static async Task<MqttMessage> TakeAsync(this MqttClient client)
    {
        var message = await client.Messages.ReadAsync().AsTask().Soon();
        client.Acknowledge(message);
        return message;
    }

    /// <summary>The texts of the next messages, acknowledged.</summary>
    public static async Task<List<string>> TakeAsync(this MqttClient client, int count)
    {
        var texts = new List<string>();
        while (texts.Count < count)
        {
            texts.Add((await client.TakeAsync()).Text());
        }

        return texts;
    }

    public static string Text(this MqttMessage message) => Encoding.UTF8.GetString(message.Payload.Span);

    /// <summary>The next change of state of this kind, and of which this holds; others before it are passed over.</summary>
    public static async Task<T> StateAsync<T>(this MqttClient client, Func<T, bool>? which = null)
        where T : MqttConnectionState
    {
        var passed = new List<MqttConnectionState>();
        while (true)
        {
            try
            {
                var state = await client.StateChanges.ReadAsync().AsTask().Soon();
                if (state is T wanted && which?.Invoke(wanted) != false)
                {
                    return wanted;
                }

                passed.Add(state);
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"No state {typeof(T).Name}, but: {string.Join("; ", passed.TakeLast(5))}");
            }
        }
    }

    /// <summary>
    /// A client that dies without a word: its connection to the broker is reset, and it gets no other.
    /// </summary>
    public static async Task DieAsync(this MqttClient client, ChaosProxy through)
    {
        through.Refuses = true;
        through.Cut();
        await client.DisposeAsync();
    }
}
