using MeetNet.Gateway.Outbox;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;
using MeetNet.TestKit;
using static MeetNet.Gateway.Tests.Outbox.OutboxContract;

namespace MeetNet.Gateway.Tests.Outbox;

/// <summary>What becomes of the outbox when its process ends, its file is moved about or its configuration changes.</summary>
public sealed class SqliteOutboxRestartTests : SqliteOutboxFixture
{
    [Fact]
    public void Everything_is_there_after_an_orderly_stop()
    {
        Epoch epoch;
        using (var outbox = Open())
        {
            epoch = outbox.Epoch;
            outbox.Append(Entries(10));
            outbox.Acknowledge("nl", epoch, 7);
            outbox.Acknowledge("be", epoch, 4);
            TidyUp(outbox);
        }
        Assert.False(File.Exists(Path + "-wal"));
        _notices.Clear();

        using var again = Open();
        Assert.Empty(_notices);
        Assert.Equal(epoch, again.Epoch);
        Assert.Equal(new OutboxSpan(5, 10), again.Span);
        Assert.Equal((7, 4), (again.Cursor("nl"), again.Cursor("be")));
        AssertBooks(again, acknowledged: 4, pending: 6);
        Assert.Equal(["row 5", "row 6"], again.ReadAfter(4, 2, 10_000).Rows.Select(Text));
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        }
    }

    [Fact]
    public void Sequences_are_not_used_again_after_everything_was_delivered_and_the_file_reopened()
    {
        using (var outbox = Open())
        {
            outbox.Append(Entries(5));
            AcknowledgeAll(outbox, 5);
            TidyUp(outbox);
            Assert.True(outbox.Span.IsEmpty);
        }
        using var again = Open();
        Assert.Equal(new OutboxSpan(6, 5), again.Span);
        Assert.Equal(OutboxAppend.Kept(6, 6), again.Append(Entries(1)));
    }

    [Fact]
    public void What_was_appended_survives_the_end_of_the_process()
    {
        using var outbox = Open();
        outbox.Append(Entries(10));
        outbox.Acknowledge("nl", outbox.Epoch, 3);
        Crash();

        using var again = Open(_folder.File("crashed.db"));
        Assert.Equal(outbox.Epoch, again.Epoch);
        Assert.Equal(10, again.ReadAfter(0, 100, 100_000).Rows.Count);
        Assert.Equal(3, again.Cursor("nl"));
        Assert.Contains(_notices, n => n.Kind == OutboxNoticeKind.UncleanStop && !n.IsLoss);
    }

    [Fact]
    public void A_torn_end_of_the_write_ahead_log_costs_nothing_that_was_committed_before()
    {
        using var outbox = Open();
        outbox.Append(Entries(10));
        Crash();
        var log = _folder.File("crashed.db-wal");
        using (var tail = new FileStream(log, FileMode.Append))
        {
            var garbage = new byte[10_000];
            new Random(1).NextBytes(garbage);
            tail.Write(garbage);
        }
        using var again = Open(_folder.File("crashed.db"));
        Assert.Equal(10, again.ReadAfter(0, 100, 100_000).Rows.Count);
        Assert.Equal(OutboxAppend.Kept(11, 11), again.Append(Entries(1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(5_000)]
    public void A_log_cut_anywhere_leaves_a_beginning_of_what_was_appended(int keep)
    {
        using var outbox = Open();
        for (var i = 1; i <= 10; i++)
        {
            outbox.Append(Entries(1, from: i));
        }
        Crash();
        using (var log = new FileStream(_folder.File("crashed.db-wal"), FileMode.Open))
        {
            log.SetLength(keep);
        }
        using var again = Open(_folder.File("crashed.db"));
        var rows = again.ReadAfter(0, 100, 100_000).Rows;
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(i => $"row {i}"), rows.Select(Text));
        Assert.True(again.Books.Balanced);
    }

    [Fact]
    public void A_file_copied_without_its_log_begins_a_new_epoch()
    {
        using var outbox = Open();
        outbox.Append(Entries(10));
        Crash();
        // Closing as its only user copies the log into the file and removes it; the file still says that it is in use.
        using (SqliteFile.OpenWriter(_folder.File("crashed.db"), OutboxSchema.Options(SqliteSynchronous.Full, () => default)))
        {
        }
        Assert.False(File.Exists(_folder.File("crashed.db-wal")));

        using var again = Open(_folder.File("crashed.db"));
        Assert.NotEqual(outbox.Epoch, again.Epoch);
        Assert.Equal(10, again.ReadAfter(0, 100, 100_000).Rows.Count);
        Assert.Contains(_notices, n => n.Kind == OutboxNoticeKind.NewEpoch);
    }

    [Fact]
    public void A_new_file_is_a_new_epoch()
    {
        Epoch first;
        using (var outbox = Open())
        {
            first = outbox.Epoch;
        }
        File.Delete(Path);
        using var again = Open();
        Assert.NotEqual(first, again.Epoch);
        Assert.Equal(2, _notices.Count(n => n.Kind == OutboxNoticeKind.Created));
    }

    [Fact]
    public void A_new_hub_starts_at_what_is_held_and_an_old_one_holds_nothing_back()
    {
        Fill(9);
        using (var outbox = Open())
        {
            outbox.Acknowledge("nl", outbox.Epoch, 6);
            outbox.Acknowledge("be", outbox.Epoch, 3);
            TidyUp(outbox);
        }
        using (var outbox = Open(hubs: ["nl", "eu"]))
        {
            Assert.Equal((6, 3), (outbox.Cursor("nl"), outbox.Cursor("eu")));
            Assert.Throws<KeyNotFoundException>(() => outbox.Cursor("be"));
            Assert.Contains(_notices, n => n.Kind == OutboxNoticeKind.HubAdded && n.Message.Contains("sequence 4", StringComparison.Ordinal));
            Assert.Contains(_notices, n => n.Kind == OutboxNoticeKind.HubDropped && n.Message.Contains("up to sequence 3 of 9", StringComparison.Ordinal));
            outbox.Acknowledge("eu", outbox.Epoch, 9);
            AssertBooks(outbox, acknowledged: 6, pending: 3);
        }
        using var alone = Open(hubs: ["eu"]);
        AssertBooks(alone, acknowledged: 9, pending: 0);
    }

    [Fact]
    public void A_nearly_full_disk_is_said_once_and_recovers()
    {
        using var outbox = Open();
        _notices.Clear();
        _freeDisk = 20 << 20;
        Assert.Equal(AppendOutcome.Refused, outbox.Append(Entries(1)).Outcome);
        Assert.Contains("20 MiB free", outbox.Append(Entries(1)).Reason, StringComparison.Ordinal);
        Assert.True(Assert.Single(_notices).IsLoss);

        _freeDisk = 1 << 30;
        Assert.Equal(AppendOutcome.Kept, outbox.Append(Entries(1)).Outcome);
        Assert.Equal([OutboxNoticeKind.Refusing, OutboxNoticeKind.Recovered], _notices.Select(n => n.Kind));
    }

    [Fact]
    public void A_commit_found_after_a_failed_one_is_taken_back()
    {
        using (var file = OutboxFile.Open(Path, SqliteSynchronous.Full))
        {
            file.Append(Entries(3), 0);
        }
        using var again = OutboxFile.Open(Path, SqliteSynchronous.Full);
        Assert.Equal(3, again.Highest);
        again.TakeBackAfter(2);
        again.Append(Entries(1, from: 3), 0);
        Assert.Equal((3, 3), (again.Highest, again.Counters.Held));
    }

    [Fact]
    public void Only_three_old_files_are_kept()
    {
        using var outbox = Open();
        for (var i = 0; i < 6; i++)
        {
            outbox.Append(Entries(1));
            outbox.BeginNewEpoch("test");
        }
        Assert.Equal(3, Directory.GetFiles(_folder.Path, "outbox.db.replaced-*").Length);
        Assert.Equal(6, outbox.Books.Pending);
    }

    [Fact]
    public void A_replacement_that_was_interrupted_is_finished()
    {
        Fill(5);
        File.Move(Path, Path + ".new");
        using (var outbox = Open())
        {
            Assert.Equal(5, outbox.ReadAfter(0, 100, 100_000).Rows.Count);
        }
        File.WriteAllText(Path + ".new", "half of something");
        using var again = Open();
        Assert.Equal(5, again.ReadAfter(0, 100, 100_000).Rows.Count);
        Assert.False(File.Exists(Path + ".new"));
    }
}
