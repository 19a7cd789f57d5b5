using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Series;
using MeetNet.Ingest.Tests.Facts;
using MeetNet.Ingest.Tests.Intake;
using MeetNet.Observations;
using MeetNet.TestKit;
using Microsoft.Extensions.Logging;

namespace MeetNet.Ingest.Tests.Series;

/// <summary>One InfluxDB for the class: each test has a database of its own.</summary>
public sealed class InfluxFixture : IAsyncLifetime
{
    private int _databases;

    public InfluxServer Server { get; private set; } = null!;

    public string NextDatabase() => $"test{Interlocked.Increment(ref _databases)}";

    public async Task InitializeAsync() => Server = await InfluxServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

public sealed class InfluxSeriesTests(InfluxFixture influx) : SeriesStoreContract, IClassFixture<InfluxFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _database = influx.NextDatabase();

    public void Dispose() => _folder.Dispose();

    protected override Task StartEngineAsync() => Task.CompletedTask;

    protected override Task StopEngineAsync() => Task.CompletedTask;

    private protected override async Task<ISeriesStore> OpenAsync()
    {
        var store = Open();
        if (store.Cursor == 0)
        {
            await store.ResetAsync(CancellationToken.None); // makes the database, so that an empty store can be asked
        }
        return store;
    }

    private protected override void Close(ISeriesStore store) => ((InfluxSeries)store).Dispose();

    [Fact]
    public async Task A_missing_value_that_replaces_one_is_missing()
    {
        var log = new MemoryFactLog();
        var value = Messages.Observation(1, result: 5);
        var missing = value with { Result = null, Raw = null, Quality = ResultQuality.Missing("device:fault") };
        foreach (var (observation, sequence) in new[] { (value, 1), (missing, 2) })
        {
            log.AddBatch("vmm", "kalmthoutse-heide", Messages.Epoch.ToString(), sequence, sequence, 1, Messages.Batch(sequence, sequence, _ => observation), Messages.Received);
        }
        await Store.ApplyAsync(log.ReadAfter(0, 10), default);
        var point = Assert.Single(await Store.LatestAsync(null, default));
        Assert.Equal((null, null, QartodFlag.Missing, "device:fault"), (point.Result, point.Raw, point.Flag, point.Tests));
        Assert.Equal(new SeriesBooks(1, 1), await Store.BooksAsync(default));
    }

    [Fact]
    public async Task Times_that_the_engine_cannot_hold_are_counted_and_hold_nothing_up()
    {
        var log = new MemoryFactLog();
        var ancient = Messages.Observation(1) with { PhenomenonTime = PhenomenonTime.Instant(new DateTimeOffset(1600, 1, 1, 0, 0, 0, TimeSpan.Zero)) };
        log.AddBatch("vmm", "kalmthoutse-heide", Messages.Epoch.ToString(), 1, 2, 2, Messages.Batch(1, 2, sequence => sequence == 1 ? ancient : Messages.Observation(sequence)), Messages.Received);
        await Store.ApplyAsync(log.ReadAfter(0, 10), default);
        Assert.Equal(new SeriesBooks(1, 0, 1), await Store.BooksAsync(default));
        Assert.Empty((await Store.ReadAsync(new SeriesRange("vmm/kalmthoutse-heide/nh3-1/nh3", DateTimeOffset.MinValue, new DateTimeOffset(1700, 1, 1, 0, 0, 0, TimeSpan.Zero)), default)).Points);
    }

    [Fact]
    public async Task An_outage_delays_and_loses_nothing_and_a_store_added_late_catches_up()
    {
        await using var server = await InfluxServer.StartAsync();
        using var store = new InfluxSeries(
            new InfluxOptions { Name = "influx", Url = server.Url, Database = "late", CreateDatabase = true }, _folder.File("late.db"));
        var log = new MemoryFactLog();
        void Add(int first, int last)
        {
            for (var at = first; at <= last; at++)
            {
                log.AddBatch("vmm", "kalmthoutse-heide", Messages.Epoch.ToString(), at * 100, (at * 100) + 99, 100, Messages.Batch(at * 100, (at * 100) + 99), Messages.Received);
            }
        }
        using var logger = new CollectingLogger();
        Add(1, 20);
        using var runner = new ProjectionRunner(log, store, TimeProvider.System, logger.CreateLogger<ProjectionRunner>());
        await runner.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => store.Cursor == 20, "the late store has caught up");
        server.Kill();
        Add(21, 40);
        await Eventually.TrueAsync(() => runner.Status.Failure is not null, "the outage is shown");
        Assert.Equal(20, store.Cursor);
        await server.StartAgainAsync();
        await Eventually.TrueAsync(() => store.Cursor == 40, "it has caught up again", TimeSpan.FromSeconds(60));
        await runner.StopAsync(CancellationToken.None);
        Assert.Equal(new SeriesBooks(4_000, 0), await store.BooksAsync(default));
    }

    [Fact]
    public async Task A_database_that_is_missing_is_an_error_that_names_it()
    {
        using var store = new InfluxSeries(
            new InfluxOptions { Name = "influx", Url = influx.Server.Url, Database = "nowhere" }, _folder.File("nowhere.db"));
        var log = new MemoryFactLog();
        log.AddBatch("vmm", "kalmthoutse-heide", Messages.Epoch.ToString(), 1, 1, 1, Messages.Batch(1, 1), Messages.Received);
        var failure = await Assert.ThrowsAsync<HttpRequestException>(async () => await store.ApplyAsync(log.ReadAfter(0, 10), default));
        Assert.Contains("nowhere", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, store.Cursor);
    }

    private InfluxSeries Open() => new(
        new InfluxOptions { Name = "influx", Url = influx.Server.Url, Database = _database, CreateDatabase = true }, _folder.File("cursor.db"));
}
