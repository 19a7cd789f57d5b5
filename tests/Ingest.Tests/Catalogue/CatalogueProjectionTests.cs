using MeetNet.Ingest.Catalogue;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Tests.Facts;
using MeetNet.Ingest.Tests.Query;
using MeetNet.Sqlite;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Catalogue;

public sealed class CatalogueProjectionTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryFactLog _log = new();
    private CatalogueProjection _catalogue;

    public CatalogueProjectionTests() => _catalogue = new CatalogueProjection(_folder.File("catalogue.db"));

    public void Dispose()
    {
        _catalogue.Dispose();
        _folder.Dispose();
    }

    private async Task ApplyAsync() => await _catalogue.ApplyAsync(_log.ReadAfter(_catalogue.Cursor, 100), CancellationToken.None);

    private void Reopen()
    {
        _catalogue.Dispose();
        _catalogue = new CatalogueProjection(_folder.File("catalogue.db"));
    }

    /// <summary>Everything in it, as text: two catalogues that say the same are the same.</summary>
    private string Said() => SaidBefore() + string.Join('\n', _catalogue.Model.FirstAnnounced.Select(pair => $"{pair.Key} {pair.Value:O}").Order(StringComparer.Ordinal));

    /// <summary>All but when procedures were announced, which older files did not keep.</summary>
    private string SaidBefore() => string.Join('\n', [
        .. _catalogue.Model.Stations.Values.Select(station => $"{station with { Sensors = [] }} {string.Join(';', station.Sensors)}"),
        .. _catalogue.Model.Datastreams.Values.Select(datastream => datastream.ToString()),
        .. _catalogue.Model.Procedures.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value.Select(p => $"{pair.Key} {p.ValidFrom:O} {p.StepsJson}"))]);

    [Fact]
    public async Task It_is_the_same_after_a_restart_after_a_rebuild_and_after_hearing_it_twice()
    {
        BorderStation.Heath(_log).Announce(Start);
        BorderStation.Ridge(_log).Announce(Start);
        await ApplyAsync();
        var said = Said();
        Assert.Equal((2, 10), (_catalogue.Model.Stations.Count, _catalogue.Model.Datastreams.Count));

        Reopen();
        Assert.Equal((2L, said), (_catalogue.Cursor, Said()));

        await _catalogue.ResetAsync(CancellationToken.None);
        Assert.Empty(_catalogue.Model.Stations);
        await ApplyAsync();
        Assert.Equal(said, Said());

        await _catalogue.ApplyAsync(_log.ReadAfter(0, 100), CancellationToken.None);
        Assert.Equal(said, Said());
    }

    [Fact]
    public async Task A_file_from_before_stations_kept_where_they_were_surveyed_is_read_on()
    {
        BorderStation.Ridge(_log).Announce(Start);
        await ApplyAsync();
        var said = SaidBefore();
        _catalogue.Dispose();
        using (var file = SqliteFile.OpenWriter(_folder.File("catalogue.db"), new SqliteOptions { ApplicationId = 0x4D4E6361, Version = 4, Migrate = (_, _) => { } }))
        {
            file.Execute("ALTER TABLE stations DROP COLUMN siting; ALTER TABLE datastreams DROP COLUMN method; ALTER TABLE procedures DROP COLUMN announced;" + string.Join('\n', new[] { "x", "y", "crs", "transformation", "accuracy" }.Select(c => $"ALTER TABLE stations DROP COLUMN native_{c};")) + "PRAGMA user_version = 1;");
        }

        _catalogue = new CatalogueProjection(_folder.File("catalogue.db"));
        Assert.Equal(said, SaidBefore());
        BorderStation.Heath(_log).Announce(Start);
        await ApplyAsync();
        Assert.NotNull(_catalogue.Model.Stations["vmm/kalmthoutse-heide"].Thing.Location.Native);
    }

    [Fact]
    public async Task A_file_from_before_it_kept_method_and_siting_is_read_on()
    {
        BorderStation.Ridge(_log).Announce(Start);
        await ApplyAsync();
        var said = SaidBefore();
        _catalogue.Dispose();
        using (var file = SqliteFile.OpenWriter(_folder.File("catalogue.db"), new SqliteOptions { ApplicationId = 0x4D4E6361, Version = 4, Migrate = (_, _) => { } }))
        {
            file.Execute("ALTER TABLE stations DROP COLUMN siting; ALTER TABLE datastreams DROP COLUMN method; ALTER TABLE procedures DROP COLUMN announced; PRAGMA user_version = 2;");
        }

        _catalogue = new CatalogueProjection(_folder.File("catalogue.db"));
        Assert.Equal(said, SaidBefore());
        var heath = BorderStation.Heath(_log);
        (heath.Siting, heath.Datastreams[2]) = ("rural-background", heath.Datastreams[2] with { Method = "doas" });
        heath.Announce(Start);
        await ApplyAsync();
        Reopen();
        Assert.Equal("rural-background", _catalogue.Model.Stations["vmm/kalmthoutse-heide"].Thing.Siting);
        Assert.Equal("doas", _catalogue.Model.Datastreams["vmm/kalmthoutse-heide/nh3-1/nh3"].Datastream.Method);
    }

    [Fact]
    public async Task A_damaged_file_is_made_again_from_the_log()
    {
        BorderStation.Heath(_log).Announce(Start);
        await ApplyAsync();
        var said = Said();
        _catalogue.Dispose();
        File.WriteAllBytes(_folder.File("catalogue.db"), new byte[8192]);
        _catalogue = new CatalogueProjection(_folder.File("catalogue.db"));
        Assert.Equal(0, _catalogue.Cursor);
        await ApplyAsync();
        Assert.Equal(said, Said());
    }

    [Fact]
    public async Task A_datastream_that_is_announced_no_more_stays_with_its_procedures()
    {
        var heath = BorderStation.Heath(_log);
        heath.Announce(Start);
        heath.Datastreams.RemoveAll(datastream => datastream.Id.Property == "nh3");
        heath.Announce(Start.AddMinutes(1));
        await ApplyAsync();
        Reopen();
        var gone = _catalogue.Model.Datastreams[heath.Id("nh3-1", "nh3")];
        Assert.False(gone.Announced);
        Assert.Single(_catalogue.Model.ProceduresOf(gone.Id));
        Assert.True(_catalogue.Model.Datastreams[heath.Id("pm-1", "pm10")].Announced);
    }

    [Fact]
    public async Task An_old_announcement_that_comes_late_does_not_turn_the_clock_back()
    {
        var heath = BorderStation.Heath(_log);
        heath.Announce(Start);
        heath.SurfaceLevel = null;
        _log.AddAnnouncement(heath.Owner, heath.Name, heath.Announcement(Start.AddDays(-1)).ToUtf8(), Start.AddMinutes(1));
        await ApplyAsync();
        Assert.NotNull(_catalogue.Model.Stations["vmm/kalmthoutse-heide"].Thing.SurfaceLevel);
    }

    [Fact]
    public async Task An_announcement_that_can_not_be_read_is_passed_over()
    {
        _log.AddAnnouncement("vmm", "kalmthoutse-heide", "{\"v\":1}"u8.ToArray(), Start);
        BorderStation.Ridge(_log).Announce(Start);
        await ApplyAsync();
        Assert.Equal((2L, 1), (_catalogue.Cursor, _catalogue.Model.Stations.Count));
    }

    [Fact]
    public async Task Steps_that_came_into_force_twice_are_two_versions_with_one_id()
    {
        var heath = BorderStation.Heath(_log);
        heath.Announce(Start);
        var announcement = heath.Announcement(Start.AddDays(1));
        var later = announcement with { Procedures = [.. announcement.Procedures.Select(p => Observations.Procedures.Procedure.Create(p.Datastream, p.ValidFrom.AddMonths(6), p.Steps))] };
        _log.AddAnnouncement(heath.Owner, heath.Name, later.ToUtf8(), Start.AddDays(1));
        await ApplyAsync();
        Reopen();
        Assert.All(_catalogue.Model.Procedures.Values, versions => Assert.Equal(2, versions.Length));
    }
}
