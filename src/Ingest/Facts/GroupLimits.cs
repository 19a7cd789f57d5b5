namespace MeetNet.Ingest.Facts;

/// <summary>How much goes into one transaction of the log: what is queued when the writer is free, and no more than this.</summary>
internal sealed record GroupLimits
{
    /// <summary>Messages between the gate and the log (channel 3). When it is full the gate stops, then the socket is not read.</summary>
    public int Queue { get; init; } = 512;

    public int Messages { get; init; } = 4_096;

    public int Bytes { get; init; } = 4 << 20;

    /// <summary>How long the writer goes on collecting while messages keep coming. It never waits for one.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMilliseconds(5);
}
