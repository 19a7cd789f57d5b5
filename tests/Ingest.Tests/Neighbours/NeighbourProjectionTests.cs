using System.Text.Json;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Neighbours;
using MeetNet.Ingest.Tests.Facts;
using MeetNet.Ingest.Tests.Query;
using MeetNet.Observations;
using MeetNet.Observations.Quality;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Neighbours;

public sealed class NeighbourProjectionTests : IDisposable
{
    private const string Flemish = "vmm/kalmthoutse-heide/pm-1/pm10";
    private const string Dutch = "noord-brabant/brabantse-wal/pm-1/pm10";
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);
    private static readonly NeighbourTest Particles = new("pm10", new Neighbour(TimeSpan.FromHours(2), 20, 2), 25, []);
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryFactLog _log = new();
    private readonly BorderStation _heath;
    private readonly BorderStation _ridge;
    private NeighbourProjection? _projection;

    public NeighbourProjectionTests()
    {
        (_heath, _ridge) = (BorderStation.Heath(_log), BorderStation.Ridge(_log));
        _heath.Announce(Start);
        _ridge.Announce(Start);
    }

    public void Dispose()
    {
        _projection?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_peak_that_reaches_both_survives_also_when_it_comes_to_one_an_hour_later_and_what_only_one_sees_is_suspect()
    {
        double[] heath = [20, 22, 180, 400, 150, 30, 25, 20, 20, 20, 20, 20];
        double[] ridge = [21, 20, 25, 170, 390, 160, 30, 22, 21, 160, 22, 20];
        Send(_heath, heath);
        Send(_ridge, ridge);
        await ProjectAsync();
        Assert.Equal("111111111111", Said(Flemish, 12));
        Assert.Equal("111111111311", Said(Dutch, 12));
    }

    [Fact]
    public async Task With_too_few_values_of_the_neighbour_around_a_value_it_is_not_evaluated_and_a_late_one_has_it_judged_again()
    {
        Send(_heath, [20, 20, 20, 20, 20, 20, 20, 500]);
        Send(_ridge, [20, 20, null, null, null, null, null, null]);
        await ProjectAsync();
        Assert.Equal("11122222", Said(Flemish, 8));     // at 03:00 only 01:00 is within two hours

        _ridge.Send(Start.AddDays(30), _ridge.Observe("pm-1", "pm10", 20, Start.AddHours(6)), _ridge.Observe("pm-1", "pm10", 22, Start.AddHours(7)));
        await ProjectAsync();
        Assert.Equal("11122113", Said(Flemish, 8));
    }

    [Fact]
    public async Task A_correction_of_either_side_has_what_it_touches_judged_again()
    {
        Send(_heath, [20, 20, 90, 20, 20]);
        Send(_ridge, [20, 20, 20, 20, 20]);
        await ProjectAsync();
        Assert.Equal("11311", Said(Flemish, 5));
        _ridge.Send(Start.AddDays(1), _ridge.Observe("pm-1", "pm10", 85, PhenomenonTime.Instant(Start.AddHours(1)), revision: 1));
        await ProjectAsync();
        Assert.Equal("11111", Said(Flemish, 5));
        Assert.Equal("11111", Said(Dutch, 5));
        _heath.Send(Start.AddDays(1), _heath.Observe("pm-1", "pm10", 21, PhenomenonTime.Instant(Start.AddHours(2)), revision: 1));
        await ProjectAsync();
        Assert.Equal("13111", Said(Dutch, 5));
        Assert.Equal(1, Assert.Single(_projection!.Flags(Flemish, Start.AddHours(2), Start.AddHours(2))).Key.Revision);
    }

    [Fact]
    public async Task What_failed_is_missing_or_of_a_doubtful_time_is_neither_judged_nor_a_neighbour()
    {
        _heath.Send(Start, _heath.Observe("pm-1", "pm10", 20, Start), _heath.Observe("pm-1", "pm10", 500, Start.AddMinutes(10), ResultQuality.Fail("gross_range")),
            _heath.Observe("pm-1", "pm10", 500, Start.AddMinutes(20), ResultQuality.Suspect(QualityTests.ClockUnsynchronised)), _heath.Observe("pm-1", "pm10", null, Start.AddMinutes(30)));
        _ridge.Send(Start, _ridge.Observe("pm-1", "pm10", 500, Start), _ridge.Observe("pm-1", "pm10", 500, Start.AddMinutes(10)));
        await ProjectAsync();
        Assert.Equal([Start], _projection!.Flags(Flemish, Start, Start.AddHours(1)).Keys.Select(key => key.Begin));
        Assert.All(_projection.Flags(Dutch, Start, Start.AddHours(1)).Values, flag => Assert.Equal(QartodFlag.NotEvaluated, flag));
    }

    [Fact]
    public async Task A_suspect_peak_of_the_neighbour_is_still_a_peak_that_it_saw()
    {
        _heath.Send(Start, _heath.Observe("pm-1", "pm10", 300, Start));
        _ridge.Send(Start, _ridge.Observe("pm-1", "pm10", 20, Start), _ridge.Observe("pm-1", "pm10", 310, Start.AddMinutes(10), ResultQuality.Suspect("rate_of_change")));
        await ProjectAsync();
        Assert.Equal("1", Said(Flemish, 1));
    }

    [Fact]
    public async Task It_says_the_same_whatever_the_order_and_the_batches_after_a_restart_a_rebuild_and_hearing_it_twice()
    {
        var random = new Random(7);
        var sends = new List<Action<BorderStation, BorderStation>>();
        for (var i = 0; i < 300; i++)
        {
            var (at, value, isHeath) = (Start.AddMinutes(random.Next(0, 6_000)), random.NextDouble() < 0.9 ? random.Next(0, 60) : random.Next(60, 400), random.Next(2) == 0);
            sends.Add((heath, ridge) =>
            {
                var station = isHeath ? heath : ridge;
                station.Send(Start, station.Observe("pm-1", "pm10", value, at));
            });
        }
        var expected = "";
        foreach (var (shuffled, atOnce) in new[] { (false, 1_000), (false, 1), (true, 7) })
        {
            var (log, order) = (new MemoryFactLog(), sends.Index().ToArray());
            if (shuffled)
            {
                // Of equal times the later counts: only the order of the two sides is another.
                order = [.. order.OrderBy(pair => random.Next(2))];
            }
            var (heath, ridge) = (BorderStation.Heath(log), BorderStation.Ridge(log));
            heath.Announce(Start);
            foreach (var (_, send) in Distinct(order))
            {
                send(heath, ridge);
            }
            ridge.Announce(Start);
            using var projection = new NeighbourProjection(_folder.File($"{shuffled}{atOnce}.db"), Options(Particles));
            while (log.ReadAfter(projection.Cursor, atOnce) is { Count: > 0 } facts)
            {
                await projection.ApplyAsync(facts, CancellationToken.None);
            }
            var said = All(projection);
            expected = expected.Length == 0 ? said : expected;
            Assert.Equal(expected, said);
            await projection.ApplyAsync(log.ReadAfter(0, 10_000), CancellationToken.None);
            Assert.Equal(expected, All(projection));
            await projection.ResetAsync(CancellationToken.None);
            Assert.Equal("", All(projection));
            await projection.ApplyAsync(log.ReadAfter(0, 10_000), CancellationToken.None);
            Assert.Equal(expected, All(projection));
        }
        Assert.Contains("Suspect", expected, StringComparison.Ordinal);
        Assert.Contains("NotEvaluated", expected, StringComparison.Ordinal);

        using var restarted = new NeighbourProjection(_folder.File("True7.db"), Options(Particles));
        Assert.Equal(expected, All(restarted));

        static string All(NeighbourProjection projection) => string.Join('\n', new[] { Flemish, Dutch }.SelectMany(
            id => projection.Flags(id, Start, Start.AddDays(10)).OrderBy(pair => pair.Key.Begin).Select(pair => $"{id} {pair.Key.Begin:O} {pair.Value}")));

        // Each time once, so that the order makes no difference to what is in the log.
        IEnumerable<(int Index, Action<BorderStation, BorderStation> Send)> Distinct((int Index, Action<BorderStation, BorderStation> Send)[] order) => order.Where(pair => Firsts().Contains(pair.Index));

        HashSet<int> Firsts()
        {
            var (repeat, seen, firsts) = (new Random(7), new HashSet<(DateTimeOffset, bool)>(), new HashSet<int>());
            for (var i = 0; i < 300; i++)
            {
                var at = Start.AddMinutes(repeat.Next(0, 6_000));
                _ = repeat.NextDouble() < 0.9 ? repeat.Next(0, 60) : repeat.Next(60, 400);
                if (seen.Add((at, repeat.Next(2) == 0)))
                {
                    firsts.Add(i);
                }
            }
            return firsts;
        }
    }

    [Fact]
    public async Task Other_options_have_everything_judged_anew_at_the_start_and_without_a_test_nothing_is_said()
    {
        Send(_heath, [20, 90, 20]);
        Send(_ridge, [20, 20, 20]);
        await ProjectAsync();
        Assert.Equal("131", Said(Flemish, 3));
        Reopen(Options(Particles with { Test = Particles.Test with { Suspect = 100 } }));
        Assert.Equal("111", Said(Flemish, 3));
        Reopen(Options(Particles with { WithinKilometres = 5 }));
        Assert.Equal("---", Said(Flemish, 3));
        Reopen(Options(Particles));
        Assert.Equal("131", Said(Flemish, 3));
    }

    [Fact]
    public async Task Of_a_pair_the_usual_difference_is_known_in_both_directions()
    {
        var pair = new NeighbourPair("vmm/kalmthoutse-heide/level-1/groundwater_level", "noord-brabant/brabantse-wal/level-1/groundwater_level", 2);
        Reopen(Options(new NeighbourTest("groundwater_level", new Neighbour(TimeSpan.FromHours(1), 0.1, 1), null, [pair])));
        _heath.Send(Start, _heath.Observe("level-1", "groundwater_level", 17.15, Start), _heath.Observe("level-1", "groundwater_level", 17.60, Start.AddHours(5)));     // 14.82, 15.27 m NAP
        _ridge.Send(Start, _ridge.Observe("level-1", "groundwater_level", 1282, Start), _ridge.Observe("level-1", "groundwater_level", 1282, Start.AddHours(5)));       // 12.82 m NAP
        await ProjectAsync();
        Assert.Equal("1----3", Said(pair.A, 6));
        Assert.Equal("1----3", Said(pair.B, 6));
    }

    [Fact]
    public async Task The_neighbour_is_the_nearest_comparable_station_of_the_other_side()
    {
        BorderStation Station(string owner, string name, double north, bool simulated = true)
        {
            var station = new BorderStation(_log, owner, name, 7) { Place = new(north, 4.44, Location.Etrs89), Simulated = simulated };
            station.Add("pm-1", "pm10", "ug/m3", TimeSpan.FromHours(1));
            station.Announce(Start);
            return station;
        }
        Station("vmm", "beside", 51.391);                       // its own owner
        Station("ircel", "beside", 51.392);                     // its own side
        Station("rivm", "measured", 51.393, simulated: false);  // not comparable with what is made up
        Station("rivm", "near", 51.41);
        Reopen(new NeighbourOptions([["vmm", "ircel"], ["rivm", "noord-brabant"]], [Particles]));
        Send(_heath, [20]);
        await ProjectAsync();
        Assert.Equal(["rivm/near/pm-1/pm10"], _projection!.Explain(Flemish, PhenomenonTime.Instant(Start))!.Neighbour.Datastreams);

        Reopen(Options(Particles));     // without sides every owner is one
        Assert.Equal(["ircel/beside/pm-1/pm10"], _projection.Explain(Flemish, PhenomenonTime.Instant(Start))!.Neighbour.Datastreams);
    }

    [Fact]
    public async Task A_new_instrument_of_the_neighbour_goes_on_where_the_old_one_ended()
    {
        Send(_heath, [20, 20, 20, 20, 90, 20]);
        Send(_ridge, [20, 20, 20]);
        await ProjectAsync();
        Assert.Equal("1111" + "22", Said(Flemish, 6));
        _ridge.Datastreams.RemoveAll(datastream => datastream.Id.Sensor == "pm-1");
        _ridge.Add("pm-2", "pm10", "ug/m3", TimeSpan.FromSeconds(10));
        _ridge.Announce(Start.AddDays(1));
        _ridge.Send(Start.AddDays(1), [.. Enumerable.Range(3, 3).Select(hour => _ridge.Observe("pm-2", "pm10", 20, Start.AddHours(hour)))]);
        await ProjectAsync();
        Assert.Equal("111131", Said(Flemish, 6));
    }

    [Fact]
    public async Task The_answers_say_it_apart_from_the_owners_flag_and_explain_says_why()
    {
        await using var hub = await HubOnTrial.StartAsync(new ManualTimeProvider(Start.AddDays(1)), neighbours: Options(Particles));
        var (heath, ridge) = (BorderStation.Heath(hub.Log), BorderStation.Ridge(hub.Log));
        heath.Announce(Start);
        ridge.Announce(Start);
        Send(heath, [20, 90, 20]);
        Send(ridge, [20, 21, 20]);
        await hub.ProjectAsync();

        var csv = await hub.Http.GetStringAsync(new Uri($"/api/observations?datastream={Flemish}&from=2026-11-21T00:00:00Z&to=2026-11-22T00:00:00Z&format=csv", UriKind.Relative));
        var rows = csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split(',')).ToList();
        var (quality, first) = (Array.IndexOf(rows[0], "quality"), Array.IndexOf(rows[0], "hubQuality"));
        Assert.Equal(["1/1/", "1/3/neighbour", "1/1/"], rows[1..].Select(row => $"{row[quality]}/{row[first]}/{row[first + 1]}"));

        using var latest = JsonDocument.Parse(await hub.Http.GetStringAsync(new Uri($"/api/latest?datastream={Flemish}", UriKind.Relative)));
        Assert.Equal(1, latest.RootElement.GetProperty("observations")[0].GetProperty("hubQuality").GetInt32());

        using var explained = JsonDocument.Parse(await hub.Http.GetStringAsync(new Uri($"/api/explain?datastream={Flemish}&time=2026-11-21T01:00:00Z", UriKind.Relative)));
        var neighbour = explained.RootElement.GetProperty("neighbour");
        Assert.Equal((3, 3, 20.0, 21.0), (neighbour.GetProperty("quality").GetInt32(), neighbour.GetProperty("count").GetInt32(), neighbour.GetProperty("least").GetDouble(), neighbour.GetProperty("greatest").GetDouble()));
        Assert.Equal($"Outside [0, 41], what {Dutch} measured within PT2H with the threshold: suspect.", neighbour.GetProperty("text").GetProperty("en").GetString());
        Assert.Equal(1, explained.RootElement.GetProperty("observation").GetProperty("quality").GetInt32());

        using var unknown = JsonDocument.Parse(await hub.Http.GetStringAsync(new Uri("/api/explain?datastream=vmm/kalmthoutse-heide/pm-1/pm10&time=2026-11-21T02:00:00Z", UriKind.Relative)));
        Assert.Equal(1, unknown.RootElement.GetProperty("neighbour").GetProperty("quality").GetInt32());
    }

    private static NeighbourOptions Options(params NeighbourTest[] tests) => new([], tests);

    /// <summary>A value every hour from the start on; null: none was sent.</summary>
    private static void Send(BorderStation station, double?[] values) => station.Send(
        Start, [.. values.Index().Where(value => value.Item is not null).Select(value => station.Observe("pm-1", "pm10", value.Item, Start.AddHours(value.Index)))]);

    private static void Send(BorderStation station, double[] values) => Send(station, [.. values.Select(value => (double?)value)]);

    private async Task ProjectAsync()
    {
        _projection ??= new NeighbourProjection(_folder.File("neighbours.db"), Options(Particles));
        while (_log.ReadAfter(_projection.Cursor, 1_000) is { Count: > 0 } facts)
        {
            await _projection.ApplyAsync(facts, CancellationToken.None);
        }
    }

    private void Reopen(NeighbourOptions options)
    {
        _projection?.Dispose();
        _projection = new NeighbourProjection(_folder.File("neighbours.db"), options);
    }

    /// <summary>The flags of the hours from the start on; a dash where nothing was said.</summary>
    private string Said(string datastream, int hours)
    {
        var flags = _projection!.Flags(datastream, Start, Start.AddHours(hours));
        return string.Concat(Enumerable.Range(0, hours).Select(hour => flags.FirstOrDefault(pair => pair.Key.Begin == Start.AddHours(hour)).Value is var flag and not QartodFlag.None ? $"{(int)flag}" : "-"));
    }
}
