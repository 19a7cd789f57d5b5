using System.Globalization;
using MeetNet.Devices;
using MeetNet.Gateway;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeetNet.Benchmarks;

/// <summary>
/// From a set of readings of one instrument to observations in the canonical definition, by the gateway's own harmoniser, on one thread: everything between channel 1 and channel 2,
/// without the channels. Each kind of datastream by itself. The time is that of the processor, so that what else the machine does counts less; the median of the runs counts.
/// </summary>
internal static class HarmoniseBenchmark
{
    private const int Runs = 15;
    private const int Warming = 5;
    private const int Observations = 1_000_000;
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private const string StationFile = """
        owner: vmm
        station: bench
        simulated: true
        name: {nl: b, en: b}
        description: {nl: b, en: b}
        location: {latitude: 51.39, longitude: 4.44, crs: "EPSG:4258"}
        lines:
          - {line: a, serial: {port: ttyA}}
          - {line: b, mqtt: {address: "mqtt://127.0.0.1", topic: t}}
        instruments:
          - sensor: analyser
            profile: acoem/serinus-44
            serialNumber: "1"
            installed: 2026-01-15
            line: a
            address: 1
            interval: 5s
            datastreams: [{field: nh3, property: nh3, unit: "[ppb]", gasReference: eu-20c-101.3kpa, calibrations: [{slope: 1.02, offset: -0.3, unit: "[ppb]", validFrom: 2026-01-15T00:00:00Z, source: certificate}]}]
          - sensor: tested
            profile: acoem/serinus-44
            serialNumber: "2"
            installed: 2026-01-15
            line: a
            address: 2
            interval: 5s
            datastreams:
              - field: nh3
                property: nh3
                unit: "[ppb]"
                gasReference: eu-20c-101.3kpa
                tests:
                  spike: {suspect: 500, fail: 1000, maximumGap: 30m}
                  rateOfChange: {maximum: 500, per: 1h, tolerance: 500, maximumGap: 1h}
                  flatLine: {tolerance: 0.001, suspect: 6h, fail: 1d, maximumGap: 1h}
                  timeGap: {maximum: 10m}
          - sensor: level
            profile: vega/plics-modbus
            serialNumber: "3"
            installed: 2026-01-15
            line: a
            address: 3
            interval: 2s
            datastreams: [{field: level, property: groundwater_level, unit: cm, datum: TAW, transformation: taw-grid-2018}]
          - sensor: well
            profile: keller/series-30
            serialNumber: "4"
            installed: 2026-01-15
            line: a
            address: 4
            interval: 10s
            datastreams:
              - field: pressure
                property: groundwater_level
                datum: GAUGE
                zeros: [{level: 10, datum: TAW, source: levelled}]
                transformation: taw-const-2.33
                column: {temperature: 11}
                barometer: {sensor: air, maximumAge: 1h}
          - sensor: air
            profile: keller/series-30
            serialNumber: "5"
            installed: 2026-01-15
            line: a
            address: 5
            interval: 10s
            datastreams: [{field: pressure, property: air_pressure}]
          - sensor: node
            profile: generic/hourly-level
            serialNumber: "6"
            installed: 2026-01-15
            line: b
            address: node
            interval: 1h
            datastreams: [{field: level, property: water_level, datum: TAW, transformation: taw-const-2.33, stamp: {position: end, zone: Europe/Brussels, period: 1h}}]
        """;

    public static int Run()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("station.yaml");
        File.WriteAllText(path, StationFile);
        var (station, problems) = StationReader.Read(path, RepositoryFile.PathOf("firmware-config/profiles"), new ConfigurationPaths(null));
        if (station is null)
        {
            Console.Error.WriteLine(string.Join('\n', problems));
            return 1;
        }

        Console.WriteLine("## Harmonisation: readings to observations, one core\n");
        Console.WriteLine("| what | steps | observations per second of processor time, median | fastest | ns each, median | allocated bytes each |");
        Console.WriteLine("|---|---|---|---|---|---|");
        Measure(station, "analyser", "gas, ppb to µg/m³, calibrated", 20);
        Measure(station, "tested", "gas, with four tests of sequence", 20);
        Measure(station, "level", "level, cm TAW to m NAP by the table", 1730);
        Measure(station, "well", "groundwater, from pressure with a barometer", 1.31325);
        Measure(station, "node", "level, stamped in local time", 16.95);
        Console.WriteLine();
        return 0;
    }

    private static void Measure(Station station, string sensor, string what, double value)
    {
        var harmoniser = new Harmoniser(station, TimeProvider.System, NullLogger<Harmoniser>.Instance);
        var observations = new List<Harmonised>(4);
        // Every five seconds another value, so that tests of sequence see a series; a node stamps every hour.
        var apart = sensor == "node" ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(5);
        var sets = Enumerable.Range(0, 16).Select(i => Set(station, sensor, value + (i % 5 * 0.01), Noon)).ToArray();
        harmoniser.Harmonise(Set(station, "air", 1.01325, Noon), observations);
        var at = Noon;
        var (times, bytes) = (new double[Runs], 0L);
        for (var run = -Warming; run < Runs; run++)
        {
            at = Noon;
            var before = GC.GetAllocatedBytesForCurrentThread();
            var began = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < Observations; i++)
            {
                at = sensor == "well" ? at : at + apart;
                observations.Clear();
                harmoniser.Harmonise(At(sets[i & 15], at), observations);
            }

            var took = (Environment.CpuUsage.TotalTime - began).TotalSeconds;
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            if (run >= 0)
            {
                times[run] = took;
            }
        }

        Array.Sort(times);
        var steps = station.Sensor(sensor).Datastreams[0].Procedures.All[0].Steps.Count;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {what} | {steps} | {Observations / times[Runs / 2]:#,0} | {Observations / times[0]:#,0} | {times[Runs / 2] * 1e9 / Observations:0} | {bytes / (double)Observations:0.00} |"));
    }

    private static ReadingSet Set(Station station, string sensor, double value, DateTimeOffset at) =>
        At(new ReadingSet(station.Sensor(sensor), default, new[] { new RawReading(0, value, ReadingStatus.Ok) }, sensor == "node" ? new DeviceTime(default, null) : null), at);

    /// <summary>The set, received at a time; a stamp is the Belgian time of it in winter.</summary>
    private static ReadingSet At(in ReadingSet set, DateTimeOffset at) => set with
    {
        SampledAt = new ArrivalTime(at.Ticks, at),
        DeviceTime = set.DeviceTime is null ? null : new DeviceTime(at.DateTime.AddHours(1), null),
    };

    private static Instrument Sensor(this Station station, string sensor) => station.Instruments.Single(i => i.Sensor == sensor);
}
