namespace MeetNet.TestKit;

/// <summary>The system's clock, which fails once when told to: the way to make a loop that no outside event ends end by a mistake.</summary>
public sealed class FailingTimeProvider : TimeProvider
{
    public const string Mistake = "the clock is broken";

    private int _until;

    /// <summary>The next question for the time gets an exception, or the one after some others.</summary>
    public void FailNext(int after = 0) => Volatile.Write(ref _until, after + 1);

    public override DateTimeOffset GetUtcNow() =>
        Interlocked.Decrement(ref _until) == 0 ? throw new InvalidOperationException(Mistake) : base.GetUtcNow();
}
