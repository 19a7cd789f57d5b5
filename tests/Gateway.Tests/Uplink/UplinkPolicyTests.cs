using MeetNet.Gateway.Uplink;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Uplink;

public sealed class UplinkPolicyTests
{
    private static readonly UplinkLimits Limits = new();
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Nothing_is_sent_without_a_connection()
    {
        var policy = Policy(0);
        Assert.Equal(UplinkAction.Wait, policy.Next(1000).Action);
        policy.Connected();
        policy.Disconnected();
        Assert.Equal(UplinkAction.Wait, policy.Next(1000).Action);
    }

    [Fact]
    public void A_new_connection_sends_a_few_rows_until_the_hub_has_said_where_it_is()
    {
        var policy = Policy(40);
        policy.Connected();
        Assert.Equal(new UplinkStep(UplinkAction.Send, 40, Limits.ProbeRows), policy.Next(5000));
        policy.Sending(50);
        Assert.Equal(UplinkAction.Wait, policy.Next(5000).Action);

        // It is further than our cursor: what it has is not sent.
        Assert.True(policy.HubHolds(900));
        Assert.Equal(new UplinkStep(UplinkAction.Send, 900, Limits.BatchRows), policy.Next(5000));
    }

    [Fact]
    public void What_was_sent_before_the_hub_answered_goes_again()
    {
        var policy = Policy(0);
        policy.Connected();
        policy.Sending(10);
        policy.HubHolds(0);
        Assert.Equal(0, policy.Next(5000).After);
    }

    [Fact]
    public void A_hole_of_billions_sent_ahead_closes_the_window()
    {
        // A hub that lost its store is told of everything that was delivered and forgotten in one lost range.
        var policy = Open(0);
        policy.Sending(5_000_000_000);
        Assert.Equal(UplinkAction.Wait, policy.Next(5_000_000_100).Action);
        policy.HubHolds(5_000_000_000);
        Assert.Equal(5_000_000_000, policy.Next(5_000_001_000).After);
    }

    [Fact]
    public void Live_rows_linger_for_company_and_no_longer()
    {
        var policy = Open(100);
        var waits = policy.Next(103);
        Assert.Equal(UplinkAction.Wait, waits.Action);
        Assert.Equal(Limits.Linger, waits.Wait);
        Assert.Equal(100 + Limits.LingerRows - 1, waits.After);
        _time.Advance(Limits.Linger);
        Assert.Equal(new UplinkStep(UplinkAction.Send, 100, 4), policy.Next(104));
    }

    [Fact]
    public void A_full_linger_leaves_at_once()
    {
        var policy = Open(100);
        Assert.Equal(UplinkAction.Wait, policy.Next(100 + Limits.LingerRows - 1).Action);
        Assert.Equal(UplinkAction.Send, policy.Next(100 + Limits.LingerRows).Action);
    }

    [Fact]
    public void The_slots_are_bounded_and_a_PUBACK_frees_one_and_moves_nothing()
    {
        var policy = Open(0);
        var tickets = new List<int>();
        for (var i = 1; i <= Limits.InFlight; i++)
        {
            var step = policy.Next(1_000_000);
            Assert.Equal(UplinkAction.Send, step.Action);
            tickets.Add(policy.Sending(step.After + 600));
        }

        Assert.Equal(Limits.InFlight, policy.InFlight);
        Assert.Equal(UplinkAction.Wait, policy.Next(1_000_000).Action);
        policy.Answered(tickets[0], UplinkAnswer.Taken);
        Assert.Equal(UplinkAction.Send, policy.Next(1_000_000).Action);
        Assert.Equal(0, policy.Acknowledged);
    }

    [Fact]
    public void The_window_ahead_of_the_hub_is_bounded_although_the_broker_takes_everything()
    {
        var policy = Open(0);
        while (policy.Next(long.MaxValue / 2) is { Action: UplinkAction.Send } step)
        {
            policy.Answered(policy.Sending(step.After + step.Rows), UplinkAnswer.Taken);
        }

        Assert.Equal(Limits.AheadRows, policy.Sent);
        Assert.True(policy.HubHolds(1000));
        Assert.Equal(new UplinkStep(UplinkAction.Send, Limits.AheadRows, 1000), policy.Next(long.MaxValue / 2));
    }

    [Fact]
    public void No_progress_in_time_asks_the_hub_and_sends_again_from_the_cursor()
    {
        var policy = Open(100);
        policy.Answered(policy.Sending(600), UplinkAnswer.Taken);
        _time.Advance(Limits.Resend - TimeSpan.FromMilliseconds(1));
        Assert.Equal(UplinkAction.Wait, policy.Next(600).Action);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(UplinkAction.Hello, policy.Next(600).Action);
        Assert.True(policy.Asking);
        Assert.Equal(new UplinkStep(UplinkAction.Send, 100, Limits.ProbeRows), policy.Next(600));
    }

    [Fact]
    public void Progress_of_any_size_is_progress()
    {
        var policy = Open(0);
        policy.Answered(policy.Sending(1000), UplinkAnswer.Taken);
        for (var held = 1; held <= 5; held++)
        {
            _time.Advance(Limits.Resend / 2);
            Assert.True(policy.HubHolds(held));
            Assert.Equal(UplinkAction.Wait, policy.Next(1000).Action);
        }
    }

    [Fact]
    public void An_acknowledgement_without_progress_does_not_count_as_progress()
    {
        var policy = Open(0);
        policy.Answered(policy.Sending(1000), UplinkAnswer.Taken);
        _time.Advance(Limits.Resend / 2);
        Assert.False(policy.HubHolds(0));
        _time.Advance(Limits.Resend / 2);
        Assert.Equal(UplinkAction.Hello, policy.Next(1000).Action);
    }

    [Fact]
    public void An_absent_hub_is_asked_ever_more_rarely_and_with_little()
    {
        var policy = Policy(0);
        policy.Connected();
        var asked = new List<TimeSpan>();
        var rows = 0L;
        var elapsed = TimeSpan.Zero;
        while (elapsed < TimeSpan.FromMinutes(10))
        {
            var step = policy.Next(1_000_000);
            if (step.Action == UplinkAction.Hello)
            {
                asked.Add(elapsed);
            }
            else if (step.Action == UplinkAction.Send)
            {
                rows += step.Rows;
                policy.Answered(policy.Sending(step.After + step.Rows), UplinkAnswer.Taken);
            }
            else
            {
                _time.Advance(step.Wait);
                elapsed += step.Wait;
            }
        }

        var gaps = asked.Zip(asked.Skip(1), (a, b) => b - a).ToList();
        Assert.Equal(Limits.Ask, asked[0]);
        Assert.All(gaps.Skip(4), gap => Assert.Equal(Limits.AskMaximum, gap));
        Assert.InRange(rows, 1, (asked.Count + 1) * Limits.ProbeRows);
    }

    [Fact]
    public void Any_answer_ends_the_asking_and_opens_the_window_from_where_the_hub_is()
    {
        var policy = Open(100);
        policy.Answered(policy.Sending(600), UplinkAnswer.Taken);
        _time.Advance(Limits.Resend);
        policy.Next(600);
        Assert.False(policy.HubHolds(100));
        Assert.False(policy.Asking);
        Assert.Equal(new UplinkStep(UplinkAction.Send, 100, 500), policy.Next(600));
    }

    [Fact]
    public void A_refused_batch_pauses_and_goes_again_and_a_taken_one_ends_the_refusal()
    {
        var policy = Open(0);
        policy.Answered(policy.Sending(500), UplinkAnswer.Refused);
        Assert.True(policy.Refused);
        Assert.Equal(Limits.RefusedPause, policy.Next(1000).Wait);
        _time.Advance(Limits.RefusedPause);
        Assert.Equal(new UplinkStep(UplinkAction.Send, 0, 1000), policy.Next(1000));
        policy.Answered(policy.Sending(1000), UplinkAnswer.Taken);
        Assert.False(policy.Refused);
        Assert.Equal(0, policy.Acknowledged);
    }

    [Fact]
    public void A_batch_that_nobody_heard_goes_again_soon_and_small()
    {
        var policy = Open(0);
        policy.Answered(policy.Sending(500), UplinkAnswer.Unheard);
        Assert.Equal(Limits.UnheardPause, policy.Next(1000).Wait);
        _time.Advance(Limits.UnheardPause);
        Assert.Equal(new UplinkStep(UplinkAction.Send, 0, Limits.ProbeRows), policy.Next(1000));
    }

    [Fact]
    public void A_hub_that_holds_less_than_before_gets_it_again()
    {
        var policy = Open(5000);
        policy.Sending(5500);
        Assert.False(policy.HubHolds(200));
        Assert.Equal(200, policy.Next(6000).After);
    }

    [Fact]
    public void An_answer_from_a_connection_that_has_gone_changes_nothing()
    {
        var policy = Open(0);
        var ticket = policy.Sending(500);
        policy.Disconnected();
        policy.Connected();
        policy.Answered(ticket, UplinkAnswer.Refused);
        Assert.Equal(0, policy.InFlight);
        Assert.False(policy.Refused);
    }

    private UplinkPolicy Policy(long acknowledged) => new(Limits, _time, acknowledged);

    /// <summary>Connected, and the hub has answered.</summary>
    private UplinkPolicy Open(long acknowledged)
    {
        var policy = Policy(acknowledged);
        policy.Connected();
        policy.HubHolds(acknowledged);
        return policy;
    }
}
