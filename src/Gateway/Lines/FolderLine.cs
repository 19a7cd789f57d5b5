using System.IO.Pipelines;
using System.Text;
using System.Threading.Channels;
using MeetNet.Devices;

namespace MeetNet.Gateway.Lines;

/// <summary>Where the small files of the kernel are.</summary>
/// <param name="Name">The line's name in the station file.</param>
/// <param name="Root">The folder with a folder <c>iio:deviceN</c> for each device, usually <c>/sys/bus/iio/devices</c>.</param>
internal sealed record FolderSettings(string Name, string Root);

/// <summary>
/// A folder as a line: what is written to it is a list of files of one device, what comes back is their contents (<see cref="IioText"/>). A device that is not there
/// is an answer; the line itself never ends before it is closed. One reading at a time: some drivers of the kernel take seconds.
/// </summary>
internal sealed class FolderLine : ILine
{
    /// <summary>No file of the ABI is longer than a line; a page is what sysfs gives at most.</summary>
    private const int MostContent = 200;

    private readonly FolderSettings _settings;
    private readonly TimeProvider _time;
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: SerialLine.PipeLimit, resumeWriterThreshold: SerialLine.PipeLimit / 2, useSynchronizationContext: false));
    private readonly ArrivalMarks _marks = new();
    private readonly Channel<string> _requests = Channel.CreateBounded<string>(1);
    private readonly TaskCompletionSource<LineEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closing = new();
    private long _bytesRead;
    private long _bytesWritten;

    private FolderLine(FolderSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _ = RunAsync();
    }

    public string Name => _settings.Name;

    public PipeReader Input => _pipe.Reader;

    public LineCounters Counters => new(Interlocked.Read(ref _bytesRead), Interlocked.Read(ref _bytesWritten));

    public Task<LineEnd> Ended => _ended.Task;

    /// <summary>Opens the folder.</summary>
    public static LineOpening Open(FolderSettings settings, TimeProvider time) => Directory.Exists(settings.Root)
        ? new LineOpening(new FolderLine(settings, time), null)
        : new LineOpening(null, new LineFault(LineFaultKind.NoSuchPort, $"no such folder: {settings.Root} (has the kernel the drivers, and are the parts in its device tree?)"));

    public ArrivalTime ArrivalOf(long offset) => _marks.Find(offset);

    public async ValueTask<LineWrite> WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(deadline, _time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _closing.Token, cancellationToken);
        try
        {
            // Waits as long as the reading before this one takes.
            await _requests.Writer.WriteAsync(Encoding.Latin1.GetString(bytes.Span), any.Token);
            Interlocked.Add(ref _bytesWritten, bytes.Length);
            return LineWrite.Written;
        }
        catch (ChannelClosedException)
        {
            return LineWrite.Ended;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return _closing.IsCancellationRequested ? LineWrite.Ended : LineWrite.TimedOut;
        }
    }

    /// <summary>A folder has no break.</summary>
    public ValueTask<LineWrite> BreakAsync(TimeSpan spacing, CancellationToken cancellationToken) => ValueTask.FromResult(LineWrite.TimedOut);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _ended.Task;
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var request in _requests.Reader.ReadAllAsync(_closing.Token))
            {
                // A reading that hangs in the kernel is left to itself when the line is closed.
                var answer = Encoding.Latin1.GetBytes(await Task.Run(() => Answer(request)).WaitAsync(_closing.Token));
                _marks.Add(Interlocked.Add(ref _bytesRead, answer.Length), new ArrivalTime(_time.GetTimestamp(), _time.GetUtcNow()));
                if ((await _pipe.Writer.WriteAsync(answer, _closing.Token)).IsCompleted)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
        finally
        {
            _requests.Writer.TryComplete();
            await _pipe.Writer.CompleteAsync();
            _ended.SetResult(new LineEnd(LineEndKind.Closed, "closed"));
        }
    }

    private string Answer(string request)
    {
        var parts = request.TrimEnd('\n').Split(IioText.Separator);
        var answer = new StringBuilder(parts[0]);
        var folder = Find(parts[0], out var error);
        if (folder is null)
        {
            return answer.Append(IioText.Separator).Append('!').Append(error).Append('\n').ToString();
        }

        foreach (var file in parts.Skip(1))
        {
            answer.Append(IioText.Separator).Append(file).Append(Read(Path.Combine(folder, file)));
        }

        return answer.Append('\n').ToString();
    }

    /// <summary>The device's folder, by its name and, where one is given, its place on the bus: the folder that its link leads into.</summary>
    private string? Find(string head, out string error)
    {
        var at = head.IndexOf('@', StringComparison.Ordinal);
        var names = head[..Math.Max(0, at)].Split(',');
        var place = head[(at + 1)..];
        var found = new List<string>();
        try
        {
            found.AddRange(Directory.EnumerateDirectories(_settings.Root, "iio:device*")
                .Where(d => names.Contains(Read(Path.Combine(d, "name")).TrimStart('=')) && (place.Length == 0 || PlaceOf(d) == place)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The bus was taken away while it was looked at; then there is no device.
        }

        error = found.Count > 1 ? "ENOTUNIQ" : "ENODEV";
        return found.Count == 1 ? found[0] : null;
    }

    private static string? PlaceOf(string folder) =>
        Path.GetFileName(Path.GetDirectoryName(Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder));

    /// <summary><c>=content</c> or <c>!error</c>. One read only: each read of such a file may be a measurement.</summary>
    private static string Read(string path)
    {
        Span<byte> buffer = stackalloc byte[MostContent];
        try
        {
            using var file = File.OpenHandle(path);
            var content = Encoding.Latin1.GetString(buffer[..RandomAccess.Read(file, buffer, 0)]);
            return "=" + string.Concat(content.TakeWhile(c => c != '\n').Select(c => char.IsControl(c) ? ' ' : c));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "!ENOENT";
        }
        catch (UnauthorizedAccessException)
        {
            return "!EACCES";
        }
        catch (IOException e)
        {
            return "!" + ErrorName(e.HResult);
        }
    }

    /// <summary>The kernel's words for what its drivers report (include/uapi/asm-generic/errno.h).</summary>
    private static string ErrorName(int errno) => errno switch
    {
        5 => "EIO",
        11 => "EAGAIN",
        16 => "EBUSY",
        19 => "ENODEV",
        110 => "ETIMEDOUT",
        121 => "EREMOTEIO",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"E{errno}"),
    };
}
