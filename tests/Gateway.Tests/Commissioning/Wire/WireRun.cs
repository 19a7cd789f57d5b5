using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using MeetNet.Gateway.Commissioning.Wire;
using MeetNet.TestKit;

namespace MeetNet.Gateway.Tests.Commissioning.Wire;

/// <summary>One <c>mqtt pub</c> or <c>mqtt sub</c> in this process, with streams of its own.</summary>
internal sealed class WireRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _interrupt = new();
    private readonly Pipe _input = new();
    private readonly CollectedOutput _output;
    private readonly CollectedText _error = new();
    private readonly Task<int> _running;

    private WireRun(int port, string commandLine, TimeProvider? time, Exception? writingFails, string[] more)
    {
        _output = new CollectedOutput(writingFails);
        string[] words = [.. commandLine.Split(' '), .. more];
        string[] arguments = port == 0 ? words : [words[0], "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), .. words[1..]];
        _running = WireCommand.RunAsync(arguments, new WireConsole(_input.Reader.AsStream(), _output, _error, time ?? TimeProvider.System), _interrupt.Token);
    }

    public string Error => _error.ToString();

    public string Output => Encoding.UTF8.GetString(_output.Bytes);

    public byte[] Bytes => _output.Bytes;

    /// <summary>Starts a command whose words have no blanks in them.</summary>
    /// <param name="port">Of the broker on this machine; 0 to give no server.</param>
    /// <param name="more">Arguments that may have blanks.</param>
    public static WireRun Start(int port, string commandLine, params string[] more) => new(port, commandLine, null, null, more);

    /// <summary>Starts a command with a clock of its own.</summary>
    public static WireRun StartAt(TimeProvider time, int port, string commandLine) => new(port, commandLine, time, null, []);

    /// <summary>Starts a command that can't write its output.</summary>
    public static WireRun StartWithoutOutput(Exception writingFails, int port, string commandLine) => new(port, commandLine, null, writingFails, []);

    /// <summary>Runs a command to its end.</summary>
    public static async Task<WireRun> EndAsync(int port, string commandLine, params string[] more)
    {
        var run = Start(port, commandLine, more);
        await run.CodeAsync();
        return run;
    }

    /// <summary>The exit code, when it has ended.</summary>
    public Task<int> CodeAsync() => Eventually.DoneAsync(_running, $"the command to end; it said: {Error}");

    public Task ConnectedAsync() => SaysAsync("connected as");

    /// <summary>Returns when it has said this on standard error.</summary>
    public Task SaysAsync(string text) => Eventually.TrueAsync(() => Error.Contains(text, StringComparison.Ordinal), $"'{text}' in: {Error}");

    public Task PrintsAsync(string text) => Eventually.TrueAsync(() => Output.Contains(text, StringComparison.Ordinal), $"'{text}' in: {Output}");

    public async Task TypeAsync(string text) => await _input.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));

    public ValueTask EndInputAsync() => _input.Writer.CompleteAsync();

    public Task InterruptAsync() => _interrupt.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _interrupt.CancelAsync();
        await _running;
        _interrupt.Dispose();
        await _output.DisposeAsync();
        await _error.DisposeAsync();
    }

    private sealed class CollectedOutput(Exception? fails) : MemoryStream
    {
        private readonly Lock _lock = new();

        public byte[] Bytes
        {
            get
            {
                lock (_lock)
                {
                    return ToArray();
                }
            }
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (fails is not null)
            {
                throw fails;
            }

            lock (_lock)
            {
                base.Write(buffer);
            }
        }
    }

    private sealed class CollectedText : StringWriter
    {
        private readonly Lock _lock = new();

        public override void WriteLine(string? value)
        {
            lock (_lock)
            {
                base.WriteLine(value);
            }
        }

        public override string ToString()
        {
            lock (_lock)
            {
                return base.ToString();
            }
        }
    }
}
