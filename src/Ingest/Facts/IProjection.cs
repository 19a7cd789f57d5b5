namespace MeetNet.Ingest.Facts;

/// <summary>
/// Something derived from the fact log: it can be dropped and made again from the log, and ends up the same. One
/// <see cref="ProjectionRunner"/> drives it: no two calls at a time.
/// </summary>
internal interface IProjection
{
    /// <summary>Short name, as in <c>rebuild NAME</c>, metrics and the books: <c>series</c>, <c>catalogue</c> …</summary>
    string Name { get; }

    /// <summary>Position of the last fact applied, durable; 0 before the first. May be read from any thread.</summary>
    long Cursor { get; }

    /// <summary>
    /// Applies facts in log order, all of them after <see cref="Cursor"/>. On return the writes and the cursor, now at
    /// the last of these facts, are durable, in one transaction where the engine has them; otherwise the writes come first
    /// and applying the same facts again changes nothing. It throws when the engine can't do it now (the runner tries again later),
    /// and then the cursor has not moved. A fact that means nothing to the projection is passed over, never thrown at.
    /// </summary>
    ValueTask ApplyAsync(IReadOnlyList<Fact> facts, CancellationToken stopping);

    /// <summary>Drops everything derived and sets the cursor to 0.</summary>
    ValueTask ResetAsync(CancellationToken stopping);
}
