using MeetNet.Hosting;

namespace MeetNet.Ingest.Facts;

/// <summary>How a projection is doing, for /healthz, /metrics and the books.</summary>
/// <param name="Lag">Positions of the log still to be applied; an upper bound of the facts.</param>
/// <param name="ObservationsLag">Observations still to be applied.</param>
/// <param name="Failure">Why it can't go on right now; null when it can.</param>
internal sealed record ProjectionStatus(string Name, long Cursor, long Lag, long ObservationsLag, string? Failure, DateTimeOffset? FailingSince);

/// <summary>
/// Follows the log with one projection: catches up from its durable cursor, then waits for what is new. A projection that
/// fails is tried again for ever, ever more slowly; it never holds up the log or another projection.
/// </summary>
internal sealed class ProjectionRunner(IFactLog log, IProjection projection, TimeProvider time, ILogger<ProjectionRunner> logger) : BackgroundService
{
    /// <summary>Facts handed over at once; <see cref="IFactLog.ReadAfter"/> bounds the bytes.</summary>
    private const int FactsAtOnce = 4_096;

    /// <summary>
    /// The log commits hundreds of times a second; every projection has a transaction of its own to pay. It goes at its own pace instead: fewer facts than these wait
    /// <see cref="Pace"/> for company. A value is that much later in a query at most.
    /// </summary>
    private const int WorthTheWhile = 1_024;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    private static readonly BackoffLimits Retries = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(15));

    private volatile Trouble? _trouble;

    public IProjection Projection => projection;

    /// <summary>The state right now; from any thread.</summary>
    public ProjectionStatus Status
    {
        get
        {
            var cursor = projection.Cursor;
            var trouble = _trouble;
            return new ProjectionStatus(
                projection.Name,
                cursor,
                Math.Max(0, log.Head - cursor),
                Math.Max(0, log.Observations - log.ObservationsThrough(cursor)),
                trouble?.Message,
                trouble?.Since);
        }
    }

    /// <summary>Applies what there is and returns; for a rebuild, where nothing new comes. A failure is thrown.</summary>
    public async Task CatchUpAsync(CancellationToken stopping)
    {
        while (projection.Cursor < log.Head)
        {
            await projection.ApplyAsync(log.ReadAfter(projection.Cursor, FactsAtOnce), stopping);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var backoff = new Backoff(Retries, new Random(), time);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StartOverIfAheadAsync(stoppingToken);
                await log.WaitBeyondAsync(projection.Cursor, stoppingToken);
                await projection.ApplyAsync(log.ReadAfter(projection.Cursor, FactsAtOnce), stoppingToken);
                Recovered(backoff);
                if (log.Head - projection.Cursor < WorthTheWhile)
                {
                    await Task.Delay(Pace, time, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever an engine throws, the log goes on and the projection is tried again.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Fails(failure);
                await backoff.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>
    /// A cursor beyond the end of the log means that this is not the log it followed (a copy was put back, or the log lost its end): what was derived from
    /// the other log must not be mixed with this one.
    /// </summary>
    private async Task StartOverIfAheadAsync(CancellationToken stopping)
    {
        await log.WaitOpenAsync(stopping);
        if (projection.Cursor > log.Head)
        {
            Log.ProjectionStartsOver(logger, projection.Name, projection.Cursor, log.Head);
            await projection.ResetAsync(stopping);
        }
    }

    private void Fails(Exception failure)
    {
        if (_trouble is null)
        {
            Log.ProjectionFails(logger, projection.Name, failure.Message);
        }
        _trouble = new Trouble(failure.Message, _trouble?.Since ?? time.GetUtcNow());
    }

    private void Recovered(Backoff backoff)
    {
        if (_trouble is { } trouble)
        {
            Log.ProjectionRecovers(logger, projection.Name, trouble.Since);
            _trouble = null;
        }
        backoff.Reset();
    }

    private sealed record Trouble(string Message, DateTimeOffset Since);
}
