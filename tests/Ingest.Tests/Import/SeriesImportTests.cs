using System.Globalization;
using System.Text.Json;
using MeetNet.Ingest.Alerting;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Import;
using MeetNet.Ingest.Intake;
using MeetNet.Ingest.Tests.Alerting;
using MeetNet.Ingest.Tests.Intake;
using MeetNet.Ingest.Tests.Query;
using MeetNet.Observations;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Import;

public sealed class SeriesImportTests : IDisposable
{
    private const string Header = "station_number,value,timestamp_measured,formula\n";
    private const string Nine = "NL10131,20,2026-07-01T09:00:00Z,NO2\n";
    private const string Ten = "NL10131,21.3,2026-07-01T10:00:00Z,NO2\n";

    private readonly ImportOnTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    [Fact]
    public async Task What_was_imported_is_answered_and_explained_like_a_live_series()
    {
        var file = _trial.Write("level.csv", "#ts_id;7\n#Timestamp;Value;Quality Code\n2026-07-01T10:00:00.000Z;15.27;130\n2026-07-01T10:15:00.000Z;15.3;-1\n");
        Assert.Equal(0, await _trial.ImportAsync("kiwis", file, "--property", "water_level", "--unit", "m", "--stamp", "end,PT15M", "--codes", "vmm.raw", "--datum", "TAW",
            "--transformation", "taw-const-2.33"));
        await using var hub = await HubOnTrial.StartAsync(new ManualTimeProvider(new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero)));
        await _trial.ShowAsync(hub);

        const string Datastream = "rivm/imported/kiwis/water_level";
        var csv = await hub.Http.GetStringAsync(new Uri($"/api/observations?datastream={Datastream}&from=2026-07-01T00:00:00Z&to=2026-07-02T00:00:00Z&format=csv", UriKind.Relative));
        var rows = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(3, rows.Length);
        var (value, gap) = (rows[1].Split(','), rows[2].Split(','));
        Assert.Equal([Datastream, "rivm", "imported", "water_level", "m", "false", "2026-07-01T09:45:00Z", "2026-07-01T10:00:00Z"], value[..8]);
        Assert.Equal(12.94, double.Parse(value[8], CultureInfo.InvariantCulture), 9);
        Assert.Equal(["1", "vmm.raw:130", "15.27"], value[9..12]);
        Assert.Equal(["2026-07-01T10:00:00Z", "2026-07-01T10:15:00Z", "", "9", "vmm.raw:-1", "15.3"], gap[6..12]);

        using var explained = JsonDocument.Parse(await hub.Http.GetStringAsync(new Uri($"/api/explain?datastream={Datastream}&time=2026-07-01T09:50:00Z", UriKind.Relative)));
        Assert.True(explained.RootElement.GetProperty("agrees").GetBoolean());
        var steps = explained.RootElement.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("step").GetString());
        Assert.Equal(["raw", "vertical_datum", "stamp", "gross_range"], steps);
    }

    [Fact]
    public async Task Validity_stage_and_native_code_are_three_answers_and_another_list_is_written_by_their_meaning()
    {
        await _trial.ImportAsync("eea", _trial.Write("a.csv", """
            Samplingpoint,Pollutant,Start,End,Value,Unit,Validity,Verification
            X,8,2026-07-01 10:00:00,2026-07-01 11:00:00,0.4,ug.m-3,3,1
            X,8,2026-07-01 11:00:00,2026-07-01 12:00:00,-999,ug.m-3,1,3
            X,8,2026-07-01 12:00:00,2026-07-01 13:00:00,18,ug.m-3,-99,2
            X,8,2026-07-01 13:00:00,2026-07-01 14:00:00,,ug.m-3,-1,3

            """));
        await _trial.RunAsync("import", "luchtmeetnet", _trial.Write("b.csv", Header + Nine), "--owner", "rivm", "--station", "imported");
        await using var hub = await HubOnTrial.StartAsync(new ManualTimeProvider(new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero)));
        await _trial.ShowAsync(hub);

        const string Range = "from=2026-07-01T00:00:00Z&to=2026-07-02T00:00:00Z";
        Assert.Equal(
        [
            "1,half_detection_limit,final,\"eea.validity:3,eea.verification:1\",05,exact",
            "4,bad,automatic,\"eea.validity:1,eea.verification:3\",50,exact",
            "4,maintenance,preliminary,\"eea.validity:-99,eea.verification:2\",,none",
            "9,bad,automatic,\"eea.validity:-1,eea.verification:3\",50,exact",
        ], await RowsAsync($"datastream=rivm/imported/eea/no2&{Range}&codes=rws.kwaliteitsoordeel"));
        Assert.Equal(["1,good,,,1,exact"], await RowsAsync($"datastream=rivm/imported/luchtmeetnet/no2&{Range}&codes=eea.validity"));
        Assert.Equal(["1,good,,,,none"], await RowsAsync($"datastream=rivm/imported/luchtmeetnet/no2&{Range}&codes=eea.verification"));
        Assert.Equal(["1,good,,,,"], await RowsAsync($"datastream=rivm/imported/luchtmeetnet/no2&{Range}"));

        using var refused = await hub.Http.GetAsync(new Uri($"/api/observations?datastream=rivm/imported/eea/no2&codes=eea", UriKind.Relative));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
        using var aggregated = await hub.Http.GetAsync(new Uri($"/api/observations?datastream=rivm/imported/eea/no2&codes=eea.validity&aggregate=day", UriKind.Relative));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, aggregated.StatusCode);

        // The quality, and the five columns from the validity on; nothing is said by the hub itself.
        async Task<IReadOnlyList<string>> RowsAsync(string query)
        {
            var csv = await hub.Http.GetStringAsync(new Uri($"/api/observations?{query}&format=csv", UriKind.Relative));
            var lines = csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            var received = Array.IndexOf(lines[0].Split(','), "validity");
            Assert.Equal("validity,verificationStage,nativeCode,code,codeFit", string.Join(',', lines[0].Split(',')[received..(received + 5)]));
            return [.. lines[1..].Select(line => $"{line.Split(',')[9]},{line[(line.LastIndexOf('Z') + 2)..^2]}")];
        }
    }

    [Fact]
    public async Task A_value_that_went_on_to_the_next_stage_is_a_higher_revision()
    {
        const string Columns = "Samplingpoint,Pollutant,Start,End,Value,Unit,Validity,Verification\n";
        const string Row = "X,8,2026-07-01 10:00:00,2026-07-01 11:00:00,21.3,ug.m-3,1,3\n";
        await _trial.ImportAsync("eea", _trial.Write("a.csv", Columns + Row));
        await _trial.ImportAsync("eea", _trial.Write("b.csv", Columns + Row.Replace("1,3", "1,1", StringComparison.Ordinal)));
        Assert.Contains("0 new, 1 revised, 0 unchanged", _trial.Output, StringComparison.Ordinal);
        await _trial.ImportAsync("eea", _trial.Write("c.csv", Columns + Row.Replace("1,3", "1,1", StringComparison.Ordinal)));
        Assert.Contains("0 new, 0 revised, 1 unchanged", _trial.Output, StringComparison.Ordinal);
        Assert.Equal(["eea.validity:1,eea.verification:3", "eea.validity:1,eea.verification:1"], Observations().Select(observation => observation.Quality.Tests));
    }

    [Fact]
    public async Task Importing_the_same_again_writes_nothing()
    {
        var file = _trial.Write("a.csv", Header + Nine + Ten);
        await _trial.ImportAsync("luchtmeetnet", file);
        var before = _trial.Facts().Count;
        Assert.Equal(0, await _trial.ImportAsync("luchtmeetnet", file));
        Assert.Contains("2 rows: 0 new, 0 revised, 2 unchanged", _trial.Output, StringComparison.Ordinal);
        Assert.Equal(before, _trial.Facts().Count);
    }

    [Fact]
    public async Task A_changed_value_is_a_higher_revision_and_the_old_one_stays()
    {
        await _trial.ImportAsync("luchtmeetnet", _trial.Write("a.csv", Header + Nine + Ten));
        await _trial.ImportAsync("luchtmeetnet", _trial.Write("b.csv", Header + Nine + Ten.Replace("21.3", "22.4", StringComparison.Ordinal)));
        Assert.Contains("0 new, 1 revised, 1 unchanged", _trial.Output, StringComparison.Ordinal);
        await _trial.ImportAsync("luchtmeetnet", _trial.Write("c.csv", Header + Ten));
        Assert.Contains("0 new, 1 revised, 0 unchanged", _trial.Output, StringComparison.Ordinal);
        var ten = Observations().Where(observation => observation.PhenomenonTime.End.Hour == 10);
        Assert.Equal([(0, 21.3), (1, 22.4), (2, 21.3)], ten.Select(observation => (observation.Revision, observation.Raw!.Value)));
    }

    [Fact]
    public async Task Another_choice_of_transformation_is_a_higher_revision_with_its_own_procedure()
    {
        var file = RepositoryFile.PathOf("tests/vectors/import/rws-taw.csv");
        await _trial.ImportAsync("rws", file, "--clock", "+01:00", "--transformation", "taw-const-2.33");
        await _trial.ImportAsync("rws", file, "--clock", "+01:00", "--transformation", "taw-grid-2018");
        var (first, second) = (Observations()[0], Observations()[1]);
        Assert.Equal((0, 1), (first.Revision, second.Revision));
        Assert.NotEqual(first.ProcedureId, second.ProcedureId);
        Assert.InRange(first.Result!.Value - second.Result!.Value, 0.005, 0.035);
    }

    [Fact]
    public async Task A_dry_run_says_what_it_would_do_and_writes_nothing()
    {
        Assert.Equal(0, await _trial.ImportAsync("luchtmeetnet", _trial.Write("a.csv", Header + Nine), "--dry-run"));
        Assert.Contains("(nothing written): 1 rows: 1 new", _trial.Output, StringComparison.Ordinal);
        Assert.Empty(_trial.Facts());
    }

    [Fact]
    public async Task The_ledger_goes_on_without_a_gap_over_several_imports_and_batches()
    {
        var begin = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        string Hours(int first, int count) => Header + string.Concat(Enumerable.Range(first, count).Select(hour => $"NL10131,{hour % 50},{begin.AddHours(hour):yyyy-MM-ddTHH:mm:ssZ},NO2\n"));
        await _trial.ImportAsync("luchtmeetnet", _trial.Write("a.csv", Hours(0, 2_500)));
        await _trial.ImportAsync("luchtmeetnet", _trial.Write("b.csv", Hours(2_000, 1_000)));
        Assert.Contains("500 new, 0 revised, 500 unchanged", _trial.Output, StringComparison.Ordinal);
        using var log = FactTransaction.Open(_trial.LogPath, SqliteSynchronous.Full, new());
        var outbox = Assert.Single(SequenceLedger.ReadAll(log.Connection));
        Assert.Equal((3_000, 0, 0), (outbox.Acknowledged, outbox.DuplicateObservations, outbox.Conflicts));
        Assert.Equal(3_000, Observations().Count);
    }

    [Fact]
    public async Task Another_property_joins_the_station_and_the_place_is_remembered()
    {
        await _trial.ImportAsync("luchtmeetnet", _trial.Write("a.csv", Header + Nine), "--name", "Zandvliet");
        Assert.Equal(0, await _trial.RunAsync("import", "luchtmeetnet", _trial.Write("b.csv", Header + Nine.Replace("NO2", "O3", StringComparison.Ordinal)), "--owner", "rivm", "--station", "imported"));
        var announced = _trial.Facts().Last(fact => fact.Kind == FactKind.Announcement);
        Assert.True(Announcement.TryRead(announced.Payload.Span, out var announcement, out _));
        Assert.Equal(["no2", "o3"], announcement.Datastreams.Select(datastream => datastream.Id.Property));
        Assert.Equal(("Zandvliet", 51.39), (announcement.Thing.Name.Nl, announcement.Thing.Location.Latitude));
    }

    [Fact]
    public async Task What_is_stated_for_whoever_compares_is_announced_also_without_new_values_and_is_remembered()
    {
        var file = _trial.Write("a.csv", Header + Nine);
        await _trial.ImportAsync("luchtmeetnet", file);
        Assert.Equal(0, await _trial.ImportAsync("luchtmeetnet", file, "--method", "chemiluminescence", "--siting", "rural-background"));
        Assert.Contains("0 new, 0 revised, 1 unchanged", _trial.Output, StringComparison.Ordinal);
        await _trial.ImportAsync("luchtmeetnet", _trial.Write("b.csv", Header + Nine + Ten));
        var announced = _trial.Facts().Where(fact => fact.Kind == FactKind.Announcement).Select(fact =>
        {
            Assert.True(Announcement.TryRead(fact.Payload.Span, out var announcement, out _));
            return (announcement.Thing.Siting, Assert.Single(announcement.Datastreams).Method);
        });
        Assert.Equal([(null, null), ("rural-background", "chemiluminescence")], announced.Distinct());

        Assert.Equal(2, await _trial.ImportAsync("luchtmeetnet", file, "--method", "radar"));
        Assert.Contains("'radar' is not a method of measuring no2", _trial.Error, StringComparison.Ordinal);
        Assert.Equal(2, await _trial.ImportAsync("luchtmeetnet", file, "--siting", "somewhere"));
    }

    [Fact]
    public async Task The_neighbour_tests_of_the_ingest_file_are_made_from_the_log()
    {
        const string Night = "NL10131,20,2026-07-01T01:00:00Z,NO2\nNL10131,180,2026-07-01T02:00:00Z,NO2\nNL10131,20,2026-07-01T03:00:00Z,NO2\n";
        await _trial.ImportAsync("luchtmeetnet", _trial.Write("a.csv", Header + Night));
        await _trial.RunAsync("import", "luchtmeetnet", _trial.Write("b.csv", Header + Night.Replace("180", "20", StringComparison.Ordinal)), "--owner", "vmm", "--station", "near", "--place", "51.40,4.45");
        Assert.Equal(2, await _trial.RunAsync("rebuild", "neighbours"));
        Assert.Contains("There is no projection 'neighbours'", _trial.Error, StringComparison.Ordinal);

        var tests = "neighbours: {tests: [{property: no2, window: 2h, suspect: 30, within: 10, minimumValues: 2}]}\n";
        Assert.Equal(0, await _trial.WithAsync(tests, "rebuild", "neighbours"));
        Assert.Contains("6 observations", _trial.Output, StringComparison.Ordinal);
        using var projection = new Ingest.Neighbours.NeighbourProjection(
            Path.Combine(_trial.Data, "neighbours.db"), new([], [new("no2", new(TimeSpan.FromHours(2), 30, 2), 10, [])]));
        var day = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(
            [QartodFlag.Good, QartodFlag.Suspect, QartodFlag.Good],
            projection.Flags("rivm/imported/luchtmeetnet/no2", day, day.AddDays(1)).OrderBy(pair => pair.Key.Begin).Select(pair => pair.Value));
    }

    [Fact]
    public async Task A_new_station_needs_its_place()
    {
        Assert.Equal(2, await _trial.RunAsync("import", "luchtmeetnet", _trial.Write("a.csv", Header + Nine), "--owner", "rivm", "--station", "imported"));
        Assert.Contains("--place", _trial.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_station_of_a_gateway_is_refused()
    {
        using (var log = FactTransaction.Open(_trial.LogPath, SqliteSynchronous.Full, new()))
        {
            log.Commit([Messages.BatchArrival(1, 5)]);
        }
        Assert.Equal(2, await _trial.RunAsync(
            "import", "luchtmeetnet", _trial.Write("a.csv", Header + Nine), "--owner", "vmm", "--station", "kalmthoutse-heide", "--place", "51.39,4.44"));
        Assert.Contains("is the station of a gateway", _trial.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_hub_has_the_folder()
    {
        using (DataLock.TryTake(_trial.Data))
        {
            Assert.Equal(1, await _trial.ImportAsync("luchtmeetnet", _trial.Write("a.csv", Header + Nine)));
        }
        Assert.Contains("is in use", _trial.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing", "--sensor", "x")]
    [InlineData("luchtmeetnet", "--place", "4.44,51.39")]
    [InlineData("luchtmeetnet", "--place", "373784,77795,EPSG:28992")]
    [InlineData("luchtmeetnet", "--reference", "room")]
    [InlineData("luchtmeetnet", "--stamp", "end")]
    [InlineData("luchtmeetnet", "--stamp", "instant,PT1H")]
    [InlineData("luchtmeetnet", "--clock", "CET")]
    [InlineData("luchtmeetnet", "--sensor", "A B")]
    public async Task A_wrong_option_is_said(string format, string option, string value)
    {
        Assert.Equal(2, await _trial.ImportAsync(format, _trial.Write("a.csv", Header + Nine), option, value));
        Assert.Contains(format == "nothing" ? "is not a format" : option, _trial.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Imported_history_wakes_nobody()
    {
        await _trial.ImportAsync("luchtmeetnet", _trial.Write("a.csv", Header + "NL10131,900,2026-07-01T09:00:00Z,NO2\n"));
        using var folder = new TemporaryFolder();
        var start = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
        using var file = new AlertFile(folder.File("alerting.db"), start);
        using var alerts = new AlertProjection(file, "trial", [Rules.Silence()], new ManualTimeProvider(start));
        await alerts.ApplyAsync(_trial.Facts(), CancellationToken.None);
        Assert.Empty(alerts.Watches());
        Assert.Empty(alerts.Views());
    }

    private IReadOnlyList<Observation> Observations() => [.. _trial.Facts().SelectMany(fact => fact.ReadObservations())];
}
