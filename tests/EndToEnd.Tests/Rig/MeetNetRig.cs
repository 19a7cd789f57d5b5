using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests.Rig;

/// <summary>
/// The whole system as real processes in a temporary folder: a Mosquitto, one ingest, and gateways whose serial ports are
/// pseudo-terminals that the test holds the other end of. Everything that a test may kill can be started again.
/// </summary>
internal sealed class MeetNetRig : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<GatewayRig> _gateways = [];

    private MeetNetRig(MosquittoBroker broker, int ingestPort)
    {
        Broker = broker;
        Http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ingestPort}/")), Timeout = TimeSpan.FromSeconds(20) };
    }

    public MosquittoBroker Broker { get; }

    public ProgramProcess Ingest { get; private set; } = null!;

    public HttpClient Http { get; }

    public IReadOnlyList<GatewayRig> Gateways => _gateways;

    /// <summary>Folder of everything; removed at the end.</summary>
    public string Folder => _folder.Path;

    public string IngestData => Path.Combine(Folder, "ingest");

    public string IngestConfiguration => Path.Combine(Folder, "ingest.yaml");

    /// <param name="brokerConfiguration">Lines for mosquitto.conf.</param>
    /// <param name="brokerKeys">Further keys of the broker in ingest.yaml, in flow style, beginning with a comma.</param>
    /// <param name="ingestLines">Further lines for ingest.yaml.</param>
    public static async Task<MeetNetRig> StartAsync(string brokerConfiguration = MosquittoBroker.Persistent, string ingestLines = "", string brokerKeys = "")
    {
        var broker = await MosquittoBroker.StartAsync(brokerConfiguration);
        var port = MosquittoBroker.FreePort();
        var rig = new MeetNetRig(broker, port);
        Directory.CreateDirectory(rig.IngestData);
        await File.WriteAllTextAsync(rig.IngestConfiguration, string.Create(CultureInfo.InvariantCulture, $$"""
            hub: demo
            broker: {address: "mqtt://127.0.0.1:{{broker.Port}}"{{brokerKeys}}}
            listen: 127.0.0.1:{{port}}
            {{ingestLines}}
            """));
        rig.Ingest = new ProgramProcess("ingest", Programs.Ingest, ["run", "--config", rig.IngestConfiguration, "--data", rig.IngestData]);
        return rig;
    }

    /// <summary>Adds a gateway; it is not started.</summary>
    /// <param name="name">For the folder and the log.</param>
    /// <param name="stationFile">Absolute path of its station file.</param>
    /// <param name="gatewayLines">Further lines for its gateway file.</param>
    /// <param name="hubLines">Further keys for the hub, in flow style, beginning with a comma.</param>
    public GatewayRig AddGateway(string name, string stationFile, string gatewayLines = "", string hubLines = "", string? data = null, string? profiles = null)
    {
        var gateway = new GatewayRig(this, name, stationFile, gatewayLines, hubLines, data, profiles);
        _gateways.Add(gateway);
        return gateway;
    }

    public async Task StartIngestAsync()
    {
        Ingest.Start();
        await HealthyAsync();
    }

    public Task HealthyAsync() => AnswersAsync(Http, Ingest);

    /// <summary>The JSON of one of ingest's addresses.</summary>
    public async Task<JsonElement> JsonAsync(string address) => await Http.GetFromJsonAsync<JsonElement>(address);

    /// <summary>The observations of a query as CSV.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> CsvAsync(string query) =>
        Csv(await Http.GetStringAsync($"api/observations?{query}&format=csv"));

    /// <summary>Rows of a CSV by the names in its header. No quoted cells are expected.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Csv(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var header = lines[0].Split(',');
        return [.. lines.Skip(1).Select(line => (IReadOnlyDictionary<string, string>)header.Zip(line.Split(',')).ToDictionary(c => c.First, c => c.Second))];
    }

    /// <summary>Waits until every projection has the whole log.</summary>
    public Task CaughtUpAsync() => Eventually.TrueAsync(
        () => BooksNow() is { } books && books.GetProperty("projections").EnumerateArray().All(p => p.GetProperty("lag").GetInt64() == 0),
        $"the projections to catch up\n{Story()}",
        TimeSpan.FromSeconds(60));

    public IEnumerable<ProgramProcess> Processes => [Ingest, .. _gateways.Select(g => g.Process)];

    /// <summary>What every process printed last: for the message of a failed assertion.</summary>
    public string Story(int lines = 25) => string.Join('\n', Processes.Select(p => p.Tail(lines)));

    /// <summary>No process logged an Error, except lines that the test caused on purpose.</summary>
    public void NoErrorLogged(params string[] expected)
    {
        var errors = Processes.SelectMany(p => p.Errors().Select(e => $"{p.Name}: {e}"))
            .Where(line => !expected.Any(e => line.Contains(e, StringComparison.Ordinal))).ToArray();
        Assert.True(errors.Length == 0, string.Join('\n', errors));
    }

    public static async Task AnswersAsync(HttpClient http, ProgramProcess process)
    {
        await Eventually.TrueAsync(
            () =>
            {
                Assert.True(process.IsRunning, $"{process.Name} ended\n{process.Tail()}");
                return AnswersNow(http);
            },
            $"{process.Name} to answer on {http.BaseAddress}",
            TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Processes)
        {
            await process.DisposeAsync();
        }

        foreach (var gateway in _gateways)
        {
            gateway.Dispose();
        }

        Http.Dispose();
        await Broker.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Ingest's books now; null when it does not answer.</summary>
    public JsonElement? BooksNow() => JsonNow(Http, "api/books");

    public static JsonElement? JsonNow(HttpClient http, string address)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = http.Send(request);
            return response.IsSuccessStatusCode ? JsonSerializer.Deserialize<JsonElement>(response.Content.ReadAsStream()) : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or JsonException)
        {
            return null;
        }
    }

    private static bool AnswersNow(HttpClient http)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "healthz");
            using var response = http.Send(request);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
