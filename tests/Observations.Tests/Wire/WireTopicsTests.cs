using MeetNet.Observations.Wire;

namespace MeetNet.Observations.Tests.Wire;

public sealed class WireTopicsTests
{
    [Fact]
    public void Topics_are_made_and_taken_apart()
    {
        (string Topic, string Text, WireTopic Parsed)[] cases =
        [
            (WireTopics.Obs("vmm", "heide"), "meetnet/1/vmm/heide/up/obs", new("vmm", "heide", WireKind.Obs, null)),
            (WireTopics.Hello("vmm", "heide"), "meetnet/1/vmm/heide/up/hello", new("vmm", "heide", WireKind.Hello, null)),
            (WireTopics.Announcement("vmm", "heide"), "meetnet/1/vmm/heide/up/announcement", new("vmm", "heide", WireKind.Announcement, null)),
            (WireTopics.State("vmm", "heide"), "meetnet/1/vmm/heide/up/state", new("vmm", "heide", WireKind.State, null)),
            (WireTopics.Ack("vmm", "heide", "demo"), "meetnet/1/vmm/heide/down/demo/ack", new("vmm", "heide", WireKind.Ack, "demo")),
        ];
        foreach (var (topic, text, parsed) in cases)
        {
            Assert.Equal(text, topic);
            Assert.True(WireTopics.TryParse(topic, out var found));
            Assert.Equal(parsed, found);
        }

        Assert.Equal("meetnet/1/+/+/up/obs", WireTopics.All(WireKind.Obs));
        Assert.Equal("meetnet/1/+/+/up/+", WireTopics.AllUp);
        Assert.Equal("meetnet/1/vmm/heide/down/+/ack", WireTopics.AllAcks("vmm", "heide"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("meetnet/1/vmm/heide/up")]
    [InlineData("meetnet/2/vmm/heide/up/obs")]
    [InlineData("Meetnet/1/vmm/heide/up/obs")]
    [InlineData("meetnet/1/VMM/heide/up/obs")]
    [InlineData("meetnet/1//heide/up/obs")]
    [InlineData("meetnet/1/vmm/heide/up/ack")]
    [InlineData("meetnet/1/vmm/heide/up/obs/x")]
    [InlineData("meetnet/1/vmm/heide/down/obs")]
    [InlineData("meetnet/1/vmm/heide/down/demo/obs")]
    [InlineData("meetnet/1/vmm/heide/down/de mo/ack")]
    [InlineData("meetnet/1/vmm/heide/sideways/obs")]
    [InlineData("/meetnet/1/vmm/heide/up/obs")]
    [InlineData("meetnet/1/+/+/up/obs")]
    [InlineData("a/b/c/d/e/f/g/h/i/j")]
    public void Other_topics_are_not_ours(string? topic) => Assert.False(WireTopics.TryParse(topic, out _));

    [Fact]
    public void A_bad_name_can_not_become_a_topic()
    {
        Assert.Throws<ArgumentException>(() => WireTopics.Obs("+", "heide"));
        Assert.Throws<ArgumentException>(() => WireTopics.Ack("vmm", "heide", "#"));
        Assert.Throws<ArgumentOutOfRangeException>(() => WireTopics.All(WireKind.Ack));
    }

    [Fact]
    public void A_message_is_held_against_its_topic()
    {
        const string owner = "vmm", station = "kalmthoutse-heide";
        Assert.True(BatchReader.TryRead(WireGoldens.Bytes("obs"), out var batch, out _));
        Assert.True(Announcement.TryRead(WireGoldens.Bytes("announcement"), out var announcement, out _));
        Assert.True(Hello.TryRead(WireGoldens.Bytes("hello"), out var hello, out _));
        Assert.True(StationState.TryRead(WireGoldens.Bytes("state-online"), out var state, out _));
        Assert.True(Acknowledgement.TryRead(WireGoldens.Bytes("ack"), out var ack, out _));
        (WireKind Kind, Func<WireTopic, (bool, WireFault)> Contradicts)[] messages =
        [
            (WireKind.Obs, t => (batch.Contradicts(t, out var f), f)),
            (WireKind.Announcement, t => (announcement.Contradicts(t, out var f), f)),
            (WireKind.Hello, t => (hello.Contradicts(t, out var f), f)),
            (WireKind.State, t => (state.Contradicts(t, out var f), f)),
        ];
        foreach (var (kind, contradicts) in messages)
        {
            Assert.Equal((false, default), contradicts(new WireTopic(owner, station, kind, null)));
            Refused(contradicts(new WireTopic("anb", station, kind, null)), "$.owner");
            Refused(contradicts(new WireTopic(owner, "kalmthout", kind, null)), "$.station");
            Refused(contradicts(new WireTopic(owner, station, kind == WireKind.Hello ? WireKind.State : WireKind.Hello, null)), "$");
        }

        Assert.False(ack.Contradicts(new WireTopic(owner, station, WireKind.Ack, "demo"), out _));
        Assert.True(ack.Contradicts(new WireTopic(owner, station, WireKind.Ack, "other"), out var fault));
        Refused((true, fault), "$.hub");
    }

    [Theory]
    [InlineData("vmm/heide/nh3-1/nh3", false)]
    [InlineData("vmm/heide-2/nh3-1/nh3", true)]
    [InlineData("vmm/hei/nh3-1/nh3", true)]
    [InlineData("anb/heide/nh3-1/nh3", true)]
    [InlineData("vm/mheide/nh3-1/nh3", true)]
    public void Each_datastream_of_a_batch_is_held_against_the_topic(string datastream, bool contradicts)
    {
        var rows = new DatastreamRows(datastream, "p-0123456789abcdef", []);
        var fine = rows with { Datastream = "vmm/heide/nh3-1/nh3" };
        var batch = new ObservationBatch("vmm", "heide", default, 1, 1, [], [fine, rows]);
        Assert.Equal(contradicts, batch.Contradicts(new WireTopic("vmm", "heide", WireKind.Obs, null), out var fault));
        if (contradicts)
        {
            Refused((true, fault), "$.datastreams[1].Datastream.@iot.id");
        }
    }

    private static void Refused((bool Refused, WireFault Fault) found, string path)
    {
        Assert.True(found.Refused);
        Assert.Equal((WireReasons.ContradictsTopic, path), (found.Fault.Reason, found.Fault.Path));
    }
}
