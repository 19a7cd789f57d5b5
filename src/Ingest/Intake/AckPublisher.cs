using MeetNet.Hosting;
using MeetNet.Mqtt;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Intake;

/// <summary>
/// Tells gateways how far the hub has their observations. One message per outbox under way at a time: what is settled meanwhile goes
/// into the next one, and next ones are a little apart, so that a fast gateway isn't told a thousand times a second.
/// </summary>
internal sealed class AckPublisher(
    MqttClient client, string hub, TimeProvider time, ILogger<AckPublisher> logger) : IIntakeReplies, IDisposable
{
    /// <summary>Between two acknowledgements to one outbox. The first after a pause leaves at once.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Owner, string Station, string Epoch), Slot> _slots = [];
    private readonly CancellationTokenSource _stopped = new();
    private long _published;
    private long _refused;

    /// <summary>Acknowledgements that the broker took.</summary>
    public long Published => Volatile.Read(ref _published);

    /// <summary>Acknowledgements that the broker refused.</summary>
    public long Refused => Volatile.Read(ref _refused);

    public void Accept(MqttMessage message) => client.Acknowledge(message);

    public void Tell(string owner, string station, string epoch, long acknowledged)
    {
        lock (_lock)
        {
            if (_slots.TryGetValue((owner, station, epoch), out var slot))
            {
                slot.Waiting = acknowledged;
                return;
            }
            slot = new Slot { Waiting = acknowledged };
            _slots.Add((owner, station, epoch), slot);
            slot.Sending = SendAsync(owner, station, epoch, slot);
        }
    }

    /// <summary>Lets what is under way leave, for at most the given time.</summary>
    public async Task FinishAsync(TimeSpan atMost)
    {
        Task[] sending;
        lock (_lock)
        {
            sending = [.. _slots.Values.Select(slot => slot.Sending)];
        }
        _stopped.CancelAfter(atMost);
        await Task.WhenAll(sending).WaitAsync(atMost, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopped.Dispose();

    private async Task SendAsync(string owner, string station, string epoch, Slot slot)
    {
        await Task.Yield();
        var topic = WireTopics.Ack(owner, station, hub);
        _ = Epoch.TryParse(epoch, out var number);
        var backoff = new Backoff(BackoffLimits.Network, new Random(), time);
        while (true)
        {
            long acknowledged;
            lock (_lock)
            {
                if (slot.Waiting is not { } waiting || _stopped.IsCancellationRequested)
                {
                    _slots.Remove((owner, station, epoch));
                    return;
                }
                (acknowledged, slot.Waiting) = (waiting, null);
            }
            try
            {
                var result = await client.PublishAsync(
                    topic, new Acknowledgement(hub, number, acknowledged).ToUtf8(), MqttQualityOfService.AtLeastOnce, retain: false, _stopped.Token);
                Interlocked.Increment(ref result.Accepted ? ref _published : ref _refused);
                if (!result.Accepted)
                {
                    Log.AckRefused(logger, topic, result.ReasonCode);
                }
                await Task.Delay(Apart, time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (MqttPublishRejectedException)
            {
                // Too many publishes are waiting for the broker: this one goes later, unless a newer one replaces it.
                lock (_lock)
                {
                    slot.Waiting ??= acknowledged;
                }
                await backoff.WaitAsync(_stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is MqttConnectionLostException or OperationCanceledException)
            {
                // The client has been stopped: the gateway asks with its next hello.
                lock (_lock)
                {
                    _slots.Remove((owner, station, epoch));
                }
                return;
            }
        }
    }

    private sealed class Slot
    {
        public long? Waiting { get; set; }

        public Task Sending { get; set; } = Task.CompletedTask;
    }
}
