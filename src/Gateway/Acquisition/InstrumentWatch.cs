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

    public InstrumentState State => _state;

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
