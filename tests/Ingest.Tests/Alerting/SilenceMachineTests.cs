using MeetNet.Ingest.Alerting;

namespace MeetNet.Ingest.Tests.Alerting;

public sealed class SilenceMachineTests
{
    private static readonly DateTimeOffset Heard = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly SilenceCondition Silence = new(TimeSpan.FromMinutes(1), 3);
    private static readonly DateTimeOffset Always = Heard.AddDays(-1);

    private static AlertStep Tick(int seconds, TimeSpan? interval = null, AlertState? state = null, DateTimeOffset? since = null) =>
        SilenceMachine.Tick(Silence, interval, state ?? AlertState.Initial, Heard, since ?? Always, Heard.AddSeconds(seconds));

    [Fact]
    public void It_fires_once_after_the_threshold_and_says_since_when()
    {
        Assert.Null(Tick(59).Transition);
        var fired = Tick(60);
        Assert.Equal(AlertTransition.Fired, fired.Transition);
        Assert.Equal((Heard, Heard.AddSeconds(60)), (fired.State.Since!.Value, fired.State.FiredAt!.Value));
        Assert.Null(Tick(65, state: fired.State).Transition);
    }

    [Fact]
    public void A_slow_datastream_is_given_its_own_intervals()
    {
        Assert.Null(Tick(3 * 3600 - 1, TimeSpan.FromHours(1)).Transition);
        Assert.NotNull(Tick(3 * 3600, TimeSpan.FromHours(1)).Transition);
    }

    [Fact]
    public void A_hub_that_was_down_itself_starts_to_count_when_it_hears_again()
    {
        var back = Heard.AddHours(5);
        Assert.Null(SilenceMachine.Tick(Silence, null, AlertState.Initial, Heard, back, back.AddSeconds(59)).Transition);
        var fired = SilenceMachine.Tick(Silence, null, AlertState.Initial, Heard, back, back.AddSeconds(60));
        Assert.Equal(AlertTransition.Fired, fired.Transition);
        Assert.Equal(Heard, fired.State.Since);
    }

    [Fact]
    public void A_hub_that_can_not_hear_says_nothing() =>
        Assert.Null(SilenceMachine.Tick(Silence, null, AlertState.Initial, Heard, null, Heard.AddDays(1)).Transition);

    [Fact]
    public void A_value_resolves_it_and_only_then()
    {
        var fired = Tick(60).State;
        var heard = SilenceMachine.Heard(fired, Heard.AddSeconds(90));
        Assert.Equal(AlertTransition.Resolved, heard.Transition);
        Assert.Equal(Heard.AddSeconds(90), heard.State.ResolvedAt);
        Assert.Null(SilenceMachine.Heard(heard.State, Heard.AddSeconds(91)).Transition);
    }
}
