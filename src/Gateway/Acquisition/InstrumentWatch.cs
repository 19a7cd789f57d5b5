namespace MeetNet.Gateway.Acquisition;

internal enum InstrumentState
{
    /// <summary>Nothing has come yet.</summary>
    Unheard,

    /// <summary>It gives readings.</summary>
    Measures,

    /// <summary>It says that it can't measure now.</summary>
    NotReady,

    /// <summary>It was asked and did not answer.</summary>
    Silent,
}

/// <summary>How one instrument is; says it when that changes. Written by its line's loop, read by anyone.</summary>
internal sealed class InstrumentWatch(string sensor, ILogger log)
{
    private volatile InstrumentState _state;
    private long _planned;
    private long _achieved;

    public InstrumentState State => _state;

    /// <summary>Polls that its interval asked for.</summary>
    public long Planned => Interlocked.Read(ref _planned);

    /// <summary>Polls in which it answered everything that it was asked.</summary>
    public long Achieved => Interlocked.Read(ref _achieved);

    /// <summary>A turn is over.</summary>
    /// <param name="planned">The turns that this one stands for, those that were left out included.</param>
    public void Polled(long planned, bool achieved)
    {
        Interlocked.Add(ref _planned, planned);
        Interlocked.Add(ref _achieved, achieved ? 1 : 0);
    }

    public void Measures()
    {
        if (Change(InstrumentState.Measures))
        {
            Log.InstrumentMeasures(log, sensor);
        }
    }

    public void NotReady(string reason)
    {
        if (Change(InstrumentState.NotReady))
        {
            Log.InstrumentNotReady(log, sensor, reason);
        }
    }

    public void Silent()
    {
        if (Change(InstrumentState.Silent))
        {
            Log.InstrumentSilent(log, sensor);
        }
    }

    private bool Change(InstrumentState state)
    {
        var changed = _state != state;
        _state = state;
        return changed;
    }
}
