using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MeetNet.Gateway.Outbox;
using MeetNet.Observations.Wire;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Outbox;

/// <summary>What every outbox keeps to.</summary>
public abstract class OutboxContract
{
    internal static readonly OutboxOptions TwoHubs = new() { Path = "", Hubs = ["nl", "be"] };

    protected ManualTimeProvider Time { get; } = new();

    private protected abstract IOutbox Open(OutboxOptions options);

    [Fact]
    public void Sequences_begin_at_one_and_follow_the_order_of_the_entries()
    {
        using var outbox = Open(TwoHubs);
        Assert.Equal(new OutboxSpan(1, 0), outbox.Span);

        Assert.Equal(OutboxAppend.Kept(1, 3), outbox.Append(Entries(3)));
        Assert.Equal(OutboxAppend.Kept(4, 5), outbox.Append(Entries(2, from: 4)));

        var read = outbox.ReadAfter(0, 100, 100_000);
        Assert.Equal([1, 2, 3, 4, 5], read.Rows.Select(r => r.Sequence));
        Assert.Equal(["row 1", "row 2", "row 3", "row 4", "row 5"], read.Rows.Select(Text));
        Assert.Equal("vmm/a/nh3-1/nh3", read.Rows[0].Datastream);
        Assert.Equal("p-0000000000000001", read.Rows[0].Procedure);
        Assert.Equal((0, 5, outbox.Epoch), (read.After, read.Through, read.Epoch));
        Assert.Empty(read.Lost);
        Assert.Equal(new OutboxSpan(1, 5), outbox.Span);
        Assert.True(outbox.ReadAfter(5, 100, 100_000).IsEmpty);
    }

    [Fact]
    public void A_read_keeps_to_its_limits_and_returns_one_row_at_least()
    {
        using var outbox = Open(TwoHubs);
        outbox.Append(Entries(10));

        Assert.Equal(4, outbox.ReadAfter(0, 4, 100_000).Through);
        var size = outbox.ReadAfter(0, 1, 100_000).Rows[0].Size;
        Assert.Equal(3, outbox.ReadAfter(0, 100, (3 * size) + 1).Through);
        Assert.Equal(8, outbox.ReadAfter(7, 100, 1).Through);
    }

    [Fact]
    public void Rows_go_only_when_every_hub_has_them()
    {
        using var outbox = Open(TwoHubs);
        outbox.Append(Entries(10));

        Assert.Equal(CursorMove.Moved, outbox.Acknowledge("nl", outbox.Epoch, 7));
        TidyUp(outbox);
        Assert.Equal(new OutboxSpan(1, 10), outbox.Span);
        AssertBooks(outbox, acknowledged: 0, pending: 10);

        Assert.Equal(CursorMove.Moved, outbox.Acknowledge("be", outbox.Epoch, 4));
        AssertBooks(outbox, acknowledged: 4, pending: 6);
        TidyUp(outbox);
        Assert.Equal(new OutboxSpan(5, 10), outbox.Span);
        AssertBooks(outbox, acknowledged: 4, pending: 6);
        Assert.Equal((7, 4), (outbox.Cursor("nl"), outbox.Cursor("be")));
    }

    [Fact]
    public void What_every_hub_has_is_kept_as_long_as_was_asked_and_there_is_room()
    {
        using var outbox = Open(TwoHubs with { KeepDelivered = TimeSpan.FromDays(2), MaxBytes = 200_000 });
        outbox.Append(Entries(3));
        Time.Advance(TimeSpan.FromDays(1));
        outbox.Append(Entries(3, from: 4));
        AcknowledgeAll(outbox, 5);
        TidyUp(outbox);
        Assert.Equal(new OutboxSpan(1, 6), outbox.Span);
        AssertBooks(outbox, acknowledged: 5, pending: 1);
        Assert.Equal([1, 2, 3, 4, 5, 6], outbox.ReadAfter(0, 100, 100_000).Rows.Select(r => r.Sequence));

        // A day and a bit later the first three are two days old; what was not delivered stays in any case.
        Time.Advance(TimeSpan.FromHours(25));
        TidyUp(outbox);
        Assert.Equal(new OutboxSpan(4, 6), outbox.Span);
        AssertBooks(outbox, acknowledged: 5, pending: 1);
        Time.Advance(TimeSpan.FromDays(9));
        TidyUp(outbox);
        Assert.Equal(new OutboxSpan(6, 6), outbox.Span);

        // New ones go before kept ones: full of delivered rows, the outbox takes on.
        AcknowledgeAll(outbox, 6);
        for (var i = 0; i < 100; i++)
        {
            var kept = outbox.Append(Entries(100, from: 7 + (100 * i)));
            Assert.Equal(AppendOutcome.Kept, kept.Outcome);
            AcknowledgeAll(outbox, kept.Last);
        }

        AssertBooks(outbox, acknowledged: 10_006, pending: 0);
    }

    [Fact]
    public void Sequences_go_on_when_everything_was_delivered()
    {
        using var outbox = Open(TwoHubs);
        outbox.Append(Entries(3));
        AcknowledgeAll(outbox, 3);
        TidyUp(outbox);
        Assert.Equal(new OutboxSpan(4, 3), outbox.Span);
        Assert.True(outbox.Span.IsEmpty);

        Assert.Equal(OutboxAppend.Kept(4, 4), outbox.Append(Entries(1)));
        AssertBooks(outbox, acknowledged: 3, pending: 1);
    }

    [Fact]
    public void An_acknowledgement_that_says_something_else_moves_nothing()
    {
        using var outbox = Open(TwoHubs);
        outbox.Append(Entries(5));
        outbox.Acknowledge("nl", outbox.Epoch, 3);

        Assert.Equal(CursorMove.Unchanged, outbox.Acknowledge("nl", outbox.Epoch, 3));
        Assert.Equal(CursorMove.Behind, outbox.Acknowledge("nl", outbox.Epoch, 2));
        Assert.Equal(CursorMove.BeyondHighest, outbox.Acknowledge("nl", outbox.Epoch, 6));
        Assert.Equal(CursorMove.OtherEpoch, outbox.Acknowledge("nl", new Epoch(outbox.Epoch.Value + 1), 5));
        Assert.Equal(3, outbox.Cursor("nl"));
        Assert.Throws<KeyNotFoundException>(() => outbox.Acknowledge("unknown", outbox.Epoch, 1));
        Assert.Throws<KeyNotFoundException>(() => outbox.Cursor("unknown"));
    }

    [Fact]
    public void A_hub_that_lost_its_store_is_sent_what_is_held_and_told_what_is_not()
    {
        using var outbox = Open(TwoHubs);
        outbox.Append(Entries(10));
        AcknowledgeAll(outbox, 4);
        TidyUp(outbox);
        AcknowledgeAll(outbox, 6);

        Assert.Equal(CursorMove.Moved, outbox.Rewind("nl", outbox.Epoch, 0));

        AssertBooks(outbox, acknowledged: 4, pending: 6);
        var read = outbox.ReadAfter(outbox.Cursor("nl"), 100, 100_000);
        Assert.Equal([new LostRange(1, 4, LostReasons.NotHeld)], read.Lost);
        Assert.Equal([5, 6, 7, 8, 9, 10], read.Rows.Select(r => r.Sequence));
        outbox.Acknowledge("nl", outbox.Epoch, 10);
        AssertBooks(outbox, acknowledged: 6, pending: 4);
    }

    [Fact]
    public void Without_hubs_nothing_is_forgotten()
    {
        using var outbox = Open(TwoHubs with { Hubs = [] });
        outbox.Append(Entries(5));
        TidyUp(outbox);
        AssertBooks(outbox, acknowledged: 0, pending: 5);
    }

    [Fact]
    public void A_full_outbox_refuses_when_told_to_and_takes_again_after_a_delivery()
    {
        using var outbox = Open(TwoHubs with { MaxBytes = 200_000, WhenFull = WhenFull.Refuse });
        var last = Fill(outbox, out var refusal);
        Assert.Contains("full", refusal.Reason, StringComparison.Ordinal);
        AssertBooks(outbox, acknowledged: 0, pending: last);

        AcknowledgeAll(outbox, last / 2);

        Assert.Equal(AppendOutcome.Kept, outbox.Append(Entries(1)).Outcome);
        AssertBooks(outbox, acknowledged: last / 2, pending: last + 1 - (last / 2));
    }

    [Fact]
    public void A_full_outbox_gives_up_the_oldest_when_told_to_and_says_which()
    {
        using var outbox = Open(TwoHubs with { MaxBytes = 200_000, WhenFull = WhenFull.DropOldest });
        outbox.Append(Big(50));
        AcknowledgeAll(outbox, 5);
        outbox.Acknowledge("nl", outbox.Epoch, 20);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(AppendOutcome.Kept, outbox.Append(Big(20)).Outcome);
        }

        var books = outbox.Books;
        Assert.True(books.Balanced, books.ToString());
        Assert.Equal((450, 5), (books.Issued, books.Acknowledged));
        Assert.True(books.Evicted > 0, books.ToString());
        Assert.True(books.Bytes < 260_000, books.ToString());

        // What every hub had went first and is not a loss; the rest is declared to each from where it stands.
        var read = outbox.ReadAfter(5, 10_000, int.MaxValue);
        Assert.Equal([new LostRange(6, 5 + books.Evicted, LostReasons.Evicted)], read.Lost);
        Assert.Equal(450 - 5 - books.Evicted, read.Rows.Count);
        Assert.Equal(450, read.Through);
        Assert.Equal(outbox.Span.Lowest, read.Rows[0].Sequence);
        Assert.Equal(new LostRange(21, 5 + books.Evicted, LostReasons.Evicted), Assert.Single(outbox.ReadAfter(20, 100, 100_000).Lost));
    }

    [Fact]
    public void What_is_too_old_is_given_up_and_what_has_no_believable_time_is_kept()
    {
        using var outbox = Open(TwoHubs with { MaxAge = TimeSpan.FromDays(10) });
        outbox.Append(Entries(3));
        Time.Advance(TimeSpan.FromDays(6));
        outbox.Append(Entries(2));
        Time.Advance(TimeSpan.FromDays(6));
        TidyUp(outbox);

        Assert.Equal(new OutboxSpan(4, 5), outbox.Span);
        Assert.Equal([new LostRange(1, 3, LostReasons.Evicted)], outbox.ReadAfter(0, 10, 10_000).Lost);
        Assert.True(outbox.Books.Balanced);

        // A box that starts in 1970 and learns the time later.
        Time.Advance(TimeSpan.FromDays(20));
        TidyUp(outbox);
        Assert.True(outbox.Span.IsEmpty);
        Time.StepWallClock(DateTimeOffset.UnixEpoch);
        outbox.Append(Entries(1));
        Time.StepWallClock(new DateTimeOffset(2026, 12, 31, 0, 0, 0, TimeSpan.Zero));
        TidyUp(outbox);
        Assert.Equal(new OutboxSpan(6, 6), outbox.Span);
    }

    [Fact]
    public void A_new_epoch_takes_the_undelivered_rows_along_under_new_sequences()
    {
        using var outbox = Open(TwoHubs);
        outbox.Append(Entries(10));
        AcknowledgeAll(outbox, 6);
        var before = outbox.Epoch;

        outbox.BeginNewEpoch("a hub knows more than was issued here");

        Assert.NotEqual(before, outbox.Epoch);
        Assert.Equal(new OutboxSpan(1, 4), outbox.Span);
        Assert.Equal((0, 0), (outbox.Cursor("nl"), outbox.Cursor("be")));
        Assert.Equal(["row 7", "row 8", "row 9", "row 10"], outbox.ReadAfter(0, 10, 10_000).Rows.Select(Text));
        Assert.Equal(CursorMove.OtherEpoch, outbox.Acknowledge("nl", before, 7));
        Assert.Equal(OutboxAppend.Kept(5, 5), outbox.Append(Entries(1)));
        AssertBooks(outbox, acknowledged: 0, pending: 5);
    }

    [Fact]
    public async Task Waiting_ends_with_the_next_row_or_a_new_epoch()
    {
        using var outbox = Open(TwoHubs);
        var epoch = outbox.Epoch;
        var waiting = outbox.WaitForMoreAsync(epoch, 0, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        outbox.Append(Entries(2));
        await Eventually.DoneAsync(waiting, "a row came");
        await Eventually.DoneAsync(outbox.WaitForMoreAsync(epoch, 1, CancellationToken.None), "there is one already");

        var next = outbox.WaitForMoreAsync(epoch, 2, CancellationToken.None);
        outbox.Acknowledge("nl", epoch, 1);
        Assert.False(next.IsCompleted);
        outbox.BeginNewEpoch("test");
        await Eventually.DoneAsync(next, "the epoch changed");

        using var cancel = new CancellationTokenSource();
        var never = outbox.WaitForMoreAsync(outbox.Epoch, outbox.Span.Highest, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never);
    }

    [Fact]
    public void Whatever_happens_the_books_balance_and_every_sequence_is_a_row_or_a_loss()
    {
        // Steps as numbers: 0-3 append that many, 4-6 acknowledge for nl, 7-9 for be, 10 tidy, 11 rewind, 12 a day passes.
        Prop.ForAll(Arb.From(Gen.Choose(0, 12).ListOf()), steps =>
        {
            using var outbox = Open(TwoHubs with { MaxBytes = 120_000, WhenFull = WhenFull.DropOldest, MaxAge = TimeSpan.FromDays(3) });
            var issued = 0L;
            foreach (var step in steps)
            {
                issued += Do(outbox, step);
                var books = outbox.Books;
                Assert.True(books.Balanced, books.ToString());
                Assert.Equal(issued, books.Issued);
            }
            AssertCovers(outbox, 0);
            AssertCovers(outbox, outbox.Cursor("nl"));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    internal static OutboxEntry[] Entries(int count, int from = 1) =>
        [.. Enumerable.Range(from, count).Select(i => new OutboxEntry("vmm/a/nh3-1/nh3", "p-0000000000000001", Encoding.UTF8.GetBytes($"row {i}")))];

    internal static OutboxEntry[] Big(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new OutboxEntry($"vmm/a/pm-{i % 3}/pm10", "p-2", new byte[1000]))];

    internal static string Text(OutboxRow row) => Encoding.UTF8.GetString(row.Fragment.Span);

    internal static void AcknowledgeAll(IOutbox outbox, long sequence)
    {
        foreach (var hub in outbox.Hubs)
        {
            outbox.Acknowledge(hub, outbox.Epoch, sequence);
        }
    }

    internal static void TidyUp(IOutbox outbox)
    {
        while (outbox.Tidy())
        {
        }
    }

    internal static void AssertBooks(IOutbox outbox, long acknowledged, long pending)
    {
        var books = outbox.Books;
        Assert.True(books.Balanced, books.ToString());
        Assert.Equal((acknowledged, pending), (books.Acknowledged, books.Pending));
    }

    /// <summary>Everything above the sequence, in small reads: each exactly once and in order.</summary>
    internal static void AssertCovers(IOutbox outbox, long after)
    {
        while (after < outbox.Span.Highest)
        {
            var read = outbox.ReadAfter(after, 7, 3000);
            Assert.False(read.IsEmpty);
            Assert.True(read.Rows.Count + read.Lost.Count <= 7);
            var covered = read.Rows.Select(r => (r.Sequence, r.Sequence)).Concat(read.Lost.Select(l => (l.First, l.Last))).Order();
            foreach (var (first, last) in covered)
            {
                Assert.Equal(after + 1, first);
                after = last;
            }
            Assert.Equal(after, read.Through);
        }
    }

    private static long Fill(IOutbox outbox, out OutboxAppend refusal)
    {
        for (var last = 0L; ; last = refusal.Last)
        {
            refusal = outbox.Append(Big(10));
            if (refusal.Outcome != AppendOutcome.Kept)
            {
                Assert.Equal(AppendOutcome.Refused, refusal.Outcome);
                return last;
            }
        }
    }

    private long Do(IOutbox outbox, int step)
    {
        switch (step)
        {
            case <= 3:
                Assert.Equal(AppendOutcome.Kept, outbox.Append(Big(step * 5)).Outcome);
                return step * 5;
            case <= 9:
                var hub = step <= 6 ? "nl" : "be";
                var (from, to) = (outbox.Cursor(hub), outbox.Span.Highest);
                outbox.Acknowledge(hub, outbox.Epoch, from + ((to - from) * (step % 3) / 2));
                return 0;
            case 10:
                TidyUp(outbox);
                return 0;
            case 11:
                outbox.Rewind("be", outbox.Epoch, outbox.Cursor("be") / 2);
                return 0;
            default:
                Time.Advance(TimeSpan.FromDays(1));
                TidyUp(outbox);
                return 0;
        }
    }
}
