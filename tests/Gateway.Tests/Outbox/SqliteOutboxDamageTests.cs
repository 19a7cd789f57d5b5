using MeetNet.Gateway.Outbox;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;
using MeetNet.TestKit;
using static MeetNet.Gateway.Tests.Outbox.OutboxContract;

namespace MeetNet.Gateway.Tests.Outbox;

/// <summary>What becomes of the outbox when its file is damaged.</summary>
public sealed class SqliteOutboxDamageTests : SqliteOutboxFixture
{
    [Fact]
    public void What_is_no_database_is_set_aside_loudly_and_a_new_one_begun()
    {
        File.WriteAllText(Path, new string('x', 10_000));
        using var outbox = Open();
        Assert.Equal(OutboxAppend.Kept(1, 1), outbox.Append(Entries(1)));
        Assert.True(Assert.Single(_notices, n => n.Kind == OutboxNoticeKind.Replaced).IsLoss);
        Assert.Equal(10_000, new FileInfo(Assert.Single(Directory.GetFiles(_folder.Path, "outbox.db.corrupt-*"))).Length);
    }

    [Fact]
    public void A_database_of_another_program_is_not_touched()
    {
        using (var other = SqliteFile.OpenWriter(Path, new SqliteOptions { ApplicationId = 1, Version = 1, Migrate = (f, _) => f.Execute("CREATE TABLE t (x)") }))
        {
        }
        var before = File.ReadAllBytes(Path);
        Assert.Equal(SqliteFaultKind.Foreign, Assert.Throws<SqliteFault>(() => Open()).Kind);
        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    [Fact]
    public void A_row_whose_check_fails_is_set_aside_and_declared_lost()
    {
        Fill(5);
        Tamper("UPDATE observation SET fragment=CAST('row 9' AS BLOB) WHERE sequence IN (2,3)");
        using (var outbox = Open())
        {
            var read = outbox.ReadAfter(0, 100, 100_000);
            Assert.Equal([1, 4, 5], read.Rows.Select(r => r.Sequence));
            Assert.Equal([new LostRange(2, 3, LostReasons.Corrupt)], read.Lost);
            Assert.True(Assert.Single(_notices, n => n.Kind == OutboxNoticeKind.CorruptRow).IsLoss);
            Assert.Equal(2, outbox.Books.Corrupt);
            AssertBooks(outbox, acknowledged: 0, pending: 3);
            Assert.Equal([new LostRange(2, 3, LostReasons.Corrupt)], outbox.ReadAfter(0, 100, 100_000).Lost);
            AcknowledgeAll(outbox, 5);
            TidyUp(outbox);
            AssertBooks(outbox, acknowledged: 3, pending: 0);
        }
        Assert.Equal(2, Ask("SELECT count(*) FROM quarantine WHERE fragment='row 9' OR CAST(fragment AS TEXT)='row 9'"));
    }

    [Theory]
    [InlineData("UPDATE observation SET datastream=procedure WHERE sequence=2")]
    [InlineData("UPDATE observation SET created=created+1 WHERE sequence=2")]
    [InlineData("UPDATE observation SET crc=crc+1 WHERE sequence=2")]
    [InlineData("UPDATE observation SET procedure=77 WHERE sequence=2")]
    public void No_part_of_a_row_changes_unseen(string change)
    {
        Fill(3);
        Tamper(change);
        using var outbox = Open();
        Assert.Equal([new LostRange(2, 2, LostReasons.Corrupt)], outbox.ReadAfter(0, 100, 100_000).Lost);
    }

    [Fact]
    public void A_row_moved_to_another_sequence_does_not_pass_for_that_one()
    {
        Fill(3);
        Tamper("DELETE FROM observation WHERE sequence=2; UPDATE observation SET sequence=2 WHERE sequence=3");
        using var outbox = Open();
        var read = outbox.ReadAfter(0, 100, 100_000);
        Assert.Equal([new LostRange(2, 2, LostReasons.Corrupt), new LostRange(3, 3, LostReasons.NotHeld)], read.Lost);
        Assert.Equal(1, outbox.Books.Missing);
        Assert.True(outbox.Books.Balanced, outbox.Books.ToString());
        Assert.Contains(_notices, n => n.Kind == OutboxNoticeKind.MissingRows && n.IsLoss);
    }

    [Fact]
    public void A_damaged_cursor_sends_again_rather_than_forget()
    {
        Fill(9);
        using (var outbox = Open())
        {
            AcknowledgeAll(outbox, 4);
            TidyUp(outbox);
        }
        Tamper("UPDATE cursor SET acknowledged=8 WHERE hub='be'");
        using var again = Open();
        Assert.Equal((4, 4), (again.Cursor("nl"), again.Cursor("be")));
        Assert.Equal(5, again.ReadAfter(4, 100, 100_000).Rows.Count);
    }

    [Fact]
    public void A_lost_counter_does_not_give_out_a_sequence_twice()
    {
        Fill(5);
        Tamper("UPDATE sqlite_sequence SET seq=2 WHERE name='observation'");
        using var outbox = Open();
        Assert.Equal(OutboxAppend.Kept(6, 6), outbox.Append(Entries(1)));
    }

    [Fact]
    public void A_single_flipped_bit_never_makes_a_wrong_value()
    {
        const int Files = 120, Rows = 60;
        Fill(Rows, new byte[400]);
        var sound = File.ReadAllBytes(Path);
        var original = Read(Path).ToDictionary(r => r.Sequence, Text);
        Assert.Equal(Rows, original.Count);
        var random = new Random(20261121);
        var (lost, kept) = (0, 0);
        for (var i = 0; i < Files; i++)
        {
            var path = _folder.File($"flip-{i}.db");
            var bytes = (byte[])sound.Clone();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, bytes);
            try
            {
                using var outbox = Open(path);
                var rows = Rest(outbox);
                Assert.All(rows, r => Assert.Contains(Text(r), original.Values));
                var same = rows.Count(r => original.GetValueOrDefault(r.Sequence) == Text(r));
                Assert.True(same == rows.Count || _notices.Exists(n => n.Kind is OutboxNoticeKind.Replaced), "a row under another's sequence");
                lost += rows.Count < Rows ? 1 : 0;
                _notices.Clear();
                kept += rows.Count;
                Assert.Equal(AppendOutcome.Kept, outbox.Append(Entries(1)).Outcome);
            }
            catch (SqliteFault fault) when (fault.Kind is SqliteFaultKind.Foreign or SqliteFaultKind.ReadOnly or SqliteFaultKind.CannotOpen)
            {
                // The flip hit the few bytes of the header that say whose file and which format it is: nothing is sent.
            }
        }
        // The test sees something: many flips hit a row and are noticed. And each costs little: a row, seldom a page.
        Assert.True(lost > Files / 3, $"{lost} files with a row lost");
        Assert.True(kept > Files * Rows * 0.95, $"{kept} of {Files * Rows} rows kept");
    }

    [Fact]
    public void A_page_of_zeros_is_found_when_it_is_read_and_the_rest_goes_on()
    {
        Fill(2000);
        using (var file = new FileStream(Path, FileMode.Open))
        {
            file.Position = file.Length / 2 / 4096 * 4096;
            file.Write(new byte[4096]);
        }
        using var outbox = Open();
        var before = outbox.Epoch;
        outbox.Append([new OutboxEntry("vmm/a/b/c", "p-1", "late"u8.ToArray())]);
        var rows = Rest(outbox);

        Assert.NotEqual(before, outbox.Epoch);
        Assert.Contains(_notices, n => n.Kind == OutboxNoticeKind.Replaced && n.IsLoss);
        Assert.InRange(rows.Count, 1800, 2000);
        Assert.Equal("late", Text(rows[^1]));
        Assert.Equal(rows.Count, rows.Select(Text).Distinct().Count());
        Assert.True(outbox.Books.Balanced, outbox.Books.ToString());
        Assert.Single(Directory.GetFiles(_folder.Path, "outbox.db.corrupt-*"), f => !f.EndsWith("-wal", StringComparison.Ordinal));
    }
}
