namespace MeetNet.Hosting;

/// <summary>Says READY when the host has started, beats the watchdog while <paramref name="alive"/> is true, says STOPPING.</summary>
/// <param name="alive">False withholds the beat: systemd then restarts a program that hangs.</param>
internal sealed class SystemdBeat(SystemdNotify notify, IHostApplicationLifetime lifetime, Func<bool> alive, TimeProvider time)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var started = lifetime.ApplicationStarted.Register(notify.Ready);
        using var stopping = lifetime.ApplicationStopping.Register(notify.Stopping);
        if (notify.WatchdogInterval is not { } interval)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (alive())
                {
                    notify.Watchdog();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops; STOPPING=1 has been said.
        }
    }
}
