using FsCheck;
using FsCheck.Fluent;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;

namespace MeetNet.Ingest.Tests.Intake;

public sealed class OutboxLedgerTests
{
    [Fact]
    public void Acknowledges_up_to_the_first_gap_whatever_the_fates_and_their_order()
    {
        var steps = Gen.ListOf(
            from fate in Gen.Choose(0, 2)
            from first in Gen.Choose(1, 30)
            from length in Gen.Choose(0, 5)
            select (fate, range: new SequenceRange(first, first + length)));
        Prop.ForAll(steps.ToArbitrary(), list =>
        {
            var (ledger, settled) = (new OutboxLedger(1, "o", "s", "e"), new HashSet<long>());
            var logged = new HashSet<long>();
            foreach (var (fate, range) in list)
            {
                var before = ledger.Acknowledged;
                switch (fate)
                {
                    case 0:
                        ledger.Log(range);
                        break;
                    case 1:
                        ledger.DeclareLost(range);
                        break;
                    default:
                        ledger.Reject(range);
                        break;
                }
                for (var sequence = range.First; sequence <= range.Last; sequence++)
                {
                    settled.Add(sequence);
                    if (fate == 0)
                    {
                        logged.Add(sequence);
                    }
                }
                Assert.True(ledger.Acknowledged >= before, "an acknowledgement is never taken back");
            }
            var contiguous = 0L;
            while (settled.Contains(contiguous + 1))
            {
                contiguous++;
            }
            Assert.Equal(contiguous, ledger.Acknowledged);
            Assert.Equal(logged.Count, ledger.Logged.Count);
            Assert.Equal(settled.Count, ledger.Logged.Count + ledger.Lost.Count + ledger.Rejected.Count);
            Assert.Equal(
                Enumerable.Range(1, (int)ledger.Highest).Select(number => (long)number).Where(number => !settled.Contains(number)),
                ledger.Gaps().SelectMany(gap => Enumerable.Range(0, (int)gap.Count).Select(at => gap.First + at)));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Data_that_comes_after_it_was_declared_lost_is_wanted()
    {
        var ledger = new OutboxLedger(1, "o", "s", "e");
        ledger.DeclareLost(new SequenceRange(1, 10));
        Assert.Equal([new SequenceRange(4, 6)], ledger.NotLogged([new SequenceRange(4, 6)]));
        ledger.Log(new SequenceRange(4, 6));
        Assert.Equal(3, ledger.Logged.Count);
        Assert.Equal(7, ledger.Lost.Count);
        Assert.Equal(10, ledger.Acknowledged);
    }
}
