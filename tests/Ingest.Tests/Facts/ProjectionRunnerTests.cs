using MeetNet.Ingest.Facts;
using MeetNet.Ingest.Tests.Intake;
using MeetNet.TestKit;
using Microsoft.Extensions.Logging;

namespace MeetNet.Ingest.Tests.Facts;

public sealed class ProjectionRunnerTests : IDisposable
{
    private readonly MemoryFactLog _log = new();
    private readonly CollectingLogger _logger = new();
    private readonly ManualTimeProvider _time = new();
    private readonly Counting _projection = new();

    public void Dispose() => _logger.Dispose();

    [Fact]
    public async Task Catches_up_then_follows_and_says_how_far_behind_it_is()
    {
        Add(1, 10);
        using var runner = Runner();
        Assert.Equal((10L, 100L), (runner.Status.Lag, runner.Status.ObservationsLag));
        await runner.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => _projection.Cursor == 10, "it has caught up");
        Add(11, 12);
        await Eventually.TrueAsync(
            () =>
            {
                // It waits a moment for company; that moment is over when the clock says so.
                _time.Advance(TimeSpan.FromMilliseconds(20));
                return _projection.Cursor == 12;
            },
            "it follows");
        Assert.Equal((0L, 0L), (runner.Status.Lag, runner.Status.ObservationsLag));
        await runner.StopAsync(CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, 12), _projection.Seen);
    }

    [Fact]
    public async Task An_engine_that_fails_delays_and_loses_nothing()
    {
        _projection.Fails = true;
        Add(1, 3);
        using var runner = Runner();
        await runner.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => runner.Status.Failure == "engine down", "the failure is shown");
        Add(4, 5);
        _projection.Fails = false;
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(15));
                return _projection.Cursor == 5;
            },
            "it has caught up");
        await Eventually.TrueAsync(() => runner.Status.Failure is null, "the failure is over");
        await runner.StopAsync(CancellationToken.None);
        Assert.Equal([1, 2, 3, 4, 5], _projection.Seen);
        Assert.Equal([400, 401], _logger.Entries.Select(entry => entry.Id.Id));
    }

    [Fact]
    public async Task A_cursor_beyond_the_log_followed_another_log_and_starts_over()
    {
        _projection.Cursor = 50;
        Add(1, 3);
        using var runner = Runner();
        await runner.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => _projection.Cursor == 3, "it has started over");
        await runner.StopAsync(CancellationToken.None);
        Assert.Equal([1, 2, 3], _projection.Seen);
    }

    private ProjectionRunner Runner() => new(_log, _projection, _time, _logger.CreateLogger<ProjectionRunner>());

    private void Add(int first, int last)
    {
        for (var at = first; at <= last; at++)
        {
            _log.AddBatch("o", "s", "e", at * 10, (at * 10) + 9, 10, new byte[1], Messages.Received);
        }
    }

    private sealed class Counting : IProjection
    {
        private long _cursor;

        public string Name => "counting";

        public long Cursor { get => Volatile.Read(ref _cursor); set => Volatile.Write(ref _cursor, value); }

        public volatile bool Fails;

        public List<int> Seen { get; } = [];

        public ValueTask ApplyAsync(IReadOnlyList<Fact> facts, CancellationToken stopping)
        {
            if (Fails)
            {
                throw new IOException("engine down");
            }
            Seen.AddRange(facts.Select(fact => (int)fact.Position));
            Cursor = facts[^1].Position;
            return ValueTask.CompletedTask;
        }

        public ValueTask ResetAsync(CancellationToken stopping)
        {
            Seen.Clear();
            Cursor = 0;
            return ValueTask.CompletedTask;
        }
    }
}
