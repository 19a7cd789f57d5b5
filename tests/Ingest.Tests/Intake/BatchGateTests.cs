using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MeetNet.Ingest.Intake;
using MeetNet.Mqtt;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Tests.Intake;

public sealed class BatchGateTests
{
    private const string Head = "\"owner\":\"vmm\",\"station\":\"kalmthoutse-heide\",\"epoch\":\"9f1c2a3b4d5e6f70\"";

    [Fact]
    public void A_sound_batch_passes()
    {
        var arrival = Messages.BatchArrival(1, 3);
        Assert.Null(arrival.Refusal);
        Assert.Equal(3, arrival.Batch!.Count);
        Assert.Equal(("vmm", "kalmthoutse-heide"), (arrival.Owner, arrival.Station));
    }

    [Theory]
    [InlineData("not json at all", WireReasons.NotJson)]
    [InlineData("{\"v\":2,\"crc\":\"00000000\"}", WireReasons.UnknownVersion)]
    [InlineData("{\"v\":1,\"crc\":\"00000000\"}", WireReasons.BadCrc)]
    public void What_cannot_be_believed_settles_nothing(string payload, string reason)
    {
        var refusal = Refuse(Encoding.UTF8.GetBytes(payload));
        Assert.Equal(reason, refusal.Reason);
        Assert.Null(refusal.Settles);
    }

    [Fact]
    public void A_batch_that_is_wrong_inside_settles_its_range()
    {
        var refusal = Refuse(Messages.Sealed($"{Head},\"first\":5,\"last\":9,\"datastreams\":[{{\"nonsense\":true}}]"));
        Assert.Equal(new Envelope("vmm", "kalmthoutse-heide", Messages.Epoch, 5, 9), refusal.Settles);
    }

    [Theory]
    [InlineData("\"first\":5,\"last\":2000")] // longer than a batch may be
    [InlineData("\"first\":9,\"last\":5")]
    [InlineData("\"first\":9223372036854775800,\"last\":9223372036854775807")] // beyond what a sequence may be
    [InlineData("\"first\":0,\"last\":5")]
    [InlineData("\"first\":5")]
    [InlineData("\"first\":5,\"first\":6,\"last\":9")] // two heads
    [InlineData("\"first\":\"5\",\"last\":9")]
    public void A_head_that_cannot_be_believed_settles_nothing(string range)
    {
        var refusal = Refuse(Messages.Sealed($"{Head},{range},\"datastreams\":[7]"));
        Assert.Null(refusal.Settles);
    }

    [Fact]
    public void Another_station_than_the_topic_says_is_refused_and_settles_nothing()
    {
        var payload = Messages.Batch(1, 2, station: "brabantse-wal");
        var refusal = BatchGate.Judge(Messages.Obs(payload), Messages.Received).Refusal!;
        Assert.Equal(WireReasons.ContradictsTopic, refusal.Reason);
        Assert.Null(refusal.Settles);
    }

    [Theory]
    [InlineData("meetnet/2/vmm/x/up/obs")]
    [InlineData("meetnet/1/vmm/x/up/gossip")]
    [InlineData("meetnet/1/vmm/x/down/demo/ack")]
    [InlineData("else/where")]
    public void Topics_that_are_not_ours_are_refused(string topic)
    {
        var arrival = BatchGate.Judge(new MqttMessage { Topic = topic, Payload = "x"u8.ToArray() }, Messages.Received);
        Assert.Equal(RefusalReasons.UnknownTopic, arrival.Refusal!.Reason);
    }

    [Fact]
    public void Any_damage_to_a_batch_is_refused()
    {
        var sound = Messages.Batch(1, 5, sequence => Messages.Observation(sequence, datastreams: 2));
        Prop.ForAll(Gen.Choose(0, sound.Length - 1).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), (at, flip) =>
        {
            var damaged = sound.ToArray();
            damaged[at] ^= (byte)flip;
            Assert.NotNull(BatchGate.Judge(Messages.Obs(damaged), Messages.Received).Refusal);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_beginning_of_a_batch_is_refused()
    {
        var sound = Messages.Batch(1, 5);
        for (var length = 0; length < sound.Length; length++)
        {
            Assert.NotNull(BatchGate.Judge(Messages.Obs(sound[..length]), Messages.Received).Refusal);
        }
    }

    [Fact]
    public void The_digest_of_an_announcement_leaves_out_when_it_was_issued_and_nothing_else()
    {
        static byte[] Announce(string issued, string more = "") => Messages.Sealed($"{Head},\"issued\":\"{issued}\",\"thing\":{{\"a\":[1,2]}}{more}");
        var digest = Digest.OfAnnouncement(Announce("2026-11-21T10:00:00Z"));
        Assert.Equal(digest, Digest.OfAnnouncement(Announce("2026-11-22T10:00:00Z")));
        Assert.NotEqual(digest, Digest.OfAnnouncement(Announce("2026-11-21T10:00:00Z", ",\"unknown\":1")));
    }

    private static Refusal Refuse(byte[] payload)
    {
        var refusal = BatchGate.Judge(Messages.Obs(payload), Messages.Received).Refusal;
        Assert.NotNull(refusal);
        return refusal;
    }
}
