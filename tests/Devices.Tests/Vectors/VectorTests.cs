using System.Globalization;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Tests.Vectors;

/// <summary>Every vector of every device, through the device's own framer and codec. A new device adds files, not tests.</summary>
public sealed class VectorTests
{
    public static TheoryData<string> Ids() => Repository.ProfileIds();

    [Fact]
    public void Every_profile_has_vectors_and_the_other_way_round() =>
        Assert.Equal(Repository.Ids(Repository.Profiles), Repository.Ids(Repository.Vectors));

    [Fact]
    public void Every_driver_is_used_by_a_profile() =>
        Assert.Equal(
            DriverCatalog.All.Select(d => d.Name).Order(StringComparer.Ordinal),
            Repository.Ids(Repository.Profiles).Select(id => Repository.Profile(id).Driver).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Ids))]
    public void Has_a_good_frame_and_a_fault(string id)
    {
        var vectors = VectorFile.Read(id).Vectors;
        Assert.Contains(vectors, v => v.Status == DecodeStatus.Ok && v.Readings.Values.Any(r => r.Status == ReadingStatus.Ok));
        Assert.Contains(vectors, v => v.Status != DecodeStatus.Ok || v.Faults.Count > 0 || v.Readings.Values.Any(r => r.Status == ReadingStatus.DeviceFault));
        Assert.Equal(vectors.Count, vectors.Select(v => v.Name).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Decodes_as_expected(string id)
    {
        var profile = Repository.Profile(id);
        var file = VectorFile.Read(id);
        var codec = DriverCatalog.Find(profile.Driver)!.Bind(profile, file.Address);
        var buffer = new byte[IDeviceCodec.MaxRequest];
        foreach (var vector in file.Vectors)
        {
            if (vector.Request is { } request)
            {
                var length = codec.WriteRequest(0, buffer);
                Assert.Equal(Convert.ToHexString(request), Convert.ToHexString(buffer, 0, length));
            }

            if (vector.Bytes is { } bytes)
            {
                Run(profile, codec, vector, bytes);
            }
        }
    }

    private static void Run(DeviceProfile profile, IDeviceCodec codec, Vector vector, byte[] bytes)
    {
        var cut = Stream.Cut(codec.Framer, bytes);
        Assert.True(vector.Frames == cut.Frames.Count, $"{vector.Name}: {cut.Frames.Count} frames, expected {vector.Frames}");
        Assert.True(vector.Left == cut.Left, $"{vector.Name}: {cut.Left} bytes left, expected {vector.Left}");
        Assert.True(Faults(vector.Faults) == Faults(cut.Faults), $"{vector.Name}: faults {Faults(cut.Faults)}, expected {Faults(vector.Faults)}");
        if (cut.Frames.Count == 0)
        {
            return;
        }

        var readings = new ReadingBuffer(stackalloc RawReading[profile.Fields.Count]);
        var status = codec.Decode(0, cut.Frames[^1], ref readings);
        Assert.True(vector.Status == status, $"{vector.Name}: {status} ({readings.Reason}), expected {vector.Status}");
        Assert.True(vector.Reason == readings.Reason, $"{vector.Name}: reason {readings.Reason}, expected {vector.Reason}");
        Assert.True(vector.Counter == readings.Counter, $"{vector.Name}: counter {readings.Counter}, expected {vector.Counter}");
        Assert.True(vector.NetworkTime == readings.NetworkTime, $"{vector.Name}: network time {readings.NetworkTime:O}");
        Assert.Equal(vector.DeviceTime, readings.DeviceTime?.Stamp.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        Assert.Equal(vector.Readings.Keys.Order(), Named(profile, readings).Keys.Order());
        foreach (var (field, reading) in Named(profile, readings))
        {
            var expected = vector.Readings[field];
            Assert.True(expected.Status == reading.Status, $"{vector.Name}: {field} is {reading.Status}, expected {expected.Status}");
            var difference = double.IsNaN(reading.Value) ? double.NaN : Math.Abs(reading.Value - (expected.Value ?? double.NaN));
            Assert.True(
                expected.Value is null ? double.IsNaN(reading.Value) : difference <= 1e-9 * Math.Max(1, Math.Abs(reading.Value)),
                string.Create(CultureInfo.InvariantCulture, $"{vector.Name}: {field} is {reading.Value:R}, expected {expected.Value:R}"));
        }
    }

    private static Dictionary<string, RawReading> Named(DeviceProfile profile, ReadingBuffer readings)
    {
        var named = new Dictionary<string, RawReading>();
        foreach (var reading in readings.Readings)
        {
            named.Add(profile.Fields[reading.Field].Name, reading);
        }

        return named;
    }

    private static string Faults(IReadOnlyDictionary<FrameFault, int> faults) =>
        string.Join(", ", faults.OrderBy(f => f.Key).Select(f => $"{f.Key}: {f.Value}"));
}
