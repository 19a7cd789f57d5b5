using System.Threading.Channels;
using MeetNet.Hosting;
using MeetNet.Ingest.Intake;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Facts;

/// <summary>Why nothing can be written right now.</summary>
internal sealed record WriterTrouble(string Message, DateTimeOffset Since);

/// <summary>
/// The loop that commits: takes what the gate has let through, as much as is there, in one transaction with one fsync; only then are the messages
/// acknowledged to the broker and the gateways told. When the disk refuses, nothing is acknowledged and nothing more is taken: the same messages are tried again for ever.
/// </summary>
internal sealed class FactWriter : IDisposable
{
    private readonly FactLog _log;
    private readonly Func<FactTransaction> _open;
    private readonly GroupLimits _limits;
    private readonly IIntakeReplies _replies;
    private readonly TimeProvider _time;
    private readonly ILogger<FactWriter> _logger;
    private readonly Channel<Arrival> _arrivals;
    private readonly Backoff _backoff;
    private FactTransaction? _transaction;
    private volatile WriterTrouble? _trouble;
    private long _commits;

    public FactWriter(
        FactLog log, Func<FactTransaction> open, GroupLimits limits, IIntakeReplies replies, TimeProvider time, ILogger<FactWriter> logger)
    {
        _log = log;
        _open = open;
        _limits = limits;
        _replies = replies;
        _time = time;
        _logger = logger;
        _backoff = new Backoff(BackoffLimits.Disk, new Random(), time);
        _arrivals = Channel.CreateBounded<Arrival>(new BoundedChannelOptions(limits.Queue)
        {
            FullMode = BoundedChannelFullMode.Wait,
            SingleReader = true,
            SingleWriter = true,
        });
    }

    /// <summary>Channel 3. Complete it to let the writer finish.</summary>
    public ChannelWriter<Arrival> Arrivals => _arrivals.Writer;

    /// <summary>Null while the log can be written.</summary>
    public WriterTrouble? Trouble => _trouble;

    /// <summary>Transactions since the start.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>Messages waiting for the log.</summary>
    public int Queued => _arrivals.Reader.Count;

    /// <summary>
    /// Opens the log, so that its readers can begin. A disk that can't be used now is left to <see cref="RunAsync"/>, which tries again.
    /// </summary>
    /// <exception cref="SqliteFault">The file is damaged or not ours: a person has to decide.</exception>
    public void Open()
    {
        try
        {
            Reopen();
        }
        catch (SqliteFault fault) when (CanPass(fault))
        {
            Stall(fault);
        }
    }

    /// <summary>Commits until the channel is complete and empty, or until <paramref name="abandon"/> while the disk refuses.</summary>
    public async Task RunAsync(CancellationToken abandon)
    {
        var group = new List<Arrival>();
        while (await _arrivals.Reader.WaitToReadAsync(CancellationToken.None))
        {
            Collect(group);
            if (!await CommitAsync(group, abandon))
            {
                return;
            }
            group.Clear();
        }
    }

    public void Dispose() => _transaction?.Dispose();

    private void Collect(List<Arrival> group)
    {
        var bytes = 0;
        var began = _time.GetTimestamp();
        while (group.Count < _limits.Messages && bytes < _limits.Bytes && _arrivals.Reader.TryRead(out var arrival))
        {
            group.Add(arrival);
            bytes += arrival.Message.Payload.Length;
            // The clock is asked once in a while only: asking costs about as much as taking a small message.
            if (group.Count % 64 == 0 && _time.GetElapsedTime(began) > _limits.Window)
            {
                break;
            }
        }
    }

    /// <summary>Returns false when abandoned: then nothing of the group has been acknowledged, and the broker delivers it again.</summary>
    private async ValueTask<bool> CommitAsync(List<Arrival> group, CancellationToken abandon)
    {
        while (true)
        {
            try
            {
                if (_transaction is null)
                {
                    Reopen();
                }
                _transaction!.Commit(group);
                break;
            }
            catch (SqliteFault fault) when (CanPass(fault) || fault.Kind == SqliteFaultKind.Corrupt)
            {
                Drop();
                Stall(fault);
            }
#pragma warning disable CA1031 // One message that the program can't deal with must not stop every station for ever.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Drop();
                if (group.Count == 1 && group[0].Refusal is null)
                {
                    Log.MessageBeyondUs(_logger, group[0].Message.Topic, failure);
                    group = [SetAside(group[0], failure)];
                    continue;
                }
                if (group.Count == 1)
                {
                    throw;
                }
                return await CommitOneByOneAsync(group, abandon);
            }
            await _backoff.WaitAsync(abandon).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (abandon.IsCancellationRequested)
            {
                return false;
            }
        }
        Recovered();
        Reply(_transaction, group);
        return true;
    }

    private async ValueTask<bool> CommitOneByOneAsync(List<Arrival> group, CancellationToken abandon)
    {
        foreach (var arrival in group)
        {
            if (!await CommitAsync([arrival], abandon))
            {
                return false;
            }
        }
        return true;
    }

    private void Reply(FactTransaction transaction, List<Arrival> group)
    {
        Interlocked.Increment(ref _commits);
        _log.Committed(transaction.Facts);
        foreach (var arrival in group)
        {
            _replies.Accept(arrival.Message);
        }
        foreach (var outbox in transaction.ToTell)
        {
            _replies.Tell(outbox.Owner, outbox.Station, outbox.Epoch, outbox.Acknowledged);
        }
        foreach (var conflict in transaction.Conflicts)
        {
            Log.SequenceConflict(_logger, conflict);
        }
    }

    private static Arrival SetAside(Arrival arrival, Exception failure) => new()
    {
        Message = arrival.Message,
        Received = arrival.Received,
        Owner = arrival.Owner,
        Station = arrival.Station,
        Refusal = new Refusal(RefusalReasons.InternalFault, $"{failure.GetType().Name}: {failure.Message}"),
    };

    /// <summary>Opens the file; what a failed commit may have left on the disk after all is found here.</summary>
    private void Reopen()
    {
        var transaction = _open();
        _log.Opened(transaction.Head, transaction.Observations);
        _transaction = transaction;
    }

    private void Drop()
    {
        _transaction?.Dispose();
        _transaction = null;
    }

    private void Stall(SqliteFault fault)
    {
        if (_trouble is null)
        {
            Log.LogStalled(_logger, fault.Message);
        }
        _trouble = new WriterTrouble(fault.Message, _trouble?.Since ?? _time.GetUtcNow());
    }

    private void Recovered()
    {
        if (_trouble is not null)
        {
            Log.LogResumed(_logger, _trouble.Since);
            _trouble = null;
        }
        _backoff.Reset();
    }

    private static bool CanPass(SqliteFault fault) => fault.Kind
        is SqliteFaultKind.Busy or SqliteFaultKind.DiskFull or SqliteFaultKind.DiskFault or SqliteFaultKind.ReadOnly or SqliteFaultKind.CannotOpen or SqliteFaultKind.Interrupted;
}
