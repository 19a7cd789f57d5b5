using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Intake;
using MeetNet.Ingest.Query;
using MeetNet.Ingest.Tests.Facts;
using MeetNet.Ingest.Tests.Intake;

namespace MeetNet.Ingest.Tests.Query;

public sealed class LogEndpointsTests
{
    [Fact]
    public void What_did_not_come_is_listed_until_it_comes()
    {
        using var facts = new FactFixture();
        facts.Commit(BatchGate.Judge(Messages.Obs(Messages.Batch(1, 10)), Messages.Received));
        facts.Commit(BatchGate.Judge(Messages.Obs(Messages.Batch(21, 30, lost: [(25, 26)])), Messages.Received));
        var outbox = Assert.Single(LogEndpoints.Gaps(facts.Log, Messages.Owner, null));
        Assert.Equal((10L, 30L, 10L, 2L), (outbox.Acknowledged, outbox.Highest, outbox.Missing, outbox.Lost));
        Assert.Equal(new SequenceRange(11, 20), Assert.Single(outbox.Gaps));
        Assert.Empty(LogEndpoints.Gaps(facts.Log, "somebody-else", null));

        facts.Commit(BatchGate.Judge(Messages.Obs(Messages.Batch(11, 20)), Messages.Received));
        Assert.Empty(Assert.Single(LogEndpoints.Gaps(facts.Log, null, Messages.Station)).Gaps);
    }

    [Fact]
    public void What_was_refused_is_listed_with_its_reason()
    {
        using var facts = new FactFixture();
        facts.Commit(BatchGate.Judge(Messages.Obs("nonsense"u8.ToArray()), Messages.Received));
        var reject = Assert.Single(LogEndpoints.Rejects(facts.Log, 10));
        Assert.Equal(("not-json", 8L, Messages.Received), (reject.Reason, reject.Bytes, reject.Received));
    }
}
