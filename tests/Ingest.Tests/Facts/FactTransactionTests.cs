using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;
using MeetNet.Ingest.Tests.Intake;
using MeetNet.Mqtt;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Tests.Facts;

public sealed class FactTransactionTests : IDisposable
{
    private static readonly string Epoch = Messages.Epoch.ToString();
    private readonly FactFixture _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Logs_a_batch_as_it_came_and_acknowledges_it()
    {
        var arrival = Messages.BatchArrival(1, 3);
        Assert.Equal(3, _log.Commit(arrival));
        var fact = Assert.Single(_log.Log.ReadAfter(0, 10));
        Assert.Equal(arrival.Message.Payload, fact.Payload);
        Assert.Equal((1L, 3L, 3L), (fact.First, fact.Last, fact.ObservationsThrough));
        Assert.Equal([1, 2, 3], fact.ReadObservations().Select(observation => (int)(observation.Raw!.Value * 2)));
    }

    [Fact]
    public void A_duplicate_changes_nothing_and_is_acknowledged_again()
    {
        _log.Commit(Messages.BatchArrival(1, 3));
        Assert.Equal(3, _log.Commit(Messages.BatchArrival(1, 3)));
        Assert.Equal(1, _log.Log.Head);
        Assert.Equal(1, _log.Total(IntakeTotal.BatchesDuplicate));
        Assert.Equal(3, _log.Total(IntakeTotal.ObservationsDuplicate));
    }

    [Fact]
    public void A_duplicate_within_one_transaction_is_one_too()
    {
        Assert.Equal(5, _log.Commit(Messages.BatchArrival(1, 3), Messages.BatchArrival(1, 3), Messages.BatchArrival(2, 5)));
        Assert.Equal([1, 2, 3, 4, 5], Sequences());
    }

    [Fact]
    public void Of_a_partial_overlap_only_what_is_new_counts()
    {
        _log.Commit(Messages.BatchArrival(3, 5));
        Assert.Equal(8, _log.Commit(Messages.BatchArrival(1, 8)));
        var fact = _log.Log.ReadAfter(1, 10).Single();
        Assert.Equal([new SequenceRange(1, 2), new SequenceRange(6, 8)], fact.Accepted);
        Assert.Equal(8, _log.Log.Observations);
        Assert.Equal([3, 4, 5, 1, 2, 6, 7, 8], Sequences());
    }

    [Fact]
    public void A_gap_holds_the_acknowledgement_until_it_is_filled_and_is_listed()
    {
        Assert.Equal(0, _log.Commit(Messages.BatchArrival(4, 6)));
        Assert.Equal([new SequenceRange(1, 3)], _log.Ledger(Epoch).Gaps());
        Assert.Equal(6, _log.Commit(Messages.BatchArrival(1, 3)));
        Assert.Empty(_log.Ledger(Epoch).Gaps());
    }

    [Fact]
    public void What_is_declared_lost_is_settled_and_the_declaration_is_a_fact()
    {
        Assert.Equal(1_000_000, _log.Commit(Messages.BatchArrival(1, 1_000_000, lost: [(1, 1_000_000)])));
        Assert.Equal((1L, 0L), (_log.Log.Head, _log.Log.Observations));
        Assert.Equal(1_000_003, _log.Commit(Messages.BatchArrival(1_000_001, 1_000_003, lost: [(1_000_002, 1_000_002)])));
        Assert.Equal(2, _log.Log.Observations);
        Assert.Equal([new SequenceRange(1, 1_000_000), new SequenceRange(1_000_002, 1_000_002)], _log.Ledger(Epoch).Lost.Ranges);
    }

    [Fact]
    public void The_same_sequence_with_another_content_is_a_conflict_and_never_overwrites()
    {
        _log.Commit(Messages.BatchArrival(1, 4));
        var told = _log.Commit(Messages.BatchArrival(3, 6, sequence => Messages.Observation(sequence, result: 99)));
        Assert.Equal(6, told); // the new sequences are settled as rejected: their bytes are kept
        Assert.Equal(1, _log.Log.Head);
        Assert.Equal((1L, 4L), (_log.Ledger(Epoch).Conflicts, _log.Ledger(Epoch).Logged.Count));
        Assert.Equal(1, _log.Scalar("SELECT count FROM reject_counts WHERE reason = 'conflict'"));
        Assert.Single(_log.Transaction.Conflicts);
        // The gateway that was right is still heard: its 5 and 6 are logged.
        _log.Commit(Messages.BatchArrival(4, 6));
        Assert.Equal([1, 2, 3, 4, 5, 6], Sequences());
    }

    [Fact]
    public void A_conflict_in_a_batch_with_a_long_lost_range_does_not_stop_its_gateway()
    {
        _log.Commit(Messages.BatchArrival(1, 4));
        Assert.Equal(5_002, _log.Commit(Messages.BatchArrival(3, 5_002, sequence => Messages.Observation(sequence, result: 99), lost: [(5, 5_000)])));
        Assert.Equal(1, _log.Scalar("SELECT count FROM reject_counts WHERE reason = 'conflict'"));
    }

    [Fact]
    public void The_same_observations_in_other_batches_are_no_conflict()
    {
        _log.Commit(Messages.BatchArrival(1, 2), Messages.BatchArrival(3, 3), Messages.BatchArrival(4, 9));
        Assert.Equal(9, _log.Commit(Messages.BatchArrival(2, 5), Messages.BatchArrival(6, 9), Messages.BatchArrival(1, 9)));
        Assert.Equal((0L, 3L), (_log.Ledger(Epoch).Conflicts, _log.Log.Head));
    }

    [Fact]
    public void A_poison_batch_is_kept_and_does_not_stop_its_gateway()
    {
        var poison = Messages.Sealed($"\"owner\":\"vmm\",\"station\":\"kalmthoutse-heide\",\"epoch\":\"{Epoch}\",\"first\":1,\"last\":3,\"datastreams\":[7]");
        Assert.Equal(3, _log.Commit(BatchGate.Judge(Messages.Obs(poison), Messages.Received)));
        Assert.Equal(0, _log.Log.Head);
        Assert.Equal(poison, _log.Log.Read(file =>
        {
            using var query = file.Prepare("SELECT payload FROM rejects WHERE settled = 1");
            return query.Step() ? query.Bytes(0).ToArray() : [];
        }));
        Assert.Equal(6, _log.Commit(Messages.BatchArrival(4, 6)));
        AssertBatchesBalance();
    }

    [Fact]
    public void What_cannot_be_believed_is_kept_and_settles_nothing()
    {
        var damaged = Messages.Batch(1, 3);
        damaged[^4] ^= 1;
        Assert.Equal(-1, _log.Commit(BatchGate.Judge(Messages.Obs(damaged), Messages.Received)));
        Assert.Equal(1, _log.Scalar("SELECT count(*) FROM rejects WHERE settled = 0 AND reason = 'bad-crc'"));
        Assert.Equal(3, _log.Commit(Messages.BatchArrival(1, 3)));
        AssertBatchesBalance();
    }

    [Fact]
    public void Refused_messages_are_bounded_by_rows_and_by_age_and_their_counts_are_not()
    {
        using var log = new FactFixture { Rejects = new RejectLimits { Rows = 100, Age = TimeSpan.FromDays(1) } };
        Arrival Junk(TimeSpan later) => BatchGate.Judge(Messages.Obs("junk"u8.ToArray()), Messages.Received + later);
        log.Commit([.. Enumerable.Range(0, 1_000).Select(_ => Junk(TimeSpan.Zero))]);
        Assert.InRange(log.Scalar("SELECT count(*) FROM rejects"), 100, 200);
        log.Commit(Junk(TimeSpan.FromDays(2)));
        Assert.Equal(1, log.Scalar("SELECT count(*) FROM rejects"));
        Assert.Equal(1_001, log.Scalar("SELECT count FROM reject_counts"));
    }

    [Fact]
    public void A_hello_is_answered_from_the_ledger_and_shows_what_is_to_come()
    {
        _log.Commit(Messages.BatchArrival(1, 3));
        Assert.Equal(3, _log.Commit(Messages.HelloArrival(1, 10)));
        Assert.Equal([new SequenceRange(4, 10)], _log.Ledger(Epoch).Gaps());
        Assert.Equal(0, _log.Commit(Messages.HelloArrival(1, 10, new Epoch(7))));
    }

    [Fact]
    public void An_outbox_that_ends_before_the_log_is_said()
    {
        _log.Commit(Messages.BatchArrival(1, 30));
        _log.Commit(Messages.HelloArrival(11, 20));
        Assert.Contains("put back from a copy", Assert.Single(_log.Transaction.Conflicts), StringComparison.Ordinal);
    }

    [Fact]
    public void Epochs_are_apart()
    {
        _log.Commit(Messages.BatchArrival(1, 3));
        Assert.Equal(3, _log.Commit(Messages.BatchArrival(1, 3, sequence => Messages.Observation(sequence, 7), epoch: new Epoch(7))));
        Assert.Equal(6, _log.Log.Observations);
    }

    [Fact]
    public void After_a_reopen_everything_is_as_it_was()
    {
        _log.Commit(Messages.BatchArrival(1, 3), Messages.BatchArrival(7, 9), Messages.BatchArrival(10, 12, lost: [(11, 11)]));
        _log.Reopen();
        Assert.Equal((3L, 8L), (_log.Log.Head, _log.Log.Observations));
        Assert.Equal(12, _log.Commit(Messages.BatchArrival(4, 6), Messages.BatchArrival(7, 9)));
        Assert.Equal([1, 2, 3, 7, 8, 9, 10, 12, 4, 5, 6], Sequences());
        Assert.Equal(4, _log.Total(IntakeTotal.BatchesLogged));
        AssertBatchesBalance();
    }

    [Fact]
    public void Facts_cannot_be_changed_or_deleted()
    {
        _log.Commit(Messages.BatchArrival(1, 3));
        using var connection = SqliteFile.OpenWriter(_log.Path, FactSchema.Options(_log.Path, SqliteSynchronous.Full));
        Assert.Throws<SqliteFault>(() => connection.Execute("UPDATE facts SET received = 0"));
        Assert.Throws<SqliteFault>(() => connection.Execute("DELETE FROM facts"));
        Assert.Equal(1, connection.Scalar("SELECT count(*) FROM facts"));
    }

    [Fact]
    public void A_station_that_says_the_same_again_makes_no_new_fact()
    {
        static Arrival Announcement(byte digest) => new()
        {
            Message = new MqttMessage { Topic = WireTopics.Announcement(Messages.Owner, Messages.Station), Payload = new[] { digest } },
            Received = Messages.Received,
            Owner = Messages.Owner,
            Station = Messages.Station,
            AnnouncementDigest = [digest],
        };
        _log.Commit(Announcement(1), Announcement(1));
        _log.Reopen();
        _log.Commit(Announcement(1), Announcement(2), Announcement(1));
        Assert.Equal([1, 2, 1], _log.Log.ReadAfter(0, 10).Select(fact => (int)fact.Payload.Span[0]));
        Assert.All(_log.Log.ReadAfter(0, 10), fact => Assert.Equal((FactKind.Announcement, ""), (fact.Kind, fact.Epoch)));
    }

    private long[] Sequences() => [.. _log.Log.ReadAfter(0, 100).SelectMany(fact =>
        fact.TryReadBatch(out var batch)
            ? batch.Datastreams.SelectMany(group => group.Rows).Select(row => row.Sequence).Where(fact.Accepts)
            : [])];

    private void AssertBatchesBalance() => Assert.Equal(
        _log.Total(IntakeTotal.BatchesReceived),
        _log.Total(IntakeTotal.BatchesLogged) + _log.Total(IntakeTotal.BatchesDuplicate) + _log.Total(IntakeTotal.BatchesRejected));
}
