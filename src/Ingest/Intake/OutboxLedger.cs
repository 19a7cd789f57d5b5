using MeetNet.Ingest.Facts;

namespace MeetNet.Ingest.Intake;

/// <summary>
/// What this hub knows about the sequences of one outbox (owner, station, epoch): which are in the log, which their gateway declared
/// lost, which were rejected and kept. A sequence with any of the three fates is settled. Data beats the other two: an
/// observation that comes after all is logged.
/// </summary>
internal sealed class OutboxLedger(long id, string owner, string station, string epoch)
{
    /// <summary>Row of this outbox in the log's file; facts refer to it.</summary>
    public long Id { get; } = id;

    public string Owner { get; } = owner;

    public string Station { get; } = station;

    public string Epoch { get; } = epoch;

    public RangeSet Logged { get; init; } = new();

    public RangeSet Lost { get; init; } = new();

    public RangeSet Rejected { get; init; } = new();

    /// <summary>
    /// The highest sequence such that it and every one before it, from 1, is settled; 0 when 1 is not. What the gateway is told, and
    /// what it may then forget.
    /// </summary>
    public long Acknowledged { get; private set; }

    /// <summary>The highest sequence heard of, settled or announced in a hello.</summary>
    public long Highest => Math.Max(Math.Max(Logged.Highest, Lost.Highest), Math.Max(Rejected.Highest, HelloHighest));

    /// <summary>The highest sequence that the gateway said it holds.</summary>
    public long HelloHighest { get; set; }

    /// <summary>Batches that held nothing new.</summary>
    public long DuplicateBatches { get; set; }

    /// <summary>Observations that came again, in whole or partial duplicates.</summary>
    public long DuplicateObservations { get; set; }

    /// <summary>Batches rejected because a sequence came again with other content.</summary>
    public long Conflicts { get; set; }

    /// <summary>When anything of this outbox last came, UTC.</summary>
    public DateTimeOffset LastHeard { get; set; }

    /// <summary>How many separate ranges the ledger holds; bounded by <see cref="SequenceLedger.MaximumRanges"/>.</summary>
    public int RangeCount => Logged.Ranges.Count + Lost.Ranges.Count + Rejected.Ranges.Count;

    /// <summary>The parts of these ranges that are not in the log yet, ascending.</summary>
    public List<SequenceRange> NotLogged(IReadOnlyList<SequenceRange> ranges)
    {
        var missing = new List<SequenceRange>(ranges.Count);
        foreach (var range in ranges)
        {
            Logged.AppendMissing(range, missing);
        }
        return missing;
    }

    public void Log(SequenceRange range)
    {
        Logged.Add(range);
        if (!Lost.IsEmpty)
        {
            Lost.Remove(range);
        }
        if (!Rejected.IsEmpty)
        {
            Rejected.Remove(range);
        }
        Advance();
    }

    /// <summary>Settles what is not settled yet of this range as lost. Returns whether anything changed.</summary>
    public bool DeclareLost(SequenceRange range) => Settle(range, Lost);

    /// <summary>Settles what is not settled yet of this range as rejected. Returns whether anything changed.</summary>
    public bool Reject(SequenceRange range) => Settle(range, Rejected);

    /// <summary>Ranges that are neither settled nor declared lost, up to <see cref="Highest"/>: what the gateway still has to send.</summary>
    public IReadOnlyList<SequenceRange> Gaps()
    {
        var highest = Highest;
        return highest <= Acknowledged ? [] : Unsettled(new SequenceRange(Acknowledged + 1, highest));
    }

    /// <summary>Works the acknowledged sequence out from the ranges: after loading them.</summary>
    public void Advance()
    {
        while (EndOfSettled(Acknowledged + 1) is { } end)
        {
            Acknowledged = end;
        }
    }

    private bool Settle(SequenceRange range, RangeSet fate)
    {
        var unsettled = Unsettled(range);
        foreach (var part in unsettled)
        {
            fate.Add(part);
        }
        Advance();
        return unsettled.Count > 0;
    }

    private List<SequenceRange> Unsettled(SequenceRange range)
    {
        var parts = new List<SequenceRange>();
        Logged.AppendMissing(range, parts);
        parts = MissingFrom(Lost, parts);
        return MissingFrom(Rejected, parts);
    }

    private static List<SequenceRange> MissingFrom(RangeSet set, List<SequenceRange> ranges)
    {
        if (set.IsEmpty)
        {
            return ranges;
        }
        var missing = new List<SequenceRange>(ranges.Count);
        foreach (var range in ranges)
        {
            set.AppendMissing(range, missing);
        }
        return missing;
    }

    private long? EndOfSettled(long sequence) =>
        Logged.EndOfRangeWith(sequence) ?? Lost.EndOfRangeWith(sequence) ?? Rejected.EndOfRangeWith(sequence);
}
