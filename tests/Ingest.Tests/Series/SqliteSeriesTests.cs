using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Series;
using MeetNet.Ingest.Tests.Facts;
using MeetNet.Ingest.Tests.Intake;
using MeetNet.Sqlite;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Series;

public sealed class SqliteSeriesTests : SeriesStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("series.db");

    protected override Task StartEngineAsync() => Task.CompletedTask;

    protected override Task StopEngineAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    private protected override Task<ISeriesStore> OpenAsync() => Task.FromResult<ISeriesStore>(new SqliteSeries(File));

    private protected override void Close(ISeriesStore store) => ((SqliteSeries)store).Dispose();

    [Fact]
    public async Task A_file_from_before_there_were_inputs_keeps_its_rows_and_takes_new_ones()
    {
        var log = new MemoryFactLog();
        log.AddBatch("vmm", "kalmthoutse-heide", Messages.Epoch.ToString(), 1, 5, 5, Messages.Batch(1, 5), Messages.Received);
        await Store.ApplyAsync(log.ReadAfter(0, 10), default);
        Close(Store);
        using (var connection = SqliteFile.OpenWriter(File, SqliteSeriesFile.Options))
        {
            connection.Execute("""
                DROP VIEW observations_readable;
                ALTER TABLE observations DROP COLUMN input1;
                ALTER TABLE observations DROP COLUMN input2;
                CREATE VIEW observations_readable AS SELECT 1;
                PRAGMA user_version = 1;
                """);
        }

        using var again = new SqliteSeries(File);
        Assert.Equal(1, again.Cursor);
        log.AddBatch("vmm", "kalmthoutse-heide", Messages.Epoch.ToString(), 6, 9, 4, Messages.Batch(6, 9), Messages.Received);
        await again.ApplyAsync(log.ReadAfter(again.Cursor, 10), default);
        Assert.Equal(9, (await again.BooksAsync(default)).Projected);
    }

    [Fact]
    public async Task A_damaged_file_is_made_anew_from_the_log()
    {
        var log = new MemoryFactLog();
        log.AddBatch("vmm", "kalmthoutse-heide", Messages.Epoch.ToString(), 1, 5, 5, Messages.Batch(1, 5), Messages.Received);
        await Store.ApplyAsync(log.ReadAfter(0, 10), default);
        Close(Store);
        await System.IO.File.WriteAllTextAsync(File, "this is not a database, and it is long enough to be looked at as one: " + new string('x', 4_096));
        using var again = new SqliteSeries(File);
        Assert.Equal(0, again.Cursor);
        await again.ApplyAsync(log.ReadAfter(0, 10), default);
        Assert.Single(await again.LatestAsync(null, default));
    }

    [Fact]
    public async Task Damage_that_shows_only_when_writing_makes_the_file_anew_and_readers_see_the_new_one()
    {
        var log = new MemoryFactLog();
        log.AddBatch("vmm", "kalmthoutse-heide", Messages.Epoch.ToString(), 1, 5, 5, Messages.Batch(1, 5), Messages.Received);
        await Store.ApplyAsync(log.ReadAfter(0, 10), default);
        Close(Store);
        long page;
        using (var connection = SqliteFile.OpenWriter(File, SqliteSeriesFile.Options))
        {
            page = connection.Scalar("SELECT rootpage FROM sqlite_schema WHERE name = 'observations'");
        }
        using (var bytes = new FileStream(File, FileMode.Open, FileAccess.Write))
        {
            bytes.Position = (page - 1) * 4_096;
            bytes.Write(Enumerable.Repeat((byte)0xFF, 4_096).ToArray());
        }
        using var store = new SqliteSeries(File);
        await store.BooksAsync(default); // a reader of the old file
        log.AddBatch("vmm", "kalmthoutse-heide", Messages.Epoch.ToString(), 6, 9, 9, Messages.Batch(6, 9), Messages.Received);
        await Assert.ThrowsAsync<SqliteFault>(async () => await store.ApplyAsync(log.ReadAfter(store.Cursor, 10), default));
        Assert.Equal(0, store.Cursor);
        await store.ApplyAsync(log.ReadAfter(0, 10), default);
        Assert.Equal(new SeriesBooks(9, 0), await store.BooksAsync(default));
    }

    [Fact]
    public async Task A_failed_transaction_leaves_no_trace()
    {
        var log = new MemoryFactLog();
        log.AddBatch("vmm", "kalmthoutse-heide", Messages.Epoch.ToString(), 1, 1_000, 1_000, Messages.Batch(1, 1_000), Messages.Received);
        Close(Store);
        using (var connection = SqliteFile.OpenWriter(File, SqliteSeriesFile.Options))
        {
            // A constraint that the second half of the batch breaks.
            connection.Execute("CREATE TRIGGER stop BEFORE INSERT ON observations WHEN new.result > 100 BEGIN SELECT RAISE(ABORT, 'no more'); END");
        }
        using var store = new SqliteSeries(File);
        await Assert.ThrowsAsync<SqliteFault>(async () => await store.ApplyAsync(log.ReadAfter(0, 10), default));
        Assert.Equal(0, store.Cursor);
        Assert.Empty(await store.LatestAsync(null, default));
        Assert.Equal(new SeriesBooks(0, 0), await store.BooksAsync(default));
    }
}
