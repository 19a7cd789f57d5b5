using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using MeetNet.TestKit;

namespace MeetNet.EndToEnd.Tests.Rig;

/// <summary>One gateway process, its files and its lines.</summary>
internal sealed class GatewayRig : IDisposable
{
    private readonly Dictionary<string, PtyPair> _lines = [];

    public GatewayRig(MeetNetRig rig, string name, string stationFile, string gatewayLines, string hubLines, string? data, string? profiles)
    {
        var folder = Directory.CreateDirectory(Path.Combine(rig.Folder, name)).FullName;
        Data = Directory.CreateDirectory(data ?? Path.Combine(folder, "data")).FullName;
        LinesFolder = Directory.CreateDirectory(Path.Combine(folder, "lines")).FullName;
        var port = MosquittoBroker.FreePort();
        Http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")), Timeout = TimeSpan.FromSeconds(5) };
        Configuration = Path.Combine(folder, "gateway.yaml");
        File.WriteAllText(Configuration, string.Create(CultureInfo.InvariantCulture, $$"""
            station: {{stationFile}}
            profiles: {{profiles ?? Path.Combine(Programs.FirmwareConfig, "profiles")}}
            listen: 127.0.0.1:{{port}}
            hubs:
              - {name: demo, address: "mqtt://127.0.0.1:{{rig.Broker.Port}}"{{hubLines}}}
            {{gatewayLines}}
            """));
        Process = new ProgramProcess(name, Programs.Gateway,
            ["run", "--config", Configuration, "--data", Data, "--lines", LinesFolder, "--broker", string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{rig.Broker.Port}")]);
    }

    public string Configuration { get; }

    public string Data { get; }

    public string LinesFolder { get; }

    public ProgramProcess Process { get; }

    public HttpClient Http { get; }

    /// <summary>A serial port that the test holds the instrument's end of.</summary>
    public PtyPair Line(string port)
    {
        if (!_lines.TryGetValue(port, out var line))
        {
            line = PtyPair.Open(Path.Combine(LinesFolder, port));
            _lines.Add(port, line);
        }

        return line;
    }

    public async Task StartAsync()
    {
        Process.Start();
        await MeetNetRig.AnswersAsync(Http, Process);
    }

    /// <summary>The gateway's books now; null when it does not answer (it was killed).</summary>
    public async Task<JsonElement?> BooksAsync(CancellationToken cancellation = default)
    {
        try
        {
            return await Http.GetFromJsonAsync<JsonElement>("api/books", cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="BooksAsync"/>
    public JsonElement? BooksNow() => MeetNetRig.JsonNow(Http, "api/books");

    public void Dispose()
    {
        Http.Dispose();
        foreach (var line in _lines.Values)
        {
            line.Dispose();
        }
    }
}
