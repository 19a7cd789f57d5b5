using MeetNet.Observations;

namespace MeetNet.Ingest.Alerting;

/// <summary>What alerting knows of a station, from its last announcement.</summary>
internal sealed record WatchedStation(string Owner, string Station, LocalizedText Name, bool Simulated, double? SurfaceLevel)
{
    public string Id => $"{Owner}/{Station}";
}

/// <summary>What alerting knows of a datastream, and the alerts of the rules that select it. Belongs to the projection's lock.</summary>
internal sealed class WatchedDatastream
{
    public required DatastreamId Id { get; init; }

    /// <summary>The id as text.</summary>
    public required string Name { get; init; }

    public TimeSpan? Interval { get; set; }

    /// <summary>False once its station announces it no more: nobody expects it to speak.</summary>
    public bool Announced { get; set; }

    /// <summary>When this hub last received a value of it; when it was first announced, as long as there was none.</summary>
    public DateTimeOffset Heard { get; set; }

    public bool Dirty { get; set; }

    public List<Alert> Alerts { get; } = [];
}

/// <summary>One rule for one datastream.</summary>
internal sealed class Alert(AlertRule rule, WatchedDatastream datastream, AlertState state)
{
    private AlertState _state = state;

    public AlertRule Rule => rule;

    public WatchedDatastream Datastream => datastream;

    /// <summary>Set, it is to be saved.</summary>
    public AlertState State
    {
        get => _state;
        set
        {
            Dirty |= !ReferenceEquals(_state, value);
            _state = value;
        }
    }

    public bool Dirty { get; set; }
}

/// <summary>An alert as it stood at one moment, for whoever asks.</summary>
internal sealed record AlertView(AlertRule Rule, DatastreamId Datastream, WatchedStation Station, AlertState State);
