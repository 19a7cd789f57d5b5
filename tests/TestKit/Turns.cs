namespace MeetNet.TestKit;

/// <summary>
/// Everything on one thread, in one order: what the code under test awaits comes back here, and runs when the test says so. With a manual clock and lines
/// in memory a whole course of hours is the same in each run, on any machine. Code that leaves the context (<c>ConfigureAwait(false)</c>) is not for this.
/// </summary>
public sealed class Turns : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _waiting = new();

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_waiting)
        {
            _waiting.Enqueue((d, state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    /// <summary>Runs until nothing more can run before time passes.</summary>
    public void Settle()
    {
        while (TryTake(out var next))
        {
            next.Callback(next.State);
        }
    }

    /// <summary>Does something as one that is in this context, and settles.</summary>
    public T Do<T>(Func<T> action)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            var result = action();
            Settle();
            return result;
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Lets a clock go on, settling after each step.</summary>
    public void Pass(ManualTimeProvider time, TimeSpan all, TimeSpan step) => Do(() =>
    {
        for (var passed = TimeSpan.Zero; passed < all; passed += step)
        {
            time.Advance(step);
            Settle();
        }

        return true;
    });

    private bool TryTake(out (SendOrPostCallback Callback, object? State) next)
    {
        lock (_waiting)
        {
            return _waiting.TryDequeue(out next);
        }
    }
}
