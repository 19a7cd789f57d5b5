using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MeetNet.Devices.Tests.Simulation;
using MeetNet.Devices.Tests.Vectors;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>No bytes make a codec throw, also not those that no framer would cut.</summary>
public sealed class UntrustedBytesTests
{
    public static TheoryData<string> Ids() => Repository.ProfileIds();

    [Theory]
    [MemberData(nameof(Ids))]
    public void Any_bytes(string id)
    {
        var rig = Rig.Of(id);
        var good = VectorFile.Read(id).Vectors.Where(v => v.Bytes is not null).Select(v => v.Bytes!).ToArray();
        var bytes = Gen.OneOf(
            Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(),
            from vector in Gen.Elements(good)
            from at in Gen.Choose(0, vector.Length - 1)
            from b in Gen.Choose(0, 255)
            from length in Gen.Choose(0, vector.Length)
            select Changed(vector, at, (byte)b)[..length]);
        Prop.ForAll(bytes.ToArbitrary(), frame =>
        {
            foreach (var exchange in new[] { 0, -1, 99 })
            {
                var readings = new ReadingBuffer(new RawReading[rig.Profile.Fields.Count]);
                rig.Codec.Decode(FrameContext.Of(exchange), frame, ref readings);
                foreach (var reading in readings.Readings)
                {
                    Assert.False(reading.Status == ReadingStatus.Ok && !double.IsFinite(reading.Value));
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"end_device_ids\":[]}")]
    [InlineData("{\"end_device_ids\":{\"device_id\":{\"a\":1}}}")]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"swl-0001\"},\"uplink_message\":[1]}")]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"swl-0001\"},\"uplink_message\":{\"f_port\":\"85\"}}")]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"swl-0001\"},\"uplink_message\":{\"f_port\":85,\"f_cnt\":-1}}")]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"swl-0001\"},\"uplink_message\":{\"f_port\":99999999999999999999}}")]
    [InlineData("{\"end_device_ids\":{\"device_id\":\"swl-0001\"},\"uplink_message\":{}} trailing")]
    public void Messages_of_a_wrong_shape_are_unexpected(string message)
    {
        var readings = new ReadingBuffer(new RawReading[4]);
        Assert.Equal(DecodeStatus.Unexpected, Rig.Of("milesight/em500-swl").Codec.Decode(FrameContext.Of(0), Encoding.UTF8.GetBytes(message), ref readings));
        Assert.Equal(0, readings.Count);
    }

    [Fact]
    public void Nesting_without_end_is_not_json()
    {
        var readings = new ReadingBuffer(new RawReading[4]);
        var message = Encoding.ASCII.GetBytes(new string('[', 10_000));
        Assert.Equal(DecodeStatus.Unexpected, Rig.Of("milesight/em500-swl").Codec.Decode(FrameContext.Of(0), message, ref readings));
    }

    private static byte[] Changed(byte[] bytes, int at, byte b)
    {
        var changed = bytes.ToArray();
        changed[at] = b;
        return changed;
    }
}
