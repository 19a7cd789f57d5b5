using MeetNet.Ingest.Facts;

namespace MeetNet.Ingest.Alerting;

/// <summary>
/// Lets the silence rules see the clock. A moment is judged once the projection has applied everything that was in the log at that
/// moment, however much later that is; and only the time counts during which the hub could hear.
/// </summary>
/// <param name="projection">Judges.</param>
/// <param name="log">To see whether the projection has caught up.</param>
/// <param name="canHear">Whether the hub is connected to its broker now.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For a file that can't be written.</param>
internal sealed class SilenceWatch(
    AlertProjection projection, IFactLog log, Func<bool> canHear, TimeProvider time, ILogger<SilenceWatch> logger) : BackgroundService
{
    /// <summary>How often: an alert comes at most this much after its time.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private DateTimeOffset? _listeningSince;
    private (DateTimeOffset At, long Head)? _moment;
    private bool _failing;

    /// <summary>One look.</summary>
    internal void Look()
    {
        _listeningSince = canHear() ? _listeningSince ?? time.GetUtcNow() : null;
        var moment = _moment ??= (time.GetUtcNow(), log.Head);
        if (projection.Cursor >= moment.Head)
        {
            projection.Tick(_listeningSince, moment.At);
            _moment = null;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!projection.Rules.Any(rule => rule.Kind == AlertKind.Silence))
        {
            return;
        }
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                LookOrSay();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program stops.
        }
    }

    private void LookOrSay()
    {
        try
        {
            Look();
            _failing = false;
        }
        catch (Sqlite.SqliteFault fault)
        {
            if (!_failing)
            {
                Log.SilenceNotJudged(logger, fault.Message);
            }
            _failing = true;
        }
    }
}
