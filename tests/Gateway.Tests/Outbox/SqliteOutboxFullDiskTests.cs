using MeetNet.Gateway.Outbox;
using MeetNet.TestKit;
using static MeetNet.Gateway.Tests.Outbox.OutboxContract;

namespace MeetNet.Gateway.Tests.Outbox;

/// <summary>A disk that is really full, and one that fails under a running outbox.</summary>
public sealed class SqliteOutboxFullDiskTests
{
    private readonly List<OutboxNotice> _notices = [];

    [SmallDiskFact]
    public void A_full_disk_takes_nothing_acknowledges_nothing_and_still_delivers()
    {
        using var disk = new SmallDisk(10 << 20);
        File.WriteAllBytes(disk.File("other"), new byte[3 << 20]);
        using var outbox = Open(disk.File("outbox.db"), ballast: 2 << 20);
        var kept = 0L;
        OutboxAppend result;
        while ((result = outbox.Append(Big(20))).Outcome == AppendOutcome.Kept)
        {
            kept = result.Last;
        }
        Assert.Equal(AppendOutcome.Failed, result.Outcome);
        Assert.True(kept > 100);
        Assert.Equal(new OutboxSpan(1, kept), outbox.Span);
        // Somebody else takes the last bytes.
        disk.FillUp("rest");
        Assert.Equal(AppendOutcome.Failed, outbox.Append(Big(20)).Outcome);
        Assert.Single(_notices, n => n.Kind == OutboxNoticeKind.DiskFault && n.IsLoss);

        // Reading goes on, and deliveries are booked and make room: with the ballast.
        Assert.Equal(50, outbox.ReadAfter(0, 50, 1 << 20).Rows.Count);
        AcknowledgeAll(outbox, kept - 10);
        Assert.Equal(kept - 10, outbox.Cursor("nl"));
        TidyUp(outbox);
        Assert.Equal(kept - 9, outbox.Span.Lowest);
        AssertBooks(outbox, acknowledged: kept - 10, pending: 10);

        Assert.False(File.Exists(disk.File("outbox.db.ballast")));

        // The freed pages take new rows although the disk is as full as before.
        Assert.Equal(OutboxAppend.Kept(kept + 1, kept + 5), outbox.Append(Big(5)));
        Assert.Contains(_notices, n => n.Kind == OutboxNoticeKind.Recovered);

        File.Delete(disk.File("other"));
        TidyUp(outbox);
        Assert.Equal(2 << 20, new FileInfo(disk.File("outbox.db.ballast")).Length);
    }

    [SmallDiskFact]
    public void A_disk_that_fails_is_tried_again_and_nothing_is_kept_twice()
    {
        using var disk = new FailingDisk();
        using var outbox = Open(disk.File("outbox.db"), ballast: 4096);
        outbox.Append(Entries(3));
        var epoch = outbox.Epoch;

        disk.Fail();
        Assert.Equal(AppendOutcome.Failed, outbox.Append(Entries(2, from: 4)).Outcome);
        Assert.Equal(AppendOutcome.Failed, outbox.Append(Entries(2, from: 4)).Outcome);
        Assert.Equal(CursorMove.Failed, outbox.Acknowledge("nl", epoch, 1));
        Assert.Equal((3, 3), (outbox.Span.Highest, outbox.Books.Pending));
        Assert.True(Assert.Single(_notices).IsLoss);

        disk.PutInAgain();
        Assert.Equal(OutboxAppend.Kept(4, 5), outbox.Append(Entries(2, from: 4)));
        Assert.Equal(epoch, outbox.Epoch);
        Assert.Equal(["row 1", "row 2", "row 3", "row 4", "row 5"], outbox.ReadAfter(0, 10, 10_000).Rows.Select(Text));
        Assert.Equal(CursorMove.Moved, outbox.Acknowledge("nl", epoch, 1));
        AssertBooks(outbox, acknowledged: 0, pending: 5);
    }

    private SqliteOutbox Open(string path, int ballast)
    {
        var options = TwoHubs with { Path = path, BallastBytes = ballast, MinFreeDisk = 0 };
        var outbox = SqliteOutbox.Open(options, new ManualTimeProvider(), _notices.Add);
        _notices.Clear();
        return outbox;
    }
}
