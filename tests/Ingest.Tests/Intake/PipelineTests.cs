using System.Net;
using System.Threading.Channels;
using MeetNet.Hosting;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;
using MeetNet.Mqtt;
using MeetNet.Observations.Wire;
using MeetNet.TestKit;
using Microsoft.Extensions.Hosting;

namespace MeetNet.Ingest.Tests.Intake;

/// <summary>The pipeline on a real broker: what a gateway publishes and what it is told.</summary>
public sealed class PipelineTests : IAsyncLifetime, IDisposable
{
    private const string Hub = "demo";
    private readonly TemporaryFolder _folder = new();
    private readonly CollectingLogger _logger = new();
    private readonly Lifetime _lifetime = new();
    private MosquittoBroker _broker = null!;
    private Pipeline? _pipeline;
    private FactLog? _log;

    public async Task InitializeAsync() => _broker = await MosquittoBroker.StartAsync(MosquittoBroker.Persistent);

    public async Task DisposeAsync()
    {
        await StopAsync();
        await _broker.DisposeAsync();
    }

    public void Dispose()
    {
        _log?.Dispose();
        _folder.Dispose();
        _lifetime.Dispose();
        _logger.Dispose();
    }

    [Fact]
    public async Task What_a_gateway_publishes_is_logged_and_acknowledged_end_to_end()
    {
        await StartAsync();
        await using var gateway = await GatewayAsync();
        await gateway.PublishAsync(WireTopics.Obs(Messages.Owner, Messages.Station), Messages.Batch(1, 100));
        await AcknowledgedAsync(gateway, 100);
        Assert.Equal(100, _log!.Observations);

        await gateway.PublishAsync(WireTopics.Hello(Messages.Owner, Messages.Station), new Hello(Messages.Owner, Messages.Station, Messages.Epoch, 101, 100).ToUtf8());
        await AcknowledgedAsync(gateway, 100);
        await gateway.PublishAsync(WireTopics.Obs(Messages.Owner, Messages.Station), "hostile"u8.ToArray());
        await gateway.PublishAsync(WireTopics.Obs(Messages.Owner, Messages.Station), Messages.Batch(101, 200));
        await AcknowledgedAsync(gateway, 200);
        Assert.Equal(1, _log!.Read(file => file.Scalar("SELECT count(*) FROM rejects")));
    }

    [Fact]
    public async Task While_the_hub_is_away_the_broker_keeps_what_comes_and_the_hub_takes_it_when_it_is_back()
    {
        await StartAsync();
        await StopAsync();
        await using var gateway = await GatewayAsync();
        await gateway.PublishAsync(WireTopics.Obs(Messages.Owner, Messages.Station), Messages.Batch(1, 50));
        await StartAsync();
        await AcknowledgedAsync(gateway, 50);
    }

    [Fact]
    public async Task A_broker_that_is_killed_is_found_again()
    {
        await StartAsync();
        _broker.Kill();
        await Eventually.TrueAsync(() => _pipeline!.Intake.State is not MqttConnectionState.Connected, "the connection is missed");
        await _broker.StartAgainAsync();
        await using var gateway = await GatewayAsync();
        await Eventually.TrueAsync(() => _pipeline!.Intake.State is MqttConnectionState.Connected, "the hub is back", TimeSpan.FromSeconds(30));
        await gateway.PublishAsync(WireTopics.Obs(Messages.Owner, Messages.Station), Messages.Batch(1, 10));
        await AcknowledgedAsync(gateway, 10);
    }

    [Fact]
    public async Task A_broker_that_remembers_the_session_but_not_its_subscriptions_is_told_again()
    {
        // What a broker killed between two of its snapshots comes back with.
        await using (var bare = new MqttClient(
            new MqttClientOptions { Host = "127.0.0.1", Port = _broker.Port, ClientId = $"ingest-{Hub}", CleanStart = false, SessionExpiryInterval = 3_600 },
            TimeProvider.System))
        {
            await bare.StartAsync();
            await Eventually.DoneAsync(bare.WaitConnectedAsync(), "the session is there");
            await _broker.StopAsync();
        }
        var snapshot = Path.Combine(_broker.Folder, "mosquitto.db");
        File.Copy(snapshot, _folder.File("snapshot"));
        await _broker.StartAgainAsync();
        await StartAsync();
        _broker.Kill();
        await Eventually.TrueAsync(() => _pipeline!.Intake.State is not MqttConnectionState.Connected, "the connection is missed");
        File.Copy(_folder.File("snapshot"), snapshot, overwrite: true);
        await _broker.StartAgainAsync();
        await Eventually.TrueAsync(() => _pipeline!.Intake.State is MqttConnectionState.Connected { SessionPresent: true }, "the hub is back", TimeSpan.FromSeconds(30));
        await using var gateway = await GatewayAsync();
        await gateway.PublishAsync(WireTopics.Obs(Messages.Owner, Messages.Station), Messages.Batch(1, 10));
        await AcknowledgedAsync(gateway, 10);
    }

    [Fact]
    public async Task Many_small_messages_arrive_once_each_in_few_transactions()
    {
        await StartAsync();
        await using var gateway = await GatewayAsync();
        const int Count = 2_000;
        var topic = WireTopics.Obs(Messages.Owner, Messages.Station);
        await Task.WhenAll(Enumerable.Range(1, Count).Select(sequence => gateway.PublishAsync(topic, Messages.Batch(sequence, sequence))));
        await AcknowledgedAsync(gateway, Count);
        Assert.Equal((Count, Count), (_log!.Head, _log!.Observations));
        Assert.InRange(_pipeline!.Writer.Commits, 1, Count - 1);
        Assert.False(_pipeline.Failed);
    }

    [Fact]
    public async Task A_client_that_ended_by_a_mistake_ends_the_intake_with_it()
    {
        var time = new FailingTimeProvider();
        var options = new IngestOptions
        {
            Hub = Hub,
            DataDirectory = _folder.Path,
            Listen = new IPEndPoint(IPAddress.Loopback, 1),
            Broker = new BrokerOptions { Address = MqttAddress.Parse($"mqtt://127.0.0.1:{_broker.Port}") },
        };
        await using var client = new MqttClient(MqttIntake.Options(options), time);
        var intake = new MqttIntake(client, time, _logger.For<MqttIntake>());
        time.FailNext();
        await client.StartAsync();
        var mistake = await Assert.ThrowsAsync<InvalidOperationException>(() => Eventually.DoneAsync(
            intake.RunAsync(Channel.CreateUnbounded<Arrival>().Writer, CancellationToken.None), "the intake to end"));
        Assert.Equal(FailingTimeProvider.Mistake, mistake.Message);
    }

    private async Task StartAsync()
    {
        var options = new IngestOptions
        {
            Hub = Hub,
            DataDirectory = _folder.Path,
            Listen = new IPEndPoint(IPAddress.Loopback, 1),
            Broker = new BrokerOptions { Address = MqttAddress.Parse($"mqtt://127.0.0.1:{_broker.Port}") },
        };
        _log = new FactLog(options.DataFile(FactSchema.FileName));
        _pipeline = new Pipeline(options, _log, TimeProvider.System, _lifetime, _logger);
        await _pipeline.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => _pipeline.Intake.State is MqttConnectionState.Connected, "the hub is connected");
    }

    private async Task StopAsync()
    {
        if (_pipeline is null)
        {
            return;
        }
        await _pipeline.StopAsync(CancellationToken.None);
        await _pipeline.DisposeAsync();
        _log!.Dispose();
        _pipeline = null;
    }

    private async Task<MqttClient> GatewayAsync()
    {
        var client = new MqttClient(
            new MqttClientOptions
            {
                Host = "127.0.0.1",
                Port = _broker.Port,
                ClientId = $"{Messages.Owner}/{Messages.Station}/{Hub}",
                Subscriptions = [new MqttSubscription(WireTopics.AllAcks(Messages.Owner, Messages.Station))],
            },
            TimeProvider.System);
        await client.StartAsync();
        await Eventually.DoneAsync(client.WaitConnectedAsync(), "the gateway is connected");
        return client;
    }

    /// <summary>Reads acknowledgements until this one; each is at least the one before.</summary>
    private static async Task AcknowledgedAsync(MqttClient gateway, long wanted)
    {
        var told = 0L;
        while (told < wanted)
        {
            var message = await Eventually.DoneAsync(gateway.Messages.ReadAsync().AsTask(), $"the acknowledgement of {wanted}, after {told}");
            gateway.Acknowledge(message);
            Assert.True(Acknowledgement.TryRead(message.Payload.Span, out var acknowledgement, out var fault), fault.ToString());
            Assert.Equal(Hub, acknowledgement.Hub);
            Assert.True(acknowledgement.Acknowledged >= told);
            told = acknowledgement.Acknowledged;
        }
        Assert.Equal(wanted, told);
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
