using System.Diagnostics;
using System.Net;

namespace MeetNet.TestKit;

/// <summary>
/// A real InfluxDB (Debian's <c>influxdb</c>, 1.6) on free ports of the loopback address, with its data in a temporary folder. It can be killed and
/// started again on the same data. Fails with a clear message when it is not installed.
/// </summary>
public sealed class InfluxServer : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(30);
    private const int LogLinesKept = 500;

    private readonly string _program;
    private readonly TemporaryFolder _folder = new();
    private readonly Queue<string> _log = new();
    private Process? _process;

    private InfluxServer(string program)
    {
        _program = program;
        Url = new Uri($"http://127.0.0.1:{MosquittoBroker.FreePort()}/");
    }

    /// <summary>Base address.</summary>
    public Uri Url { get; }

    /// <summary>Starts a server and returns when it answers.</summary>
    public static async Task<InfluxServer> StartAsync()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin").Append("/usr/sbin");
        var program = folders.Select(folder => Path.Combine(folder, "influxd")).FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(
            "InfluxDB is not installed, and this test needs a real one: apt-get install influxdb (./meetnet test does it).");
        var server = new InfluxServer(program);
        var config = $"""
            reporting-disabled = true
            bind-address = "127.0.0.1:{MosquittoBroker.FreePort()}"
            [meta]
              dir = "{server._folder.File("meta")}"
            [data]
              dir = "{server._folder.File("data")}"
              wal-dir = "{server._folder.File("wal")}"
            [http]
              bind-address = "{server.Url.Host}:{server.Url.Port}"
              log-enabled = false
            [monitor]
              store-enabled = false
            """;
        await File.WriteAllTextAsync(server._folder.File("influxdb.conf"), config);
        try
        {
            await server.StartAgainAsync();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
        return server;
    }

    /// <summary>Starts the process again on the same ports and data.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo(_program, ["run", "-config", _folder.File("influxdb.conf")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("influxd did not start.");
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _process = process;
        using var http = new HttpClient();
        try
        {
            await Eventually.TrueAsync(() => process.HasExited || Answers(http), "InfluxDB answers", StartDeadline);
        }
        catch (TimeoutException e)
        {
            throw new InvalidOperationException($"InfluxDB did not answer at {Url}. Its log:\n{Log()}", e);
        }
        if (process.HasExited)
        {
            throw new InvalidOperationException($"InfluxDB ended while starting. Its log:\n{Log()}");
        }
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        _process?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private bool Answers(HttpClient http)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Url, "ping"));
            using var answer = http.Send(request);
            return answer.StatusCode == HttpStatusCode.NoContent;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Note(string? line)
    {
        if (line is null)
        {
            return;
        }
        lock (_log)
        {
            _log.Enqueue(line);
            while (_log.Count > LogLinesKept)
            {
                _log.Dequeue();
            }
        }
    }

    private string Log()
    {
        lock (_log)
        {
            return string.Join('\n', _log);
        }
    }
}
