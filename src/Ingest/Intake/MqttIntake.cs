using System.Threading.Channels;
using MeetNet.Mqtt;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Intake;

/// <summary>
/// Takes messages from the broker through the gate into channel 3. The broker keeps the session of this hub while it is away; nothing is acknowledged
/// here, that is done once the log has it. When channel 3 is full this stops, the client's buffer fills, and the socket is not read.
/// </summary>
internal sealed class MqttIntake(MqttClient client, TimeProvider time, ILogger<MqttIntake> logger)
{
    private long _received;

    /// <summary>Messages taken since the start.</summary>
    public long Received => Volatile.Read(ref _received);

    public MqttCounters Counters => client.Counters;

    public MqttConnectionState State => client.State;

    public static MqttClientOptions Options(IngestOptions options) => options.Broker.Client($"ingest-{options.Hub}", options.Broker.User) with
    {
        CleanStart = false,
        SessionExpiryInterval = 30 * 24 * 60 * 60,
        ReceiveMaximum = (ushort)options.ReceiveMaximum,
        ReceiveBufferBytes = options.ReceiveBufferBytes,
        // A message at the limit, its topic and its properties.
        MaximumPacketSize = WireLimits.AcceptedBytes + 4_096,
        Subscriptions = [new MqttSubscription(WireTopics.AllUp)],
    };

    /// <summary>Takes messages until told to stop, or until the client is stopped. Throws when the client has ended by a mistake in it.</summary>
    public async Task RunAsync(ChannelWriter<Arrival> arrivals, CancellationToken stopping)
    {
        try
        {
            while (await client.Messages.WaitToReadAsync(stopping))
            {
                while (client.Messages.TryRead(out var message))
                {
                    Volatile.Write(ref _received, _received + 1);
                    var arrival = BatchGate.Judge(message, time.GetUtcNow());
                    if (!arrivals.TryWrite(arrival))
                    {
                        await arrivals.WriteAsync(arrival, stopping);
                    }
                }
            }

            await client.Completion;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What was taken and not yet queued has not been acknowledged: the broker delivers it again.
        }
    }

    /// <summary>Logs the changes of the connection.</summary>
    public async Task WatchAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var state in client.StateChanges.ReadAllAsync(stopping))
            {
                switch (state)
                {
                    case MqttConnectionState.Connected connected:
                        Log.BrokerConnected(logger, connected.SessionPresent);
                        break;
                    case MqttConnectionState.Disconnected { Cause: not MqttDisconnectCause.Requested } gone:
                        Log.BrokerGone(logger, gone.Cause, gone.Detail, gone.RetryAt);
                        break;
                    case MqttConnectionState.Refused refused:
                        Log.BrokerRefused(logger, refused.ReasonCode, refused.Detail, refused.RetryAt);
                        break;
                    default:
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The program stops.
        }
    }
}
