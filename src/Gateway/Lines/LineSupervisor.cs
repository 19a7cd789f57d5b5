using MeetNet.Hosting;

namespace MeetNet.Gateway.Lines;

/// <summary>
/// Keeps one line open for ever: opens it, hands it to its session, and when it has ended opens it again. A line is never
/// given up; what keeps it from opening is told once, not at every try.
/// </summary>
/// <param name="open">For example <c>_ => ValueTask.FromResult(SerialLine.Open(settings, time))</c>.</param>
/// <param name="backoff">At most 2 s (<see cref="BackoffLimits.Line"/>), so that a replugged line is back within 5 s.</param>
/// <param name="changed">Told of every change of <see cref="Status"/>'s state or message; must not block.</param>
internal sealed class LineSupervisor(
    string name, Func<CancellationToken, ValueTask<LineOpening>> open, Backoff backoff, TimeProvider time, Action<LineStatus>? changed = null)
{
    private readonly Lock _lock = new();
    private LineStatus _status = new(name, LineState.Starting, time.GetUtcNow(), null, null, 0, default);
    private ILine? _line;

    public string Name => name;

    /// <summary>The present state, counters included.</summary>
    public LineStatus Status
    {
        get
        {
            lock (_lock)
            {
                return _line is { Counters: var present } ? _status with { Counters = Sum(_status.Counters, present) } : _status;
            }
        }
    }

    /// <summary>Runs until cancelled.</summary>
    /// <param name="serve">
    /// The session: uses the line until its <see cref="ILine.Input"/> is completed, then returns. Each opening calls it anew,
    /// with a fresh line; nothing half-read is carried over. What it throws (other than its cancellation) is a bug and is
    /// thrown on.</param>
    public async Task RunAsync(Func<ILine, CancellationToken, Task> serve, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var opening = await open(stop);
                if (opening.Line is { } line)
                {
                    await ServeAsync(line, serve, stop);
                }
                else
                {
                    Change(LineState.Waiting, opening.Fault!.Value.Message, opening.Fault.Value.Kind);
                }
                await backoff.WaitAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops.
        }
        finally
        {
            Change(LineState.Stopped, null, null);
        }
    }

    private async Task ServeAsync(ILine line, Func<ILine, CancellationToken, Task> serve, CancellationToken stop)
    {
        LineEnd? end = null;
        try
        {
            lock (_lock)
            {
                _line = line;
                _status = _status with { Openings = _status.Openings + 1 };
            }
            Change(LineState.Open, null, null);
            await serve(line, stop);
            end = line.Ended.IsCompleted ? await line.Ended : new LineEnd(LineEndKind.Closed, "its session ended");
        }
        finally
        {
            await line.DisposeAsync();
            lock (_lock)
            {
                _status = _status with { Counters = Sum(_status.Counters, line.Counters) };
                _line = null;
            }
        }
        if (line.Counters.BytesRead > 0)
        {
            // It worked. A line that opens and ends at once without a byte keeps its growing wait.
            backoff.Reset();
        }
        Change(LineState.Waiting, end?.Message, null);
    }

    private void Change(LineState state, string? message, LineFaultKind? fault)
    {
        lock (_lock)
        {
            if (_status.State == state && _status.Message == message)
            {
                return;
            }
            _status = _status with { State = state, Message = message, Fault = fault, Since = time.GetUtcNow() };
        }
        changed?.Invoke(Status);
    }

    private static LineCounters Sum(LineCounters a, LineCounters b) => new(a.BytesRead + b.BytesRead, a.BytesWritten + b.BytesWritten);
}
