using System.Text;
using System.Text.Json;
using MeetNet.TestKit;

namespace MeetNet.Devices.Tests.Drivers;

/// <summary>Every given folder of the kernel: its files are put before the profile of its device as the line would, and what is expected must come out.</summary>
public sealed class LinuxIioVectorTests
{
    /// <summary>Samples that hold no measurement, and why.</summary>
    private static readonly Dictionary<string, string> NoMeasurement = new(StringComparer.Ordinal)
    {
        ["linux_iio-008"] = "the cleaning period is a setting",
        ["linux_iio-014"] = "a listing of file names",
        ["linux_iio-023"] = "numbers of devices: FolderLineTests",
    };

    /// <summary>Devices by what the sample says of them; those without a name file are of a driver that the sample names.</summary>
    private static readonly (string Device, string Profile)[] Profiles =
    [
        ("BME680", "bosch/bme680-iio"), ("BME280", "bosch/bme280-iio"), ("SPS30", "sensirion/sps30-iio"), ("Plantower", "plantower/pms7003-iio"),
        ("SCD4", "sensirion/scd4x-iio"), ("SCD30", "sensirion/scd30-iio"), ("SGP30", "sensirion/sgp30-iio"), ("ADS1015", "ti/ads1015-iio"), ("ADS1115", "ti/ads1115-iio"),
        ("MH-Z19B", "winsen/mh-z19b-iio"),
    ];

    private static readonly JsonElement[] All =
        [.. JsonDocument.Parse(RepositoryFile.Text("tests/vectors/protocols/linux_iio.json")).RootElement.EnumerateArray()];

    public static TheoryData<string> Ids() => [.. All.Select(v => v.GetProperty("id").GetString()!).Where(id => !NoMeasurement.ContainsKey(id))];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Holds(string id)
    {
        var vector = All.Single(v => v.GetProperty("id").GetString() == id);
        var files = vector.GetProperty("files").EnumerateObject().ToDictionary(f => f.Name, f => f.Value.GetString()!);
        var values = Read(Profiles.First(p => vector.GetProperty("device").GetString()!.Contains(p.Device, StringComparison.Ordinal)).Profile, files);
        foreach (var expected in vector.GetProperty("expected").EnumerateObject().Where(e => e.Name is not ("pressure_compensation" or "interval_s")))
        {
            var name = expected.Name == "voltage" ? files.Keys.First(f => f.EndsWith("_raw", StringComparison.Ordinal))[3..^4].Replace("-voltage", "_", StringComparison.Ordinal) : expected.Name;
            Assert.Equal(expected.Value.GetProperty("value").GetDouble(), values[name], 9);
        }
    }

    private static Dictionary<string, double> Read(string id, Dictionary<string, string> files)
    {
        var profile = Repository.Profile(id);
        var codec = DriverCatalog.Find(profile.Driver)!.Bind(profile, DeviceAddress.None);
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        var request = new byte[IDeviceCodec.MaxRequest];
        var next = new Follow(0);
        while (next.Exchange < codec.Exchanges)
        {
            var context = new FrameContext { Exchange = next.Exchange, State = next.State };
            var asked = Encoding.ASCII.GetString(request, 0, codec.WriteRequest(context, request)).TrimEnd('\n').Split(IioText.Separator);
            var answer = asked[0] + string.Concat(asked.Skip(1).Select(f => IioText.Separator + f + (files.TryGetValue(f, out var content) ? "=" + content : "!ENOENT"))) + "\n";
            var readings = new ReadingBuffer(new RawReading[profile.Fields.Count]);
            codec.Decode(context, Encoding.ASCII.GetBytes(answer), ref readings);
            foreach (var reading in readings.Readings.ToArray().Where(r => r.Status == ReadingStatus.Ok))
            {
                values[profile.Fields[reading.Field].Name] = reading.Value;
            }

            next = readings.Follow ?? new Follow(next.Exchange + 1);
        }

        return values;
    }
}
