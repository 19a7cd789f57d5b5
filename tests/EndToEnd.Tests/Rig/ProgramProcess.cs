using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MeetNet.EndToEnd.Tests.Rig;

/// <summary>
/// One MeetNet program as a real process. Its output goes to a file that outlives it, so that a failed test can show what
/// every incarnation said, and so that "no Error was logged" can be asserted over all of them.
/// </summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    private readonly string _program;
    private readonly string[] _arguments;
    private readonly object _gate = new();
    private readonly List<string> _output = [];
    private Process? _process;

    public ProgramProcess(string name, string program, string[] arguments)
    {
        Name = name;
        _program = program;
        _arguments = arguments;
    }

    public string Name { get; }

    public int Starts { get; private set; }

    public bool IsRunning => _process is { HasExited: false };

    public int ExitCode => _process!.ExitCode;

    /// <summary>Resident memory in bytes of the running process.</summary>
    public long ResidentBytes
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Processor time that the running process has used, in seconds.</summary>
    public double ProcessorSeconds
    {
        get
        {
            _process!.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Everything that every incarnation has printed, oldest first.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_gate)
            {
                return [.. _output];
            }
        }
    }

    public void Start()
    {
        Assert.False(IsRunning, $"{Name} is already running");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(_program);
        foreach (var argument in _arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_gcServer"] = "0";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Starts++;
    }

    /// <summary>SIGKILL: nothing in the process gets to run again.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>SIGTERM, as systemd stops a unit; the process must end by itself within the deadline.</summary>
    public async Task StopAsync(int deadlineSeconds = 20)
    {
        if (_process is not { HasExited: false } process)
        {
            return;
        }

        _ = kill(process.Id, 15);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(deadlineSeconds));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"{Name} did not stop within {deadlineSeconds} s of SIGTERM\n{Tail()}");
        }
    }

    /// <summary>Runs to the end and returns the exit code.</summary>
    public async Task<int> RunAsync(int deadlineSeconds = 60)
    {
        Start();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(deadlineSeconds));
        await _process!.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public string Tail(int lines = 40) =>
        $"--- {Name} (last {lines} lines)\n{string.Join('\n', Output.TakeLast(lines))}";

    /// <summary>Lines logged at level Error or Fatal, over all incarnations.</summary>
    public IEnumerable<string> Errors() =>
        Output.Where(line => line.Contains("Z ERROR ", StringComparison.Ordinal) || line.Contains("Z FATAL ", StringComparison.Ordinal)
            || line.Contains("Unhandled exception", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_gate)
            {
                _output.Add(line);
            }
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);
}
