using FsCheck;
using FsCheck.Fluent;
using MeetNet.Ingest.Alerting;

namespace MeetNet.Ingest.Tests.Alerting;

public sealed class BandMachineTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Runs samples of (seconds, depth or null) and gives the phases after each, and the transitions with their second.</summary>
    private static (AlertState State, List<AlertPhase> Phases, List<(AlertTransition What, int At)> Transitions) Run(
        BandCondition band, TimeSpan? interval, params (int Second, double? Depth)[] samples)
    {
        var state = AlertState.Initial;
        var phases = new List<AlertPhase>();
        var transitions = new List<(AlertTransition, int)>();
        foreach (var (second, depth) in samples)
        {
            var at = Start.AddSeconds(second);
            var step = BandMachine.Step(band, interval, state, new BandSample(at, at, depth));
            state = step.State;
            phases.Add(state.Phase);
            if (step.Transition is { } transition)
            {
                transitions.Add((transition, second));
            }
        }
        return (state, phases, transitions);
    }

    [Fact]
    public void Inactive_pending_firing_resolved()
    {
        var (state, phases, transitions) = Run(Rules.Band, Interval, (0, 30), (10, 41), (20, 42), (30, 42), (40, 43), (50, 30), (60, 30), (70, 30), (80, 30));

        Assert.Equal(
            [AlertPhase.Inactive, AlertPhase.Pending, AlertPhase.Pending, AlertPhase.Pending, AlertPhase.Firing, AlertPhase.Firing, AlertPhase.Firing, AlertPhase.Firing, AlertPhase.Resolved],
            phases);
        Assert.Equal([(AlertTransition.Fired, 40), (AlertTransition.Resolved, 80)], transitions);
        Assert.Equal(Start.AddSeconds(10), state.Since);
        Assert.Equal(Start.AddSeconds(40), state.FiredAt);
        Assert.Equal(Start.AddSeconds(80), state.ResolvedAt);
    }

    /// <summary>The alert thresholds of 2008/50/EC (NO2: 400 µg/m³) and 2024/2881 are for three consecutive hours: a missing one in between starts anew, by choice; the texts that were read don't say.</summary>
    [Theory]
    [InlineData("399 401 402", null)]
    [InlineData("401 402 403", 3)]
    [InlineData("400 401 402 403", 4)]
    [InlineData("401 402 - 403", null)]
    [InlineData("401 402 - 403 404 405", 6)]
    public void Three_consecutive_hours_above_400(string hours, int? firedAfter)
    {
        var band = Rules.Band with { Lower = null, Upper = 400, Hysteresis = 0, For = TimeSpan.FromHours(3), LongestGap = TimeSpan.FromMinutes(30) };
        var state = AlertState.Initial;
        var fired = new List<DateTimeOffset>();
        foreach (var (hour, value) in hours.Split(' ').Index().Where(h => h.Item != "-"))
        {
            var step = BandMachine.Step(
                band, TimeSpan.FromHours(1), state,
                new BandSample(Start.AddHours(hour), Start.AddHours(hour + 1), double.Parse(value, System.Globalization.CultureInfo.InvariantCulture)));
            state = step.State;
            if (step.Transition is AlertTransition.Fired)
            {
                fired.Add(state.FiredAt!.Value);
            }
        }

        Assert.Equal(firedAfter is { } after ? [Start.AddHours(after)] : [], fired);
    }

    [Fact]
    public void The_limits_are_inside() =>
        Assert.Equal([AlertPhase.Inactive, AlertPhase.Inactive, AlertPhase.Pending], Run(Rules.Band, Interval, (0, 20), (10, 40), (20, 40.0000001)).Phases);

    [Fact]
    public void One_value_inside_ends_what_was_building_up() =>
        Assert.Empty(Run(Rules.Band, Interval, (0, 41), (10, 41), (20, 40), (30, 41), (40, 41), (50, 41)).Transitions);

    [Fact]
    public void A_missing_or_failed_value_is_neither_in_nor_out()
    {
        // One lost value does not break the run, and does not complete it either.
        var (_, phases, transitions) = Run(Rules.Band, Interval, (0, 41), (10, 41), (20, null), (30, null));
        Assert.Equal(AlertPhase.Pending, phases[^1]);
        Assert.Empty(transitions);
        Assert.Equal([(AlertTransition.Fired, 30)], Run(Rules.Band, Interval, (0, 41), (10, 41), (20, null), (30, 41)).Transitions);
    }

    [Fact]
    public void A_gap_never_completes_the_duration_with_values_nobody_sent()
    {
        // Outside before the gap and outside after it: what was between, nobody knows. The duration begins again.
        var (state, _, transitions) = Run(Rules.Band, Interval, (0, 41), (600, 41));
        Assert.Empty(transitions);
        Assert.Equal(Start.AddSeconds(600), state.Since);
        Assert.Equal([(AlertTransition.Fired, 630)], Run(Rules.Band, Interval, (0, 41), (600, 41), (610, 41), (620, 41), (630, 41)).Transitions);
    }

    [Fact]
    public void A_gap_neither_resolves_a_firing_alert_nor_counts_toward_its_calm()
    {
        var transitions = Run(Rules.Band, Interval, (0, 41), (30, 41), (40, 30), (700, 30), (710, 30), (720, 30), (730, 30)).Transitions;
        Assert.Equal([(AlertTransition.Fired, 30), (AlertTransition.Resolved, 730)], transitions);
    }

    [Fact]
    public void A_firing_alert_calms_only_inside_by_the_hysteresis()
    {
        var atTheEdge = Run(Rules.Band, Interval, (0, 41), (30, 41), (40, 39.5), (50, 39.5), (60, 39.5), (70, 39.5), (80, 39.5));
        Assert.Equal(AlertPhase.Firing, atTheEdge.State.Phase);
        Assert.Equal(AlertPhase.Resolved, Run(Rules.Band, Interval, (0, 41), (30, 41), (40, 39), (50, 39), (60, 39), (70, 39)).State.Phase);
    }

    [Fact]
    public void An_excursion_while_calming_starts_the_calm_anew_without_telling_anybody()
    {
        var transitions = Run(Rules.Band, Interval, (0, 41), (30, 41), (40, 30), (50, 30), (60, 41), (70, 30), (80, 30), (90, 30), (100, 30)).Transitions;
        Assert.Equal([(AlertTransition.Fired, 30), (AlertTransition.Resolved, 100)], transitions);
    }

    [Fact]
    public void A_late_or_repeated_value_changes_nothing()
    {
        var before = Run(Rules.Band, Interval, (0, 41), (30, 41)).State;
        Assert.Equal(before, Run(Rules.Band, Interval, (0, 41), (30, 41), (20, 30), (30, 30)).State);
    }

    [Fact]
    public void An_hourly_mean_covers_its_hour()
    {
        var band = Rules.Band with { For = TimeSpan.FromHours(1) };
        var step = BandMachine.Step(band, TimeSpan.FromHours(1), AlertState.Initial, new BandSample(Start, Start.AddHours(1), 45));
        Assert.Equal(AlertTransition.Fired, step.Transition);
        Assert.Equal((Start, Start.AddHours(1)), (step.State.Since!.Value, step.State.FiredAt!.Value));
    }

    [Fact]
    public void Without_a_duration_the_first_value_fires() =>
        Assert.Equal([(AlertTransition.Fired, 0)], Run(Rules.Band with { For = TimeSpan.Zero }, null, (0, 41)).Transitions);

    [Fact]
    public void Where_no_interval_is_announced_a_gap_longer_than_the_duration_breaks_it()
    {
        Assert.Equal([(AlertTransition.Fired, 30)], Run(Rules.Band, null, (0, 41), (30, 41)).Transitions);
        Assert.Empty(Run(Rules.Band, null, (0, 41), (31, 41)).Transitions);
    }

    [Theory]
    [InlineData(null, 40.0, 10, false)]
    [InlineData(null, 40.0, 41, true)]
    [InlineData(20.0, null, 100, false)]
    [InlineData(20.0, null, 19, true)]
    public void A_band_may_have_one_limit(double? lower, double? upper, double depth, bool outside) =>
        Assert.Equal(outside, BandMachine.IsOutside(Rules.Band with { Lower = lower, Upper = upper }, depth));

    [Fact]
    public void However_values_come_the_transitions_alternate_and_every_duration_is_backed_by_values()
    {
        var sample = Gen.Choose(1, 40).SelectMany(_ => Gen.Choose(1, 60), (step, kind) => (Step: step, Kind: kind));
        Prop.ForAll(Arb.From(Gen.ListOf(sample)), steps =>
        {
            var second = 0;
            var samples = new List<(int, double?)>();
            foreach (var (step, kind) in steps)
            {
                second += step;
                samples.Add((second, kind % 3 == 0 ? null : kind % 3 == 1 ? 45 : 30));
            }
            var (_, _, transitions) = Run(Rules.Band, Interval, [.. samples]);
            for (var i = 0; i < transitions.Count; i++)
            {
                Assert.Equal(i % 2 == 0 ? AlertTransition.Fired : AlertTransition.Resolved, transitions[i].What);
                AssertBacked(samples, transitions[i].At, transitions[i].What == AlertTransition.Fired ? 45 : 30);
            }
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Back from a transition to 30 s before it there are only values of its kind, none further than three intervals from the next.</summary>
    private static void AssertBacked(List<(int Second, double? Depth)> samples, int at, double depth)
    {
        var values = samples.Where(sample => sample.Depth is not null && sample.Second <= at).Reverse().ToList();
        var last = at;
        foreach (var (second, value) in values)
        {
            Assert.True(last - second <= 30, $"a gap of {last - second} s was counted");
            Assert.Equal(depth, value);
            last = second;
            if (at - second >= 30)
            {
                return;
            }
        }
        Assert.Fail("the values do not reach back far enough");
    }
}
