using System.IO.Pipelines;
using System.Threading.Channels;
using MeetNet.Gateway.Lines;

namespace MeetNet.Gateway.Tests.Lines;

/// <summary>A line in memory: the test is the instrument. It passes the same contract suite as the serial line.</summary>
internal sealed class ScriptedLine : ILine
{
    private const int PipeLimit = 64 << 10;

    private readonly TimeProvider _time;
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: PipeLimit, useSynchronizationContext: false));
    private readonly ArrivalMarks _marks = new();
    private readonly Channel<byte[]> _sent = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource<LineEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _receiving = new(1, 1);
    private long _read;
    private long _written;

    public ScriptedLine(TimeProvider time, string name = "scripted")
    {
        _time = time;
        Name = name;
    }

    public string Name { get; }

    public PipeReader Input => _pipe.Reader;

    public LineCounters Counters => new(Interlocked.Read(ref _read), Interlocked.Read(ref _written));

    public Task<LineEnd> Ended => _ended.Task;

    /// <summary>What the gateway has written, one entry per write.</summary>
    public ChannelReader<byte[]> Sent => _sent.Reader;

    /// <summary>While true, writes are not taken and run into their deadline.</summary>
    public bool IsStuck { get; set; }

    /// <summary>Answers a write with these bytes at once, when not null and not empty.</summary>
    public Func<byte[], byte[]?>? Answer { get; set; }

    public ArrivalTime ArrivalOf(long offset) => _marks.Find(offset);

    /// <summary>The instrument sends; waits while the gateway is 64 KiB behind.</summary>
    public async Task ReceiveAsync(ReadOnlyMemory<byte> bytes)
    {
        await _receiving.WaitAsync();
        try
        {
            while (!bytes.IsEmpty && !_ended.Task.IsCompleted)
            {
                var part = bytes[..Math.Min(bytes.Length, 4096)];
                bytes = bytes[part.Length..];
                part.CopyTo(_pipe.Writer.GetMemory(part.Length));
                _marks.Add(Interlocked.Add(ref _read, part.Length), new ArrivalTime(_time.GetTimestamp(), _time.GetUtcNow()));
                _pipe.Writer.Advance(part.Length);
                await _pipe.Writer.FlushAsync();
            }
        }
        finally
        {
            _receiving.Release();
        }
    }

    public async ValueTask<LineWrite> WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsStuck && !_ended.Task.IsCompleted)
        {
            await Task.WhenAny(Task.Delay(deadline, _time, cancellationToken), _ended.Task);
            cancellationToken.ThrowIfCancellationRequested();
            return _ended.Task.IsCompleted ? LineWrite.Ended : LineWrite.TimedOut;
        }
        if (_ended.Task.IsCompleted)
        {
            return LineWrite.Ended;
        }
        var sent = bytes.ToArray();
        Interlocked.Add(ref _written, sent.Length);
        _sent.Writer.TryWrite(sent);
        if (Answer?.Invoke(sent) is { Length: > 0 } answer)
        {
            await ReceiveAsync(answer);
        }
        return LineWrite.Written;
    }

    /// <summary>The breaks that were sent, with the number of bytes that had been written before each.</summary>
    public List<(TimeSpan Spacing, long Written)> Breaks { get; } = [];

    public ValueTask<LineWrite> BreakAsync(TimeSpan spacing, CancellationToken cancellationToken)
    {
        Breaks.Add((spacing, Interlocked.Read(ref _written)));
        return ValueTask.FromResult(_ended.Task.IsCompleted ? LineWrite.Ended : LineWrite.Written);
    }

    /// <summary>The instrument is unplugged.</summary>
    public void Unplug() => End(new LineEnd(LineEndKind.HungUp, "unplugged"));

    public ValueTask DisposeAsync()
    {
        End(new LineEnd(LineEndKind.Closed, "closed"));
        return ValueTask.CompletedTask;
    }

    private void End(LineEnd end)
    {
        if (_ended.TrySetResult(end))
        {
            _pipe.Writer.Complete();
            _sent.Writer.TryComplete();
        }
    }
}
