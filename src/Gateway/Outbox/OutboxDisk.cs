using MeetNet.Sqlite;

namespace MeetNet.Gateway.Outbox;

/// <summary>
/// The outbox file and what happens to it: opened, found damaged and replaced, lost to a failing disk and opened again, short
/// of room. Its owner serialises. Faults of the world outside never leave it but as <c>null</c>, <c>false</c> and a notice.
/// </summary>
internal sealed class OutboxDisk
{
    private readonly OutboxOptions _options;
    private readonly TimeProvider _time;
    private readonly OutboxAlarms _alarms;
    private readonly Action<Action> _withoutReader;
    private readonly Ballast _ballast;
    private OutboxFile? _file; // null while the disk is in trouble
    private OutboxView? _lastSeen;
    private bool _closed;

    /// <param name="withoutReader">
    /// Does the work with the reading connection closed and kept out, and shows others the new state before it lets one in:
    /// none may read the new file's sequences as those of the old.</param>
    public OutboxDisk(OutboxOptions options, TimeProvider time, OutboxAlarms alarms, Action<Action> withoutReader)
    {
        _options = options;
        _time = time;
        _alarms = alarms;
        _withoutReader = withoutReader;
        _ballast = new Ballast(options.Path + ".ballast", options.BallastBytes);
    }

    /// <summary>The first opening.</summary>
    /// <exception cref="SqliteFault">There is nothing to go on with: no folder, no permission, another program's file.</exception>
    /// <exception cref="IOException">A damaged file can't be set aside.</exception>
    public OutboxFile Open()
    {
        OutboxReplacement.Finish(_options.Path);
        try
        {
            _file = OutboxFile.Open(_options.Path, _options.Synchronous);
        }
        catch (SqliteFault fault) when (fault.Kind == SqliteFaultKind.Corrupt)
        {
            Replace(OutboxNoticeKind.Replaced, fault.Message);
        }
        if (_file!.LogIsMissing)
        {
            Replace(OutboxNoticeKind.NewEpoch, "its write-ahead log is missing, and with it sequences that a hub may know");
        }
        else if (_file.IsNew)
        {
            _alarms.Say(OutboxNoticeKind.Created, $"{_options.Path}: made, epoch {_file.Epoch}");
        }
        else if (_file.StoppedUncleanly)
        {
            _alarms.Say(OutboxNoticeKind.UncleanStop, $"{_options.Path}: the last stop was not an orderly one; the file was checked and is whole");
        }
        SettleHubs(_file);
        _ballast.TryTake();
        return _file;
    }

    /// <summary>The file as it stands; null while the disk is in trouble.</summary>
    public OutboxFile? Present => _file;

    /// <summary>The open file; where trouble closed it, tries to open it again. Null: the trouble stands.</summary>
    /// <param name="view">What was last shown to others.</param>
    public OutboxFile? Usable(OutboxView view)
    {
        _lastSeen = view;
        if (_file is null && !_closed)
        {
            Try(Reopen);
        }
        return _file;
    }

    /// <summary>Deals with a fault of the disk: nothing was changed by what failed.</summary>
    public void Handle(SqliteFault fault)
    {
        switch (fault.Kind)
        {
            case SqliteFaultKind.Corrupt:
                Try(() => Replace(OutboxNoticeKind.Replaced, fault.Message));
                break;
            case SqliteFaultKind.DiskFull or SqliteFaultKind.Busy:
                _alarms.Raise(OutboxNoticeKind.DiskFault, fault.Message);
                break;
            default:
                // What the connection believes and what the disk holds may differ now: begin again from the disk.
                _alarms.Raise(OutboxNoticeKind.DiskFault, fault.Message);
                Drop();
                break;
        }
    }

    /// <summary>Does a change as <see cref="WithBallast"/> does.</summary>
    /// <returns>False when a fault of the disk came in the way; it is dealt with and told.</returns>
    public bool Change(Action<bool> work)
    {
        try
        {
            WithBallast(work);
            return true;
        }
        catch (SqliteFault fault) when (IsOutside(fault))
        {
            Handle(fault);
            return false;
        }
    }

    /// <summary>
    /// Does a change that makes room, or books what will. Where the disk is full, once more: with the ballast gone, the log
    /// emptied, and told to be careful, which is to do little.
    /// </summary>
    /// <exception cref="SqliteFault">It failed all the same.</exception>
    public void WithBallast(Action<bool> work)
    {
        try
        {
            work(false);
        }
        catch (SqliteFault fault) when (fault.Kind == SqliteFaultKind.DiskFull)
        {
            _ballast.Release();
            _file?.EmptyLog();
            work(true);
        }
    }

    /// <summary>Takes the ballast again once there is room for it beside what is to be kept free.</summary>
    public void MendBallast(long freeDisk)
    {
        if (!_ballast.IsHeld && freeDisk >= _options.MinFreeDisk + _options.BallastBytes)
        {
            _ballast.TryTake();
        }
    }

    public void BeginNewEpoch(string reason)
    {
        if (_file is not null)
        {
            Try(_file.Close);
        }
        Try(() => Replace(OutboxNoticeKind.NewEpoch, reason));
    }

    public void Close()
    {
        _closed = true;
        if (_file is { } file)
        {
            _file = null;
            Try(file.Close);
        }
    }

    /// <summary>Faults of the world outside; the others are bugs and are thrown on.</summary>
    public static bool IsOutside(SqliteFault fault) =>
        fault.Kind is not (SqliteFaultKind.Constraint or SqliteFaultKind.Other or SqliteFaultKind.Interrupted);

    private void Reopen()
    {
        OutboxReplacement.Finish(_options.Path);
        try
        {
            var file = OutboxFile.Open(_options.Path, _options.Synchronous);
            _file = file;
            if (file.Epoch == _lastSeen!.Epoch)
            {
                file.TakeBackAfter(_lastSeen.Highest);
            }
            SettleHubs(file);
        }
        catch (SqliteFault fault) when (fault.Kind == SqliteFaultKind.Corrupt)
        {
            Replace(OutboxNoticeKind.Replaced, fault.Message);
        }
        catch (SqliteFault)
        {
            Drop();
            throw;
        }
    }

    private void Replace(OutboxNoticeKind kind, string reason) => _withoutReader(() => ReplaceAlone(kind, reason));

    private void ReplaceAlone(OutboxNoticeKind kind, string reason)
    {
        Drop();
        // A second file needs room for a while; the ballast is mended later.
        _ballast.Release();
        var word = kind == OutboxNoticeKind.Replaced ? "corrupt" : "replaced";
        var replaced = OutboxReplacement.Run(_options.Path, word, _options.Synchronous, _time.GetUtcNow());
        _file = OutboxFile.Open(_options.Path, _options.Synchronous);
        _alarms.Say(
            kind,
            $"{reason}. The old file is now {replaced.SetAside}; {replaced.Salvaged} undelivered row(s) taken over, "
                + $"{replaced.Unreadable} not sound; new epoch {_file.Epoch}",
            isLoss: kind == OutboxNoticeKind.Replaced);
        SettleHubs(_file);
    }

    /// <summary>A new hub starts at what is held; a hub no longer served is forgotten, so that nothing waits for it.</summary>
    private void SettleHubs(OutboxFile file)
    {
        // Added first: a renamed hub's rows must not be forgotten in between.
        foreach (var hub in _options.Hubs.Where(h => !file.Cursors.ContainsKey(h)).ToList())
        {
            file.SetCursor(hub, file.Lowest - 1);
            _alarms.Say(OutboxNoticeKind.HubAdded, $"hub {hub} is served from sequence {file.Lowest} on");
        }
        foreach (var (hub, cursor) in file.Cursors.Where(c => !_options.Hubs.Contains(c.Key)).ToList())
        {
            file.DropHub(hub);
            _alarms.Say(
                OutboxNoticeKind.HubDropped,
                $"hub {hub} is no longer configured; it had acknowledged up to sequence {cursor} of {file.Highest}, and nothing is kept for it any more");
        }
    }

    private void Drop()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Try(Action work)
    {
        try
        {
            work();
        }
        catch (SqliteFault fault) when (IsOutside(fault))
        {
            _alarms.Raise(OutboxNoticeKind.DiskFault, fault.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _alarms.Raise(OutboxNoticeKind.DiskFault, e.Message);
        }
    }
}
