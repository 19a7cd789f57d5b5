using System.Net;
using System.Text.Json;
using MeetNet.Ingest.Query;
using MeetNet.Ingest.Tests.Alerting;
using MeetNet.Observations;
using MeetNet.Observations.Quality;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Query;

public sealed class QueryEndpointsTests : IAsyncLifetime
{
    private const string Ammonia = "vmm/kalmthoutse-heide/nh3-1/nh3";
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private readonly ManualTimeProvider _time = new(Start.AddMinutes(2));
    private HubOnTrial _hub = null!;
    private BorderStation _heath = null!;
    private BorderStation _ridge = null!;

    public async Task InitializeAsync()
    {
        _hub = await HubOnTrial.StartAsync(_time, [Rules.GroundwaterBand()]);
        _heath = BorderStation.Heath(_hub.Log);
        _ridge = BorderStation.Ridge(_hub.Log);
        _heath.Announce(Start.AddMinutes(-1));
        _ridge.Announce(Start.AddMinutes(-1));
        for (var second = 0; second < 60; second += 10)
        {
            var at = Start.AddSeconds(second);
            _heath.Send(at, _heath.Observe("nh3-1", "nh3", 10 + second, at), _heath.Observe("level-1", "groundwater_level", 17.15, at));
            _ridge.Send(at, _ridge.Observe("nh3-1", "nh3", 5, at), _ridge.Observe("level-1", "groundwater_level", 1482, at));
        }
        await _hub.ProjectAsync();
    }

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    private async Task<JsonElement> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await _hub.Http.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal(expected == HttpStatusCode.OK ? "application/json" : "application/problem+json", response.Content.Headers.ContentType!.MediaType);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<(string[] Lines, HttpResponseMessage Response)> CsvAsync(string path)
    {
        var response = await _hub.Http.GetAsync(path);
        Assert.Equal("text/csv", response.Content.Headers.ContentType!.MediaType);
        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
        return (text[..^2].Split("\r\n"), response);
    }

    [Fact]
    public async Task Both_sides_are_there_with_owner_surface_level_and_the_word_simulated()
    {
        var stations = (await GetAsync("/api/stations")).GetProperty("stations").EnumerateArray().ToList();
        Assert.Equal(["noord-brabant", "vmm"], stations.Select(station => station.GetProperty("owner").GetString()));
        Assert.All(stations, station => Assert.True(station.GetProperty("simulated").GetBoolean()));
        Assert.Equal(17.60, stations[1].GetProperty("surfaceLevel").GetProperty("native").GetProperty("value").GetDouble());
        Assert.Equal(4, stations[1].GetProperty("sensors").GetArrayLength());
    }

    [Fact]
    public async Task Datastreams_say_unit_interval_procedure_and_what_their_property_means()
    {
        var answer = await GetAsync("/api/datastreams?station=vmm/kalmthoutse-heide&observedProperty=nh3");
        var datastream = Assert.Single(answer.GetProperty("datastreams").EnumerateArray());
        Assert.Equal(Ammonia, datastream.GetProperty("id").GetString());
        Assert.Equal("PT10S", datastream.GetProperty("interval").GetString());
        Assert.Equal("ug/m3", datastream.GetProperty("unit").GetProperty("definition").GetString());
        Assert.Equal("ammoniak", answer.GetProperty("observedProperties").GetProperty("nh3").GetProperty("label").GetProperty("nl").GetString());
        Assert.Equal(293.15, answer.GetProperty("observedProperties").GetProperty("nh3").GetProperty("reference").GetProperty("temperature").GetDouble());
    }

    [Fact]
    public async Task A_change_makes_a_new_version_of_the_procedure_and_each_explains_what_was_made_with_it()
    {
        const string Level = "vmm/kalmthoutse-heide/surface-1/water_level";
        var (before, after) = (Start.AddHours(1), Start.AddHours(2));
        _heath.Send(before, _heath.Observe("surface-1", "water_level", 17.3, before));
        _heath.Datastreams.RemoveAll(datastream => datastream.Id.ToString() == Level);
        _heath.Add("surface-1", "water_level", "m", TimeSpan.FromHours(1), datum: "TAW", transformation: "taw-grid-2018");
        _heath.Announce(Start.AddMinutes(90));
        _heath.Send(after, _heath.Observe("surface-1", "water_level", 17.3, after));
        await _hub.ProjectAsync();

        var datastream = Assert.Single((await GetAsync("/api/datastreams?station=kalmthoutse-heide&observedProperty=water_level")).GetProperty("datastreams").EnumerateArray());
        var versions = datastream.GetProperty("procedures").EnumerateArray().ToList();
        Assert.Equal(["2026-11-21T09:59:00Z", "2026-11-21T11:30:00Z"], versions.Select(version => version.GetProperty("announcedFrom").GetString()));
        Assert.Equal(datastream.GetProperty("procedure").GetString(), versions[1].GetProperty("id").GetString());
        Assert.NotEqual(versions[0].GetProperty("id").GetString(), versions[1].GetProperty("id").GetString());

        var (first, second) = (await ExplainAsync(before), await ExplainAsync(after));
        Assert.Equal(versions.Select(version => version.GetProperty("id").GetString()), new[] { first, second }.Select(explained => explained.GetProperty("procedure").GetString()));
        Assert.Equal(["taw-const-2.33", "taw-grid-2018"], new[] { first, second }.Select(explained => explained.GetProperty("steps")[1].GetProperty("parameters").GetProperty("transformation").GetString()));
        Assert.All([first, second], explained => Assert.True(explained.GetProperty("agrees").GetBoolean()));
        Assert.NotEqual(first.GetProperty("stored").GetDouble(), second.GetProperty("stored").GetDouble());

        async Task<JsonElement> ExplainAsync(DateTimeOffset at) => await GetAsync($"/api/explain?datastream={Level}&time={Iso8601.Format(at)}");
    }

    [Fact]
    public async Task The_same_water_level_comes_out_the_same_from_both_sides()
    {
        var answer = await GetAsync("/api/latest?datastream=vmm/kalmthoutse-heide/level-1/groundwater_level&datastream=noord-brabant/brabantse-wal/level-1/groundwater_level");
        var observations = answer.GetProperty("observations").EnumerateArray().ToList();
        Assert.Equal([1482, 17.15], observations.Select(o => o.GetProperty("raw").GetDouble()));
        Assert.Equal(14.82, observations[0].GetProperty("result").GetDouble(), 12);
        Assert.Equal(14.82, observations[1].GetProperty("result").GetDouble(), 12);
        Assert.Equal(["noord-brabant", "vmm"], observations.Select(o => o.GetProperty("owner").GetString()));
    }

    [Fact]
    public async Task Observations_of_both_sides_in_one_answer_in_the_order_asked_for()
    {
        var answer = await GetAsync($"/api/observations?datastream={Ammonia}&datastream=noord-brabant/brabantse-wal/nh3-1/nh3&from=2026-11-21T10:00:00Z&to=2026-11-21T10:01:00Z");
        var groups = answer.GetProperty("datastreams").EnumerateArray().ToList();
        Assert.Equal(["vmm", "noord-brabant"], groups.Select(group => group.GetProperty("owner").GetString()));
        Assert.Equal([6, 6], groups.Select(group => group.GetProperty("observations").GetArrayLength()));
        var first = groups[0].GetProperty("observations")[0];
        Assert.Equal("2026-11-21T10:00:00Z", first.GetProperty("phenomenonTimeBegin").GetString());
        Assert.Equal((10.0, 1, 0), (first.GetProperty("raw").GetDouble(), first.GetProperty("quality").GetInt32(), first.GetProperty("revision").GetInt32()));
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("nextLink").ValueKind);
    }

    [Fact]
    public async Task CSV_has_the_same_rows_by_parameter_and_by_Accept()
    {
        var path = $"/api/observations?datastream={Ammonia}&from=2026-11-21T10:00:00Z&to=2026-11-21T10:00:20Z";
        var (lines, _) = await CsvAsync(path + "&format=csv");
        Assert.Equal(ObservationCsv.ObservationColumns, lines[0]);
        Assert.Equal(3, lines.Length);
        var cells = lines[1].Split(',');
        Assert.Equal([Ammonia, "vmm", "kalmthoutse-heide", "nh3", "ug/m3", "true", "2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"], cells[..8]);
        Assert.Equal(["1", "", "10"], cells[9..12]);
        _hub.Http.DefaultRequestHeaders.Accept.ParseAdd("text/csv");
        Assert.Equal(lines, (await CsvAsync(path)).Lines);
    }

    [Fact]
    public async Task Pages_together_are_the_whole_without_a_seam()
    {
        var whole = await CsvAsync($"/api/observations?datastream={Ammonia}&datastream=noord-brabant/brabantse-wal/nh3-1/nh3&from=2026-11-21T10:00:00Z&to=2026-11-21T10:01:00Z&format=csv");
        for (var limit = 1; limit <= 13; limit++)
        {
            var rows = new List<string>();
            var next = $"/api/observations?datastream={Ammonia}&datastream=noord-brabant/brabantse-wal/nh3-1/nh3&from=2026-11-21T10:00:00Z&to=2026-11-21T10:01:00Z&format=csv&limit={limit}";
            while (next is not null)
            {
                var (lines, response) = await CsvAsync(next);
                Assert.True(lines.Length - 1 <= limit);
                rows.AddRange(lines[1..]);
                next = response.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
            }
            Assert.Equal(whole.Lines[1..], rows);
        }
    }

    [Fact]
    public async Task Pages_of_aggregates_together_are_the_whole()
    {
        var path = $"/api/observations?datastream={Ammonia}&datastream=noord-brabant/brabantse-wal/nh3-1/nh3&from=2026-11-21T06:00:00Z&to=2026-11-21T11:00:00Z&aggregate=hour&format=csv";
        var whole = (await CsvAsync(path)).Lines[1..];
        Assert.Equal(10, whole.Length);
        for (var limit = 1; limit <= 6; limit++)
        {
            var rows = new List<string>();
            for (string? next = $"{path}&limit={limit}"; next is not null;)
            {
                var (lines, response) = await CsvAsync(next);
                rows.AddRange(lines[1..]);
                next = response.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
            }
            Assert.Equal(whole, rows);
        }
    }

    [Theory]
    [InlineData("8h", "&from=2026-11-21T00:00:00Z&to=2026-11-21T08:00:00Z", 8)]
    [InlineData("max8h", "&from=2026-11-14T23:00:00Z&to=2026-11-20T23:00:00Z", 6)]
    [InlineData("month", "&from=2026-01-15T00:00:00Z&to=2026-11-21T10:30:00Z", 11)]
    [InlineData("4week", "&anchor=2026-01-05&from=2026-06-01T00:00:00Z&to=2026-11-21T10:30:00Z", 7)]
    [InlineData("year", "&from=2020-06-01T00:00:00Z&to=2026-11-21T10:30:00Z", 7)]
    public async Task Pages_of_every_kind_of_period_together_are_the_whole(string aggregate, string range, int rows)
    {
        var path = $"/api/observations?datastream={Ammonia}&aggregate={aggregate}{range}&format=csv";
        var whole = (await CsvAsync(path)).Lines;
        Assert.Equal(ObservationCsv.AggregateColumns, whole[0]);
        Assert.Equal(rows, whole.Length - 1);
        var read = new List<string>();
        for (string? next = $"{path}&limit=3"; next is not null;)
        {
            var (lines, response) = await CsvAsync(next);
            read.AddRange(lines[1..]);
            next = response.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
        }
        Assert.Equal(whole[1..], read);
    }

    [Fact]
    public async Task An_aggregate_says_what_it_is_of_by_which_rule_and_is_rounded_when_asked()
    {
        var path = $"/api/observations?datastream={Ammonia}&from=2026-11-21T10:00:00Z&to=2026-11-21T11:00:00Z&aggregate=hour";
        var hour = Assert.Single((await GetAsync(path)).GetProperty("datastreams")[0].GetProperty("observations").EnumerateArray());
        Assert.Equal(("observations", "meetnet-75"), (hour.GetProperty("basis").GetString(), hour.GetProperty("rule").GetString()));
        Assert.Equal("2026-11-21T10:00:50Z", hour.GetProperty("maximumTime").GetString());
        Assert.Equal("eu-2024-2881", (await GetAsync(path + "&rules=eu-2024-2881")).GetProperty("datastreams")[0].GetProperty("observations")[0].GetProperty("rule").GetString());
        var exact = hour.GetProperty("mean").GetDouble();
        Assert.NotEqual(Math.Round(exact, MidpointRounding.AwayFromZero), exact);
        Assert.Equal(Math.Round(exact, MidpointRounding.AwayFromZero), (await GetAsync(path + "&rounding=half-away-from-zero&decimals=0")).GetProperty("datastreams")[0].GetProperty("observations")[0].GetProperty("mean").GetDouble());
    }

    [Fact]
    public async Task Four_weeks_say_their_anchor_and_years_their_zone()
    {
        var weeks = await GetAsync($"/api/observations?datastream={Ammonia}&aggregate=4week&anchor=2026-01-05&weights=overlap&to=2026-11-21T10:00:00Z");
        Assert.Equal(("4week", "2026-01-05", "UTC+1"), (weeks.GetProperty("aggregate").GetString(), weeks.GetProperty("anchor").GetString(), weeks.GetProperty("dayZone").GetString()));
        Assert.Equal("Europe/Brussels", (await GetAsync($"/api/observations?datastream={Ammonia}&aggregate=year&dayZone=Europe/Brussels")).GetProperty("dayZone").GetString());
    }

    [Fact]
    public async Task Hours_show_their_gaps_and_the_range_is_widened_to_whole_hours()
    {
        var answer = await GetAsync($"/api/observations?datastream={Ammonia}&from=2026-11-21T08:30:00Z&to=2026-11-21T10:30:00Z&aggregate=hour");
        Assert.Equal(("2026-11-21T08:00:00Z", "2026-11-21T11:00:00Z"), (answer.GetProperty("from").GetString(), answer.GetProperty("to").GetString()));
        var hours = answer.GetProperty("datastreams")[0].GetProperty("observations").EnumerateArray().ToList();
        Assert.Equal([0, 0, 6], hours.Select(hour => hour.GetProperty("count").GetInt32()));
        Assert.Equal(JsonValueKind.Null, hours[0].GetProperty("mean").ValueKind);
        Assert.Equal((0.0, 9, false), (hours[0].GetProperty("dataCapture").GetDouble(), hours[0].GetProperty("quality").GetInt32(), hours[0].GetProperty("valid").GetBoolean()));
        Assert.Equal((12, 50.0, false), (hours[2].GetProperty("expected").GetInt32(), hours[2].GetProperty("dataCapture").GetDouble(), hours[2].GetProperty("complete").GetBoolean()));
    }

    [Fact]
    public async Task The_day_is_the_regulatory_day_and_says_so()
    {
        var answer = await GetAsync($"/api/observations?datastream={Ammonia}&from=2026-11-21T10:00:00Z&to=2026-11-21T11:00:00Z&aggregate=day");
        Assert.Equal("UTC+1", answer.GetProperty("dayZone").GetString());
        Assert.Equal("2026-11-20T23:00:00Z", answer.GetProperty("from").GetString());
        Assert.Equal("2026-11-21T00:00:00Z", (await GetAsync($"/api/observations?datastream={Ammonia}&from=2026-11-21T10:00:00Z&to=2026-11-21T11:00:00Z&aggregate=day&dayZone=UTC")).GetProperty("from").GetString());
    }

    [Fact]
    public async Task An_explanation_recomputes_the_stored_result_to_the_last_bit()
    {
        var answer = await GetAsync($"/api/explain?datastream={Ammonia}&time=2026-11-21T10:00:30Z");
        Assert.True(answer.GetProperty("agrees").GetBoolean());
        Assert.Equal(answer.GetProperty("stored").GetDouble(), answer.GetProperty("recomputed").GetDouble());
        var steps = answer.GetProperty("steps").EnumerateArray().ToList();
        Assert.Equal(["raw", "calibration", "gas_reference", "gross_range"], steps.Select(step => step.GetProperty("step").GetString()));
        Assert.Equal("certificate 2026-17", steps[1].GetProperty("source").GetString());
        Assert.Equal((40.0, (40 * 1.02) - 0.3), (steps[1].GetProperty("input").GetDouble(), steps[1].GetProperty("output").GetDouble()));
        Assert.Equal(1.02, steps[1].GetProperty("parameters").GetProperty("slope").GetDouble());
        Assert.Equal("ug/m3", steps[2].GetProperty("outputUnit").GetString());
    }

    [Fact]
    public async Task An_explanation_says_what_each_test_said_and_the_correction_of_a_spike_is_what_is_found()
    {
        _heath.Add("weir-1", "water_level", "m", TimeSpan.FromMinutes(10), datum: "TAW", transformation: "taw-const-2.33", tests:
        [
            new Spike(0.5, 2, TimeSpan.FromMinutes(30)), new RateOfChange(60, TimeSpan.FromHours(1), 0, TimeSpan.FromMinutes(30)),
            new FlatLine(0.001, TimeSpan.FromHours(6), null, TimeSpan.FromMinutes(30)), new Climatology([new Season([11], new ValueSpan(0, 20))]),
        ]);
        _heath.Announce(Start);
        _heath.Send(Start, _heath.Judge([.. new[] { 7.33, 10.33, 7.34 }.Select((raw, i) => _heath.Observe("weir-1", "water_level", raw, Start.AddMinutes(10 * i)))]));
        await _hub.ProjectAsync();
        var answer = await GetAsync("/api/explain?datastream=vmm/kalmthoutse-heide/weir-1/water_level&time=2026-11-21T10:10:00Z");
        Assert.True(answer.GetProperty("agrees").GetBoolean());
        Assert.Equal((1, 4), (answer.GetProperty("observation").GetProperty("revision").GetInt32(), answer.GetProperty("observation").GetProperty("quality").GetInt32()));
        Assert.Equal(
            [("gross_range", 1), ("spike", 4), ("rate_of_change", 1), ("flat_line", 1), ("climatology", 1)],
            answer.GetProperty("steps").EnumerateArray().Skip(2).Select(s => (s.GetProperty("step").GetString(), s.GetProperty("quality").GetInt32())));
        var spike = answer.GetProperty("steps")[3];
        Assert.Equal((0.5, "station file"), (spike.GetProperty("parameters").GetProperty("suspect").GetDouble(), spike.GetProperty("source").GetString()));
        Assert.EndsWith(": fail.", spike.GetProperty("text").GetProperty("en").GetString(), StringComparison.Ordinal);

        var first = await GetAsync("/api/explain?datastream=vmm/kalmthoutse-heide/weir-1/water_level&time=2026-11-21T10:00:00Z");
        Assert.Equal([1, 2, 2, 2, 1], first.GetProperty("steps").EnumerateArray().Skip(2).Select(s => s.GetProperty("quality").GetInt32()));
    }

    [Fact]
    public async Task An_explanation_computes_with_the_inputs_that_were_sent()
    {
        _heath.Add("well-1", "groundwater_level", "mbar", TimeSpan.FromMinutes(15), datum: "NAP", barometer: "baro-1");
        _heath.Announce(Start);
        _heath.Send(Start, _heath.Observe("well-1", "groundwater_level", 2400, PhenomenonTime.Instant(Start), inputs: new ProcedureInputs(1013.25)));
        await _hub.ProjectAsync();
        var answer = await GetAsync("/api/explain?datastream=vmm/kalmthoutse-heide/well-1/groundwater_level&time=2026-11-21T10:00:00Z");
        Assert.True(answer.GetProperty("agrees").GetBoolean());
        var input = answer.GetProperty("steps").EnumerateArray().Single(s => s.GetProperty("step").GetString() == "barometric").GetProperty("inputs")[0];
        Assert.Equal(("vmm/kalmthoutse-heide/baro-1/air_pressure", 1013.25), (input.GetProperty("datastream").GetString(), input.GetProperty("value").GetDouble()));
    }

    [Fact]
    public async Task Without_a_time_the_newest_observation_is_explained() =>
        Assert.Equal("2026-11-21T10:00:50Z", (await GetAsync($"/api/explain?datastream={Ammonia}")).GetProperty("observation").GetProperty("phenomenonTimeBegin").GetString());

    [Fact]
    public async Task A_time_inside_an_interval_is_explained_by_that_interval_and_a_time_without_by_its_neighbours()
    {
        var hour = PhenomenonTime.Interval(Start.AddHours(-1), Start);
        _heath.Send(Start, _heath.Observe("surface-1", "water_level", 16.43, hour));
        await _hub.ProjectAsync();
        var inside = await GetAsync("/api/explain?datastream=vmm/kalmthoutse-heide/surface-1/water_level&time=2026-11-21T09:59:59Z");
        Assert.Contains(" m TAW − 2.33 = ", inside.GetProperty("steps").ToString(), StringComparison.Ordinal);
        Assert.Equal("2026-11-21T09:00:00Z", inside.GetProperty("observation").GetProperty("phenomenonTimeBegin").GetString());
        var nothing = await GetAsync($"/api/explain?datastream={Ammonia}&time=2026-11-21T10:00:31Z", HttpStatusCode.NotFound);
        Assert.Equal(("2026-11-21T10:00:30Z", "2026-11-21T10:00:40Z"), (nothing.GetProperty("before").GetString(), nothing.GetProperty("after").GetString()));
    }

    [Fact]
    public async Task A_correction_replaces_and_the_old_revision_stays_readable()
    {
        _heath.Send(Start.AddSeconds(70), _heath.Observe("nh3-1", "nh3", 99, PhenomenonTime.Instant(Start), revision: 1));
        await _hub.ProjectAsync();
        var path = $"/api/observations?datastream={Ammonia}&from=2026-11-21T10:00:00Z&to=2026-11-21T10:00:10Z";
        Assert.Equal(99, Assert.Single((await GetAsync(path)).GetProperty("datastreams")[0].GetProperty("observations").EnumerateArray()).GetProperty("raw").GetDouble());
        Assert.Equal([10.0, 99], (await GetAsync(path + "&revisions=all")).GetProperty("datastreams")[0].GetProperty("observations").EnumerateArray().Select(o => o.GetProperty("raw").GetDouble()));
    }

    [Theory]
    [InlineData("/api/observations", "datastream")]
    [InlineData("/api/observations?datastream=nh3", "datastream")]
    [InlineData($"/api/observations?datastream={Ammonia}&from=2026-11-21T10:00:00", "from")]
    [InlineData($"/api/observations?datastream={Ammonia}&from=yesterday", "from")]
    [InlineData($"/api/observations?datastream={Ammonia}&from=2026-11-21", "from")]
    [InlineData($"/api/observations?datastream={Ammonia}&to=2026-11-21T25:00:00Z", "to")]
    [InlineData($"/api/observations?datastream={Ammonia}&from=2026-11-21T10:00:00Z&to=2026-11-21T09:00:00Z", "from")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=week", "aggregate")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=day&dayZone=Mars", "dayZone")]
    [InlineData($"/api/observations?datastream={Ammonia}&dayZone=UTC", "dayZone")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=8h&dayZone=UTC", "dayZone")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=4week", "anchor")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=4week&anchor=5-1-2026", "anchor")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=month&anchor=2026-01-05", "anchor")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=day&rules=eu", "rules")]
    [InlineData($"/api/observations?datastream={Ammonia}&rules=eu-2008-50", "rules")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=hour&basis=hour", "basis")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=month&weights=overlap&basis=hour", "basis")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=day&weights=overlap", "weights")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=max8h&weights=overlap", "weights")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=hour&weights=speed", "weights")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=aot40", "aggregate")]
    [InlineData("/api/observations?datastream=vmm/h/wind-1/wind_direction&aggregate=max1h", "aggregate")]
    [InlineData($"/api/observations?datastream={Ammonia}&rounding=half-to-even", "rounding")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=day&rounding=up", "rounding")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=day&decimals=1", "decimals")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=day&rounding=none&decimals=1", "decimals")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=day&rounding=half-to-even&decimals=-1", "decimals")]
    [InlineData($"/api/observations?datastream={Ammonia}&aggregate=hour&revisions=all", "revisions")]
    [InlineData($"/api/observations?datastream={Ammonia}&limit=0", "limit")]
    [InlineData($"/api/observations?datastream={Ammonia}&limit=99999999999", "limit")]
    [InlineData($"/api/observations?datastream={Ammonia}&cursor=zzz", "cursor")]
    [InlineData($"/api/observations?datastream={Ammonia}&format=xml", "format")]
    [InlineData($"/api/observations?datastream={Ammonia}&form=2026-11-21T10:00:00Z", "form")]
    [InlineData($"/api/observations?datastream={Ammonia}&limit=1&limit=2", "limit")]
    [InlineData($"/api/explain?datastream={Ammonia}&time=now", "time")]
    [InlineData("/api/explain", "datastream")]
    [InlineData("/api/alerts?phase=loud", "phase")]
    [InlineData("/api/stations?owner=vmm", "owner")]
    public async Task A_parameter_that_can_not_be_used_is_named_with_what_would_do(string path, string parameter)
    {
        var problem = await GetAsync(path, HttpStatusCode.BadRequest);
        var fault = problem.GetProperty("faults").EnumerateArray().First(fault => fault.GetProperty("parameter").GetString() == parameter);
        Assert.NotEmpty(fault.GetProperty("expected").GetString()!);
        Assert.NotEmpty(fault.GetProperty("example").GetString()!);
        Assert.Contains(problem.GetProperty("faults")[0].GetProperty("parameter").GetString()!, problem.GetProperty("detail").GetString()!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.9999999Z")]
    [InlineData("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.9999999Z&aggregate=hour")]
    [InlineData("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.9999999Z&aggregate=day&dayZone=Europe/Amsterdam")]
    [InlineData("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.9999999Z&aggregate=max8h")]
    [InlineData("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.9999999Z&aggregate=4week&anchor=9999-12-31&weights=overlap")]
    [InlineData("to=0001-01-01T00:00:01Z")]
    public async Task All_of_time_may_be_asked_for(string range) =>
        Assert.Equal(1, (await GetAsync($"/api/observations?datastream={Ammonia}&limit=10&{range}")).GetProperty("datastreams").GetArrayLength());

    [Fact]
    public async Task A_range_that_ends_when_the_calendar_begins_is_a_fault() =>
        await GetAsync($"/api/observations?datastream={Ammonia}&to=0001-01-01T00:00:00Z", HttpStatusCode.BadRequest);

    [Fact]
    public async Task An_address_that_is_none_and_a_method_that_is_not_taken_are_problems_too()
    {
        Assert.Contains("/api/observation;", (await GetAsync("/api/observation", HttpStatusCode.NotFound)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        using var refused = await _hub.Http.PostAsync(new Uri("/api/stations", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Contains("takes GET, not POST", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_faults_are_in_one_answer() =>
        Assert.Equal(3, (await GetAsync("/api/observations?from=x&aggregate=y", HttpStatusCode.BadRequest)).GetProperty("faults").GetArrayLength());

    [Fact]
    public async Task An_unknown_datastream_is_not_found_and_its_neighbours_are_named()
    {
        var problem = await GetAsync("/api/observations?datastream=vmm/kalmthoutse-heide/nh3-1/nh4", HttpStatusCode.NotFound);
        Assert.Equal(Ammonia, problem.GetProperty("near")[0].GetString());
        Assert.Equal("noord-brabant/brabantse-wal", (await GetAsync("/api/datastreams?station=brabantse-wall", HttpStatusCode.NotFound)).GetProperty("near")[0].GetString());
    }

    [Fact]
    public async Task An_offset_is_taken_and_answered_in_UTC()
    {
        foreach (var from in new[] { "2026-11-21T11:00:00%2B01:00", "2026-11-21T11:00:00+01:00" })
        {
            Assert.Equal("2026-11-21T10:00:00Z", (await GetAsync($"/api/observations?datastream={Ammonia}&from={from}")).GetProperty("from").GetString());
        }
    }

    [Fact]
    public async Task Alerts_say_what_is_the_case_in_both_languages_with_the_band_in_canonical_units()
    {
        var answer = await GetAsync("/api/alerts?phase=firing");
        var alerts = answer.GetProperty("alerts").EnumerateArray().ToList();
        Assert.Equal(2, alerts.Count);
        Assert.All(alerts, alert => Assert.Equal(45, alert.GetProperty("measured").GetDouble(), 9));
        Assert.Contains("Kalmthoutse Heide staat 45 cm onder maaiveld", alerts[0].GetProperty("text").GetProperty("nl").GetString() + alerts[1].GetProperty("text").GetProperty("nl").GetString(), StringComparison.Ordinal);
        var band = answer.GetProperty("rules")[0].GetProperty("band");
        Assert.Equal((0.2, 0.4), (band.GetProperty("canonicalLower").GetDouble(), band.GetProperty("canonicalUpper").GetDouble()));
    }
}
