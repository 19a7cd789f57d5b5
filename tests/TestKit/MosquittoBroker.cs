using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MeetNet.TestKit;

/// <summary>
/// A real Mosquitto on a free port of the loopback address, with its files in a temporary folder. It can be killed, paused and
/// started again on the same port and folder. Fails with a clear message when Mosquitto is not installed.
/// </summary>
public sealed partial class MosquittoBroker : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);
    private const int SigTerm = 15;
    private const int SigStop = 19;
    private const int SigCont = 18;
    private const int LogLinesKept = 2_000;

    private readonly string _program;
    private readonly Queue<string> _log = new();
    private Process? _process;

    private MosquittoBroker(string program, string folder, int port)
    {
        _program = program;
        Folder = folder;
        Port = port;
    }

    /// <summary>Port of the listener.</summary>
    public int Port { get; }

    /// <summary>Temporary folder: <c>mosquitto.conf</c> and whatever the configuration puts there. Removed at the end.</summary>
    public string Folder { get; }

    /// <summary>Whether the process lives.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Process id of the running broker.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The broker is not running.");

    /// <summary>Configuration that keeps sessions and messages through a <see cref="Stop"/>, and as well as Mosquitto can through a <see cref="Kill"/>.</summary>
    public const string Persistent =
        "persistence true\npersistence_location {folder}/\nautosave_interval 1\nautosave_on_changes true\nmax_queued_messages 0\n";

    /// <summary>What the broker logged last, one line each.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log);
            }
        }
    }

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
        var program = Find() ?? throw new FileNotFoundException(
            "Mosquitto is not installed, and this test needs a real broker: apt-get install mosquitto (./meetnet test does it).");
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

    /// <summary>Starts the process again on the same port, folder and configuration.</summary>
    public async Task StartAgainAsync()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException("The broker is running.");
        }

        var start = new ProcessStartInfo(_program, ["-c", Path.Combine(Folder, "mosquitto.conf")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Folder,
        };
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        void Note(string? line)
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

            if (line.EndsWith(" running", StringComparison.Ordinal))
            {
                listening.TrySetResult();
            }
        }

        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("Mosquitto ended while starting."));
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _process = process;
        try
        {
            await listening.Task.WaitAsync(StartDeadline);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            throw new InvalidOperationException($"Mosquitto did not start on port {Port}. Its log:\n{Log}", e);
        }
    }

    /// <summary>kill -9: nothing is written any more, connections are reset.</summary>
    public void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
    }

    /// <summary>SIGTERM: saves what it persists, says goodbye to its clients.</summary>
    public async Task StopAsync()
    {
        if (_process is { HasExited: false } process)
        {
            Signal(SigTerm);
            await process.WaitForExitAsync();
        }
    }

    /// <summary>SIGSTOP: connections stay open and nothing answers.</summary>
    public void Pause() => Signal(SigStop);

    /// <summary>SIGCONT: goes on after <see cref="Pause"/>.</summary>
    public void Resume() => Signal(SigCont);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Kill();
        _process?.Dispose();
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
        var port = Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var text = config.Replace("{port}", port, StringComparison.Ordinal).Replace("{folder}", Folder, StringComparison.Ordinal);
        bool Says(string key) => text.Split('\n').Any(line => line.StartsWith(key, StringComparison.Ordinal));
        // Started by root, Mosquitto becomes the user 'mosquitto', who can't read the temporary folder.
        var head = "user root\nlog_dest stderr\nlog_type error\nlog_type warning\nlog_type notice\nlog_type information\n";
        head += Says("listener") ? "" : $"listener {port} 127.0.0.1\n";
        var open = !Says("allow_anonymous") && !Says("password_file") && !Says("require_certificate");
        return head + (open ? "allow_anonymous true\n" : "") + text + "\n";
    }

    private static string? Find()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/usr/local/sbin");
        return folders.Select(folder => Path.Combine(folder, "mosquitto")).FirstOrDefault(File.Exists);
    }

    private void Signal(int signal)
    {
        if (Send(ProcessId, signal) != 0)
        {
            throw new InvalidOperationException($"kill({ProcessId}, {signal}) failed: errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int process, int signal);
}
