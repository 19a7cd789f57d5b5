using MeetNet.Hosting;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Linked;

public sealed class BackoffTests
{
    private static readonly BackoffLimits Limits = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));

    [Fact]
    public void Waits_lie_between_a_tenth_of_the_first_and_a_doubling_ceiling()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var backoff = new Backoff(Limits, new Random(seed), TimeProvider.System);
            for (var i = 0; i < 100; i++)
            {
                Assert.InRange(backoff.Next().TotalSeconds, 0.1, Math.Min(60, Math.Pow(2, i)));
            }
            Assert.Equal(100, backoff.Tries);
        }
    }

    [Fact]
    public void Jitter_is_full_so_that_a_fleet_spreads_over_the_whole_interval()
    {
        var waits = Enumerable.Range(0, 1000).Select(seed =>
        {
            var backoff = new Backoff(Limits, new Random(seed), TimeProvider.System);
            return Enumerable.Range(0, 10).Select(_ => backoff.Next().TotalSeconds).ToList()[^1];
        }).ToList();
        // Ten equal parts of the interval each get about a hundred of a thousand.
        Assert.All(Enumerable.Range(0, 10), part => Assert.InRange(waits.Count(w => (int)(w / 6.001) == part), 60, 140));
    }

    [Fact]
    public async Task A_success_makes_waits_short_again_and_waiting_uses_the_given_time()
    {
        var time = new ManualTimeProvider();
        var backoff = new Backoff(Limits, new Random(1), time);
        for (var i = 0; i < 10; i++)
        {
            backoff.Next();
        }
        backoff.Reset();
        var waiting = backoff.WaitAsync(CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.DoneAsync(waiting, "one second at most");
    }

    [Fact]
    public void Limits_make_sense()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Backoff(new BackoffLimits(TimeSpan.Zero, TimeSpan.FromSeconds(1)), new Random(1), TimeProvider.System));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Backoff(new BackoffLimits(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)), new Random(1), TimeProvider.System));
        Assert.True(BackoffLimits.Line.Cap <= TimeSpan.FromSeconds(2));
    }
}
