using System.Net;
using MeetNet.Mqtt.Tests.Peer;
using MeetNet.Mqtt.Transport;
using MeetNet.TestKit;

namespace MeetNet.Mqtt.Tests.Transport;

public sealed class ConnectRaceTests
{
    private static readonly IPAddress[] Three = [IPAddress.Parse("2001:db8::1"), IPAddress.Parse("192.0.2.1"), IPAddress.Parse("192.0.2.2")];
    private readonly ManualTimeProvider _time = new();
    private readonly Dictionary<IPAddress, TaskCompletionSource<Connected>> _attempts = [];
    private readonly Lock _gate = new();

    [Theory]
    [InlineData("", "")]
    [InlineData("::1 ::2 10.0.0.1", "::1 10.0.0.1 ::2")]
    [InlineData("10.0.0.1 10.0.0.2 10.0.0.3 ::1", "10.0.0.1 ::1 10.0.0.2 10.0.0.3")]
    [InlineData("::1 10.0.0.1 10.0.0.2 ::2", "::1 10.0.0.1 ::2 10.0.0.2")]
    public void The_families_take_turns(string resolved, string tried)
    {
        var order = ConnectRace.Order([.. resolved.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)]);
        Assert.Equal(tried, string.Join(' ', order));
    }

    [Fact]
    public async Task A_dead_address_costs_a_head_start_and_no_more()
    {
        var race = RaceAsync();
        await StartedAsync(1);
        await PassAsync(ConnectRace.HeadStart - TimeSpan.FromMilliseconds(1));
        Assert.Single(_attempts);
        await PassAsync(TimeSpan.FromMilliseconds(1));
        await StartedAsync(2);
        using var won = new Connected();
        _attempts[Three[1]].SetResult(won);
        Assert.Same(won, await race.Soon());
        Assert.False(won.IsClosed);
        Assert.True(_attempts[Three[0]].Task.IsCanceled);
        Assert.False(_attempts.ContainsKey(Three[2]));
    }

    [Fact]
    public async Task The_first_may_still_win_when_others_were_started_and_a_late_winner_is_closed()
    {
        var race = RaceAsync(heedsCancellation: false);
        await StartedAsync(1);
        await PassAsync(ConnectRace.HeadStart);
        await StartedAsync(2);
        using var won = new Connected();
        using var late = new Connected();
        _attempts[Three[0]].SetResult(won);
        _attempts[Three[1]].SetResult(late);
        var winner = await race.Soon();
        Assert.Equal(ReferenceEquals(winner, won), late.IsClosed);
        Assert.Equal(ReferenceEquals(winner, late), won.IsClosed);
    }

    [Fact]
    public async Task After_a_failure_the_next_is_tried_at_once_and_all_failures_are_told()
    {
        var race = RaceAsync();
        for (var i = 0; i < Three.Length; i++)
        {
            await StartedAsync(i + 1);
            _attempts[Three[i]].SetException(new TransportException(MqttDisconnectCause.ConnectFailed, $"{Three[i]} refused"));
        }

        var e = await Assert.ThrowsAsync<TransportException>(() => race.Soon());
        Assert.Equal("2001:db8::1 refused; 192.0.2.1 refused; 192.0.2.2 refused", e.Message);
    }

    [Fact]
    public async Task Giving_up_ends_all_attempts()
    {
        using var deadline = new CancellationTokenSource();
        var race = RaceAsync(cancellationToken: deadline.Token);
        await StartedAsync(1);
        await PassAsync(ConnectRace.HeadStart);
        await StartedAsync(2);
        await deadline.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race.Soon());
        Assert.All(_attempts.Values, attempt => Assert.True(attempt.Task.IsCanceled));
    }

    [Fact]
    public async Task A_name_without_an_address_is_a_failure() => await Assert.ThrowsAsync<TransportException>(
        () => ConnectRace.RunAsync<Connected>([], (_, _) => throw new InvalidOperationException(), _time, CancellationToken.None));

    private Task<Connected> RaceAsync(bool heedsCancellation = true, CancellationToken cancellationToken = default) => ConnectRace.RunAsync(
        Three,
        async (address, giveUp) =>
        {
            var attempt = new TaskCompletionSource<Connected>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
            {
                _attempts[address] = attempt;
            }

            await using var cancelling = giveUp.Register(() => _ = heedsCancellation && attempt.TrySetCanceled(giveUp));
            return await attempt.Task;
        },
        _time,
        cancellationToken);

    private Task StartedAsync(int count) => Eventually.TrueAsync(
        () =>
        {
            lock (_gate)
            {
                return _attempts.Count == count;
            }
        },
        $"{count} attempts have begun");

    private async Task PassAsync(TimeSpan time)
    {
        await Eventually.TrueAsync(() => _time.PendingTimers > 0, "the head start runs");
        _time.Advance(time);
    }

    private sealed class Connected : IDisposable
    {
        public bool IsClosed { get; private set; }

        public void Dispose() => IsClosed = true;
    }
}
