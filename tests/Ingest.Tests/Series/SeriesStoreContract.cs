using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Query;
using MeetNet.Ingest.Series;
using MeetNet.Ingest.Tests.Facts;
using MeetNet.Ingest.Tests.Intake;
using MeetNet.Observations;
using MeetNet.Observations.Aggregation;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Tests.Series;

/// <summary>What every series store promises. One suite, each engine.</summary>
public abstract class SeriesStoreContract : IAsyncLifetime
{
    private const string Nh3 = "vmm/kalmthoutse-heide/nh3-1/nh3";
    private static readonly DateTimeOffset Ten = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private readonly MemoryFactLog _log = new();
    private long _sequence;

    private protected ISeriesStore Store { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await StartEngineAsync();
        Store = await OpenAsync();
    }

    public async Task DisposeAsync()
    {
        Close(Store);
        await StopEngineAsync();
    }

    /// <summary>Makes what the engine needs: a folder, a server.</summary>
    protected abstract Task StartEngineAsync();

    protected abstract Task StopEngineAsync();

    /// <summary>Opens the store on what is there; the same each time.</summary>
    private protected abstract Task<ISeriesStore> OpenAsync();

    private protected abstract void Close(ISeriesStore store);

    [Fact]
    public async Task An_observation_comes_back_as_it_was()
    {
        var time = PhenomenonTime.Interval(Ten, Ten.AddHours(1));
        var odd = new Observation(Nh3, "p-0123456789abcdef", time, Ten.AddHours(1).AddTicks(1_234_567), 12.310000000000002,
            ResultQuality.Suspect("gross_range,device:warming_up"), -17.4, 3, new ProcedureInputs(1013.2500000000002));
        var missing = new Observation(Nh3, "p-fedcba9876543210", PhenomenonTime.Instant(Ten.AddHours(2).AddTicks(2_500_000)), Ten.AddHours(3),
            null, ResultQuality.Missing("device:fault"), null, 0, new ProcedureInputs(null, -0.1));
        await ApplyAsync(odd, missing);
        var points = await RangeAsync();
        Assert.Equal(
            [
                new SeriesPoint(Nh3, Ten, Ten.AddHours(1), 3, 12.310000000000002, QartodFlag.Suspect, "gross_range,device:warming_up", -17.4,
                    "p-0123456789abcdef", Ten.AddHours(1).AddTicks(1_234_567), Messages.Received, new ProcedureInputs(1013.2500000000002)),
                new SeriesPoint(Nh3, Ten.AddHours(2).AddTicks(2_500_000), Ten.AddHours(2).AddTicks(2_500_000), 0, null, QartodFlag.Missing, "device:fault", null,
                    "p-fedcba9876543210", Ten.AddHours(3), Messages.Received, new ProcedureInputs(null, -0.1)),
            ],
            points);
    }

    [Theory]
    [InlineData(double.MaxValue)]
    [InlineData(double.Epsilon)]
    [InlineData(-0.1)]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1e-300)]
    [InlineData(123456789.123456789)]
    public async Task Numbers_keep_every_bit(double number)
    {
        await ApplyAsync(At(0) with { Result = number, Raw = -number });
        var point = Assert.Single(await RangeAsync());
        Assert.Equal(number, point.Result);
        Assert.Equal(-number, point.Raw);
    }

    [Fact]
    public async Task A_range_holds_what_begins_in_it()
    {
        await ApplyAsync([.. Enumerable.Range(0, 10).Select(At)]);
        var page = await Store.ReadAsync(new SeriesRange(Nh3, Ten.AddMinutes(2), Ten.AddMinutes(5)), default);
        Assert.Equal([2.0, 3.0, 4.0], page.Points.Select(point => point.Result!.Value));
        Assert.Null(page.Next);
        Assert.Empty((await Store.ReadAsync(new SeriesRange("vmm/nowhere/nh3-1/nh3", Ten, Ten.AddDays(1)), default)).Points);
        Assert.Empty((await Store.ReadAsync(new SeriesRange(Nh3, Ten.AddMinutes(5), Ten.AddMinutes(5)), default)).Points);
    }

    [Fact]
    public async Task Pages_join_without_a_seam()
    {
        // Intervals of three lengths and two revisions begin at the same instants: the place must tell them apart.
        var all = (from minute in Enumerable.Range(0, 7)
                   from length in new[] { 0, 1, 5 }
                   from revision in new[] { 0, 1 }
                   select At(minute) with
                   {
                       PhenomenonTime = length == 0 ? PhenomenonTime.Instant(Ten.AddMinutes(minute)) : PhenomenonTime.Interval(Ten.AddMinutes(minute), Ten.AddMinutes(minute + length)),
                       Revision = revision,
                       Result = revision,
                   }).ToArray();
        await ApplyAsync(all.Reverse().ToArray());
        foreach (var allRevisions in new[] { true, false })
        {
            var expected = all.Where(observation => allRevisions || observation.Revision == 1)
                .Select(observation => (observation.PhenomenonTime.Begin, observation.PhenomenonTime.End, observation.Revision)).ToList();
            foreach (var limit in new[] { 1, 2, 5, 1_000 })
            {
                var range = new SeriesRange(Nh3, Ten, Ten.AddDays(1)) { Limit = limit, AllRevisions = allRevisions };
                var read = new List<(DateTimeOffset, DateTimeOffset, int)>();
                await foreach (var point in Store.ReadAllAsync(range, default))
                {
                    read.Add((point.Begin, point.End, point.Revision));
                }
                Assert.Equal(expected, read);
            }
        }
    }

    [Fact]
    public async Task Aggregates_do_not_depend_on_the_order_or_the_batches_of_arrival()
    {
        // Three days of ten-minute values with a gap; one value of each hour was corrected. Arriving in three orders and sizes of batch, each as a station of its own.
        string[] stations = ["vmm/a/s/no2", "vmm/b/s/no2", "vmm/c/s/no2"];
        var random = new Random(20261121);
        var answers = new List<List<Aggregate>>();
        foreach (var (station, piece) in stations.Zip([1_000, 37, 5]))
        {
            var observations = Enumerable.Range(0, 3 * 144).Where(i => i % 100 < 80).SelectMany(i => Enumerable.Range(0, i % 6 == 2 ? 2 : 1).Select(revision =>
                At(i * 10) with { DatastreamId = station, Result = (i * 7919 % 1000 / 7.0) + revision, Revision = revision })).ToArray();
            if (station != stations[0])
            {
                random.Shuffle(observations);
            }
            foreach (var batch in observations.Chunk(piece))
            {
                await ApplyAsync(batch);
            }
            foreach (var kind in new[] { AggregateKind.Hour, AggregateKind.Day, AggregateKind.EightHours, AggregateKind.DailyMaximumOfEightHours, AggregateKind.Month })
            {
                var calendar = Aggregator.CalendarOf(kind, FixedZone.Regulatory);
                var aggregator = new Aggregator(new AggregationRequest
                {
                    Property = "no2", Kind = kind, Calendar = calendar, From = calendar.At(Ten).Begin, To = calendar.Ceiling(Ten.AddDays(3)), Now = Ten.AddDays(60), Interval = TimeSpan.FromMinutes(10),
                });
                var range = new SeriesRange(station, aggregator.ReadFrom, calendar.Ceiling(Ten.AddDays(3))) { Limit = 100 };
                var aggregates = new List<Aggregate>();
                await foreach (var aggregate in AggregateFold.FoldAsync(AggregateFold.SamplesAsync(Store.ReadAllAsync(range, default)), aggregator))
                {
                    aggregates.Add(aggregate);
                }
                answers.Add(aggregates);
            }
        }
        var kinds = answers.Count / stations.Length;
        Assert.Equal(answers[..kinds], answers[kinds..(2 * kinds)]);
        Assert.Equal(answers[..kinds], answers[(2 * kinds)..]);
        Assert.Equal(72, answers[0].Count);
        Assert.Equal(352, answers[0].Sum(hour => hour.Count));
    }

    [Fact]
    public async Task The_newest_revision_counts_and_the_older_stay_readable()
    {
        await ApplyAsync(At(0), At(1), At(0) with { Revision = 2, Result = 20 });
        await ApplyAsync(At(0) with { Revision = 1, Result = 10 });
        Assert.Equal([20.0, 1.0], (await RangeAsync()).Select(point => point.Result!.Value));
        Assert.Equal([0.0, 10.0, 20.0, 1.0], (await RangeAsync(allRevisions: true)).Select(point => point.Result!.Value));
    }

    [Fact]
    public async Task The_same_observation_again_is_superseded_and_the_books_balance()
    {
        await ApplyAsync(At(0), At(1), At(0) with { Result = 7 });
        await ApplyAsync(At(1) with { Result = 8 }, At(2));
        Assert.Equal([7.0, 8.0, 2.0], (await RangeAsync()).Select(point => point.Result!.Value));
        Assert.Equal(new SeriesBooks(3, 2), await Store.BooksAsync(default));
        Assert.Equal(5, _log.Observations);
    }

    [Fact]
    public async Task Latest_is_the_newest_by_time_not_by_arrival()
    {
        var wind = "noord-brabant/brabantse-wal/nh3-1/nh3";
        await ApplyAsync(At(5), At(3), At(4) with { DatastreamId = wind }, At(2) with { DatastreamId = wind });
        await ApplyAsync(At(5) with { Revision = 1, Result = 55 });
        Assert.Equal([(wind, 4.0), (Nh3, 55.0)], (await Store.LatestAsync(null, default)).Select(point => (point.Datastream, point.Result!.Value)));
        Assert.Equal([(Nh3, 55.0)], (await Store.LatestAsync([Nh3, "vmm/no/such/nh3"], default)).Select(point => (point.Datastream, point.Result!.Value)));
        Assert.Empty(await Store.LatestAsync([], default));
    }

    [Fact]
    public async Task Only_the_accepted_sequences_of_a_fact_count()
    {
        var payload = Messages.Batch(1, 6, sequence => At((int)sequence));
        _log.AddBatch("vmm", "kalmthoutse-heide", Messages.Epoch.ToString(), 1, 6, 3, payload, Messages.Received, [new(2, 3), new(6, 6)]);
        await Store.ApplyAsync(_log.ReadAfter(0, 10), default);
        Assert.Equal([2.0, 3.0, 6.0], (await RangeAsync()).Select(point => point.Result!.Value));
    }

    [Fact]
    public async Task Applying_the_same_facts_again_changes_nothing()
    {
        await ApplyAsync(At(0), At(1), At(0) with { Revision = 1 });
        await Store.ApplyAsync(_log.ReadAfter(0, 10), default);
        Assert.Equal(3, (await RangeAsync(allRevisions: true)).Count);
    }

    [Fact]
    public async Task The_cursor_is_durable_and_a_reopened_store_has_everything()
    {
        await ApplyAsync(At(0), At(1));
        Close(Store);
        Store = await OpenAsync();
        Assert.Equal(1, Store.Cursor);
        await ApplyAsync(At(2));
        Assert.Equal([0.0, 1.0, 2.0], (await RangeAsync()).Select(point => point.Result!.Value));
        Assert.Equal(2, Store.Cursor);
    }

    [Fact]
    public async Task A_rebuild_from_the_log_is_identical()
    {
        var random = new Random(7);
        for (var fact = 0; fact < 40; fact++)
        {
            await ApplyAsync([.. Enumerable.Range(0, 25).Select(_ => At(random.Next(60)) with
            {
                DatastreamId = $"vmm/kalmthoutse-heide/pm-{random.Next(3)}/pm10",
                Revision = random.Next(3),
                Result = random.NextDouble(),
                Quality = random.Next(2) == 0 ? ResultQuality.Good : ResultQuality.Suspect($"test_{random.Next(4)}"),
            })]);
        }
        var before = await DumpAsync();
        var books = await Store.BooksAsync(default);
        Assert.Equal(_log.Observations, books.Projected + books.Superseded);

        await Store.ResetAsync(default);
        Assert.Equal(0, Store.Cursor);
        Assert.Empty(await Store.LatestAsync(null, default));
        while (Store.Cursor < _log.Head)
        {
            await Store.ApplyAsync(_log.ReadAfter(Store.Cursor, 7), default);
        }
        Assert.Equal(before, await DumpAsync());
        Assert.Equal(books, await Store.BooksAsync(default));
    }

    [Fact]
    public async Task Facts_without_observations_move_the_cursor()
    {
        _log.AddAnnouncement("vmm", "kalmthoutse-heide", "{}"u8.ToArray(), Messages.Received);
        await Store.ApplyAsync(_log.ReadAfter(0, 10), default);
        Assert.Equal(1, Store.Cursor);
    }

    private static Observation At(int minute) => new(
        Nh3, "p-0123456789abcdef", PhenomenonTime.Instant(Ten.AddMinutes(minute)), Ten.AddMinutes(minute).AddSeconds(1), minute, ResultQuality.Good, minute * 2.0, 0);

    private async Task ApplyAsync(params Observation[] observations)
    {
        var first = _sequence + 1;
        // A fact belongs to one station; the store doesn't mind whose datastreams are in it.
        var payload = Messages.Batch(first, first + observations.Length - 1, sequence => observations[sequence - first]);
        _sequence += observations.Length;
        var fact = _log.AddBatch("vmm", "kalmthoutse-heide", Messages.Epoch.ToString(), first, _sequence, observations.Length, payload, Messages.Received);
        await Store.ApplyAsync([fact], default);
    }

    private async Task<IReadOnlyList<SeriesPoint>> RangeAsync(bool allRevisions = false) =>
        (await Store.ReadAsync(new SeriesRange(Nh3, Ten.AddDays(-1), Ten.AddDays(1)) { AllRevisions = allRevisions }, default)).Points;

    private async Task<IReadOnlyList<SeriesPoint>> DumpAsync()
    {
        var all = new List<SeriesPoint>();
        foreach (var latest in await Store.LatestAsync(null, default))
        {
            await foreach (var point in Store.ReadAllAsync(new SeriesRange(latest.Datastream, Ten.AddDays(-1), Ten.AddDays(1)) { AllRevisions = true, Limit = 13 }, default))
            {
                all.Add(point);
            }
        }
        return all;
    }
}
