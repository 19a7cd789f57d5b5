namespace MeetNet.Gateway.Lines;

internal enum LineState
{
    /// <summary>Not tried yet.</summary>
    Starting,

    /// <summary>Open and served.</summary>
    Open,

    /// <summary>Could not be opened, or has ended; tried again for ever.</summary>
    Waiting,

    /// <summary>The gateway is stopping.</summary>
    Stopped,
}

/// <summary>The state of one line, for the log (on change), health and metrics.</summary>
/// <param name="Since">When this state began.</param>
/// <param name="Message">Why it waits; null when open.</param>
/// <param name="Fault">What kept it from opening; null when it was open and ended.</param>
/// <param name="Openings">How many times the line has been opened.</param>
/// <param name="Counters">Bytes over all openings.</param>
internal readonly record struct LineStatus(
    string Name, LineState State, DateTimeOffset Since, string? Message, LineFaultKind? Fault, long Openings, LineCounters Counters);
