using System.Text;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Broker;

/// <summary>Against a real Mosquitto, over real sockets and in real time; every wait is for an event.</summary>
public sealed class MosquittoTests
{
    private static readonly MqttReconnect Quick = new() { Minimum = TimeSpan.FromMilliseconds(50), Maximum = TimeSpan.FromMilliseconds(200) };

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task Messages_go_through_in_order_with_both_versions(MqttVersion version)
    {
        const int count = 2_000;
        await using var broker = await MosquittoBroker.StartAsync("max_queued_messages 0\n");
        await using var receiver = await StartAsync(Options(broker, "receiver") with { Version = version, Subscriptions = [new("t/#")] });
        await using var sender = await StartAsync(Options(broker, "sender") with { Version = version });
        var results = Enumerable.Range(0, count).Select(i => sender.PublishAsync("t/1", Encoding.UTF8.GetBytes($"{i}"))).ToList();
        for (var i = 0; i < count; i++)
        {
            var message = await receiver.Messages.ReadAsync().AsTask().Soon();
            Assert.Equal($"{i}", Encoding.UTF8.GetString(message.Payload.Span));
            receiver.Acknowledge(message);
        }

        Assert.All(await Task.WhenAll(results).Soon(), result => Assert.True(result.Accepted));
        await Eventually.TrueAsync(() => receiver.Counters.MessagesAcknowledged == count, "all are acknowledged");
    }

    [Fact]
    public async Task A_broker_stopped_and_started_again_costs_a_kept_session_no_message()
    {
        const int count = 400;
        await using var broker = await MosquittoBroker.StartAsync(MosquittoBroker.Persistent);
        await using var receiver = await StartAsync(Kept(broker, "receiver") with { Subscriptions = [new("t")] });
        await using var sender = await StartAsync(Kept(broker, "sender"));
        var receiving = ReceiveAllAsync(receiver, count);
        var results = new List<Task<MqttPublishResult>>();
        for (var i = 0; i < count; i++)
        {
            results.Add(sender.PublishAsync("t", Encoding.UTF8.GetBytes($"{i}")));
            if (i == count / 2)
            {
                await Task.WhenAll(results).Soon();
                await broker.StopAsync();
                await broker.StartAgainAsync();
            }
        }

        await Task.WhenAll(results).Soon();
        Assert.Equal(count, (await receiving.Soon()).Count);
        Assert.True(sender.Counters.Connections >= 2);
    }

    [Fact]
    public async Task A_broker_killed_without_its_memory_leaves_no_publish_of_a_kept_session_behind()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var sender = await StartAsync(Kept(broker, "sender"));
        var results = new List<Task<MqttPublishResult>>();
        for (var round = 0; round < 3; round++)
        {
            results.AddRange(Enumerable.Range(0, 200).Select(_ => sender.PublishAsync("t", new byte[100])));
            broker.Kill();
            results.AddRange(Enumerable.Range(0, 200).Select(_ => sender.PublishAsync("t", new byte[100])));
            await broker.StartAgainAsync();
        }

        Assert.All(await Task.WhenAll(results).Soon(), result => Assert.True(result.Accepted));
        Assert.Equal(0, sender.Counters.PublishesPending);
    }

    [Fact]
    public async Task A_paused_broker_is_noticed_by_its_silence()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var client = await StartAsync(Options(broker, "c") with { KeepAlive = 1 });
        broker.Pause();
        MqttConnectionState state;
        do
        {
            state = await client.StateChanges.ReadAsync().AsTask().Soon();
        }
        while (state is not MqttConnectionState.Disconnected);
        Assert.Equal(MqttDisconnectCause.KeepAliveTimeout, ((MqttConnectionState.Disconnected)state).Cause);
        broker.Resume();
        await client.WaitConnectedAsync().Soon();
    }

    [Fact]
    public async Task A_publish_that_the_broker_denies_says_so()
    {
        const string config = "acl_file {folder}/acl\n";
        var files = new Dictionary<string, string> { ["acl"] = "topic write allowed\n" };
        await using var broker = await MosquittoBroker.StartAsync(config, files);
        await using var client = await StartAsync(Options(broker, "c"));
        var allowed = await client.PublishAsync("allowed", default).Soon();
        Assert.True(allowed.Accepted);
        Assert.Equal(MqttReasonCode.NotAuthorized, (await client.PublishAsync("denied", default).Soon()).ReasonCode);
    }

    [Theory]
    [InlineData(MqttVersion.V311)]
    [InlineData(MqttVersion.V500)]
    public async Task Wrong_credentials_are_a_refusal(MqttVersion version)
    {
        await using var broker = await MosquittoBroker.StartAsync("allow_anonymous false\n");
        await using var client = new MqttClient(
            Options(broker, "c") with { Version = version, UserName = "u", Password = "p"u8.ToArray() }, TimeProvider.System);
        await client.StartAsync();
        await Eventually.TrueAsync(() => client.State is MqttConnectionState.Refused, "the refusal is told");
        var code = ((MqttConnectionState.Refused)client.State).ReasonCode;
        Assert.True(code is MqttReasonCode.NotAuthorized or MqttReasonCode.BadUserNameOrPassword, $"{code}");
    }

    [Fact]
    public async Task The_will_is_published_when_the_client_vanishes_and_not_when_it_leaves()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        await using var watcher = await StartAsync(Options(broker, "watcher") with { Subscriptions = [new("state/+")] });
        var leaver = await StartAsync(Options(broker, "leaver") with { Will = new MqttWill { Topic = "state/leaver", Payload = "gone"u8.ToArray() } });
        await leaver.DisconnectAsync().Soon();
        await leaver.DisposeAsync();
        var vanisher = await StartAsync(Options(broker, "vanisher") with { Will = new MqttWill { Topic = "state/vanisher", Payload = "gone"u8.ToArray() } });
        await vanisher.DisconnectAsync(MqttReasonCode.DisconnectWithWill).Soon();
        await vanisher.DisposeAsync();
        Assert.Equal("state/vanisher", (await watcher.Messages.ReadAsync().AsTask().Soon()).Topic);
    }

    /// <summary>Mosquitto 2.0.11 sends on regardless after the first acknowledgements; later versions don't. Nothing is lost either way.</summary>
    [Fact]
    public async Task A_backlog_larger_than_every_window_is_drained()
    {
        const int count = 3_000;
        await using var broker = await MosquittoBroker.StartAsync("max_queued_messages 0\n");
        var options = Kept(broker, "receiver") with { Subscriptions = [new("t")], ReceiveMaximum = 50, ReceiveBufferBytes = 64 * 1024 };
        await using (var first = await StartAsync(options))
        {
            await first.DisconnectAsync().Soon();
        }

        await using var sender = await StartAsync(Options(broker, "sender"));
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => sender.PublishAsync("t", Encoding.UTF8.GetBytes($"{i}")))).Soon();
        await using var receiver = await StartAsync(options);
        Assert.True(((MqttConnectionState.Connected)receiver.State).SessionPresent);
        var received = await ReceiveAllAsync(receiver, count).Soon();
        Assert.Equal(Enumerable.Range(0, count), received);
    }

    private static async Task<List<int>> ReceiveAllAsync(MqttClient receiver, int count)
    {
        var seen = new HashSet<int>();
        var order = new List<int>();
        while (seen.Count < count)
        {
            var message = await receiver.Messages.ReadAsync();
            var number = int.Parse(Encoding.UTF8.GetString(message.Payload.Span), System.Globalization.CultureInfo.InvariantCulture);
            if (seen.Add(number))
            {
                order.Add(number);
            }

            receiver.Acknowledge(message);
        }

        return order;
    }

    private static async Task<MqttClient> StartAsync(MqttClientOptions options)
    {
        var client = new MqttClient(options, TimeProvider.System);
        var trace = new List<string>();
        await client.StartAsync();
        try
        {
            await client.WaitConnectedAsync().Soon();
        }
        catch (TimeoutException)
        {
            while (client.StateChanges.TryRead(out var state))
            {
                trace.Add($"{state}");
            }

            throw new TimeoutException($"Not connected: {string.Join("; ", trace.TakeLast(5))}");
        }

        return client;
    }

    private static MqttClientOptions Options(MosquittoBroker broker, string id) =>
        new() { Host = "127.0.0.1", Port = broker.Port, ClientId = id, Reconnect = Quick };

    private static MqttClientOptions Kept(MosquittoBroker broker, string id) =>
        Options(broker, id) with { CleanStart = false, SessionExpiryInterval = 3600 };
}
