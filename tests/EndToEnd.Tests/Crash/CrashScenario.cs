using System.Globalization;
using MeetNet.EndToEnd.Tests.Rig;
using MeetNet.TestKit;
using Xunit.Abstractions;

namespace MeetNet.EndToEnd.Tests.Crash;

/// <summary>
/// One station under load with a ledger outside of it. The sensor counts; the ledger knows what was attempted and what was said to be on disk;
/// the nemesis does its worst; then all is let to settle, and the checker compares.
/// </summary>
internal sealed class CrashScenario : IAsyncDisposable
{
    public const string Datastreams = "vmm/crash/pm-1/";

    private readonly ITestOutputHelper _output;
    private readonly Random _random;

    private CrashScenario(MeetNetRig rig, GatewayRig gateway, ITestOutputHelper output, int seed, int framesPerSecond)
    {
        Rig = rig;
        Gateway = gateway;
        _output = output;
        _random = new Random(seed);
        Sensor = new CountingSensor(gateway.Line("pm"), Path.Combine(rig.Folder, "attempts.txt"), framesPerSecond);
        Acknowledged = new AcknowledgedLedger(gateway);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed={seed}"));
    }

    public MeetNetRig Rig { get; }

    public GatewayRig Gateway { get; }

    public CountingSensor Sensor { get; }

    public AcknowledgedLedger Acknowledged { get; }

    public static async Task<CrashScenario> StartAsync(
        ITestOutputHelper output,
        int seed,
        string brokerConfiguration = MosquittoBroker.Persistent,
        string gatewayLines = "",
        string hubLines = "",
        string? gatewayData = null,
        int framesPerSecond = 60)
    {
        var rig = await MeetNetRig.StartAsync(brokerConfiguration);
        var gateway = await CountingGatewayAsync(rig, sensors: 1, gatewayLines, hubLines, gatewayData);
        var scenario = new CrashScenario(rig, gateway, output, seed, framesPerSecond);
        await rig.StartIngestAsync();
        await gateway.StartAsync();
        scenario.Sensor.Start();
        scenario.Acknowledged.Start();
        return scenario;
    }

    /// <summary>Waits until that many more numbers have been sent: progress, not time, sets the pace.</summary>
    public async Task UnderLoadAsync(int frames)
    {
        var until = Sensor.Sent + frames;
        await Eventually.TrueAsync(() => Sensor.Sent >= until, "the sensor to go on", TimeSpan.FromSeconds(60));
    }

    public int Random(int below) => _random.Next(below);

    /// <summary>
    /// Stops the load and lets everything heal: the gateway has delivered all that it holds, the hub has acknowledged it, and the series have caught up.
    /// </summary>
    public async Task DrainAsync()
    {
        await Sensor.StopAsync();
        await Acknowledged.StopAsync();
        await Eventually.TrueAsync(
            () => Gateway.BooksNow() is { } books && books.GetProperty("outbox").GetProperty("pending").GetInt64() == 0,
            $"the outbox to drain\n{Rig.Story()}",
            TimeSpan.FromSeconds(90));
        Acknowledged.Take(Gateway.BooksNow()!.Value);
        await Rig.CaughtUpAsync();
    }

    /// <summary>Stops the programs, reads the log from its file, and compares.</summary>
    public async Task<Verdict> JudgeAsync()
    {
        await Gateway.Process.StopAsync();
        await Rig.Ingest.StopAsync();
        Log = LoggedObservations.Read(Path.Combine(Rig.IngestData, "facts.db"));
        var verdict = Verdict.Of(Sensor.Sent, Acknowledged.Highest, Acknowledged.Forgotten, Log);
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{verdict} (accepted: {Acknowledged}; forgotten: {Acknowledged.Forgotten}; logged: {string.Join(", ", Log.GroupBy(o => o.Epoch).Select(g => $"{g.Key}: {g.Count()}"))})"));
        return verdict;
    }

    /// <summary>The fact log as it was when the verdict was given.</summary>
    public IReadOnlyList<Logged> Log { get; private set; } = [];

    /// <summary>The numbers of one datastream as the query gives them.</summary>
    public async Task<List<int>> SeriesAsync(string property)
    {
        var numbers = new List<int>();
        var rows = await Rig.CsvAsync($"datastream={Datastreams}{property}&from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&limit=10000");
        numbers.AddRange(rows.Select(r => (int)double.Parse(r["raw"], CultureInfo.InvariantCulture)));
        return numbers;
    }

    public async ValueTask DisposeAsync()
    {
        await Sensor.DisposeAsync();
        await Acknowledged.DisposeAsync();
        await Rig.DisposeAsync();
    }

    /// <summary>The port of a counting sensor, from 1.</summary>
    public static string Port(int sensor) => sensor == 1 ? "pm" : string.Create(CultureInfo.InvariantCulture, $"pm{sensor}");

    /// <summary>A gateway with counting sensors, each on a line of its own; not started.</summary>
    public static async Task<GatewayRig> CountingGatewayAsync(
        MeetNetRig rig, int sensors = 1, string gatewayLines = "", string hubLines = "", string? gatewayData = null)
    {
        var station = Path.Combine(rig.Folder, "crash.yaml");
        await File.WriteAllTextAsync(station, StationText(sensors));
        var profiles = Path.Combine(rig.Folder, "profiles");
        Directory.CreateDirectory(Path.Combine(profiles, "test"));
        await File.WriteAllTextAsync(Path.Combine(profiles, "test", "counter.yaml"), ProfileText);
        var gateway = rig.AddGateway("gateway", station, gatewayLines, hubLines, gatewayData, profiles);
        for (var sensor = 1; sensor <= sensors; sensor++)
        {
            gateway.Line(Port(sensor));
        }

        return gateway;
    }

    private static string StationText(int sensors)
    {
        var all = Enumerable.Range(1, sensors).ToList();
        return string.Create(CultureInfo.InvariantCulture, $$"""
            owner: vmm
            station: crash
            name: {nl: Proefstation, en: Test station}
            description: {nl: Een tellende sensor, en: A sensor that counts}
            simulated: true
            location: {latitude: 51.39, longitude: 4.44, crs: "EPSG:4258"}
            lines: [{{string.Join(", ", all.Select(i => $"{{line: {Port(i)}, serial: {{port: {Port(i)}}}}}"))}}]
            instruments: [{{string.Join(", ", all.Select(i => $"{{sensor: pm-{i}, profile: test/counter, serialNumber: '0', installed: 2026-01-01, line: {Port(i)}, datastreams: [{{field: pm1, property: pm1}}, {{field: pm2_5, property: pm2_5}}, {{field: pm10, property: pm10}}]}}"))}}]
            """);
    }

    /// <summary>The PMS5003's protocol without its range, so that a counter may run through it.</summary>
    private const string ProfileText = """
        maker: Test
        model: Counter
        version: 1
        sources: ["a counter in the frames of a PMS5003"]
        driver: fixed-frame
        serial: {baud: 9600, dataBits: 8, parity: none, stopBits: 1}
        timing: {interval: 1s}
        fixed-frame: {check: {sum: sum16, from: 0}, start: 2, frame: "42 4D 00 1C ..*26 CK CK", warmingUp: {at: 4, zeros: 24}, status: [{at: 29, mask: 255, means: device-fault, reason: error-code}]}
        fields:
          - {name: pm1, unit: ug/m3, property: pm1, at: 10, type: uint16, order: big}
          - {name: pm2_5, unit: ug/m3, property: pm2_5, at: 12, type: uint16, order: big}
          - {name: pm10, unit: ug/m3, property: pm10, at: 14, type: uint16, order: big}
        """;
}
