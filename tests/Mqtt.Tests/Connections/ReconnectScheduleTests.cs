using MeetNet.Mqtt.Connections;

namespace MeetNet.Mqtt.Tests.Connections;

public sealed class ReconnectScheduleTests
{
    private static readonly MqttReconnect Policy = new()
    {
        Minimum = TimeSpan.FromSeconds(1),
        Maximum = TimeSpan.FromSeconds(30),
        Jitter = 0,
        StableAfter = TimeSpan.FromSeconds(10),
        AfterRefusal = TimeSpan.FromSeconds(60),
    };

    [Fact]
    public void Delays_double_up_to_the_cap_and_stay_there()
    {
        var schedule = new ReconnectSchedule(Policy, new Random(1));
        var delays = Enumerable.Range(0, 7).Select(_ => schedule.Next(false, TimeSpan.Zero).TotalSeconds).ToList();
        Assert.Equal([1, 2, 4, 8, 16, 30, 30], delays);
        for (var i = 0; i < 5_000; i++)
        {
            Assert.Equal(30, schedule.Next(false, TimeSpan.Zero).TotalSeconds);
        }
    }

    [Fact]
    public void Only_a_connection_that_lasted_makes_the_delay_short_again()
    {
        var schedule = new ReconnectSchedule(Policy, new Random(1));
        schedule.Next(false, TimeSpan.Zero);
        schedule.Next(false, TimeSpan.Zero);
        Assert.Equal(4, schedule.Next(false, TimeSpan.FromSeconds(9)).TotalSeconds);
        Assert.Equal(4, schedule.Attempt);
        Assert.Equal(1, schedule.Next(false, TimeSpan.FromSeconds(10)).TotalSeconds);
    }

    [Fact]
    public void An_invitation_is_followed_at_once_after_a_connection_that_lasted()
    {
        var schedule = new ReconnectSchedule(Policy, new Random(1));
        Assert.Equal(0, schedule.Next(false, TimeSpan.FromSeconds(10), invited: true).TotalSeconds);
        Assert.Equal(2, schedule.Next(false, TimeSpan.FromSeconds(9), invited: true).TotalSeconds);
        var eager = new ReconnectSchedule(Policy with { StableAfter = TimeSpan.Zero }, new Random(1));
        Assert.Equal(1, eager.Next(false, TimeSpan.FromMilliseconds(999), invited: true).TotalSeconds);
        Assert.Equal(0, eager.Next(false, TimeSpan.FromSeconds(1), invited: true).TotalSeconds);
    }

    [Fact]
    public void Jitter_is_full_by_default_so_that_a_fleet_spreads_over_the_whole_interval()
    {
        var delays = Enumerable.Range(0, 200)
            .Select(seed => new ReconnectSchedule(new MqttReconnect(), new Random(seed)).Next(false, TimeSpan.Zero).TotalSeconds)
            .ToList();
        Assert.All(delays, delay => Assert.InRange(delay, 0, 1));
        Assert.True(delays.Min() < 0.1 && delays.Max() > 0.9);
    }

    [Fact]
    public void Jitter_spreads_a_fleet_between_the_half_and_the_whole()
    {
        var delays = Enumerable.Range(0, 200)
            .Select(seed => new ReconnectSchedule(Policy with { Jitter = 0.5 }, new Random(seed)).Next(false, TimeSpan.Zero).TotalSeconds)
            .ToList();
        Assert.All(delays, delay => Assert.InRange(delay, 0.5, 1));
        Assert.True(delays.Distinct().Count() > 150);
    }

    [Fact]
    public void A_refusal_waits_long_at_once()
    {
        var schedule = new ReconnectSchedule(Policy with { Jitter = 1 }, new Random(1));
        Assert.InRange(schedule.Next(true, TimeSpan.Zero).TotalSeconds, 30, 60);
    }

    [Theory]
    [InlineData(MqttReasonCode.BadUserNameOrPassword, true)]
    [InlineData(MqttReasonCode.Banned, true)]
    [InlineData(MqttReasonCode.ProtocolError, true)]
    [InlineData(MqttReasonCode.SessionTakenOver, true)]
    [InlineData(MqttReasonCode.ServerBusy, false)]
    [InlineData(MqttReasonCode.ServerShuttingDown, false)]
    [InlineData(MqttReasonCode.Success, false)]
    public void Some_reasons_mend_themselves(MqttReasonCode code, bool refusal) =>
        Assert.Equal(refusal, new ConnectionEnd(MqttDisconnectCause.ServerDisconnected, code, "").IsRefusal);

    [Fact]
    public void A_lost_connection_is_no_refusal() => Assert.False(ConnectionEnd.Lost("cut").IsRefusal);
}
