namespace MeetNet.Gateway.Outbox;

/// <summary>Wakes all who wait for the outbox to change.</summary>
internal sealed class OutboxSignal
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = New();

    public void Raise()
    {
        TaskCompletionSource now;
        lock (_lock)
        {
            (now, _next) = (_next, New());
        }
        now.SetResult();
    }

    /// <summary>Completes when the condition holds; it is asked now and after every change.</summary>
    public async Task WaitAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (_lock)
            {
                next = _next.Task;
            }
            // Asked after taking the task: a change between the two is not missed.
            if (condition())
            {
                return;
            }
            await next.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
