namespace MeetNet.TestKit;

/// <summary>Lets a manual clock run while the code under test waits on it: each step of time comes when everything else has had its turn.</summary>
public sealed class ClockPump(ManualTimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public ClockPump Start()
    {
        _running = Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                if (time.PendingTimers > 0)
                {
                    time.Advance(Step);
                }

                await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            }
        });
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
