using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Gateway.Outbox;

/// <summary>
/// The outbox in a SQLite file (WAL, synchronous FULL): what was appended survives a power cut. One writer connection and one
/// reader, each behind its own lock, so that a delivery does not wait for a commit. The disk's faults become answers and
/// notices (<see cref="OutboxDisk"/>), the policy is <see cref="EvictionPolicy"/>'s.
/// </summary>
internal sealed class SqliteOutbox : IOutbox
{
    /// <summary>Rows forgotten in one transaction: an append waits for no more than that.</summary>
    private const int ForgetStep = 2000;

    private const int EvictStep = 1000;

    /// <summary>Rows forgotten or given up in one transaction while the disk is full; 100 pages at most.</summary>
    private const int CarefulStep = 100;

    private readonly OutboxOptions _options;
    private readonly TimeProvider _time;
    private readonly EvictionPolicy _policy;
    private readonly Func<long> _freeDisk;
    private readonly OutboxAlarms _alarms;
    private readonly OutboxDisk _disk;
    private readonly OutboxSignal _signal = new();
    private readonly Lock _lock = new(); // the writer; taken before _readLock where both are
    private readonly Lock _readLock = new();
    private OutboxReader? _reader; // in _readLock
    private volatile OutboxView _view; // written in _lock
    private volatile bool _disposed;

    private SqliteOutbox(OutboxOptions options, TimeProvider time, Action<OutboxNotice> notice, Func<long>? freeDisk)
    {
        _options = options;
        _time = time;
        _policy = new EvictionPolicy(options);
        _freeDisk = freeDisk ?? FreeDiskOf(options.Path);
        _alarms = new OutboxAlarms(notice);
        _disk = new OutboxDisk(options, time, _alarms, WithoutReader);
        _view = OutboxView.Of(_disk.Open());
    }

    public Epoch Epoch => _view.Epoch;

    public OutboxSpan Span => _view.Span;

    public IReadOnlyCollection<string> Hubs => _options.Hubs;

    public OutboxBooks Books
    {
        get
        {
            var view = _view;
            var counters = view.Counters;
            return new OutboxBooks(
                view.Highest, counters.Delivered + counters.AcknowledgedHeld, counters.Held - counters.AcknowledgedHeld,
                counters.Evicted, counters.Corrupt, counters.Missing, view.BytesInUse);
        }
    }

    /// <summary>Opens the outbox, making, replacing or mending its file as need be.</summary>
    /// <param name="notice">Told what a person should read; called outside the locks, on any thread.</param>
    /// <param name="freeDisk">Free bytes of the file system; null asks it.</param>
    /// <exception cref="SqliteFault">There is nothing to go on with: no folder, no permission, another program's file.</exception>
    public static SqliteOutbox Open(OutboxOptions options, TimeProvider time, Action<OutboxNotice> notice, Func<long>? freeDisk = null)
    {
        var outbox = new SqliteOutbox(options, time, notice, freeDisk);
        outbox._alarms.Tell();
        return outbox;
    }

    public OutboxAppend Append(ReadOnlySpan<OutboxEntry> entries)
    {
        OutboxAppend result;
        lock (_lock)
        {
            result = AppendLocked(entries);
        }
        Tell();
        return result;
    }

    public OutboxRead ReadAfter(long sequence, int maxRows, int maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        OutboxRead read;
        ReadFindings findings = default;
        SqliteFault? trouble = null;
        lock (_readLock)
        {
            var view = _view;
            read = new OutboxRead(view.Epoch, sequence, sequence, [], []);
            if (sequence >= view.Highest || _disposed)
            {
                return read;
            }
            try
            {
                read = ReaderFor(view).Read(sequence, view.Highest, view.Counters.ForgottenThrough, maxRows, maxBytes, out findings);
            }
            catch (SqliteFault fault) when (OutboxDisk.IsOutside(fault))
            {
                trouble = fault;
                CloseReader();
            }
        }
        if (trouble is not null || findings.HasUnknown || findings.Corrupt is { Count: > 0 })
        {
            Settle(read, findings, trouble);
        }
        return read;
    }

    public long Cursor(string hub) => _view.Cursors[hub];

    public CursorMove Acknowledge(string hub, Epoch epoch, long acknowledged) => MoveCursor(hub, epoch, acknowledged, mayGoBack: false);

    public CursorMove Rewind(string hub, Epoch epoch, long acknowledged) => MoveCursor(hub, epoch, acknowledged, mayGoBack: true);

    public void BeginNewEpoch(string reason)
    {
        lock (_lock)
        {
            // Every row gets a new sequence and is sent again: not those that every hub has and that are only kept.
            while (_options.KeepDelivered is not null && _disk.Usable(_view) is { } file && file.ForgetDelivered(ForgetStep) == ForgetStep)
            {
            }
            _disk.BeginNewEpoch(reason);
            Show();
        }
        Tell();
    }

    public Task WaitForMoreAsync(Epoch epoch, long sequence, CancellationToken cancellationToken) =>
        _signal.WaitAsync(() => _view is var view && (view.Epoch != epoch || view.Highest > sequence), cancellationToken);

    public bool Tidy()
    {
        var more = false;
        lock (_lock)
        {
            if (_disk.Usable(_view) is { } file)
            {
                _disk.Change(careful => more = TidyLocked(file, careful));
                Show();
            }
        }
        Tell();
        return more;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }
            _disposed = true;
            // The writer closes last: the last connection copies the log into the file.
            CloseReader();
            _disk.Close();
        }
        Tell();
    }

    private OutboxAppend AppendLocked(ReadOnlySpan<OutboxEntry> entries)
    {
        // Twice: a file found damaged is replaced, and the new one takes the rows.
        for (var attempt = 1; ; attempt++)
        {
            if (_disk.Usable(_view) is not { } file)
            {
                return OutboxAppend.Failed(_alarms.Last);
            }
            try
            {
                if (MakeRoom(file) is { } refusal)
                {
                    _alarms.Raise(OutboxNoticeKind.Refusing, $"new observations are refused: {refusal}");
                    return OutboxAppend.Refused(refusal);
                }
                var first = file.Highest + 1;
                file.Append(entries, _time.GetUtcNow().UtcTicks);
                _alarms.Clear(OutboxNoticeKind.Refusing, "observations are taken again");
                _alarms.Clear(OutboxNoticeKind.DiskFault, "the disk takes observations again");
                return OutboxAppend.Kept(first, file.Highest);
            }
            catch (SqliteFault fault) when (OutboxDisk.IsOutside(fault))
            {
                _disk.Handle(fault);
                if (fault.Kind != SqliteFaultKind.Corrupt || attempt == 2)
                {
                    return OutboxAppend.Failed(fault.Message);
                }
            }
            finally
            {
                Show();
            }
        }
    }

    /// <returns>Null when there is room; else why not.</returns>
    private string? MakeRoom(OutboxFile file)
    {
        while (true)
        {
            var (inUse, free) = file.MeasureBytes();
            var usage = new OutboxUsage(inUse, free, _freeDisk());
            var verdict = _policy.Decide(usage);
            if (verdict == RoomVerdict.Admit)
            {
                return null;
            }
            // What is delivered and not yet forgotten makes room without loss.
            var forgotten = 0;
            _disk.WithBallast(careful => forgotten = file.ForgetDelivered(careful ? CarefulStep : ForgetStep));
            if (forgotten > 0)
            {
                continue;
            }
            IReadOnlyList<LostRange> evicted = [];
            if (verdict == RoomVerdict.MakeRoom)
            {
                _disk.WithBallast(careful => evicted = file.Evict(careful ? CarefulStep : EvictStep));
            }
            if (evicted.Count == 0)
            {
                return _policy.Explain(usage);
            }
            _alarms.Raise(
                OutboxNoticeKind.Evicting,
                $"the oldest observations are given up, from sequence {evicted[0].First} on: {_policy.Explain(usage)}");
        }
    }

    private bool TidyLocked(OutboxFile file, bool careful)
    {
        var step = careful ? CarefulStep : ForgetStep;
        if (file.ForgetDelivered(step, _policy.MayForget(_time.GetUtcNow())) == step)
        {
            return true;
        }
        if (_policy.Cutoff(_time.GetUtcNow()) is { } cutoff
            && file.Evict(careful ? CarefulStep : EvictStep, created => EvictionPolicy.IsTooOld(created, cutoff)) is { Count: > 0 } aged)
        {
            _alarms.Raise(OutboxNoticeKind.Evicting, $"observations older than {_options.MaxAge} are given up, from sequence {aged[0].First} on");
            return true;
        }
        // Well below the limit before the alarm goes: no flapping.
        if (file.MeasureBytes().InUse < _options.MaxBytes / 10 * 9)
        {
            _alarms.Clear(OutboxNoticeKind.Evicting, "no observations are given up any more");
        }
        _disk.MendBallast(_freeDisk());
        return false;
    }

    private CursorMove MoveCursor(string hub, Epoch epoch, long acknowledged, bool mayGoBack)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(acknowledged);
        CursorMove move;
        lock (_lock)
        {
            var view = _view;
            var cursor = view.Cursors[hub];
            move = epoch != view.Epoch ? CursorMove.OtherEpoch
                : acknowledged > view.Highest ? CursorMove.BeyondHighest
                : acknowledged == cursor ? CursorMove.Unchanged
                : acknowledged < cursor && !mayGoBack ? CursorMove.Behind
                : _disk.Usable(view) is { } file && _disk.Change(_ => file.SetCursor(hub, acknowledged)) ? CursorMove.Moved
                : CursorMove.Failed;
            Show();
        }
        Tell();
        return move;
    }

    /// <summary>Books what a read came upon, and has the file replaced where it could not be read.</summary>
    private void Settle(in OutboxRead read, in ReadFindings findings, SqliteFault? trouble)
    {
        var (epoch, after, through, corrupt) = (read.Epoch, read.After, read.Through, findings.Corrupt ?? []);
        lock (_lock)
        {
            if (epoch == _view.Epoch && _disk.Usable(_view) is { } file)
            {
                if (trouble is not null)
                {
                    _disk.Handle(trouble);
                }
                else
                {
                    _disk.Change(_ => Book(file, corrupt, after, through));
                }
                Show();
            }
        }
        Tell();
    }

    private void Book(OutboxFile file, IReadOnlyList<long> corrupt, long after, long through)
    {
        if (corrupt.Count > 0 && file.Quarantine(corrupt) is > 0 and var moved)
        {
            _alarms.Say(
                OutboxNoticeKind.CorruptRow,
                $"{moved} row(s) from sequence {corrupt[0]} on do not match their CRC: set aside in the table quarantine, "
                    + "declared lost, not sent. Suspect the disk.",
                isLoss: true);
        }
        if (file.BookMissing(after + 1, through) is > 0 and var missing)
        {
            _alarms.Say(
                OutboxNoticeKind.MissingRows,
                $"{missing} row(s) between sequence {after + 1} and {through} are gone: declared lost. Suspect the disk.",
                isLoss: true);
        }
    }

    private void Show()
    {
        if (_disk.Present is { } file)
        {
            _view = OutboxView.Of(file);
        }
    }

    private void Tell()
    {
        _alarms.Tell();
        _signal.Raise();
    }

    private OutboxReader ReaderFor(OutboxView view)
    {
        if (_reader is null || !_reader.Knows(view.Names))
        {
            CloseReader();
            _reader = new OutboxReader(_options.Path, view.Names, view.Epoch);
        }
        return _reader;
    }

    private void WithoutReader(Action work)
    {
        lock (_readLock)
        {
            CloseReader();
            work();
            Show();
        }
    }

    private void CloseReader()
    {
        lock (_readLock)
        {
            _reader?.Dispose();
            _reader = null;
        }
    }

    private static Func<long> FreeDiskOf(string path)
    {
        var drive = new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return () =>
        {
            try
            {
                return drive.AvailableFreeSpace;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A disk that can't say what is free has no room.
                return 0;
            }
        };
    }
}
