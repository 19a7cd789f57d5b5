using System.IO.Pipelines;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MeetNet.Gateway.Lines;

/// <summary>
/// A serial port (or pseudo-terminal) with a thread of its own in poll(2): a blocked read on a terminal can't be cancelled,
/// a poll can. The thread reads straight into the pipe and ends within moments of <see cref="DisposeAsync"/>.
/// </summary>
internal sealed class SerialLine : ILine
{
    /// <summary>Bytes waiting for the consumer at which the port is not read any more.</summary>
    public const int PipeLimit = 64 << 10;

    /// <summary>The kernel's own terminal buffer holds 4 KiB.</summary>
    private const int ReadSize = 4 << 10;

    /// <summary>Upper bound for noticing a write's deadline; everything else wakes the thread.</summary>
    private const int PollMilliseconds = 100;

    private readonly SafeFileHandle _port;
    private readonly SafeFileHandle _wake;
    private readonly TimeProvider _time;
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: PipeLimit, resumeWriterThreshold: PipeLimit / 2, minimumSegmentSize: ReadSize, useSynchronizationContext: false));
    private readonly ArrivalMarks _marks = new();
    private readonly TaskCompletionSource<LineEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private PendingWrite? _pending; // in _lock
    private bool _closing; // in _lock
    private bool _isOver; // in _lock: the thread has gone, its handles too
    private Task<FlushResult>? _flush; // of the thread
    private long _bytesRead;
    private long _bytesWritten;

    private SerialLine(string name, SafeFileHandle port, SafeFileHandle wake, TimeProvider time)
    {
        Name = name;
        _port = port;
        _wake = wake;
        _time = time;
        new Thread(Run) { IsBackground = true, Name = "line " + name }.Start();
    }

    public string Name { get; }

    public PipeReader Input => _pipe.Reader;

    public LineCounters Counters => new(Interlocked.Read(ref _bytesRead), Interlocked.Read(ref _bytesWritten));

    public Task<LineEnd> Ended => _ended.Task;

    /// <summary>Opens and sets the port.</summary>
    public static LineOpening Open(SerialSettings settings, TimeProvider time)
    {
        var descriptor = Termios.Open(settings.Path, Termios.OpenFlags);
        if (descriptor < 0)
        {
            return new LineOpening(null, SerialFaults.Opening(settings, Marshal.GetLastPInvokeError()));
        }
        var port = new SafeFileHandle(descriptor, ownsHandle: true);
        var fault = Prepare(port, settings);
        if (fault is not null)
        {
            port.Dispose();
            return new LineOpening(null, fault);
        }
        var wake = new SafeFileHandle(Termios.NewEvent(), ownsHandle: true);
        if (wake.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            port.Dispose();
            return new LineOpening(null, SerialFaults.Opening(settings, error));
        }
        return new LineOpening(new SerialLine(settings.Name, port, wake, time), null);
    }

    public ArrivalTime ArrivalOf(long offset) => _marks.Find(offset);

    public ValueTask<LineWrite> WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PendingWrite pending;
        lock (_lock)
        {
            if (_isOver || _closing)
            {
                return ValueTask.FromResult(LineWrite.Ended);
            }
            if (_pending is not null)
            {
                throw new InvalidOperationException($"{Name}: one write at a time");
            }
            // Nearly always the kernel takes all of it at once.
            var written = Send(bytes.Span);
            if (written < 0)
            {
                return ValueTask.FromResult(LineWrite.Ended);
            }
            if (written == bytes.Length)
            {
                return ValueTask.FromResult(LineWrite.Written);
            }
            pending = _pending = new PendingWrite(bytes[written..], _time.GetTimestamp(), deadline);
            Wake();
        }
        return new ValueTask<LineWrite>(FinishAsync(pending, cancellationToken));
    }

    public async ValueTask<LineWrite> BreakAsync(TimeSpan spacing, CancellationToken cancellationToken)
    {
        if (!SetBreak(true))
        {
            return LineWrite.Ended;
        }
        try
        {
            await Task.Delay(spacing, _time, cancellationToken);
        }
        finally
        {
            SetBreak(false);
        }
        return LineWrite.Written;
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closing = true;
            Wake();
        }
        await _ended.Task;
    }

    private bool SetBreak(bool on)
    {
        lock (_lock)
        {
            return !_isOver && !_closing && Termios.SetBreak(_port, on);
        }
    }

    private static LineFault? Prepare(SafeFileHandle port, SerialSettings settings)
    {
        if (!Termios.IsTerminal(port))
        {
            return new LineFault(LineFaultKind.Unsupported, $"{settings.Path} is not a serial port");
        }
        if (!Termios.TryTake(port))
        {
            return SerialFaults.Busy(settings);
        }
        var error = Termios.Apply(port, settings);
        Termios.Flush(port);
        return error == 0 ? null : SerialFaults.Setting(settings, error);
    }

    private async Task<LineWrite> FinishAsync(PendingWrite pending, CancellationToken cancellationToken)
    {
        try
        {
            return await pending.Done.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_lock)
            {
                if (ReferenceEquals(_pending, pending))
                {
                    _pending = null;
                }
            }
        }
    }

    private void Run()
    {
        var end = Loop();
        lock (_lock)
        {
            _isOver = true;
            _pending?.Done.TrySetResult(LineWrite.Ended);
            Termios.Release(_port);
            _port.Dispose();
            _wake.Dispose();
        }
        _pipe.Writer.Complete();
        _ended.SetResult(end);
    }

    private LineEnd Loop()
    {
        Span<Termios.PollEntry> entries = stackalloc Termios.PollEntry[2];
        while (true)
        {
            short asked = 0;
            lock (_lock)
            {
                if (_closing)
                {
                    return new LineEnd(LineEndKind.Closed, "closed");
                }
                asked |= _pending is null ? (short)0 : Termios.PollOut;
            }
            if (_flush is { IsCompleted: true } flushed)
            {
                _flush = null;
                if (flushed.GetAwaiter().GetResult().IsCompleted)
                {
                    return new LineEnd(LineEndKind.Closed, "nobody reads it any more");
                }
            }
            asked |= _flush is null ? Termios.PollIn : (short)0;
            entries[0] = new Termios.PollEntry { Descriptor = (int)_port.DangerousGetHandle(), Asked = asked };
            entries[1] = new Termios.PollEntry { Descriptor = (int)_wake.DangerousGetHandle(), Asked = Termios.PollIn };
            if (Termios.Poll(entries, 2, PollMilliseconds) < 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error != Termios.Interrupted)
                {
                    return new LineEnd(LineEndKind.Failed, $"poll failed: {Termios.Message(error)}");
                }
                continue;
            }
            DrainWake(entries[1].Found);
            ServeWrite();
            if (ServeRead(entries[0].Found) is { } end)
            {
                return end;
            }
        }
    }

    private LineEnd? ServeRead(short found)
    {
        const short gone = Termios.PollHangUp | Termios.PollError | Termios.PollInvalid;
        if ((found & Termios.PollIn) == 0)
        {
            return (found & gone) == 0 ? null : HungUp;
        }
        if (_flush is not null)
        {
            return null; // the pipe is full; what is there will still be there
        }
        var memory = _pipe.Writer.GetMemory(ReadSize);
        var count = Termios.Read(_port, ref MemoryMarshal.GetReference(memory.Span), (nuint)ReadSize);
        if (count > 0)
        {
            Accept((int)count);
            return null;
        }
        if (count == 0)
        {
            // With VMIN = 0 an idle port reads 0 too: only poll tells a hang-up from silence.
            return (found & gone) == 0 ? null : HungUp;
        }
        return Marshal.GetLastPInvokeError() switch
        {
            Termios.TryAgain or Termios.Interrupted => null,
            Termios.InputOutput or Termios.NoSuchDevice or Termios.DeviceGone => HungUp,
            var error => new LineEnd(LineEndKind.Failed, $"reading failed: {Termios.Message(error)}"),
        };
    }

    private static LineEnd HungUp => new(LineEndKind.HungUp, "unplugged, or closed by the other side");

    private void Accept(int count)
    {
        var total = Interlocked.Add(ref _bytesRead, count);
        _marks.Add(total, new ArrivalTime(_time.GetTimestamp(), _time.GetUtcNow()));
        _pipe.Writer.Advance(count);
        var flush = _pipe.Writer.FlushAsync();
        _flush = flush.AsTask();
        if (!_flush.IsCompleted)
        {
            _flush.ContinueWith(
                static (_, line) => ((SerialLine)line!).WakeFromOutside(), this, CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void ServeWrite()
    {
        lock (_lock)
        {
            if (_pending is not { } pending)
            {
                return;
            }
            var written = Send(pending.Rest.Span);
            pending.Rest = pending.Rest[Math.Max(written, 0)..];
            LineWrite? outcome = written < 0 ? LineWrite.Ended
                : pending.Rest.IsEmpty ? LineWrite.Written
                : _time.GetElapsedTime(pending.Began) >= pending.Deadline ? LineWrite.TimedOut
                : null;
            if (outcome is { } done)
            {
                _pending = null;
                pending.Done.TrySetResult(done);
            }
        }
    }

    /// <returns>Bytes taken by the kernel, or -1 when the line has gone; the thread will notice that by itself.</returns>
    private int Send(ReadOnlySpan<byte> bytes)
    {
        var sent = 0;
        while (sent < bytes.Length)
        {
            var count = Termios.Write(_port, in bytes[sent], (nuint)(bytes.Length - sent));
            if (count < 0)
            {
                var error = Marshal.GetLastPInvokeError();
                if (error == Termios.Interrupted)
                {
                    continue;
                }
                if (error != Termios.TryAgain)
                {
                    return -1;
                }
                break;
            }
            sent += (int)count;
        }
        Interlocked.Add(ref _bytesWritten, sent);
        return sent;
    }

    private void WakeFromOutside()
    {
        lock (_lock)
        {
            Wake();
        }
    }

    /// <summary>Ends the thread's poll; in the lock.</summary>
    private void Wake()
    {
        if (!_isOver)
        {
            var one = BitConverter.GetBytes(1UL);
            _ = Termios.Write(_wake, in one[0], sizeof(ulong));
        }
    }

    private void DrainWake(short found)
    {
        if ((found & Termios.PollIn) != 0)
        {
            Span<byte> count = stackalloc byte[sizeof(ulong)];
            _ = Termios.Read(_wake, ref count[0], sizeof(ulong));
        }
    }

    private sealed class PendingWrite(ReadOnlyMemory<byte> rest, long began, TimeSpan deadline)
    {
        public ReadOnlyMemory<byte> Rest { get; set; } = rest;

        public long Began { get; } = began;

        public TimeSpan Deadline { get; } = deadline;

        public TaskCompletionSource<LineWrite> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
