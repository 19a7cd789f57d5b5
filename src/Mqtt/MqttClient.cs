using System.Threading.Channels;
using MeetNet.Mqtt.Connections;
using MeetNet.Mqtt.Protocol;
using MeetNet.Mqtt.Sessions;
using MeetNet.Mqtt.Transport;

namespace MeetNet.Mqtt;

/// <summary>
/// An MQTT 3.1.1 and 5.0 client for pipelines that may lose nothing: it connects and reconnects for ever in the background,
/// hands received messages over through a bounded queue and acknowledges them only when told to. Thread-safe.
/// </summary>
public sealed partial class MqttClient : IAsyncDisposable
{
    /// <summary>
    /// Name of the <see cref="System.Diagnostics.Metrics.Meter"/> that shows the <see cref="Counters"/> of every client of this process from its start
    /// to its stop, tagged <c>client.id</c>; packets and bytes also <c>direction</c> and <c>type</c>.
    /// </summary>
    public const string MeterName = "MeetNet.Mqtt";

    private static readonly TimeSpan DisposeTime = TimeSpan.FromSeconds(1);

    private readonly ClientCore _core;
    private readonly ConnectionLoop _loop;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running; // Within the gate, like the flag.
    private bool _started;
    private bool _stopping;

    /// <summary>Checks the options; does no I/O.</summary>
    /// <exception cref="ArgumentException">An option is out of range or contradicts another.</exception>
    public MqttClient(MqttClientOptions options, TimeProvider time)
        : this(options, time, transport: null, Random.Shared)
    {
    }

    internal MqttClient(MqttClientOptions options, TimeProvider time, ITransport? transport, Random random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        OptionsRules.Check(options);
        _core = new ClientCore(options, time);
        if (options.RandomizesClientId)
        {
            _core.ClientId += $"{random.NextInt64():x16}";
        }

        _loop = new ConnectionLoop(_core, transport ?? ITransport.For(options, time), random);
    }

    /// <summary>
    /// Received messages in arrival order. While the application doesn't read, the socket isn't read beyond
    /// <see cref="MqttClientOptions.ReceiveBufferBytes"/>; PUBACKs wait in the same socket, so whoever reads this must not wait for a
    /// publish of the same client between reads without bound. Completes when the client is stopped.
    /// </summary>
    public ChannelReader<MqttMessage> Messages => _core.Messages;

    /// <summary>Changes of the connection state. Keeps the last 256; for one reader. Completes when the client is stopped.</summary>
    public ChannelReader<MqttConnectionState> StateChanges => _core.States.Changes;

    /// <summary>
    /// Ends when the client has stopped for good: well after <see cref="DisconnectAsync(MqttReasonCode, CancellationToken)"/> or disposal; with an exception when a mistake
    /// in this library, or a clock or an authentication that throws, ended the loop that connects. No network or server does that. Then <see cref="Messages"/> and
    /// <see cref="StateChanges"/> complete too and nothing is connected again: a program should say so and end.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>State now.</summary>
    public MqttConnectionState State => _core.States.Now;

    /// <summary>Counters now.</summary>
    public MqttCounters Counters => _core.Snapshot();

    /// <summary>
    /// Begins to connect in the background and returns at once, or when <see cref="MqttClientOptions.SessionStore"/> is read. May be called once.
    /// </summary>
    /// <exception cref="InvalidOperationException">Started or stopped before.</exception>
    /// <exception cref="MqttSessionStoreException">The session store can't be read; it may be tried again with another client.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_core.Gate)
        {
            if (_started || _stopping)
            {
                throw new InvalidOperationException("The client was started or stopped before.");
            }

            _started = true;
        }

        if (_core.Keeper is { } keeper)
        {
            await keeper.LoadAsync(cancellationToken);
        }

        lock (_core.Gate)
        {
            if (_stopping)
            {
                throw new InvalidOperationException("The client was stopped.");
            }

            ClientMeter.Add(_core);
            _running = Task.Run(RunAsync, CancellationToken.None);
        }
    }

    /// <summary>Completes when connected (at once if it is); waits through any number of failed attempts.</summary>
    /// <exception cref="MqttConnectionLostException">The client was stopped.</exception>
    public Task<MqttConnectionState.Connected> WaitConnectedAsync(CancellationToken cancellationToken = default) =>
        _core.States.WaitConnectedAsync(cancellationToken);

    /// <summary>
    /// Publishes a message. QoS 1 completes at PUBACK, whose reason code may be a refusal; QoS 2 at PUBCOMP, or at a PUBREC that refuses;
    /// QoS 0 when written to the socket. Waits for the server's receive window; messages go out in the order of the calls.
    /// </summary>
    /// <param name="topic">Topic name without wildcards.</param>
    /// <param name="payload">Not copied: must stay unchanged until the task ends, by cancellation too.</param>
    /// <param name="qos">QoS 0, 1 or 2.</param>
    /// <param name="retain">Whether the server keeps it for later subscribers.</param>
    /// <param name="cancellationToken">Takes the message back if it was not sent yet; otherwise only ends the waiting.</param>
    /// <exception cref="MqttConnectionLostException">With <see cref="MqttClientOptions.CleanStart"/>: not connected, or the connection was lost. Otherwise: the client was stopped.</exception>
    /// <exception cref="InvalidOperationException">QoS 2 on a session that may be older than this process, see <see cref="MqttClientOptions.ResumesStoredSession"/>.</exception>
    /// <exception cref="MqttPublishRejectedException">The server's limits don't allow it, or too many are pending.</exception>
    public Task<MqttPublishResult> PublishAsync(
        string topic,
        ReadOnlyMemory<byte> payload,
        MqttQualityOfService qos = MqttQualityOfService.AtLeastOnce,
        bool retain = false,
        CancellationToken cancellationToken = default) => PublishAsync(topic, payload, qos, retain, MqttProperties.Empty, cancellationToken);

    /// <inheritdoc cref="PublishAsync(string, ReadOnlyMemory{byte}, MqttQualityOfService, bool, CancellationToken)"/>
    /// <param name="topic">Topic name without wildcards.</param>
    /// <param name="payload">Not copied: must stay unchanged until the task ends, by cancellation too.</param>
    /// <param name="qos">QoS 0, 1 or 2.</param>
    /// <param name="retain">Whether the server keeps it for later subscribers.</param>
    /// <param name="properties">PUBLISH properties; not sent in MQTT 3.1.1.</param>
    /// <param name="cancellationToken">Takes the message back if it was not sent yet; otherwise only ends the waiting.</param>
    public Task<MqttPublishResult> PublishAsync(
        string topic,
        ReadOnlyMemory<byte> payload,
        MqttQualityOfService qos,
        bool retain,
        MqttProperties properties,
        CancellationToken cancellationToken)
    {
        CheckPublish(topic, qos, properties);
        CheckExactlyOnce(qos);
        cancellationToken.ThrowIfCancellationRequested();
        var publish = new PendingPublish
        {
            Topic = topic,
            Payload = payload,
            QualityOfService = qos,
            Retain = retain,
            Properties = properties,
        };
        lock (_core.Gate)
        {
            if (Unacceptable() is { } reason)
            {
                return Task.FromException<MqttPublishResult>(reason);
            }

            _core.Session.Outgoing.Enqueue(publish);
        }

        _core.Current?.Wake();
        return cancellationToken.CanBeCanceled ? WaitAsync(publish, cancellationToken) : publish.Completion.Task;
    }

    /// <summary>
    /// Says that the application owns a QoS 1 or 2 message now. In any order; PUBACKs and PUBRECs leave in arrival order ([MQTT-4.6.0-2],
    /// [MQTT-4.6.0-3]), many to one write. Without effect for QoS 0; ignored and counted the second time, and for QoS 1 on a connection
    /// that is gone (the server delivers again). For QoS 2 it counts as long as the session lives: what the server sends again is not
    /// delivered again. Without effect with <see cref="MqttClientOptions.AcknowledgesAutomatically"/>.
    /// </summary>
    /// <param name="message">A message read from <see cref="Messages"/> of this client.</param>
    /// <param name="reason">A failure code tells a 5.0 server that the message was refused; it does not deliver it again either way.</param>
    /// <exception cref="ObjectDisposedException">The message was disposed before, with <see cref="MqttClientOptions.PoolsMessages"/>.</exception>
    public void Acknowledge(MqttMessage message, MqttReasonCode reason = MqttReasonCode.Success)
    {
        ArgumentNullException.ThrowIfNull(message);
        message.ThrowIfGivenBack();
        if (!ReasonCodeSets.ClientPuback.Contains((byte)reason))
        {
            throw new ArgumentOutOfRangeException(nameof(reason), reason, "PUBACK and PUBREC of a client can't carry this code [MQTT-3.4.2-1].");
        }

        if (!_core.Options.AcknowledgesAutomatically)
        {
            _core.Acknowledge(message, reason);
        }
    }

    /// <summary>
    /// Writes out the acknowledgements given so far, sends DISCONNECT, closes and stops for good. Pending publishes fail with
    /// <see cref="MqttConnectionLostException"/>; with <see cref="MqttClientOptions.SessionStore"/> those that were sent go on with the next
    /// process. Cancelling cuts the goodbye short, not the stopping.
    /// </summary>
    /// <exception cref="MqttSessionStoreException">The client has stopped, and the store could not take the last changes.</exception>
    public Task DisconnectAsync(MqttReasonCode reason = MqttReasonCode.Success, CancellationToken cancellationToken = default) =>
        DisconnectAsync(reason, MqttProperties.Empty, cancellationToken);

    /// <inheritdoc cref="DisconnectAsync(MqttReasonCode, CancellationToken)"/>
    /// <param name="reason">
    /// Any code but success makes the server publish the will, as <see cref="MqttReasonCode.DisconnectWithWill"/> asks for. MQTT 3.1.1 has no codes: there
    /// the connection is then closed without DISCONNECT, which has the same effect, at once and without the last acknowledgements.
    /// </param>
    /// <param name="properties">
    /// Session Expiry Interval, Reason String and User Properties; not sent in MQTT 3.1.1. The last two are left out where the server takes no
    /// packet so large ([MQTT-3.14.2-3], [MQTT-3.14.2-4]).
    /// </param>
    /// <param name="cancellationToken">Cuts the goodbye short.</param>
    /// <exception cref="ArgumentException">The session expiry is raised from 0, which the standard forbids (§3.14.2.2.2), or another property is not valid.</exception>
    public async Task DisconnectAsync(MqttReasonCode reason, MqttProperties properties, CancellationToken cancellationToken)
    {
        if (!ReasonCodeSets.ClientDisconnect.Contains((byte)reason))
        {
            throw new ArgumentOutOfRangeException(nameof(reason), reason, "A client's DISCONNECT can't carry this code [MQTT-3.14.2-1].");
        }

        ArgumentNullException.ThrowIfNull(properties);
        var fault = PropertyRules.Check(properties, PropertyPlace.Disconnect);
        Require(fault is null, nameof(properties), fault);
        Require(properties.Text(MqttPropertyId.ServerReference) is null, nameof(properties), "Only a server names another");
        Require(
            _core.Options.SessionExpiryInterval > 0 || properties.Number(MqttPropertyId.SessionExpiryInterval) is null or 0,
            nameof(properties),
            "The session expiry can't be raised from 0, what CONNECT said (MQTT 5.0 §3.14.2.2.2)");

        Task? running;
        lock (_core.Gate)
        {
            _stopping = true;
            running = _running;
        }

        if (running is null)
        {
            Stopped();
            return;
        }

        if (!running.IsCompleted)
        {
            _loop.Stop(reason, properties);
        }

        await using var hurry = cancellationToken.Register(() => _core.Current?.Abort());
        await running; // A mistake of the loop's is told by Completion; what may come here is the store's last word.
    }

    /// <summary>As <see cref="DisconnectAsync"/>, with at most a second for the goodbye.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var hurry = new CancellationTokenSource(DisposeTime, _core.Time))
        {
            await DisconnectAsync(MqttReasonCode.Success, hurry.Token);
        }

        _loop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await _loop.RunAsync();
            Stopped();
        }
#pragma warning disable CA1031 // Told by Completion, on which a program acts.
        catch (Exception mistake)
#pragma warning restore CA1031
        {
            _completion.TrySetException(mistake);
            _ = _completion.Task.Exception; // Nobody may be waiting.
            Stopped();
        }

        if (_core.Keeper is { } keeper)
        {
            await keeper.SaveAsync(); // What the last packets of the server have changed.
        }
    }

    private void Stopped()
    {
        lock (_core.Gate)
        {
            _stopping = true;
            // What was queued before the client was ever started.
            _core.Session.Lose(stopped: true, StoppedException);
        }

        ClientMeter.Remove(_core);
        _core.Messages.Complete();
        if (_core.States.Now is not MqttConnectionState.Stopped)
        {
            _core.States.Set(new MqttConnectionState.Stopped(_core.Time.GetUtcNow()));
        }

        _completion.TrySetResult();
    }

    private static MqttConnectionLostException StoppedException() =>
        new(MqttDisconnectCause.Requested, null, "the client was stopped");

    /// <summary>Within the gate: why a publish can't be taken now, or null.</summary>
    private MqttException? Unacceptable()
    {
        if (_stopping)
        {
            return StoppedException();
        }

        if (_core.Options.CleanStart && !_core.Session.IsOpen)
        {
            return new MqttConnectionLostException(MqttDisconnectCause.ConnectionLost, null, "not connected");
        }

        return _core.Session.Outgoing.Pending < _core.Options.MaximumPendingPublishes ? null : new MqttPublishRejectedException(
            MqttReasonCode.QuotaExceeded, $"{_core.Options.MaximumPendingPublishes} publishes are pending");
    }

    private static void CheckPublish(string topic, MqttQualityOfService qos, MqttProperties properties)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(properties);
        if (qos is < MqttQualityOfService.AtMostOnce or > MqttQualityOfService.ExactlyOnce)
        {
            throw new ArgumentOutOfRangeException(nameof(qos), qos, "QoS is 0, 1 or 2.");
        }

        if (TopicRules.CheckTopicName(topic) is { } problem)
        {
            throw new ArgumentException($"Topic name {problem}.", nameof(topic));
        }

        if (PropertyRules.Check(properties, PropertyPlace.Publish) is { } fault)
        {
            throw new ArgumentException(fault, nameof(properties));
        }
    }

    /// <summary>
    /// In a session from before this process the server may wait for the PUBREL of any identifier: it would take a new message that gets
    /// the same one for a repeat, answer PUBREC and drop it.
    /// </summary>
    private void CheckExactlyOnce(MqttQualityOfService qos)
    {
        var options = _core.Options;
        if (qos == MqttQualityOfService.ExactlyOnce && options is { CleanStart: false, ResumesStoredSession: true, SessionStore: null })
        {
            throw new InvalidOperationException(
                "QoS 2 needs to know what the session has in flight: give a SessionStore, or set ResumesStoredSession to false, or CleanStart to true.");
        }
    }

    private async Task<MqttPublishResult> WaitAsync(PendingPublish publish, CancellationToken cancellationToken)
    {
        try
        {
            return await publish.Completion.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            lock (_core.Gate)
            {
                if (!_core.Session.Outgoing.Withdraw(publish) && publish.Stage != PublishStage.Done)
                {
                    publish.Payload = publish.Payload.ToArray(); // The memory is the caller's again, and this may have to be sent again.
                }
            }

            // If it was too late for that it may still fail, when nobody waits any more.
            _ = publish.Completion.Task.ContinueWith(
                static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }
}
