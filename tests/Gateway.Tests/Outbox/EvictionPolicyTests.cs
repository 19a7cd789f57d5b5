using MeetNet.Gateway.Outbox;

namespace MeetNet.Gateway.Tests.Outbox;

public sealed class EvictionPolicyTests
{
    private const long Mebibyte = 1 << 20;

    private static readonly OutboxOptions Options = new() { Path = "", Hubs = [], MaxBytes = 100 * Mebibyte, MinFreeDisk = 32 * Mebibyte };

    [Theory]
    // There is room.
    [InlineData(99, 0, 32, nameof(RoomVerdict.Admit), nameof(RoomVerdict.Admit))]
    // The outbox has reached its limit.
    [InlineData(100, 0, 1000, nameof(RoomVerdict.Refuse), nameof(RoomVerdict.MakeRoom))]
    // The disk is nearly full: freed pages may be used, or made.
    [InlineData(50, 1, 31, nameof(RoomVerdict.Admit), nameof(RoomVerdict.Admit))]
    [InlineData(50, 0, 31, nameof(RoomVerdict.Refuse), nameof(RoomVerdict.MakeRoom))]
    // Not even the write-ahead log has room.
    [InlineData(50, 1, 7, nameof(RoomVerdict.Refuse), nameof(RoomVerdict.Refuse))]
    public void Room_is_given_as_the_policy_says(int usedMebibytes, int freedMebibytes, int diskMebibytes, string refusing, string dropping)
    {
        var usage = new OutboxUsage(usedMebibytes * Mebibyte, freedMebibytes * Mebibyte, diskMebibytes * Mebibyte);

        Assert.Equal(refusing, new EvictionPolicy(Options with { WhenFull = WhenFull.Refuse }).Decide(usage).ToString());
        Assert.Equal(dropping, new EvictionPolicy(Options with { WhenFull = WhenFull.DropOldest }).Decide(usage).ToString());
    }

    [Fact]
    public void Nothing_is_kept_free_when_that_is_asked_for()
    {
        var policy = new EvictionPolicy(Options with { MinFreeDisk = 0 });
        Assert.Equal(RoomVerdict.Admit, policy.Decide(new OutboxUsage(0, 0, 0)));
    }

    [Fact]
    public void An_age_needs_two_believable_times()
    {
        var policy = new EvictionPolicy(Options with { MaxAge = TimeSpan.FromDays(30) });
        var now = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

        Assert.Equal(now.AddDays(-30), policy.Cutoff(now));
        Assert.Null(policy.Cutoff(DateTimeOffset.UnixEpoch));
        Assert.Null(new EvictionPolicy(Options with { MaxAge = null }).Cutoff(now));
        Assert.True(EvictionPolicy.IsTooOld(now.AddDays(-31), now.AddDays(-30)));
        Assert.False(EvictionPolicy.IsTooOld(now.AddDays(-30), now.AddDays(-30)));
        Assert.False(EvictionPolicy.IsTooOld(DateTimeOffset.UnixEpoch, now));
    }
}
