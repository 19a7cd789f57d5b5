using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;
using MeetNet.Mqtt;

namespace MeetNet.Ingest;

/// <summary>
/// The way of a message through ingest. Start reading here.
/// <code>
///   broker ──▶ MqttClient ──▶ MqttIntake ──▶ BatchGate ──▶ channel 3 ──▶ FactWriter ──▶ facts.db ──▶ ProjectionRunner, one each
///     ▲        8 MiB, then    one loop       trusted or    512 messages  one loop,      the log       series, InfluxDB,
///     │        the socket                    a reason                    one fsync a    and the       catalogue, alerting
///     │        is not read                                               group          ledger
///     └──────────── PUBACK, and the acknowledgement to the gateway (AckPublisher) ◀──┘
/// </code>
/// Each stage hands on and never calls back: what goes back to the broker leaves from <see cref="FactWriter"/>, after the commit. Stopping runs with the stream:
/// nothing more is taken, what was taken is committed and acknowledged, then the connection ends.
/// </summary>
internal sealed class Pipeline : IHostedService, IAsyncDisposable
{
    /// <summary>For what has been committed to be acknowledged when stopping.</summary>
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<Pipeline> _logger;
    private readonly MqttClient _client;
    private readonly FactLog _log;
    private readonly CancellationTokenSource _taking = new();
    private readonly CancellationTokenSource _abandon = new();
    private Task _intakeLoop = Task.CompletedTask;
    private Task _writerLoop = Task.CompletedTask;
    private Task _watchLoop = Task.CompletedTask;
    private bool _disposed;

    public Pipeline(IngestOptions options, FactLog log, TimeProvider time, IHostApplicationLifetime lifetime, ILoggerFactory loggers)
    {
        _lifetime = lifetime;
        _log = log;
        _logger = loggers.CreateLogger<Pipeline>();
        _client = new MqttClient(MqttIntake.Options(options), time);
        Intake = new MqttIntake(_client, time, loggers.CreateLogger<MqttIntake>());
        Acks = new AckPublisher(_client, options.Hub, time, loggers.CreateLogger<AckPublisher>());
        Writer = new FactWriter(
            log,
            () => FactTransaction.Open(options.DataFile(FactSchema.FileName), options.LogSynchronous, options.Rejects),
            options.Groups,
            Acks,
            time,
            loggers.CreateLogger<FactWriter>());
    }

    public MqttIntake Intake { get; }

    public AckPublisher Acks { get; }

    public FactWriter Writer { get; }

    /// <summary>Whether a stage ended by a mistake of the program.</summary>
    public bool Failed { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Writer.Open();
        Log.LogOpened(_logger, _log.Observations, _log.Head);
        _writerLoop = WatchOver(Writer.RunAsync(_abandon.Token));
        _intakeLoop = WatchOver(Intake.RunAsync(Writer.Arrivals, _taking.Token));
        _watchLoop = WatchOver(Intake.WatchAsync(_taking.Token));
        await _client.StartAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _taking.CancelAsync();
        await _intakeLoop;
        await _watchLoop;
        Writer.Arrivals.TryComplete();
        if (Writer.Trouble is not null)
        {
            // The disk refuses: what is queued has not been acknowledged and comes again.
            await _abandon.CancelAsync();
        }
        await using (cancellationToken.Register(_abandon.Cancel))
        {
            await _writerLoop;
        }
        await Acks.FinishAsync(Goodbye);
        await _client.DisconnectAsync(cancellationToken: cancellationToken);
        Log.Stopped(_logger);
    }

    public async ValueTask DisposeAsync()
    {
        // The container holds it twice: as itself and as a hosted service.
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        await _client.DisposeAsync();
        Acks.Dispose();
        Writer.Dispose();
        _taking.Dispose();
        _abandon.Dispose();
    }

    /// <summary>A stage that throws is a mistake of the program: it stops, and the service manager starts it again.</summary>
    private async Task WatchOver(Task stage)
    {
        try
        {
            await stage;
        }
#pragma warning disable CA1031 // Said here, and the program ends with a failure.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Failed = true;
            Log.StageFailed(_logger, failure);
            _lifetime.StopApplication();
        }
    }
}
