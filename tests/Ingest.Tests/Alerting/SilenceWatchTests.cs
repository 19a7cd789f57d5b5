using MeetNet.Ingest.Alerting;
using MeetNet.Ingest.Tests.Facts;
using MeetNet.Ingest.Tests.Query;
using MeetNet.TestKit;

namespace MeetNet.Ingest.Tests.Alerting;

public sealed class SilenceWatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly MemoryFactLog _log = new();
    private readonly CollectingLogger _logs = new();
    private readonly AlertProjection _alerts;
    private readonly SilenceWatch _watch;
    private bool _connected = true;

    public SilenceWatchTests()
    {
        _alerts = new AlertProjection(new AlertFile(_folder.File("alerting.db"), _time.GetUtcNow()), "trial", [Rules.Silence()], _time);
        _watch = new SilenceWatch(_alerts, _log, () => _connected, _time, _logs.For<SilenceWatch>());
    }

    public void Dispose()
    {
        _watch.Dispose();
        _alerts.Dispose();
        _folder.Dispose();
        _logs.Dispose();
    }

    private void Look(int seconds)
    {
        for (var passed = 0; passed < seconds; passed += 5)
        {
            _time.Advance(SilenceWatch.Interval);
            _watch.Look();
        }
    }

    private async Task ApplyAsync() => await _alerts.ApplyAsync(_log.ReadAfter(_alerts.Cursor, 100), CancellationToken.None);

    [Fact]
    public async Task A_hub_that_starts_after_a_night_gives_every_station_time_to_speak()
    {
        BorderStation.Heath(_log).Announce(_time.GetUtcNow().AddHours(-12));
        await ApplyAsync();
        Look(60);
        Assert.Empty(_alerts.Views());
        Look(10);
        Assert.Equal(4, _alerts.Views().Count);
    }

    [Fact]
    public async Task While_the_broker_is_away_nobody_is_called_silent()
    {
        BorderStation.Heath(_log).Announce(_time.GetUtcNow());
        await ApplyAsync();
        _connected = false;
        Look(600);
        Assert.Empty(_alerts.Views());
        _connected = true;
        Look(60);
        Assert.Empty(_alerts.Views());
        Look(10);
        Assert.Equal(4, _alerts.Views().Count);
    }

    [Fact]
    public async Task While_the_projection_is_behind_nobody_is_called_silent()
    {
        var heath = BorderStation.Heath(_log);
        heath.Announce(_time.GetUtcNow());
        await ApplyAsync();
        Look(60);
        heath.Send(_time.GetUtcNow(), heath.Observe("nh3-1", "nh3", 10, _time.GetUtcNow()));
        Look(600);
        Assert.Empty(_alerts.Views());
    }
}
