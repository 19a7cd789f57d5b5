using System.Collections.Concurrent;
using MeetNet.Mqtt;
using MeetNet.Observations.Wire;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Uplink;

/// <summary>A hub that keeps what it is sent in memory and acknowledges when told to.</summary>
internal sealed class FakeHub : IAsyncDisposable
{
    public const string Name = "demo";

    private readonly MqttClient _client;
    private readonly Task _reading;
    private readonly string _owner;
    private readonly string _station;

    public FakeHub(int port, string owner, string station)
    {
        (_owner, _station) = (owner, station);
        _client = new MqttClient(
            new MqttClientOptions { Host = "127.0.0.1", Port = port, ClientId = "ingest-demo", Subscriptions = [new MqttSubscription(WireTopics.AllUp)] },
            TimeProvider.System);
        _reading = ReadAsync();
    }

    /// <summary>Whether it answers hellos and batches; what it has is kept either way.</summary>
    public bool Answers { get; set; } = true;

    public ConcurrentQueue<(WireKind Kind, MqttMessage Message)> Received { get; } = new();

    /// <summary>Sequence → how many times it came.</summary>
    public ConcurrentDictionary<long, int> Rows { get; } = new();

    public ConcurrentQueue<LostRange> Lost { get; } = new();

    public Epoch Epoch { get; private set; }

    public long Acknowledged { get; set; }

    public static async Task<FakeHub> StartAsync(int port, string owner, string station)
    {
        var hub = new FakeHub(port, owner, station);
        await hub._client.StartAsync();
        await Eventually.DoneAsync(hub._client.WaitConnectedAsync(), "the hub to be connected");
        return hub;
    }

    public Task AcknowledgeAsync(long sequence, Epoch epoch) => _client.PublishAsync(
        WireTopics.Ack(_owner, _station, Name), new Acknowledgement(Name, epoch, sequence).ToUtf8());

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _reading;
    }

    private async Task ReadAsync()
    {
        await foreach (var message in _client.Messages.ReadAllAsync())
        {
            Assert.True(WireTopics.TryParse(message.Topic, out var topic));
            Received.Enqueue((topic.Kind, message));
            _client.Acknowledge(message);
            if (topic.Kind == WireKind.Obs)
            {
                Assert.True(BatchReader.TryRead(message.Payload.Span, out var batch, out var fault), fault.ToString());
                Take(batch);
            }

            if (topic.Kind == WireKind.Hello)
            {
                Assert.True(Hello.TryRead(message.Payload.Span, out var hello, out var fault), fault.ToString());
                Epoch = hello.Epoch;
            }

            if (Answers && topic.Kind is WireKind.Obs or WireKind.Hello)
            {
                try
                {
                    await AcknowledgeAsync(Acknowledged, Epoch);
                }
                catch (MqttConnectionLostException)
                {
                    // The broker died under the answer: a hub answers again to the next hello.
                }
            }
        }
    }

    private void Take(ObservationBatch batch)
    {
        Epoch = batch.Epoch;
        foreach (var group in batch.Datastreams)
        {
            foreach (var row in group.Rows)
            {
                Rows.AddOrUpdate(row.Sequence, 1, (_, n) => n + 1);
            }
        }

        foreach (var lost in batch.Lost)
        {
            Lost.Enqueue(lost);
            for (var sequence = lost.First; sequence <= lost.Last; sequence++)
            {
                Rows.TryAdd(sequence, 0);
            }
        }

        if (Answers)
        {
            while (Rows.ContainsKey(Acknowledged + 1))
            {
                Acknowledged++;
            }
        }
    }
}
