using System.Threading.Channels;
using MeetNet.Devices;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Mqtt;

namespace MeetNet.Gateway.Acquisition;

/// <summary>
/// A line that is a topic: the uplinks of the nodes behind a network server. A message is acknowledged when what was made of it is in the outbox, so
/// that a gateway that dies in between gets it again.
/// </summary>
internal sealed class MqttNodeSession
{
    /// <summary>How long the broker is asked to keep our session, and with it the uplinks of a gateway that is away.</summary>
    private const uint SessionSeconds = 7 * 24 * 3600;

    private readonly MqttStationLine _line;
    private readonly MessageTaking _messages;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly MqttClientOptions _options;
    private volatile LineStatusBox _status;
    private long _bytes;

    /// <param name="station"><c>owner/station</c>.</param>
    /// <param name="instruments">The nodes that the topic carries.</param>
    /// <param name="output">Channel 1.</param>
    public MqttNodeSession(
        string station, MqttStationLine line, IReadOnlyList<Instrument> instruments, ChannelWriter<ReadingSet> output, TimeProvider time, ILogger log)
    {
        _line = line;
        _log = log;
        _messages = new MessageTaking(instruments, output, log);
        _time = time;
        _status = new LineStatusBox(new LineStatus(line.Name, LineState.Starting, time.GetUtcNow(), null, null, 0, default));
        _options = line.Broker.Client($"{station}/line/{line.Name}", line.Broker.UserOr(station)) with
        {
            CleanStart = false,
            SessionExpiryInterval = SessionSeconds,
            Subscriptions = [new MqttSubscription(line.Topic)],
        };
    }

    public AcquisitionBooks Books => _messages.Books;

    public IReadOnlyList<InstrumentView> Instruments => _messages.Instruments;

    public LineStatus Status => _status.Value with { Counters = new LineCounters(Volatile.Read(ref _bytes), 0) };

    /// <summary>Takes messages until cancelled. Throws by a mistake of the program only, which then has to end: nobody else would listen to these nodes.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var client = new MqttClient(_options, _time);
        await client.StartAsync(stop);
        var watching = WatchAsync(client, stop);
        try
        {
            await foreach (var message in client.Messages.ReadAllAsync(stop))
            {
                await TakeAsync(client, message, stop);
            }

            // The client ends by itself only by a mistake in it.
            await client.Completion;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops. What is not acknowledged comes again.
        }
        catch (Exception mistake)
        {
            Log.MqttLineFailed(_log, _line.Name, mistake);
            throw;
        }

        await watching;
        Change(LineState.Stopped, null);
    }

    private async ValueTask TakeAsync(MqttClient client, MqttMessage message, CancellationToken stop)
    {
        Interlocked.Add(ref _bytes, message.Payload.Length);
        var context = new FrameContext { Topic = message.Topic, Retained = message.Retain };
        var taken = await _messages.TakeAsync(context, message.Payload, new ArrivalTime(_time.GetTimestamp(), _time.GetUtcNow()), stop);
        foreach (var outgoing in taken.Outgoing)
        {
            _ = PublishAsync(client, outgoing, stop);
        }

        // What is nobody's, or not understood, is counted; to get it again would not help.
        _ = AcknowledgeWhenStoredAsync(client, message, taken.Stored);
    }

    /// <summary>Publishes what a codec asks for. When it does not get there the codec asks again by itself, since what it missed stays missing.</summary>
    private static async Task PublishAsync(MqttClient client, OutgoingMessage message, CancellationToken stop)
    {
        try
        {
            await client.PublishAsync(message.Topic, message.Payload, MqttQualityOfService.AtMostOnce, retain: false, stop);
        }
        catch (Exception e) when (e is MqttException or OperationCanceledException)
        {
            // The connection has gone, or the gateway stops.
        }
    }

    private static async Task AcknowledgeWhenStoredAsync(MqttClient client, MqttMessage message, Task stored)
    {
        await stored;
        client.Acknowledge(message);
    }

    private async Task WatchAsync(MqttClient client, CancellationToken stop)
    {
        try
        {
            await foreach (var state in client.StateChanges.ReadAllAsync(stop))
            {
                switch (state)
                {
                    case MqttConnectionState.Connected:
                        Change(LineState.Open, null);
                        break;
                    case MqttConnectionState.Disconnected lost:
                        Change(LineState.Waiting, lost.Detail);
                        break;
                    case MqttConnectionState.Refused refused:
                        Change(LineState.Waiting, $"refused by the broker: {refused.ReasonCode}, {refused.Detail}");
                        break;
                    default:
                        break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    private void Change(LineState state, string? message)
    {
        var present = _status.Value;
        if (present.State == state && present.Message == message)
        {
            return;
        }

        var openings = present.Openings + (state == LineState.Open ? 1 : 0);
        _status = new LineStatusBox(present with { State = state, Message = message, Since = _time.GetUtcNow(), Openings = openings });
        if (state == LineState.Open)
        {
            Log.MqttLineConnected(_log, _line.Name, _line.Topic, _line.Broker.Address);
        }
        else if (state == LineState.Waiting)
        {
            Log.MqttLineDisconnected(_log, _line.Name, message ?? "no reason given");
        }
    }

    /// <summary>A value that is replaced as a whole, so that a reader never sees half of it.</summary>
    private sealed record LineStatusBox(LineStatus Value);
}
