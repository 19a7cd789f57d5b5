namespace MeetNet.Ingest.Facts;

/// <summary>The reading side of the fact log. All members may be used from any thread.</summary>
internal interface IFactLog
{
    /// <summary>Position of the newest committed fact; 0 when the log is empty.</summary>
    long Head { get; }

    /// <summary>How many observations the log holds.</summary>
    long Observations { get; }

    /// <summary>
    /// The next facts after a position, in order, at most <paramref name="max"/> of them and at most a few MiB of
    /// payload (at least one when there is one). Empty when the reader has caught up.
    /// </summary>
    IReadOnlyList<Fact> ReadAfter(long position, int max);

    /// <summary>How many observations the log holds up to and including a position.</summary>
    long ObservationsThrough(long position);

    /// <summary>Completes once it is known what the log holds: at once, unless its disk can't be used yet.</summary>
    Task WaitOpenAsync(CancellationToken stopping) => Task.CompletedTask;

    /// <summary>Completes once <see cref="Head"/> is beyond <paramref name="position"/>.</summary>
    Task WaitBeyondAsync(long position, CancellationToken stopping);
}
