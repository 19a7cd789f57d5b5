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
}
