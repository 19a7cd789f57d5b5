using System.Numerics;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Simulation;
using MeetNet.Devices.Tests.Simulation;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>
/// A line that is set wrongly or catches noise: nothing that a device did not say becomes a reading, and once the line is right again its frames are understood. For the
/// profiles of all drivers on serial lines whose frames have a check.
/// </summary>
public sealed class LineTroubleTests
{
    /// <summary>Bytes of noise for each profile; a day of a line at 9600 baud (960 bytes a second) when asked for with MEETNET_HOURS=24.</summary>
    private static readonly long NoiseBytes = int.TryParse(Environment.GetEnvironmentVariable("MEETNET_HOURS"), out var hours) ? hours * 3600L * 960 : 200_000;

    /// <summary>Forms without any check: their profiles say so, and whoever has the choice takes another.</summary>
    private static readonly string[] Unchecked = ["bayern-hessen", "text-line", "gasera", "picarro", "teledyne-ascii", "thermo-clink", "nmea", "vaisala-wxt", "sdi-12"];

    /// <summary>Of fixed frames, one with a sum of 16 bits: four bytes with a sum of 8, as ultrasonic rangers send them, come about by chance.</summary>
    private const string FixedFrame = "plantower/pms5003";

    public static TheoryData<string> Checked() => [.. Ids().Where(id => !Unchecked.Contains(Repository.Profile(id).Driver))];

    public static TheoryData<string> All() => [.. Ids()];

    /// <summary>Those whose frames are text, as lines of seven bits carry it.</summary>
    public static TheoryData<string> Text() => [.. Ids().Where(id =>
    {
        var bytes = new List<byte>();
        var rig = Rig.Of(id);
        rig.PlayThrough(new SimulatedState { Values = Values(rig) }, frame => { bytes.AddRange(frame); return frame; }, []);
        return bytes.TrueForAll(b => b < 0x80);
    })];

    /// <summary>A profile of each driver: what matters here is the framing, which is the driver's.</summary>
    private static IEnumerable<string> Ids() => Repository.Ids(Repository.Profiles).Select(Repository.Profile)
        .Where(p => DriverCatalog.Find(p.Driver)!.Carrier == Carrier.Stream).GroupBy(p => p.Driver).Select(g => g.Key == "fixed-frame" ? FixedFrame : g.First().Id);

    [Theory]
    [MemberData(nameof(Checked))]
    public void Noise_never_becomes_a_reading_and_the_next_frame_is_understood(string id)
    {
        var rig = Rig.Of(id);
        var random = new Random(7);
        var window = new byte[Math.Max(4096, 2 * rig.Codec.Framer.MaxFrame)];
        var waiting = 0;
        for (var left = NoiseBytes; left > 0;)
        {
            var count = (int)Math.Min(left, window.Length - waiting);
            random.NextBytes(window.AsSpan(waiting, count));
            (waiting, left) = (waiting + count, left - count);
            waiting = Drain(rig, window, waiting);
        }

        // Noise that is still waiting may swallow one frame.
        Assert.True(HeardAfter(rig, window.AsSpan(0, waiting)), "the device is not heard again");
    }

    /// <summary>A line set to no parity that is spoken to with seven bits and even parity has bit 7 set in half of the bytes.</summary>
    [Theory]
    [MemberData(nameof(Text))]
    public void Parity_read_as_data_gives_no_wrong_number(string id) =>
        NothingWrong(Rig.Of(id), b => (byte)((b & 0x7F) | ((BitOperations.PopCount((uint)(b & 0x7F)) & 1) << 7)));

    /// <summary>The kernel hands on a byte with a parity error as 0 (termios, INPCK without IGNPAR and PARMRK): with the parity inverted that is every byte.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Inverted_parity_gives_no_number(string id) => NothingWrong(Rig.Of(id), _ => 0);

    /// <summary>At twice the speed of the sender each bit is sampled twice: eight samples hold the start bit and three and a half data bits.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public void Half_the_speed_gives_no_wrong_number(string id) =>
        NothingWrong(Rig.Of(id), b => (byte)(((b & 1) * 0x06) | ((b >> 1 & 1) * 0x18) | ((b >> 2 & 1) * 0x60) | ((b >> 3 & 1) * 0x80)));

    /// <summary>Every number that still comes out of the damaged bytes is one that was sent, and after them the device is understood.</summary>
    private static void NothingWrong(Rig rig, Func<byte, byte> damage)
    {
        var sent = Values(rig);
        foreach (var reading in Play(rig, damage).Where(r => r.Status == ReadingStatus.Ok))
        {
            Assert.Equal(sent[reading.Field], reading.Value, 1 + (1e-3 * Math.Abs(sent[reading.Field])));
        }

        Assert.Contains(Play(rig, b => b), r => r.Status == ReadingStatus.Ok);
    }

    private static List<RawReading> Play(Rig rig, Func<byte, byte> damage)
    {
        var found = new List<RawReading>();
        rig.PlayThrough(new SimulatedState { Values = Values(rig) }, bytes => [.. bytes.Select(damage)], found);
        return found;
    }

    private static bool HeardAfter(Rig rig, ReadOnlySpan<byte> noise)
    {
        var before = noise.ToArray();
        var found = new List<RawReading>();
        rig.PlayThrough(new SimulatedState { Values = Values(rig) }, bytes => [.. before, .. bytes, .. bytes], found);
        return found.Any(r => r.Status == ReadingStatus.Ok);
    }

    private static double[] Values(Rig rig) =>
        [.. rig.Profile.Fields.Select(f => f.Value is { Minimum: { } low, Maximum: { } high } ? Math.Round((low + high) / 2) : 10)];

    /// <summary>Cuts what can be cut; what is left stands at the beginning of the window.</summary>
    private static int Drain(Rig rig, byte[] window, int waiting)
    {
        var start = 0;
        while (rig.Codec.Framer.Cut(window.AsSpan(start, waiting - start)) is { Result: not CutResult.NeedMore } cut)
        {
            if (cut.Result == CutResult.Frame)
            {
                var readings = new ReadingBuffer(new RawReading[Math.Max(rig.Profile.Fields.Count, rig.Codec.MaxReadings)]);
                for (var exchange = 0; exchange < Math.Max(1, rig.Codec.Exchanges); exchange++)
                {
                    rig.Codec.Decode(FrameContext.Of(exchange), window.AsSpan(start, cut.Consumed), ref readings);
                }

                Assert.True(readings.Readings.ToArray().All(r => r.Status != ReadingStatus.Ok), $"noise became a reading: {Convert.ToHexString(window, start, cut.Consumed)}");
            }

            start += cut.Consumed;
        }

        window.AsSpan(start, waiting - start).CopyTo(window);
        return waiting - start;
    }
}
