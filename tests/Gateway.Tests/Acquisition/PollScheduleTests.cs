using MeetNet.Gateway.Acquisition;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Acquisition;

public sealed class PollScheduleTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Slow_exchanges_do_not_shift_the_polls_after_them()
    {
        var schedule = Schedule(2);
        var begin = _time.GetUtcNow();
        var polled = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            Wait(schedule);
            polled.Add((_time.GetUtcNow() - begin).TotalSeconds);
            _time.Advance(TimeSpan.FromSeconds(0.3 + (0.1 * (i % 5))));
            schedule.Taken(0);
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => 2.0 * i), polled);
        Assert.Equal(0, schedule.Skipped);
    }

    [Fact]
    public void Turns_missed_on_a_busy_line_are_skipped_and_counted_and_the_beat_is_kept()
    {
        var schedule = Schedule(2);
        Wait(schedule);
        _time.Advance(TimeSpan.FromSeconds(7));
        schedule.Taken(0);

        // Due at 2, 4 and 6: the one at 6 is late, those at 2 and 4 are gone.
        Assert.Equal(2, schedule.Skipped);
        Assert.True(schedule.Next().Wait <= TimeSpan.Zero);
        schedule.Taken(0);
        Assert.Equal(TimeSpan.FromSeconds(1), schedule.Next().Wait);
    }

    [Fact]
    public void Those_due_together_take_turns()
    {
        var schedule = Schedule(1, 1, 1);
        var order = new List<int>();
        for (var i = 0; i < 9; i++)
        {
            order.Add(Wait(schedule));
            schedule.Taken(order[^1]);
        }

        Assert.Equal([0, 1, 2, 0, 1, 2, 0, 1, 2], order);
    }

    [Fact]
    public void A_slow_instrument_does_not_starve_the_others()
    {
        var schedule = Schedule(1, 10);
        var polls = new int[2];
        for (var i = 0; i < 200; i++)
        {
            var index = Wait(schedule);
            polls[index]++;
            _time.Advance(TimeSpan.FromSeconds(index == 0 ? 2 : 0.1));
            schedule.Taken(index);
        }

        Assert.True(polls[1] >= 20, $"{polls[1]} polls of the second");
    }

    [Fact]
    public void One_that_was_put_off_comes_back_after_its_wait_and_the_others_have_their_turns_meanwhile()
    {
        var schedule = Schedule(60, 1);
        Assert.Equal(0, Wait(schedule));
        schedule.Postpone(0, TimeSpan.FromSeconds(2.5));
        var order = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            order.Add(Wait(schedule));
            schedule.Taken(order[^1]);
        }

        // The second at 0, 1 and 2 s, then the rest of the first's turn.
        Assert.Equal([1, 1, 1, 0], order);
        Assert.Equal(0, schedule.Skipped);

        // Its next turn is a minute after the beginning of this one, not after its end.
        Assert.Equal(60, NextTurnOfTheFirst(schedule));
    }

    [Fact]
    public void One_that_was_put_off_for_longer_than_its_interval_skips_turns()
    {
        var schedule = Schedule(2);
        Assert.Equal(0, Wait(schedule));
        schedule.Postpone(0, TimeSpan.FromSeconds(7));
        Assert.Equal(TimeSpan.FromSeconds(7), schedule.Next().Wait);
        Assert.Equal(0, Wait(schedule));
        schedule.Taken(0);
        Assert.Equal(2, schedule.Skipped);
    }

    [Fact]
    public void Put_off_for_no_time_it_waits_for_the_others_that_are_due()
    {
        var schedule = Schedule(1, 1);
        Assert.Equal(0, Wait(schedule));
        schedule.Postpone(0, TimeSpan.Zero);
        Assert.Equal(1, Wait(schedule));
        schedule.Taken(1);
        Assert.Equal(0, Wait(schedule));
    }

    private double NextTurnOfTheFirst(PollSchedule schedule)
    {
        while (true)
        {
            var index = Wait(schedule);
            if (index == 0)
            {
                return TimeSpan.FromTicks(_time.GetTimestamp()).TotalSeconds;
            }

            schedule.Taken(index);
        }
    }

    [Fact]
    public void Turns_that_are_left_out_are_used_up_and_the_beat_is_kept()
    {
        var schedule = Schedule(2);
        Wait(schedule);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(4, schedule.Taken(0, leaveOut: 3));
        Assert.Equal(TimeSpan.FromSeconds(7), schedule.Next().Wait);
        Assert.Equal(0, schedule.Skipped);
        Wait(schedule);
        Assert.Equal(1, schedule.Taken(0));
        Assert.Equal(TimeSpan.FromSeconds(2), schedule.Next().Wait);
    }

    private PollSchedule Schedule(params double[] seconds) => new([.. seconds.Select(TimeSpan.FromSeconds)], _time);

    private int Wait(PollSchedule schedule)
    {
        var (index, wait) = schedule.Next();
        if (wait > TimeSpan.Zero)
        {
            _time.Advance(wait);
        }

        return index;
    }
}
