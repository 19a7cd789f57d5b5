using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MeetNet.TestKit;

/// <summary>
/// A program that a test starts, kills, pauses and starts again. It never outlives the test process: the kernel kills it when that
/// process dies, however it dies.
/// </summary>
public sealed partial class ChildProcess : IDisposable
{
    private const int SigTerm = 15;
    private const int SigStop = 19;
    private const int SigCont = 18;
    private const int LogLinesKept = 2_000;

    private static readonly BlockingCollection<Action> Launches = [];

    private readonly ProcessStartInfo _start;
    private readonly Queue<string> _log = new();
    private Process? _process;

    /// <summary>
    /// The kernel sends the signal of <c>PR_SET_PDEATHSIG</c> when the <em>thread</em> that forked ends, and threads of the pool come and go:
    /// all programs are started by one thread that lives as long as this process.
    /// </summary>
    static ChildProcess()
    {
        var starter = new Thread(() =>
        {
            foreach (var launch in Launches.GetConsumingEnumerable())
            {
                launch();
            }
        })
        {
            IsBackground = true,
            Name = "starts programs",
        };
        starter.Start();
    }

    /// <summary>Prepares; starts nothing.</summary>
    /// <param name="program">Program file.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folder">Working folder.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    public ChildProcess(string program, IReadOnlyList<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        Name = Path.GetFileName(program);
        _start = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "--", program, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            _start.Environment[name] = value;
        }
    }

    /// <summary>File name of the program.</summary>
    public string Name { get; }

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Its process id.</summary>
    public int Id => _process?.Id ?? throw new InvalidOperationException($"{Name} was not started.");

    /// <summary>What it wrote last to standard output and error, one line each, over all its starts.</summary>
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

    /// <summary>Finds a program on PATH or where Debian puts servers.</summary>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    public static string Find(string program, string package)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin").Append("/usr/sbin").Append("/usr/local/sbin");
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(
            $"{program} is not installed, and this test needs it: apt-get install {package} (./meetnet test does it).");
    }

    /// <summary>Starts it and returns when it has written a line that says it is ready.</summary>
    /// <param name="ready">Whether this line says so.</param>
    /// <param name="deadline">When the wait is given up.</param>
    /// <exception cref="InvalidOperationException">It runs already, ended, or did not say so in time; with its log.</exception>
    public async Task StartAsync(Func<string, bool> ready, TimeSpan deadline)
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"{Name} is running.");
        }

        _process?.Dispose();
        var isReady = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
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

            if (ready(line))
            {
                isReady.TrySetResult();
            }
        }

        var process = new Process { StartInfo = _start, EnableRaisingEvents = true };
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.Exited += (_, _) => isReady.TrySetException(new InvalidOperationException("It ended while starting."));
        await LaunchAsync(process);
        _process = process;
        try
        {
            await isReady.Task.WaitAsync(deadline, TimeProvider.System);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            throw new InvalidOperationException($"{Name} did not start. Its log:\n{Log}", e);
        }
    }

    /// <summary>kill -9: nothing is written any more, connections are reset. Returns when it is gone.</summary>
    public void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
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

    /// <summary>Sends a signal by its number.</summary>
    public void Signal(int signal)
    {
        if (Send(Id, signal) != 0)
        {
            throw new InvalidOperationException($"kill({Id}, {signal}) failed: errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>Kills it.</summary>
    public void Dispose()
    {
        Kill();
        _process?.Dispose();
    }

    private static Task LaunchAsync(Process process)
    {
        var launched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Launches.Add(() =>
        {
            try
            {
                process.Start();
                process.BeginErrorReadLine();
                process.BeginOutputReadLine();
                launched.SetResult();
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                launched.SetException(e);
            }
        });
        return launched.Task;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int process, int signal);
}
