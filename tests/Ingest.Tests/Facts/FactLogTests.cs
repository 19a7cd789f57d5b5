using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Tests.Intake;
using MeetNet.Sqlite;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Facts;

public sealed class FactLogTests : IDisposable
{
    private readonly FactFixture _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Reads_the_same_from_memory_and_from_disk()
    {
        for (var at = 0; at < 20; at++)
        {
            _log.Commit(Messages.BatchArrival((at * 3) + 1, (at * 3) + 4)); // each overlaps the next by one
        }
        using var cold = new FactLog(_log.Path);
        cold.Opened(_log.Log.Head, _log.Log.Observations);
        foreach (var (position, max) in ((long, int)[])[(0, 100), (0, 1), (7, 5), (19, 5), (20, 5), (99, 5)])
        {
            var warm = _log.Log.ReadAfter(position, max);
            Assert.Equal(Math.Clamp(20 - position, 0, max), warm.Count);
            Assert.Equal(warm.Select(Content), cold.ReadAfter(position, max).Select(Content));
            Assert.Equal(_log.Log.ObservationsThrough(position), cold.ObservationsThrough(position));
        }
        Assert.Equal(61, _log.Log.Observations);
        Assert.Equal(4 + (3 * 6), _log.Log.ObservationsThrough(7));
    }

    [Fact]
    public async Task A_reader_that_waits_is_woken_by_a_commit()
    {
        _ = _log.Transaction;
        var waiting = _log.Log.WaitBeyondAsync(0, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        _log.Commit(Messages.BatchArrival(1, 3));
        await Eventually.DoneAsync(waiting, "the reader is woken");
    }

    [Fact]
    public async Task Readers_see_nothing_before_it_is_committed_and_everything_in_order()
    {
        _ = _log.Transaction;
        var seen = new List<long>();
        var reading = Task.Run(async () =>
        {
            while (seen.Count < 600)
            {
                var after = seen.Count == 0 ? 0 : seen[^1];
                await _log.Log.WaitBeyondAsync(after, CancellationToken.None);
                seen.AddRange(_log.Log.ReadAfter(after, 7).Select(fact => fact.Position));
            }
        });
        for (var at = 0; at < 200; at++)
        {
            _log.Commit([.. Enumerable.Range(0, 3).Select(n => Messages.BatchArrival((at * 3) + n + 1, (at * 3) + n + 1))]);
        }
        await Eventually.DoneAsync(reading, "everything is read");
        Assert.Equal(Enumerable.Range(1, 600).Select(position => (long)position), seen);
    }

    [Fact]
    public void A_reader_never_gets_ahead_of_what_the_log_says_it_holds()
    {
        // On the disk, but the writer has not said so yet: a projection that took it would seem to follow another log, and start over.
        _log.Commit(Messages.BatchArrival(1, 3));
        using var cold = new FactLog(_log.Path);
        cold.Opened(_log.Log.Head, _log.Log.Observations);
        _log.Transaction.Commit([Messages.BatchArrival(4, 6)]);
        Assert.Equal([1L], cold.ReadAfter(0, 10).Select(fact => fact.Position));

        var tail = new FactTail(limitBytes: 1_000_000);
        tail.Restart(1);
        tail.Add(_log.Transaction.Facts);
        Assert.Empty(tail.ReadAfter(1, 10, 1_000, through: 1)!);
        Assert.Single(tail.ReadAfter(1, 10, 1_000, through: 2)!);
    }

    [Fact]
    public void A_reader_far_behind_the_memory_is_served_from_the_disk()
    {
        var tail = new FactTail(limitBytes: 1_000);
        var facts = Enumerable.Range(1, 50).Select(position => new Fact
        {
            Position = position,
            Kind = FactKind.Observations,
            Owner = "o",
            Station = "s",
            Epoch = "e",
            First = position,
            Last = position,
            Received = Messages.Received,
            Payload = new byte[100],
            ObservationsThrough = position,
        }).ToList();
        tail.Restart(0);
        tail.Add(facts);
        Assert.Null(tail.ReadAfter(0, 10, 1_000));
        Assert.Null(tail.ReadAfter(39, 10, 1_000));
        Assert.Equal([41, 42, 43], tail.ReadAfter(40, 3, 1_000)!.Select(fact => (int)fact.Position));
        Assert.Equal([41, 42], tail.ReadAfter(40, 10, 200)!.Select(fact => (int)fact.Position));
        Assert.Empty(tail.ReadAfter(50, 10, 1_000)!);
    }

    [Fact]
    public void A_fact_that_the_disk_gives_back_otherwise_says_nothing_and_is_counted()
    {
        _log.Commit(Messages.BatchArrival(1, 3), Messages.BatchArrival(4, 6));
        using (var connection = SqliteFile.OpenWriter(_log.Path, FactSchema.Options(_log.Path, SqliteSynchronous.Full)))
        {
            connection.Execute("DROP TRIGGER facts_are_never_changed; UPDATE facts SET crc = crc + 1 WHERE position = 1");
        }
        using var cold = new FactLog(_log.Path);
        cold.Opened(_log.Log.Head, _log.Log.Observations);
        var facts = cold.ReadAfter(0, 10);
        Assert.Empty(facts[0].ReadObservations());
        Assert.Equal(3, facts[1].ReadObservations().Count());
        Assert.Equal(1, cold.Damaged);
    }

    private static string Content(Fact fact) =>
        $"{fact.Position} {fact.Kind} {fact.Owner} {fact.Station} {fact.Epoch} {fact.First} {fact.Last} {string.Join(',', fact.Accepted ?? [])} "
        + $"{fact.Received:O} {fact.ObservationsThrough} {Convert.ToHexString(fact.Payload.Span)} {string.Join(';', fact.ReadObservations())}";
}
