using MeetNet.Ingest.Alerting;
using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Tests.Facts;
using MeetNet.Ingest.Tests.Query;
using MeetNet.Observations;
using MeetNet.Sqlite;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Alerting;

public sealed class AlertProjectionTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new(Start);
    private readonly MemoryFactLog _log = new();
    private readonly BorderStation _heath;
    private AlertFile _file;
    private AlertProjection _alerts;

    public AlertProjectionTests()
    {
        _heath = BorderStation.Heath(_log);
        (_file, _alerts) = Open();
    }

    public void Dispose()
    {
        _alerts.Dispose();
        _folder.Dispose();
    }

    private (AlertFile File, AlertProjection Alerts) Open(params AlertRule[] rules)
    {
        var file = new AlertFile(_folder.File("alerting.db"), _time.GetUtcNow());
        return (file, new AlertProjection(file, "trial", rules.Length > 0 ? rules : [Rules.GroundwaterBand(), Rules.Silence()], _time));
    }

    private void Restart(params AlertRule[] rules)
    {
        _alerts.Dispose();
        (_file, _alerts) = Open(rules);
    }

    /// <summary>A groundwater level so many centimetres below the surface (17.60 m TAW), sent and received at a second.</summary>
    private void Send(int second, double? depth, ResultQuality? quality = null) =>
        _heath.Send(Start.AddSeconds(second), _heath.Observe("level-1", "groundwater_level", 17.60 - (depth / 100), Start.AddSeconds(second), quality));

    private async Task ApplyAsync()
    {
        while (_log.ReadAfter(_alerts.Cursor, 100) is { Count: > 0 } facts)
        {
            await _alerts.ApplyAsync(facts, CancellationToken.None);
        }
    }

    private List<Notification> Pending()
    {
        var all = new List<Notification>();
        while (_file.NextPending() is { } next)
        {
            _file.Mark(next.Id, NotificationStatus.Told, null);
            all.Add(next);
        }
        return all;
    }

    private void Exceed(int from = 0)
    {
        for (var second = from; second <= from + 30; second += 10)
        {
            Send(second, 45);
        }
    }

    [Fact]
    public async Task A_disk_that_fails_for_a_while_makes_nobody_forget_what_to_watch()
    {
        _heath.Announce(Start);
        await ApplyAsync();
        Exceed();
        using (var disk = SqliteFile.OpenWriter(_folder.File("alerting.db"), AlertFile.Options))
        {
            disk.Execute("ALTER TABLE states RENAME TO away");
            await Assert.ThrowsAsync<SqliteFault>(ApplyAsync);
            disk.Execute("ALTER TABLE away RENAME TO states");
        }
        await ApplyAsync();
        Assert.Contains(_alerts.Views(), view => view.State.Phase == AlertPhase.Firing);
    }

    [Fact]
    public async Task An_exceedance_in_native_TAW_fires_by_depth_below_the_announced_surface()
    {
        _heath.Announce(Start);
        Exceed();
        await ApplyAsync();

        var alert = Assert.Single(_alerts.Views());
        Assert.Equal((AlertPhase.Firing, Start), (alert.State.Phase, alert.State.Since!.Value));
        Assert.Equal(45, alert.State.Measured!.Value, 9);
        var told = Assert.Single(Pending());
        Assert.Equal("fired", told.Read().Transition);
        Assert.Contains("45 cm below the surface", told.Read().Text, StringComparison.Ordinal);
        Assert.Contains("(simulated values)", told.Read().Text, StringComparison.Ordinal);
        Assert.Contains("since 21-11-2026 11:00 CET", told.Read().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_and_cursor_survive_a_restart_in_the_middle_of_a_duration()
    {
        _heath.Announce(Start);
        Send(0, 45);
        Send(10, 45);
        await ApplyAsync();
        Restart();
        Send(20, 45);
        Send(30, 45);
        await ApplyAsync();
        Assert.Equal(Start, Assert.Single(_alerts.Views()).State.Since);
        Assert.Single(Pending());
    }

    [Fact]
    public async Task Failed_and_missing_values_neither_start_nor_complete_anything()
    {
        _heath.Announce(Start);
        foreach (var second in new[] { 0, 10, 20, 30, 40 })
        {
            Send(second, 45, ResultQuality.Fail("device:fault"));
        }
        Send(50, null);
        await ApplyAsync();
        Assert.Empty(_alerts.Views());
    }

    [Fact]
    public async Task A_rebuild_comes_to_the_same_states_and_tells_nobody_again()
    {
        _heath.Announce(Start);
        Exceed();
        await ApplyAsync();
        var before = _alerts.Views();
        Assert.Single(Pending());

        await _alerts.ResetAsync(CancellationToken.None);
        Assert.Equal(0, _alerts.Cursor);
        await ApplyAsync();

        Assert.Equal(before.Select(view => (view.Rule.Name, view.Datastream, view.State)), _alerts.Views().Select(view => (view.Rule.Name, view.Datastream, view.State)));
        Assert.Empty(Pending());
    }

    [Fact]
    public async Task What_was_not_told_before_a_rebuild_is_told_after_it_once()
    {
        _heath.Announce(Start);
        Exceed();
        await ApplyAsync();
        await _alerts.ResetAsync(CancellationToken.None);
        await ApplyAsync();
        Assert.Single(Pending());
    }

    [Fact]
    public async Task Facts_older_than_the_file_are_history()
    {
        _heath.Announce(Start);
        Exceed();
        _time.Advance(TimeSpan.FromHours(1));
        _alerts.Dispose();
        File.Delete(_folder.File("alerting.db"));
        (_file, _alerts) = Open();

        await ApplyAsync();
        Assert.Equal(AlertPhase.Firing, Assert.Single(_alerts.Views()).State.Phase);
        Assert.Empty(Pending());

        for (var second = 3700; second <= 3730; second += 10)
        {
            Send(second, 30);
        }
        await ApplyAsync();
        Assert.Equal("resolved", Assert.Single(Pending()).Read().Transition);
    }

    [Fact]
    public async Task A_damaged_file_is_set_aside_and_nobody_is_told_again()
    {
        _heath.Announce(Start);
        Exceed();
        await ApplyAsync();
        _time.Advance(TimeSpan.FromHours(1));
        _alerts.Dispose();
        File.WriteAllBytes(_folder.File("alerting.db"), new byte[8192]);
        (_file, _alerts) = Open();
        await ApplyAsync();
        Assert.Equal(AlertPhase.Firing, Assert.Single(_alerts.Views()).State.Phase);
        Assert.Empty(Pending());
        Assert.True(File.Exists(_folder.File("alerting.db.damaged")));
    }

    [Fact]
    public async Task Applying_the_same_facts_again_changes_nothing()
    {
        _heath.Announce(Start);
        Exceed();
        await ApplyAsync();
        var before = _alerts.Views();
        Pending();
        await _alerts.ApplyAsync(_log.ReadAfter(0, 100), CancellationToken.None);
        Assert.Equal(before, _alerts.Views());
        Assert.Empty(Pending());
    }

    [Fact]
    public async Task A_rule_that_means_something_else_withdraws_what_it_had_said()
    {
        _heath.Announce(Start);
        Exceed();
        await ApplyAsync();
        Pending();
        Restart(Rules.GroundwaterBand(Rules.Band with { Upper = 60 }), Rules.Silence());
        Assert.Empty(_alerts.Views());
        Assert.Equal("withdrawn", Assert.Single(Pending()).Read().Transition);
        Restart(Rules.GroundwaterBand(Rules.Band with { Upper = 60 }) with { Title = new("Anders", "Other") }, Rules.Silence());
        Assert.Empty(Pending());
    }

    [Fact]
    public async Task A_rule_that_is_gone_withdraws_what_it_had_said()
    {
        _heath.Announce(Start);
        Exceed();
        await ApplyAsync();
        Pending();
        Restart(Rules.Silence());
        Assert.Equal(("groundwater-band", "withdrawn"), (Assert.Single(Pending()).Read() is var told ? (told.Rule, told.Transition) : default));
    }

    [Fact]
    public async Task A_station_without_a_surface_level_is_said_not_to_be_judged()
    {
        _heath.SurfaceLevel = null;
        _heath.Announce(Start);
        Exceed();
        await ApplyAsync();
        Assert.Empty(_alerts.Views());
        Assert.False(Assert.Single(_alerts.Watches(), watch => watch.Rule.Kind == AlertKind.Band).CanJudge);
    }

    [Fact]
    public async Task Silence_fires_and_is_over_when_a_value_comes_and_a_missing_one_is_none()
    {
        _heath.Announce(Start);
        await ApplyAsync();
        _time.Advance(TimeSpan.FromSeconds(60));
        _alerts.Tick(Start, _time.GetUtcNow());
        var silent = _alerts.Views().Where(view => view.State.Phase == AlertPhase.Firing).ToList();
        Assert.Equal(4, silent.Count);      // the hourly one is not silent after a minute
        Assert.Equal(4, Pending().Count);

        Send(61, null);
        await ApplyAsync();
        Assert.Equal(4, _alerts.Views().Count(view => view.State.Phase == AlertPhase.Firing));
        Send(62, 30);
        await ApplyAsync();
        Assert.Equal(3, _alerts.Views().Count(view => view.State.Phase == AlertPhase.Firing));
        Assert.Equal("resolved", Assert.Single(Pending()).Read().Transition);
    }

    [Fact]
    public async Task A_silence_that_was_told_is_not_told_again_after_a_rebuild()
    {
        _heath.Announce(Start);
        await ApplyAsync();
        _time.Advance(TimeSpan.FromSeconds(60));
        _alerts.Tick(Start, _time.GetUtcNow());
        Assert.Equal(4, Pending().Count);
        await _alerts.ResetAsync(CancellationToken.None);
        await ApplyAsync();
        _alerts.Tick(Start, _time.GetUtcNow());
        Assert.Equal(4, _alerts.Views().Count);
        Assert.Empty(Pending());
    }

    [Fact]
    public async Task A_datastream_that_is_announced_no_more_is_not_expected_to_speak()
    {
        _heath.Announce(Start);
        _heath.Datastreams.RemoveAll(datastream => datastream.Id.Property == "pm10");
        _heath.Announce(Start.AddSeconds(1));
        await ApplyAsync();
        _time.Advance(TimeSpan.FromDays(1));
        _alerts.Tick(Start, _time.GetUtcNow());
        Assert.DoesNotContain(_alerts.Views(), view => view.Datastream.Property == "pm10");
    }

    [Fact]
    public async Task Only_what_counts_in_a_fact_is_judged()
    {
        _heath.Announce(Start);
        Exceed();
        var facts = _log.ReadAfter(0, 100);
        var again = facts.Select(fact => fact.Kind == FactKind.Announcement ? fact : new Fact
        {
            Position = fact.Position, Kind = fact.Kind, Owner = fact.Owner, Station = fact.Station, Epoch = fact.Epoch, First = fact.First, Last = fact.Last,
            Accepted = [], Received = fact.Received, Payload = fact.Payload, ObservationsThrough = fact.ObservationsThrough,
        }).ToList();
        await _alerts.ApplyAsync(again, CancellationToken.None);
        Assert.Empty(_alerts.Views());
    }
}
