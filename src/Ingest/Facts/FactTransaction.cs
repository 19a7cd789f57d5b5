using MeetNet.Ingest.Intake;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Facts;

/// <summary>
/// The writing side of <c>facts.db</c> with all that changes in one transaction: the log, the ledger of sequences, the refused messages, the stations and
/// the books. After a failure it is disposed of and opened again: what is in memory is never ahead of the disk.
/// </summary>
internal sealed class FactTransaction : IDisposable
{
    private readonly FactFile _file;
    private readonly SequenceLedger _ledger;
    private readonly RejectStore _rejects;
    private readonly StationTable _stations;
    private readonly IntakeTotals _totals;
    private readonly List<Fact> _facts = [];
    private readonly List<OutboxLedger> _toTell = [];
    private readonly List<string> _conflicts = [];
    private readonly List<SequenceRange> _rows = [];

    private FactTransaction(FactFile file, RejectLimits limits)
    {
        _file = file;
        _ledger = new SequenceLedger(file.Connection);
        _rejects = new RejectStore(file.Connection, limits);
        _stations = new StationTable(file.Connection);
        _totals = new IntakeTotals(file.Connection);
    }

    public SqliteFile Connection => _file.Connection;

    public long Head => _file.Head;

    public long Observations => _file.Observations;

    /// <summary>Facts of the last commit.</summary>
    public IReadOnlyList<Fact> Facts => _facts;

    /// <summary>Outboxes whose gateway is to be told how far the hub has it, after the last commit; each once.</summary>
    public IReadOnlyCollection<OutboxLedger> ToTell => _toTell;

    /// <summary>Conflicts found in the last commit, to be logged for a person.</summary>
    public IReadOnlyList<string> Conflicts => _conflicts;

    /// <exception cref="SqliteFault">The file can't be opened, is damaged, or is not ours.</exception>
    public static FactTransaction Open(string path, SqliteSynchronous synchronous, RejectLimits limits)
    {
        var file = FactFile.Open(path, synchronous);
        try
        {
            return new FactTransaction(file, limits);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Deals with the messages in their order and commits. When it returns, all of them are on the disk and may be acknowledged.
    /// </summary>
    /// <exception cref="SqliteFault">Nothing may be acknowledged; this object is of no more use.</exception>
    public void Commit(IReadOnlyList<Arrival> arrivals)
    {
        _facts.Clear();
        _toTell.Clear();
        _conflicts.Clear();
        _file.Connection.Begin();
        foreach (var arrival in arrivals)
        {
            Take(arrival);
        }
        _toTell.AddRange(_ledger.Touched);
        _ledger.Save();
        _totals.Save();
        _file.Connection.Commit();
    }

    public void Dispose() => _file.Dispose();

    private void Take(Arrival arrival)
    {
        if (arrival.Refusal is { } refusal)
        {
            Refuse(arrival, refusal);
        }
        else if (arrival.Batch is { } batch)
        {
            TakeBatch(arrival, batch);
        }
        else if (arrival.AnnouncementDigest is { } digest)
        {
            TakeAnnouncement(arrival, digest);
        }
        else if (arrival.Hello is { } hello)
        {
            var outbox = _ledger.Touch(hello.Owner, hello.Station, hello.Epoch, arrival.Received);
            outbox.HelloHighest = Math.Max(outbox.HelloHighest, hello.Highest);
            if (hello.Highest < outbox.Logged.Highest)
            {
                _conflicts.Add($"{hello.Owner}/{hello.Station}: the outbox {hello.Epoch} ends at {hello.Highest}, but {outbox.Logged.Highest} of it is in the log: was it put back from a copy?");
            }
            _totals.Add(IntakeTotal.OthersReceived);
        }
        else if (arrival.State is { } state)
        {
            _stations.SetState(state, arrival.Received);
            _totals.Add(IntakeTotal.OthersReceived);
        }
    }

    private void TakeBatch(Arrival arrival, ObservationBatch batch)
    {
        var outbox = _ledger.Touch(batch.Owner, batch.Station, batch.Epoch, arrival.Received);
        if (outbox.RangeCount > SequenceLedger.MaximumRanges && batch.First > outbox.Acknowledged + 1)
        {
            Refuse(arrival, new Refusal(RefusalReasons.TooManyGaps, $"expected {outbox.Acknowledged + 1} next: the ledger holds {outbox.RangeCount} ranges"));
            return;
        }
        RowRanges(batch, _rows);
        var fresh = outbox.NotLogged(_rows);
        var again = Count(_rows) - Count(fresh);
        if (again > 0 && BatchComparison.FindConflict(arrival.Message.Payload.Span, batch, outbox, _file.LoggedFrom(outbox.Id, batch.First)) is { } sequence)
        {
            outbox.Conflicts++;
            var detail = $"sequence {sequence} of epoch {batch.Epoch} is in the log with another content";
            _conflicts.Add($"{batch.Owner}/{batch.Station}: {detail}: do two gateways use one outbox, or was it put back from a copy?");
            // However long its lost ranges: each of its sequences was read and believed, and one that is not settled would stop its gateway for ever.
            Refuse(arrival, new Refusal(RefusalReasons.Conflict, detail, new Envelope(batch.Owner, batch.Station, batch.Epoch, batch.First, batch.Last)));
            return;
        }

        var lost = false;
        foreach (var range in batch.Lost)
        {
            lost |= outbox.DeclareLost(new SequenceRange(range.First, range.Last));
        }
        foreach (var range in fresh)
        {
            outbox.Log(range);
        }
        outbox.DuplicateObservations += again;
        _totals.Add(IntakeTotal.BatchesReceived);
        _totals.Add(IntakeTotal.ObservationsDuplicate, again);
        if (fresh.Count == 0 && !lost)
        {
            outbox.DuplicateBatches++;
            _totals.Add(IntakeTotal.BatchesDuplicate);
            return;
        }
        var observations = Count(fresh);
        _facts.Add(_file.Append(new NewFact(
            FactKind.Observations, outbox.Id, outbox.Owner, outbox.Station, outbox.Epoch, batch.First, batch.Last,
            again == 0 ? null : fresh, observations, arrival.Received, arrival.Message.Payload, batch)));
        _totals.Add(IntakeTotal.BatchesLogged);
        _totals.Add(IntakeTotal.ObservationsLogged, observations);
    }

    private void TakeAnnouncement(Arrival arrival, byte[] digest)
    {
        _totals.Add(IntakeTotal.AnnouncementsReceived);
        if (_stations.IsAnnounced(arrival.Owner, arrival.Station, digest))
        {
            _totals.Add(IntakeTotal.AnnouncementsUnchanged);
            return;
        }
        var row = _ledger.ForAnnouncements(arrival.Owner, arrival.Station);
        var fact = _file.Append(new NewFact(
            FactKind.Announcement, row.Id, arrival.Owner, arrival.Station, "", 0, 0, null, 0, arrival.Received, arrival.Message.Payload, null));
        _stations.Announce(arrival.Owner, arrival.Station, fact.Position, digest);
        _facts.Add(fact);
        _totals.Add(IntakeTotal.AnnouncementsLogged);
    }

    private void Refuse(Arrival arrival, Refusal refusal)
    {
        if (refusal.Settles is { } head)
        {
            _ledger.Touch(head.Owner, head.Station, head.Epoch, arrival.Received).Reject(new SequenceRange(head.First, head.Last));
        }
        _rejects.Keep(arrival, refusal, refusal.Settles is not null);
        var kind = WireTopics.TryParse(arrival.Message.Topic, out var topic) ? topic.Kind : WireKind.None;
        var (received, rejected) = kind switch
        {
            WireKind.Obs => (IntakeTotal.BatchesReceived, IntakeTotal.BatchesRejected),
            WireKind.Announcement => (IntakeTotal.AnnouncementsReceived, IntakeTotal.AnnouncementsRejected),
            _ => (IntakeTotal.OthersReceived, IntakeTotal.OthersRejected),
        };
        _totals.Add(received);
        _totals.Add(rejected);
    }

    /// <summary>The sequences of a batch that are rows: its range without what it declares lost (ascending, as its reader made sure).</summary>
    private static void RowRanges(ObservationBatch batch, List<SequenceRange> rows)
    {
        rows.Clear();
        var next = batch.First;
        foreach (var lost in batch.Lost)
        {
            if (lost.First > next)
            {
                rows.Add(new SequenceRange(next, lost.First - 1));
            }
            next = lost.Last + 1;
        }
        if (next <= batch.Last)
        {
            rows.Add(new SequenceRange(next, batch.Last));
        }
    }

    private static long Count(List<SequenceRange> ranges)
    {
        var count = 0L;
        foreach (var range in ranges)
        {
            count += range.Count;
        }
        return count;
    }
}
