using System.Threading.Channels;
using MeetNet.Mqtt;
using MeetNet.Observations.Wire;

namespace MeetNet.Gateway.Uplink;

/// <summary>What an uplink says of the station.</summary>
/// <param name="Announcement">Makes the announcement as it stands now.</param>
internal sealed record UplinkStation(string Owner, string Name, Func<byte[]> Announcement)
{
    public string FullName => $"{Owner}/{Name}";
}

/// <summary>Something that the uplink's loop must know of: one of the nested records.</summary>
internal abstract record UplinkEvent
{
    public sealed record Connection(MqttConnectionState State) : UplinkEvent;

    /// <summary>The broker answered a batch.</summary>
    public sealed record Answered(int Ticket, Epoch Epoch, long Last, MqttPublishResult Result) : UplinkEvent;

    /// <summary>The hub acknowledged.</summary>
    public sealed record Acknowledged(Acknowledgement Message) : UplinkEvent;
}

/// <summary>
/// The MQTT side of an uplink: publishes, and brings all that happens into one queue, so that one loop decides. The outbox is the session: Clean Start,
/// nothing kept by the broker.
/// </summary>
internal sealed class UplinkConnection : IAsyncDisposable
{
    /// <summary>What may wait for the loop: acknowledgements, answers and changes of the connection.</summary>
    private const int EventLimit = 1_024;

    /// <summary>How long a stopping gateway takes to say that it goes.</summary>
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    private readonly UplinkStation _station;
    private readonly HubOptions _hub;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly MqttClient _client;
    private readonly Channel<UplinkEvent> _events = Channel.CreateBounded<UplinkEvent>(new BoundedChannelOptions(EventLimit) { SingleReader = true });
    private int _closed;

    public UplinkConnection(UplinkStation station, HubOptions hub, TimeProvider time, ILogger log)
    {
        _station = station;
        _hub = hub;
        _time = time;
        _log = log;
        _client = new MqttClient(Options(station, hub, time), time);
    }

    public ChannelReader<UplinkEvent> Events => _events.Reader;

    /// <summary>Connects, for ever, and fills <see cref="Events"/> until cancelled or closed. Fails by a mistake of the program only.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await _client.StartAsync(stop);
        await SideBySide.RunAsync([WatchConnectionAsync, WatchAcknowledgementsAsync, WatchClientAsync], stop);
    }

    /// <summary>State and announcement, in this order; the hello that follows is the caller's.</summary>
    public void Introduce(DateTimeOffset at, CancellationToken stop)
    {
        var online = new StationState(_station.Owner, _station.Name, IsOnline: true, at);
        _ = PublishAsync(WireTopics.State(_station.Owner, _station.Name), online.ToUtf8(), retain: true, null, stop);
        _ = PublishAsync(WireTopics.Announcement(_station.Owner, _station.Name), _station.Announcement(), retain: true, null, stop);
    }

    public void SayHello(Epoch epoch, long lowest, long highest, CancellationToken stop)
    {
        var hello = new Hello(_station.Owner, _station.Name, epoch, lowest, highest);
        _ = PublishAsync(WireTopics.Hello(_station.Owner, _station.Name), hello.ToUtf8(), retain: false, null, stop);
    }

    /// <summary>Sends a batch; <see cref="UplinkEvent.Answered"/> follows unless the connection goes first.</summary>
    public void SendBatch(byte[] message, int ticket, Epoch epoch, long last, CancellationToken stop) =>
        _ = PublishAsync(
            WireTopics.Obs(_station.Owner, _station.Name), message, retain: false, new UplinkEvent.Answered(ticket, epoch, last, default), stop);

    /// <summary>Says that the gateway goes, as far as that takes no time, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1)
        {
            return;
        }

        using var limit = new CancellationTokenSource(GoodbyeTimeout, _time);
        if (_client.State is MqttConnectionState.Connected)
        {
            var offline = new StationState(_station.Owner, _station.Name, IsOnline: false, _time.GetUtcNow());
            await PublishAsync(WireTopics.State(_station.Owner, _station.Name), offline.ToUtf8(), retain: true, null, limit.Token);
        }

        await _client.DisconnectAsync(cancellationToken: limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _client.DisposeAsync();
    }

    /// <summary>Publishes and, where the loop waits for it, tells it the answer. Never faults: a lost connection is told by the connection.</summary>
    private async Task PublishAsync(string topic, ReadOnlyMemory<byte> payload, bool retain, UplinkEvent.Answered? answer, CancellationToken stop)
    {
        try
        {
            var result = await _client.PublishAsync(topic, payload, MqttQualityOfService.AtLeastOnce, retain, stop);
            if (answer is not null)
            {
                await _events.Writer.WriteAsync(answer with { Result = result }, stop);
            }
            else if (!result.Accepted)
            {
                Log.IntroductionRefused(_log, _hub.Name, topic, result.ReasonCode.ToString());
            }
        }
        catch (MqttPublishRejectedException e) when (answer is not null)
        {
            await _events.Writer.WriteAsync(answer with { Result = new MqttPublishResult(e.ReasonCode, e.Message) }, CancellationToken.None);
        }
        catch (MqttException e)
        {
            Log.PublishInterrupted(_log, _hub.Name, topic, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    /// <summary>The client ends by itself only by a mistake in it.</summary>
    private async Task WatchClientAsync(CancellationToken stop)
    {
        try
        {
            await _client.Completion.WaitAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private async Task WatchConnectionAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var state in _client.StateChanges.ReadAllAsync(stop))
            {
                await _events.Writer.WriteAsync(new UplinkEvent.Connection(state), stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    private async Task WatchAcknowledgementsAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var message in _client.Messages.ReadAllAsync(stop))
            {
                // One that is lost is said again; what counts is on the disk of both sides.
                _client.Acknowledge(message);
                if (!Acknowledgement.TryRead(message.Payload.Span, out var acknowledgement, out var fault)
                    || !WireTopics.TryParse(message.Topic, out var topic) || acknowledgement.Contradicts(topic, out fault))
                {
                    Log.AcknowledgementNotUnderstood(_log, _hub.Name, fault.ToString());
                    continue;
                }

                await _events.Writer.WriteAsync(new UplinkEvent.Acknowledged(acknowledgement), stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    private static MqttClientOptions Options(UplinkStation station, HubOptions hub, TimeProvider time) =>
        hub.Broker.Client($"{station.FullName}/{hub.Name}", hub.Broker.UserOr(station.FullName)) with
        {
            CleanStart = true,
            SessionExpiryInterval = 0,
            Subscriptions = [new MqttSubscription(WireTopics.Ack(station.Owner, station.Name, hub.Name))],
            Will = new MqttWill
            {
                Topic = WireTopics.State(station.Owner, station.Name),
                PayloadAtConnect = () => new StationState(station.Owner, station.Name, IsOnline: false, time.GetUtcNow()).ToUtf8(),
                Retain = true,
            },
        };
}
