using MeetNet.Mqtt.Sessions;
using MeetNet.Mqtt.Transport;

namespace MeetNet.Mqtt.Tests.Sessions;

public sealed class LivenessTests
{
    private const long KeepAlive = 30;
    private const long AcknowledgeTimeout = 100;
    private readonly Liveness _liveness = new(KeepAlive, AcknowledgeTimeout, 0);

    [Fact]
    [Trait("mqtt", "3.1.2-20")]
    public void A_ping_is_due_when_nothing_was_sent_whatever_was_received()
    {
        for (var now = 10L; now < 30; now += 10)
        {
            _liveness.Received(now);
            Assert.Equal(LivenessVerdict.Fine, _liveness.Check(now, null, default, out var next));
            Assert.Equal(30, next);
        }

        _liveness.Received(30);
        Assert.Equal(LivenessVerdict.Ping, _liveness.Check(30, null, default, out _));
    }

    [Fact]
    public void A_ping_is_due_when_nothing_was_received_although_much_was_sent()
    {
        _liveness.Sent(29);
        Assert.Equal(LivenessVerdict.Ping, _liveness.Check(30, null, default, out _));
    }

    [Fact]
    [Trait("mqtt", "3.12.4-1")]
    public void A_peer_that_stays_silent_after_the_ping_is_dead_after_one_and_a_half_intervals()
    {
        Assert.Equal(LivenessVerdict.Ping, _liveness.Check(30, null, default, out var next));
        Assert.Equal(45, next);
        _liveness.Sent(30);
        Assert.Equal(LivenessVerdict.Fine, _liveness.Check(44, null, default, out _));
        Assert.Equal(LivenessVerdict.PeerDead, _liveness.Check(45, null, default, out _));
    }

    [Fact]
    public void Any_byte_after_the_ping_is_a_sign_of_life()
    {
        _liveness.Check(30, null, default, out _);
        _liveness.Sent(30);
        _liveness.Received(40);
        Assert.Equal(LivenessVerdict.Fine, _liveness.Check(59, null, default, out _));
        Assert.Equal(LivenessVerdict.Ping, _liveness.Check(60, null, default, out _));
    }

    [Fact]
    public void What_is_written_after_the_ping_is_no_sign_of_life()
    {
        Assert.Equal(LivenessVerdict.Ping, _liveness.Check(30, null, default, out _));
        _liveness.Sent(44);
        Assert.Equal(LivenessVerdict.PeerDead, _liveness.Check(45, null, new SendProgress(1_000, IsUnderWay: false), out _));
    }

    [Fact]
    public void What_the_network_carries_away_gives_time_but_not_for_ever()
    {
        var delivered = 1_000L;
        Assert.Equal(LivenessVerdict.Ping, _liveness.Check(30, null, new SendProgress(delivered, IsUnderWay: true), out _));
        for (var now = 45L; now < 120; now += 15)
        {
            _liveness.Sent(now);
            Assert.Equal(LivenessVerdict.Fine, _liveness.Check(now, null, new SendProgress(++delivered, IsUnderWay: true), out var next));
            Assert.Equal(now + 15, next);
        }

        Assert.Equal(LivenessVerdict.PeerDead, _liveness.Check(120, null, new SendProgress(++delivered, IsUnderWay: true), out _));
    }

    [Fact]
    public void A_network_that_carries_nothing_away_gives_no_time()
    {
        var stuck = new SendProgress(1_000, IsUnderWay: true);
        Assert.Equal(LivenessVerdict.Ping, _liveness.Check(30, null, stuck, out _));
        Assert.Equal(LivenessVerdict.Fine, _liveness.Check(44, null, stuck, out _));
        Assert.Equal(LivenessVerdict.PeerDead, _liveness.Check(45, null, stuck, out _));
    }

    [Fact]
    public void A_peer_we_do_not_listen_to_is_pinged_and_not_judged()
    {
        _liveness.Check(30, null, default, out _);
        _liveness.Paused(true, 31);
        Assert.Equal(LivenessVerdict.Ping, _liveness.Check(60, awaitingSince: 0, default, out _));
        Assert.Equal(LivenessVerdict.Fine, _liveness.Check(80, awaitingSince: 0, default, out _));
        Assert.Equal(LivenessVerdict.Ping, _liveness.Check(1000, awaitingSince: 0, default, out _));
        _liveness.Sent(1000);
        _liveness.Paused(false, 1001);
        Assert.Equal(LivenessVerdict.Fine, _liveness.Check(1002, awaitingSince: 0, default, out _));
        Assert.Equal(LivenessVerdict.AcknowledgementOverdue, _liveness.Check(1101, awaitingSince: 0, default, out _));
    }

    [Fact]
    public void An_acknowledgement_is_overdue_after_its_time()
    {
        _liveness.Received(95);
        _liveness.Sent(95);
        Assert.Equal(LivenessVerdict.Fine, _liveness.Check(99, awaitingSince: 0, default, out var next));
        Assert.Equal(100, next);
        Assert.Equal(LivenessVerdict.AcknowledgementOverdue, _liveness.Check(100, awaitingSince: 0, default, out _));
    }

    /// <summary>A large packet on a slow line takes longer than that; to give up and begin again would never end.</summary>
    [Fact]
    public void An_acknowledgement_is_not_overdue_while_what_was_sent_is_carried_away()
    {
        var liveness = new Liveness(0, AcknowledgeTimeout, 0);
        Assert.Equal(LivenessVerdict.Fine, liveness.Check(0, null, new SendProgress(10, true), out _));
        Assert.Equal(LivenessVerdict.Fine, liveness.Check(100, awaitingSince: 0, new SendProgress(20, true), out var next));
        Assert.Equal(200, next);
        Assert.Equal(LivenessVerdict.Fine, liveness.Check(200, awaitingSince: 0, new SendProgress(30, true), out _));
        Assert.Equal(LivenessVerdict.AcknowledgementOverdue, liveness.Check(300, awaitingSince: 0, new SendProgress(30, true), out _));

        liveness = new Liveness(0, AcknowledgeTimeout, 0);
        Assert.Equal(LivenessVerdict.AcknowledgementOverdue, liveness.Check(100, awaitingSince: 0, new SendProgress(20, false), out _));
    }

    [Fact]
    [Trait("mqtt", "3.1.2-21")]
    public void Interval_0_never_pings()
    {
        var liveness = new Liveness(0, AcknowledgeTimeout, 0);
        Assert.Equal(LivenessVerdict.Fine, liveness.Check(1_000_000, null, default, out _));
    }
}
