using MeetNet.Observations.Wire;

namespace MeetNet.Gateway.Outbox;

/// <summary>
/// The gateway's memory: observations in order of their sequence, kept until every hub has acknowledged them.
/// <para>Thread-safe. Calls block for as long as the disk does (a commit may take 200 ms on an SD card). Faults of the disk
/// are answers, not exceptions: nothing is acknowledged that is not on the disk.</para>
/// </summary>
internal interface IOutbox : IDisposable
{
    /// <summary>
    /// The life of this outbox's sequences: random. It changes when the sequences begin anew
    /// (a new file, a damaged one replaced, <see cref="BeginNewEpoch"/>); whoever holds a sequence compares it.
    /// </summary>
    Epoch Epoch { get; }

    /// <summary>Lowest and highest sequence held, as said in <c>hello</c>.</summary>
    OutboxSpan Span { get; }

    /// <summary>The hubs that this outbox keeps a cursor for.</summary>
    IReadOnlyCollection<string> Hubs { get; }

    /// <summary>Keeps the entries in one transaction, all or none, in their order.</summary>
    OutboxAppend Append(ReadOnlySpan<OutboxEntry> entries);

    /// <summary>
    /// What follows a sequence: rows and lost ranges that together name every sequence of [<paramref name="sequence"/>+1,
    /// <see cref="OutboxRead.Through"/>] exactly once, in order. Rows whose CRC fails are taken out and declared lost.
    /// </summary>
    /// <param name="sequence">0 or higher; a hub's acknowledged sequence, or the end of the batch before.</param>
    /// <param name="maxRows">Limit of rows and lost ranges together, at least 1.</param>
    /// <param name="maxBytes">Limit of the sum of <see cref="OutboxRow.Size"/>; one row is always returned.</param>
    OutboxRead ReadAfter(long sequence, int maxRows, int maxBytes);

    /// <summary>The highest sequence that the hub has acknowledged, 0 before its first.</summary>
    /// <exception cref="KeyNotFoundException">Not one of <see cref="Hubs"/>.</exception>
    long Cursor(string hub);

    /// <summary>Moves a hub's cursor forward to what it has acknowledged. Rows below every cursor go in <see cref="Tidy"/>.</summary>
    CursorMove Acknowledge(string hub, Epoch epoch, long acknowledged);

    /// <summary>
    /// Moves a hub's cursor back, for a hub that has lost its store and says so in its answer to <c>hello</c>. Rows already
    /// gone are declared lost (<c>not-held</c>) when they are read.
    /// </summary>
    CursorMove Rewind(string hub, Epoch epoch, long acknowledged);

    /// <summary>
    /// Starts the sequences anew under a fresh epoch, keeping the rows held: for an outbox that a hub knows more of than
    /// it does itself (restored from a backup, a lost write-ahead log), whose next sequences the hub would take for repeats.
    /// </summary>
    void BeginNewEpoch(string reason);

    /// <summary>Completes when sequences above this one have been issued, or the epoch has changed.</summary>
    Task WaitForMoreAsync(Epoch epoch, long sequence, CancellationToken cancellationToken);

    /// <summary>One bounded step of housekeeping: forgets delivered rows, applies the age limit, mends the ballast.</summary>
    /// <returns>True when there is more to do now.</returns>
    bool Tidy();

    /// <summary>The counters, read together.</summary>
    OutboxBooks Books { get; }
}

/// <summary>An observation to be kept.</summary>
/// <param name="Datastream"><c>owner/station/sensor/property</c>.</param>
/// <param name="Procedure"><c>p-…</c>.</param>
/// <param name="Fragment">The row as it will stand on the wire, without its sequence (UTF-8).</param>
internal readonly record struct OutboxEntry(string Datastream, string Procedure, ReadOnlyMemory<byte> Fragment);

/// <summary>An observation kept, with the sequence it was given.</summary>
internal readonly record struct OutboxRow(long Sequence, string Datastream, string Procedure, ReadOnlyMemory<byte> Fragment)
{
    /// <summary>What a sequence and its punctuation add to a fragment on the wire: a 19-digit number, a bracket and commas.</summary>
    public const int Overhead = 24;

    /// <summary>Bytes that the row takes in a batch, at most.</summary>
    public int Size => Fragment.Length + Overhead;
}

/// <summary>Lowest and highest sequence held. Empty: Lowest = Highest + 1; Highest is 0 before the first observation.</summary>
internal readonly record struct OutboxSpan(long Lowest, long Highest)
{
    public bool IsEmpty => Lowest > Highest;
}

/// <summary>A part of the outbox: every sequence of [After + 1, Through] is in one row or in one lost range.</summary>
internal readonly record struct OutboxRead(
    Epoch Epoch, long After, long Through, IReadOnlyList<OutboxRow> Rows, IReadOnlyList<LostRange> Lost)
{
    public bool IsEmpty => Through == After;
}

internal enum AppendOutcome
{
    /// <summary>On the disk.</summary>
    Kept,

    /// <summary>The policy refuses: the outbox or the disk is full. Count the entries as refused, or try again later.</summary>
    Refused,

    /// <summary>The disk failed; nothing was kept. Try again.</summary>
    Failed,
}

/// <param name="First">First sequence given; 0 where nothing was kept.</param>
/// <param name="Last">Last sequence given.</param>
/// <param name="Reason">Why not, for a person; null when kept.</param>
internal readonly record struct OutboxAppend(AppendOutcome Outcome, long First, long Last, string? Reason)
{
    public static OutboxAppend Kept(long first, long last) => new(AppendOutcome.Kept, first, last, null);

    public static OutboxAppend Refused(string reason) => new(AppendOutcome.Refused, 0, 0, reason);

    public static OutboxAppend Failed(string reason) => new(AppendOutcome.Failed, 0, 0, reason);
}

internal enum CursorMove
{
    /// <summary>The cursor stands at the acknowledged sequence, on the disk.</summary>
    Moved,

    /// <summary>It stood there already.</summary>
    Unchanged,

    /// <summary>The acknowledgement lies behind the cursor: an old one come late, or a hub that lost its store.</summary>
    Behind,

    /// <summary>It speaks of another epoch: not ours any more, or not yet.</summary>
    OtherEpoch,

    /// <summary>The hub knows sequences that were never issued here: see <see cref="IOutbox.BeginNewEpoch"/>.</summary>
    BeyondHighest,

    /// <summary>The disk failed; the cursor has not moved. The hub's next acknowledgement tries again.</summary>
    Failed,
}
