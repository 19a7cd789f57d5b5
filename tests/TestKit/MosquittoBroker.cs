using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MeetNet.TestKit;

/// <summary>
/// A real Mosquitto on a free port of the loopback address, with its files in a temporary folder. It can be killed, paused and
/// started again on the same port and folder. Fails with a clear message when Mosquitto is not installed.
/// </summary>
public sealed class MosquittoBroker : IBroker
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private const int SigUsr1 = 10;

    private readonly ChildProcess _process;

    private MosquittoBroker(string program, string folder, int port)
    {
        _process = new ChildProcess(program, ["-c", Path.Combine(folder, "mosquitto.conf")], folder);
        Folder = folder;
        Port = port;
    }

    /// <inheritdoc/>
    public int Port { get; }

    /// <summary>Temporary folder: <c>mosquitto.conf</c> and whatever the configuration puts there. Removed at the end.</summary>
    public string Folder { get; }

    /// <inheritdoc/>
    public bool IsRunning => _process.IsRunning;

    /// <summary>Process id of the running broker.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Configuration that keeps sessions and messages through a <see cref="StopAsync"/>, and as well as Mosquitto can through a <see cref="Kill"/>.</summary>
    public const string Persistent =
        "persistence true\npersistence_location {folder}/\nautosave_interval 1\nautosave_on_changes true\nmax_queued_messages 0\n";

    /// <inheritdoc/>
    public string Log => _process.Log;

    /// <summary>
    /// Starts a broker and returns when it listens.
    /// </summary>
    /// <param name="config">
    /// Lines of mosquitto.conf. <c>{port}</c> and <c>{folder}</c> stand for this broker's. Without a <c>listener</c> line one on 127.0.0.1 is
    /// added; without a line on <c>allow_anonymous</c>, a <c>password_file</c> or <c>require_certificate</c>, everybody may in.
    /// </param>
    /// <param name="files">Files to write into <see cref="Folder"/> first: name and text (ACLs, passwords, certificates).</param>
    public static async Task<MosquittoBroker> StartAsync(string config = "", IReadOnlyDictionary<string, string>? files = null)
    {
        var program = ChildProcess.Find("mosquitto", "mosquitto");
        var folder = Directory.CreateTempSubdirectory("mosquitto-").FullName;
        var broker = new MosquittoBroker(program, folder, FreePort());
        foreach (var (name, text) in files ?? new Dictionary<string, string>())
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), text);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "mosquitto.conf"), broker.Complete(config));
        try
        {
            await broker.StartAgainAsync();
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }

        return broker;
    }

    /// <inheritdoc/>
    public Task StartAgainAsync() => _process.StartAsync(line => line.EndsWith(" running", StringComparison.Ordinal), StartDeadline);

    /// <inheritdoc/>
    public void Kill() => _process.Kill();

    /// <inheritdoc/>
    public Task StopAsync() => _process.StopAsync();

    /// <inheritdoc/>
    public void Pause() => _process.Pause();

    /// <inheritdoc/>
    public void Resume() => _process.Resume();

    /// <summary>SIGUSR1: writes what it persists to its file some time soon, and goes on.</summary>
    public void Save() => _process.Signal(SigUsr1);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>A TCP port of the loopback address that nobody used a moment ago.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private string Complete(string config)
    {
        var port = Port.ToString(CultureInfo.InvariantCulture);
        var text = config.Replace("{port}", port, StringComparison.Ordinal).Replace("{folder}", Folder, StringComparison.Ordinal);
        bool Says(string key) => text.Split('\n').Any(line => line.StartsWith(key, StringComparison.Ordinal));
        // Started by root, Mosquitto becomes the user 'mosquitto', who can't read the temporary folder.
        var head = "user root\nlog_dest stderr\nlog_type error\nlog_type warning\nlog_type notice\nlog_type information\n";
        head += Says("listener") ? "" : $"listener {port} 127.0.0.1\n";
        var open = !Says("allow_anonymous") && !Says("password_file") && !Says("require_certificate");
        return head + (open ? "allow_anonymous true\n" : "") + text + "\n";
    }
}
