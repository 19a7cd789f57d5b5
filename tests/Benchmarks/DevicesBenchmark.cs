using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using MeetNet.Devices;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.TestKit;

namespace MeetNet.Benchmarks;

/// <summary>
/// Frames per second that are cut out of bytes and decoded, and what is allocated for each: the first profile of every driver, its frames made by its own simulator. One
/// thread; processor time, the median of the runs.
/// </summary>
internal static partial class DevicesBenchmark
{
    private const int Runs = 9;
    private const int Frames = 20_000;

    public static int Run()
    {
        Console.WriteLine("## Devices: bytes to readings, one core\n");
        Console.WriteLine("| driver | profile | bytes | readings | frames/s | allocated per frame |\n|---|---|---|---|---|---|");
        var folder = RepositoryFile.PathOf("firmware-config/profiles");
        var profiles = Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => ProfileReader.Read(file, out _)).OfType<DeviceProfile>();
        foreach (var profile in profiles.GroupBy(p => p.Driver).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => g.First()))
        {
            Measure(profile);
        }

        Console.WriteLine();
        return 0;
    }

    private static void Measure(DeviceProfile profile)
    {
        var driver = DriverCatalog.Find(profile.Driver)!;
        var vectors = RepositoryFile.Text($"tests/vectors/{profile.Id}.yaml");
        var address = AddressOf(vectors);
        var codec = driver.Bind(profile, address);
        var simulator = driver.Simulate(profile, address);
        var (context, frame) = FrameOf(profile, codec, simulator);
        var readings = new RawReading[Math.Max(profile.Fields.Count, codec.MaxReadings)];
        var count = Decode(codec, context, frame, readings, 1);
        if (count == 0)
        {
            Console.WriteLine($"| {profile.Driver} | {profile.Id} | {frame.Length} | 0 | its first answer holds no readings | |");
            return;
        }

        var (seconds, allocated) = (new double[Runs], new double[Runs]);
        for (var run = 0; run < Runs; run++)
        {
            var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), Processor());
            Decode(codec, context, frame, readings, Frames);
            seconds[run] = (Processor() - began).TotalSeconds;
            allocated[run] = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Frames;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {profile.Driver} | {profile.Id} | {frame.Length} | {count} | {Frames / Median(seconds):N0} | {Median(allocated):0.#} B |"));
    }

    /// <summary>Cuts and decodes the same bytes again and again, as the line's loop does; the readings of one.</summary>
    private static int Decode(IDeviceCodec codec, FrameContext context, byte[] frame, RawReading[] storage, int times)
    {
        var count = 0;
        for (var i = 0; i < times; i++)
        {
            var cut = codec.Framer.Cut(frame);
            if (cut.Result == CutResult.Frame)
            {
                var readings = new ReadingBuffer(storage);
                codec.Decode(context, frame.AsSpan(0, cut.Consumed), ref readings);
                count = readings.Count;
            }
        }

        return count;
    }

    /// <summary>The first frame with readings: of a device that talks by itself, or the answer to the first request that brings any.</summary>
    private static (FrameContext Context, byte[] Frame) FrameOf(DeviceProfile profile, IDeviceCodec codec, IDeviceSimulator simulator)
    {
        var values = profile.Fields.Select(f => f.Value is { Minimum: { } low, Maximum: { } high } ? (low + high) / 2 : 10).ToArray();
        var buffer = new byte[simulator.MaxFrame];
        var storage = new RawReading[Math.Max(profile.Fields.Count, codec.MaxReadings)];
        var frame = Array.Empty<byte>();
        var context = FrameContext.Of(0);
        foreach (var topic in simulator.Topics.Cast<string?>().DefaultIfEmpty("v3/application@ttn/devices/node/up").Reverse())
        {
            for (var exchange = 0; exchange < Math.Max(1, codec.Exchanges); exchange++)
            {
                context = new FrameContext { Exchange = exchange, Topic = topic };
                var state = new SimulatedState { Values = values, Topic = topic, Counter = 1, NetworkTime = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero) };
                var request = new byte[IDeviceCodec.MaxRequest];
                var asked = codec.WriteRequest(context, request);
                var length = codec.Exchanges == 0 ? simulator.Emit(state, buffer) : simulator.Answer(request.AsSpan(0, asked), state, buffer);
                frame = buffer.AsSpan(0, length).ToArray();
                if (length > 0 && Decode(codec, context, frame, storage, 1) > 0)
                {
                    return (context, frame);
                }
            }
        }

        return (context, frame);
    }

    private static DeviceAddress AddressOf(string vectors)
    {
        var text = AddressLine().Match(vectors).Groups[1].Value.Trim();
        var framing = FramingLine().Match(vectors) is { Success: true } match ? match.Groups[1].Value.Trim() : null;
        var address = text.Length == 0 ? DeviceAddress.None
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? DeviceAddress.Of(number)
            : DeviceAddress.Of(text.Trim('"'));
        return address with { Framing = framing };
    }

    private static TimeSpan Processor() => Process.GetCurrentProcess().UserProcessorTime;

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    [GeneratedRegex("^address: (.+)$", RegexOptions.Multiline)]
    private static partial Regex AddressLine();

    [GeneratedRegex("^framing: (.+)$", RegexOptions.Multiline)]
    private static partial Regex FramingLine();
}
