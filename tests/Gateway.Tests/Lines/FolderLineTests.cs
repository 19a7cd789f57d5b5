using System.Buffers;
using System.Text;
using System.Threading.Channels;
using MeetNet.Devices;
using MeetNet.Devices.Profiles;
using MeetNet.Devices.Simulation;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Commissioning;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeetNet.Gateway.Tests.Lines;

/// <summary>A folder that stands in for /sys/bus/iio/devices.</summary>
public sealed class FolderLineTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _root = new();

    [Fact]
    public async Task A_device_is_found_by_its_name_whatever_its_number()
    {
        Device("iio:device0", "ads1115", ("in_voltage0_raw", "16000"));
        Device("iio:device1", "sps30", ("in_massconcentration_pm1_input", "3.700000"));
        await using var line = Open();

        Assert.Equal("sps30@\tin_massconcentration_pm1_input=3.700000\n", await AskAsync(line, "sps30@\tin_massconcentration_pm1_input\n"));
        Assert.Equal("ads1015,ads1115@\tin_voltage0_raw=16000\n", await AskAsync(line, "ads1015,ads1115@\tin_voltage0_raw\n"));
    }

    [Fact]
    public async Task Of_two_devices_of_a_name_the_place_on_the_bus_tells()
    {
        Device("bus/1-0076/iio:device0", "bme280", ("in_temp_input", "21850"));
        Device("bus/1-0077/iio:device1", "bme280", ("in_temp_input", "-3500"));
        Directory.CreateSymbolicLink(_root.File("iio:device0"), _root.File("bus/1-0076/iio:device0"));
        Directory.CreateSymbolicLink(_root.File("iio:device1"), _root.File("bus/1-0077/iio:device1"));
        await using var line = Open();

        Assert.Equal("bme280@1-0077\tin_temp_input=-3500\n", await AskAsync(line, "bme280@1-0077\tin_temp_input\n"));
        Assert.Equal("bme280@1-0076\tin_temp_input=21850\n", await AskAsync(line, "bme280@1-0076\tin_temp_input\n"));
        Assert.Equal("bme280@\t!ENOTUNIQ\n", await AskAsync(line, "bme280@\tin_temp_input\n"));
        Assert.Equal("bme280@1-0078\t!ENODEV\n", await AskAsync(line, "bme280@1-0078\tin_temp_input\n"));
    }

    [Fact]
    public async Task What_can_t_be_read_is_an_answer_and_the_line_goes_on()
    {
        Device("iio:device0", "bme280", ("in_temp_input", "21850"));

        // Reading a process's memory at address 0 fails as a broken bus does.
        File.CreateSymbolicLink(_root.File("iio:device0/in_pressure_input"), "/proc/self/mem");
        await using var line = Open();

        Assert.Equal(
            "bme280@\tin_pressure_input!EIO\tin_temp_input=21850\tin_humidityrelative_input!ENOENT\n",
            await AskAsync(line, "bme280@\tin_pressure_input\tin_temp_input\tin_humidityrelative_input\n"));

        Directory.Delete(_root.File("iio:device0"), recursive: true);
        Assert.Equal("bme280@\t!ENODEV\n", await AskAsync(line, "bme280@\tin_temp_input\n"));
        Device("iio:device7", "bme280", ("in_temp_input", "19000"));
        Assert.Equal("bme280@\tin_temp_input=19000\n", await AskAsync(line, "bme280@\tin_temp_input\n"));
        Assert.False(line.Ended.IsCompleted);
    }

    [Fact]
    public void A_root_that_is_not_there_is_told()
    {
        var opening = FolderLine.Open(new FolderSettings("parts", _root.File("absent")), TimeProvider.System);
        Assert.Null(opening.Line);
        Assert.Equal(LineFaultKind.NoSuchPort, opening.Fault!.Value.Kind);
        Assert.StartsWith($"no such folder: {_root.File("absent")}", opening.Fault.Value.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_ends_the_line_and_its_reading()
    {
        var line = Open();
        var reading = line.Input.ReadAsync().AsTask();
        await line.DisposeAsync();
        Assert.True((await Eventually.DoneAsync(reading, "the reading completes")).IsCompleted);
        Assert.Equal(LineEndKind.Closed, (await line.Ended).Kind);
        Assert.Equal(LineWrite.Ended, await line.WriteAsync("x@\n"u8.ToArray(), Soon, CancellationToken.None));
    }

    [Fact]
    public async Task What_the_simulator_writes_is_read_by_the_gateway()
    {
        var station = Station(("bme280", "bosch/bme280-iio", "1-0076"));
        var script = new InstrumentScript(
            new Dictionary<string, FieldScript>(StringComparer.Ordinal)
            {
                ["temperature"] = Steady(21.85), ["pressure"] = Steady(1013.25), ["humidity"] = Steady(47.5),
            },
            [],
            null);
        var instrument = station.Instruments[0];
        var played = new SimulatedInstrument("bme280", instrument.Profile, instrument.Address, script, TimeSpan.FromSeconds(1));
        new SimulatedFolder(_root.Path, 0, instrument.Profile, instrument.Address, played, TimeProvider.System).Write(DateTimeOffset.UnixEpoch);
        Assert.Equal("21850\n", File.ReadAllText(_root.File("iio:device0/in_temp_input")));

        var set = await FirstSetAsync(station);

        Assert.Equal([21.85, 1013.25, 47.5], set.Readings.ToArray().OrderBy(r => r.Field).Select(r => Math.Round(r.Value, 9)));
        Assert.All(set.Readings.ToArray(), r => Assert.Equal(ReadingStatus.Ok, r.Status));
    }

    [Fact]
    public async Task A_missing_part_is_a_fault_of_that_part_only()
    {
        Device("iio:device0", "sps30", [.. new[] { "pm1", "pm2p5", "pm4", "pm10" }.Select(p => ($"in_massconcentration_{p}_input", "4.2"))]);
        var station = Station(("bme280", "bosch/bme280-iio", null), ("sps30", "sensirion/sps30-iio", null));
        var sets = Channel.CreateUnbounded<ReadingSet>();
        await using var running = Run(station, sets);
        var seen = new Dictionary<string, ReadingSet>(StringComparer.Ordinal);
        while (seen.Count < 2)
        {
            var set = await Eventually.DoneAsync(sets.Reader.ReadAsync().AsTask(), "a set");
            seen[set.Instrument.Sensor] = set;
        }

        Assert.All(seen["bme280"].Readings.ToArray(), r => Assert.Equal(ReadingStatus.DeviceFault, r.Status));
        Assert.Equal("no-such-device", seen["bme280"].Reason);
        Assert.All(seen["sps30"].Readings.ToArray(), r => Assert.Equal((4.2, ReadingStatus.Ok), (r.Value, r.Status)));
    }

    public void Dispose() => _root.Dispose();

    private async Task<ReadingSet> FirstSetAsync(Station station)
    {
        var sets = Channel.CreateUnbounded<ReadingSet>();
        await using var running = Run(station, sets);
        return await Eventually.DoneAsync(sets.Reader.ReadAsync().AsTask(), "a set");
    }

    private Served Run(Station station, Channel<ReadingSet> sets)
    {
        var arbiter = new LineArbiter(station.Instruments, sets.Writer, TimeProvider.System, NullLogger.Instance);
        var stop = new CancellationTokenSource();
        var line = Open();
        return new Served(line, arbiter.ServeAsync(line, stop.Token), stop);
    }

    /// <summary>A station whose only line is the folder, read from a station file.</summary>
    private Station Station(params (string Sensor, string Profile, string? Address)[] instruments)
    {
        var listed = instruments.Select(i =>
            $"  - {{sensor: {i.Sensor}, profile: {i.Profile}, serialNumber: x, installed: 2026-01-15, line: parts, interval: 1s"
            + (i.Address is null ? "" : $", address: {i.Address}")
            + (i.Profile.StartsWith("bosch", StringComparison.Ordinal)
                ? ", datastreams: [{field: temperature, property: air_temperature}]}"
                : ", datastreams: [{field: pm2_5, property: pm2_5}]}"));
        var path = _root.File("station.yaml");
        File.WriteAllText(path, $"""
            owner: vmm
            station: folder
            simulated: true
            name: {"{"}nl: n, en: n{"}"}
            description: {"{"}nl: n, en: n{"}"}
            location: {"{"}latitude: 51.39, longitude: 4.44, crs: "EPSG:4258"{"}"}
            lines:
              - {"{"}line: parts, iio: {"{"}root: {_root.Path}{"}"}{"}"}
            instruments:
            {string.Join('\n', listed)}
            """);
        var (station, problems) = StationReader.Read(path, TestStations.Profiles, new ConfigurationPaths(null));
        Assert.True(station is not null, string.Join('\n', problems));
        var line = Assert.IsType<FolderStationLine>(Assert.Single(station.Lines));
        Assert.Equal(_root.Path, line.Settings.Root);
        return station;
    }

    private static FieldScript Steady(double value) =>
        new(new Quantity("q", [new ValueCurve(CurveKind.Steady, value)], double.NegativeInfinity), 1, 0);

    private ILine Open() => FolderLine.Open(new FolderSettings("parts", _root.Path), TimeProvider.System).Line!;

    private void Device(string folder, string name, params (string File, string Content)[] files)
    {
        Directory.CreateDirectory(_root.File(folder));
        foreach (var (file, content) in files.Append(("name", name)))
        {
            File.WriteAllText(Path.Combine(_root.File(folder), file), content + "\n");
        }
    }

    private static async Task<string> AskAsync(ILine line, string request)
    {
        Assert.Equal(LineWrite.Written, await line.WriteAsync(Encoding.ASCII.GetBytes(request), Soon, CancellationToken.None));
        var read = await Eventually.DoneAsync(line.Input.ReadAsync().AsTask(), "an answer");
        var answer = Encoding.ASCII.GetString(read.Buffer.ToArray());
        line.Input.AdvanceTo(read.Buffer.End);
        return answer;
    }

    private sealed record Served(ILine Line, Task Serving, CancellationTokenSource Stop) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Stop.CancelAsync();
            await Serving.ContinueWith(_ => { }, TaskScheduler.Default);
            await Line.DisposeAsync();
            Stop.Dispose();
        }
    }
}
