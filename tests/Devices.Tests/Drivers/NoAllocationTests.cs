using MeetNet.Devices.Tests.Simulation;
using MeetNet.Devices.Tests.Vectors;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Cutting and decoding a frame of a serial device puts nothing on the heap: stations run for years.</summary>
public sealed class NoAllocationTests
{
    [Theory]
    [InlineData("vega/plics-modbus")]
    [InlineData("keller/series-30-bus")]
    [InlineData("plantower/pms5003")]
    [InlineData("nova/sds011-query")]
    [InlineData("dfrobot/sen0469")]
    [InlineData("sensirion/sps30")]
    [InlineData("bosch/bme280-iio")]
    [InlineData("acoem/serinus-44")]
    [InlineData("metone/bam-1020")]
    [InlineData("thermo/410i")]
    [InlineData("teledyne/t101")]
    [InlineData("teledyne/t300-hessen")]
    [InlineData("picarro/g2103")]
    [InlineData("gasera/one")]
    [InlineData("lumasense/innova-1512")]
    [InlineData("lgr/ugga")]
    [InlineData("acoem/serinus-51")]
    [InlineData("aeroqual/aqm60")]
    [InlineData("milesight/em500-swl")]
    [InlineData("decentlab/dl-ctd10")]
    [InlineData("milesight/gs301")]
    [InlineData("elsys/ers-co2")]
    [InlineData("sensecap/s2101")]
    [InlineData("netvox/r718pa")]
    [InlineData("dragino/ldds45")]
    [InlineData("talkpool/oy1700")]
    [InlineData("keller/adt1")]
    [InlineData("maxbotix/hrxl-5m")]
    [InlineData("campbell/cs475")]
    [InlineData("gill/windsonic-nmea")]
    [InlineData("vaisala/wxt520")]
    public void Cut_and_decode(string id)
    {
        var rig = Rig.Of(id);
        var vector = VectorFile.Read(id).Vectors.First(v => v.Bytes is not null && v.Status == DecodeStatus.Ok && v.Frames == 1 && v.Faults.Count == 0);
        var request = new byte[IDeviceCodec.MaxRequest];
        var storage = new RawReading[rig.Profile.Fields.Count];
        Once(rig, vector.Bytes, request, storage);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Once(rig, vector.Bytes, request, storage);
        }

        // A hundred thousand bytes would be a hundred a frame; tiered compilation may allocate a little on its own.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000);
    }

    private static void Once(Rig rig, ReadOnlySpan<byte> bytes, byte[] request, RawReading[] storage)
    {
        if (rig.Codec.Exchanges > 0)
        {
            rig.Codec.WriteRequest(FrameContext.Of(0), request);
        }

        var cut = rig.Codec.Framer.Cut(bytes);
        var readings = new ReadingBuffer(storage);
        rig.Codec.Decode(FrameContext.Of(0), bytes[..cut.Consumed], ref readings);
    }
}
