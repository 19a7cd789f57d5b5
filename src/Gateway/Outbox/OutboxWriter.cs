using System.Buffers;
using System.Threading.Channels;
using MeetNet.Gateway.Harmonisation;
using MeetNet.Hosting;
using MeetNet.Observations.Wire;

namespace MeetNet.Gateway.Outbox;

/// <summary>
/// From channel 2 into the outbox: whatever waits, up to 1,000 observations, is one transaction. When it returns from the
/// outbox it survives a power cut; only then are receipts given. Also keeps house in the outbox.
/// <para>While the outbox takes nothing, observations wait in the channel. When that is full the oldest ones are refused,
/// counted and told, so that instruments go on being read and the newest are tried; one that its source can send again (it
/// has a receipt) is not refused but kept waiting.</para>
/// </summary>
internal sealed class OutboxWriter
{
    /// <summary>Observations in one transaction, and so the most that wait here.</summary>
    public const int BatchLimit = 1000;

    private static readonly TimeSpan TidyInterval = TimeSpan.FromSeconds(5);

    private readonly IOutbox _outbox;
    private readonly Backoff _backoff;
    private readonly TimeProvider _time;
    private readonly int _channelLimit;
    private readonly List<Harmonised> _held = new(BatchLimit);
    private readonly List<OutboxEntry> _entries = new(BatchLimit);
    private readonly ArrayBufferWriter<byte> _fragments = new(128 << 10);
    private long _taken;
    private long _kept;
    private long _refused;
    private volatile string? _trouble;

    /// <param name="backoff">Between attempts (<see cref="BackoffLimits.Disk"/>).</param>
    /// <param name="channelLimit">Capacity of channel 2.</param>
    public OutboxWriter(IOutbox outbox, Backoff backoff, TimeProvider time, int channelLimit)
    {
        _outbox = outbox;
        _backoff = backoff;
        _time = time;
        _channelLimit = channelLimit;
    }

    /// <summary>Why the outbox takes nothing now; null when it does.</summary>
    public string? Trouble => _trouble;

    public OutboxWriterBooks Books => new(Interlocked.Read(ref _taken), Interlocked.Read(ref _kept), Interlocked.Read(ref _refused));

    /// <summary>Writes until channel 2 is completed and empty.</summary>
    /// <param name="stop">
    /// Ends it at once; what still waits is counted as refused. For an orderly stop complete the channel instead.</param>
    public async Task RunAsync(ChannelReader<Harmonised> input, CancellationToken stop)
    {
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var tidying = TidyAsync(writing.Token);
        try
        {
            while (_held.Count > 0 || await input.WaitToReadAsync(stop))
            {
                Take(input);
                if (!TryKeep() && !RefuseWhenFull(input))
                {
                    await _backoff.WaitAsync(stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Take(input, int.MaxValue);
            Interlocked.Add(ref _refused, _held.Count);
            _held.Clear();
        }
        finally
        {
            await writing.CancelAsync();
            await tidying;
        }
    }

    private void Take(ChannelReader<Harmonised> input, int limit = BatchLimit)
    {
        while (_held.Count < limit && input.TryRead(out var observation))
        {
            _held.Add(observation);
            Interlocked.Increment(ref _taken);
        }
    }

    private bool TryKeep()
    {
        Compose();
        var result = _outbox.Append(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_entries));
        _trouble = result.Reason;
        if (result.Outcome != AppendOutcome.Kept)
        {
            return false;
        }
        Interlocked.Add(ref _kept, _held.Count);
        foreach (var kept in _held)
        {
            kept.Receipt?.Done();
        }
        _held.Clear();
        _backoff.Reset();
        return true;
    }

    /// <returns>True when something was refused and there is room to go on.</returns>
    private bool RefuseWhenFull(ChannelReader<Harmonised> input)
    {
        if (input.Count < _channelLimit)
        {
            return false;
        }
        var refused = _held.RemoveAll(static h => h.Receipt is null);
        Interlocked.Add(ref _refused, refused);
        return refused > 0;
    }

    /// <summary>Each row's text once, for storing and for sending.</summary>
    private void Compose()
    {
        _fragments.ResetWrittenCount();
        _entries.Clear();
        Span<int> ends = stackalloc int[BatchLimit];
        for (var i = 0; i < _held.Count; i++)
        {
            BatchRow.Write(_fragments, _held[i].Observation);
            ends[i] = _fragments.WrittenCount;
        }
        var all = _fragments.WrittenMemory;
        for (var i = 0; i < _held.Count; i++)
        {
            var observation = _held[i].Observation;
            _entries.Add(new OutboxEntry(observation.DatastreamId, observation.ProcedureId, all[(i == 0 ? 0 : ends[i - 1])..ends[i]]));
        }
    }

    private async Task TidyAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TidyInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                while (_outbox.Tidy() && !stop.IsCancellationRequested)
                {
                    await Task.Yield();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The writer has ended.
        }
    }
}

/// <summary>Observations that came to the outbox since the program started.</summary>
/// <param name="Taken">Out of channel 2.</param>
/// <param name="Kept">In the outbox; each has a sequence.</param>
/// <param name="Refused">Not kept, because the outbox took nothing for too long.</param>
internal readonly record struct OutboxWriterBooks(long Taken, long Kept, long Refused)
{
    /// <summary>Between the channel and the outbox at this moment.</summary>
    public long Waiting => Taken - Kept - Refused;
}
