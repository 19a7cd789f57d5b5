using System.Globalization;
using MeetNet.Devices.Framing;
using MeetNet.Devices.Profiles;

namespace MeetNet.Devices.Tests.Vectors;

/// <summary>What a vector promises, checked.</summary>
internal static class VectorCheck
{
    /// <summary>Every vector of a file in its order, through one codec.</summary>
    public static void Run(DeviceProfile profile, VectorFile file)
    {
        var codec = DriverCatalog.Find(profile.Driver)!.Bind(profile, file.Address);
        var buffer = new byte[IDeviceCodec.MaxRequest];
        foreach (var vector in file.Vectors)
        {
            if (vector.Request is { } request)
            {
                var length = codec.WriteRequest(vector.Context, buffer);
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

        var readings = new ReadingBuffer(new RawReading[Math.Max(profile.Fields.Count, codec.MaxReadings)]);
        var status = codec.Decode(vector.Context, cut.Frames[^1], ref readings);
        Assert.True(vector.Status == status, $"{vector.Name}: {status} ({readings.Reason}), expected {vector.Status}");
        Assert.True(vector.Reason == readings.Reason, $"{vector.Name}: reason {readings.Reason}, expected {vector.Reason}");
        Assert.True(vector.Counter == readings.Counter, $"{vector.Name}: counter {readings.Counter}, expected {vector.Counter}");
        Assert.True(vector.NetworkTime == readings.NetworkTime, $"{vector.Name}: network time {readings.NetworkTime:O}");
        Assert.Equal(vector.DeviceTime, readings.DeviceTime?.Stamp.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        Assert.True(vector.Follow == readings.Follow, $"{vector.Name}: follow {readings.Follow}, expected {vector.Follow}");
        Assert.Equal(vector.Outgoing, readings.Outgoing?.Topic);
        var found = readings.Readings.ToArray();
        Assert.Equal(vector.Readings.Select(r => r.Field).Order(), found.Select(r => profile.Fields[r.Field].Name).Order());

        // Each field's readings in their order; the order of the fields is the codec's own business.
        var pairs = found.OrderBy(r => profile.Fields[r.Field].Name, StringComparer.Ordinal).Zip(vector.Readings.OrderBy(r => r.Field, StringComparer.Ordinal));
        foreach (var (reading, expected) in pairs)
        {
            var field = expected.Field;
            Assert.Equal(expected.Time, Stamp(reading.Time));
            Assert.True(expected.Unit == reading.Unit, $"{vector.Name}: {field} is said to be in {reading.Unit}, expected {expected.Unit}");
            Assert.True(expected.Status == reading.Status, $"{vector.Name}: {field} is {reading.Status}, expected {expected.Status}");
            var difference = double.IsNaN(reading.Value) ? double.NaN : Math.Abs(reading.Value - (expected.Value ?? double.NaN));
            Assert.True(
                expected.Value is null ? double.IsNaN(reading.Value) : difference <= 1e-9 * Math.Max(1, Math.Abs(reading.Value)),
                string.Create(CultureInfo.InvariantCulture, $"{vector.Name}: {field} is {reading.Value:R}, expected {expected.Value:R}"));
        }
    }

    private static string? Stamp(DeviceTime? time) => time is not { } own
        ? null
        : own.Stamp.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)
            + (own.Offset is not { } offset ? string.Empty : offset == TimeSpan.Zero ? "Z" : new DateTimeOffset(own.Stamp, offset).ToString("zzz", CultureInfo.InvariantCulture));

    private static string Faults(IReadOnlyDictionary<FrameFault, int> faults) =>
        string.Join(", ", faults.OrderBy(f => f.Key).Select(f => $"{f.Key}: {f.Value}"));
}
