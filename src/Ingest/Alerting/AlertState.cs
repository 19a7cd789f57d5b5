namespace MeetNet.Ingest.Alerting;

/// <summary>Where an alert stands. Its numbers are stored: they never change meaning.</summary>
internal enum AlertPhase
{
    /// <summary>Nothing is the matter.</summary>
    Inactive = 0,

    /// <summary>The condition holds, not yet for long enough.</summary>
    Pending = 1,

    /// <summary>The condition has held for long enough; people have been told.</summary>
    Firing = 2,

    /// <summary>It was firing and is over. Behaves as <see cref="Inactive"/>; kept so that it can be shown.</summary>
    Resolved = 3,
}

/// <summary>A step that people are told of.</summary>
internal enum AlertTransition
{
    Fired = 1,
    Resolved = 2,

    /// <summary>The rule was taken away or changed its meaning while the alert was firing.</summary>
    Withdrawn = 3,
}

/// <summary>
/// The memory of one rule for one datastream. All times are times of the phenomenon, except for silence, where they are
/// times of reception at this hub.
/// </summary>
internal sealed record AlertState
{
    public static readonly AlertState Initial = new();

    public AlertPhase Phase { get; init; }

    /// <summary>When the condition began to hold: of the present pending or firing alert, or of the last one when resolved.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The time of the value that completed the alert.</summary>
    public DateTimeOffset? FiredAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>While firing: since when values have been inside again.</summary>
    public DateTimeOffset? CalmSince { get; init; }

    /// <summary>End of the newest usable value that was judged: older ones come too late to be judged.</summary>
    public DateTimeOffset? JudgedUntil { get; init; }

    /// <summary>The newest judged number, in the unit of the rule; null for silence.</summary>
    public double? Measured { get; init; }
}

/// <summary>A new state and, when people have to be told, what happened.</summary>
internal readonly record struct AlertStep(AlertState State, AlertTransition? Transition)
{
    public static AlertStep Quiet(AlertState state) => new(state, null);
}
