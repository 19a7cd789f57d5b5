using MeetNet.Devices;
using MeetNet.Gateway.Acquisition;

namespace MeetNet.Gateway.Tests.Acquisition;

public sealed class RepeatFilterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private readonly RepeatFilter _filter = new();

    [Fact]
    public void Without_counter_and_stamp_everything_is_new()
    {
        Assert.False(_filter.IsRepeat(null, null, Noon));
        Assert.False(_filter.IsRepeat(null, null, Noon));
    }

    [Fact]
    public void The_same_counter_within_seconds_is_the_same_message()
    {
        Assert.False(_filter.IsRepeat(7, null, Noon));
        Assert.True(_filter.IsRepeat(7, null, Noon.AddSeconds(3)));
        Assert.False(_filter.IsRepeat(8, null, Noon.AddSeconds(6)));
    }

    /// <summary>Two gateways hear a node, and the network server of one is slower: its copy comes after the next message.</summary>
    [Fact]
    public void A_message_comes_again_after_the_one_behind_it()
    {
        Assert.False(_filter.IsRepeat(7, null, Noon));
        Assert.False(_filter.IsRepeat(8, null, Noon.AddSeconds(10)));
        Assert.True(_filter.IsRepeat(7, null, Noon.AddSeconds(12)));
        Assert.True(_filter.IsRepeat(8, null, Noon.AddSeconds(13)));
        Assert.False(_filter.IsRepeat(9, null, Noon.AddSeconds(20)));
    }

    [Fact]
    public void The_same_counter_much_later_is_a_node_that_joined_anew()
    {
        Assert.False(_filter.IsRepeat(0, null, Noon));
        Assert.False(_filter.IsRepeat(0, null, Noon.AddMinutes(10)));
    }

    [Fact]
    public void The_devices_own_stamp_decides_whenever_it_comes()
    {
        var stamp = new DeviceTime(new DateTime(2026, 11, 21, 11, 0, 0), null);
        Assert.False(_filter.IsRepeat(null, stamp, Noon));
        Assert.True(_filter.IsRepeat(null, stamp, Noon.AddHours(5)));
        Assert.False(_filter.IsRepeat(null, stamp with { Stamp = stamp.Stamp.AddHours(1) }, Noon.AddHours(5)));
    }

    /// <summary>02:00 on 25 October 2026 is 00:00Z and 01:00Z. A device without a counter gives it twice and means two hours.</summary>
    [Fact]
    public void The_same_local_stamp_an_hour_later_in_the_night_that_has_it_twice_is_another_one()
    {
        var stamp = new DeviceTime(new DateTime(2026, 10, 25, 2, 0, 0), null);
        var second = new DateTimeOffset(2026, 10, 25, 1, 0, 0, TimeSpan.Zero);
        Assert.False(_filter.IsRepeat(null, stamp, second.AddMinutes(-59), second));
        Assert.True(_filter.IsRepeat(null, stamp, second.AddMinutes(-1), second));
        Assert.False(_filter.IsRepeat(null, stamp, second.AddMinutes(1), second));
        Assert.True(_filter.IsRepeat(null, stamp, second.AddMinutes(2), second));
    }
}
