namespace MeetNet.Ingest.Facts;

/// <summary>What a fact is about.</summary>
internal enum FactKind
{
    /// <summary>A batch of observations (<c>up/obs</c>).</summary>
    Observations = 1,

    /// <summary>A station's description of itself (<c>up/announcement</c>).</summary>
    Announcement = 2,
}

/// <summary>
/// One immutable row of the fact log: a message as its gateway sent it, and when it came. A projection reads facts in
/// the order of their positions and gets the same facts in the same order every time.
/// </summary>
internal sealed partial class Fact
{
    /// <summary>Place in the log; starts at 1, ascends, may skip numbers.</summary>
    public required long Position { get; init; }

    public required FactKind Kind { get; init; }

    public required string Owner { get; init; }

    public required string Station { get; init; }

    /// <summary>The outbox that the sequences belong to; empty for an announcement.</summary>
    public required string Epoch { get; init; }

    /// <summary>First sequence of the batch as it was sent; 0 for an announcement.</summary>
    public required long First { get; init; }

    /// <summary>Last sequence of the batch as it was sent; 0 for an announcement.</summary>
    public required long Last { get; init; }

    /// <summary>
    /// The sequences of this batch that were new when it came, in ascending order; null when all of them were. Only the
    /// observations with these sequences count; the others are in an earlier fact.
    /// </summary>
    public IReadOnlyList<SequenceRange>? Accepted { get; init; }

    /// <summary>When ingest received it, UTC.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>The message, byte for byte.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>How many observations the log holds up to and including this fact.</summary>
    public required long ObservationsThrough { get; init; }

    /// <summary>Whether the observation with this sequence counts in this fact.</summary>
    public bool Accepts(long sequence)
    {
        if (Accepted is null)
        {
            return sequence >= First && sequence <= Last;
        }
        foreach (var range in Accepted)
        {
            if (range.Contains(sequence))
            {
                return true;
            }
        }
        return false;
    }
}
