namespace MeetNet.Observations.Wire;

/// <summary>The limits of the wire. A reader refuses what exceeds them (<see cref="WireReasons.TooLarge"/>); a writer never makes it.</summary>
public static class WireLimits
{
    /// <summary>Version of the wire: the first member of every message, and the second level of every topic.</summary>
    public const int Version = 1;

    /// <summary>Longest message accepted, in bytes; also the maximum packet size to tell the broker, roughly.</summary>
    public const int AcceptedBytes = 1024 * 1024;

    /// <summary>Longest batch a gateway makes, in bytes.</summary>
    public const int PublishedBatchBytes = 256 * 1024;

    /// <summary>Most observations in a batch.</summary>
    public const int BatchObservations = 1_000;

    /// <summary>Highest sequence: 2^53 − 1, so that every JSON reader holds it exactly (RFC 8259 section 6).</summary>
    public const long HighestSequence = (1L << 53) - 1;

    /// <summary>Most lost ranges in a batch.</summary>
    public const int BatchLostRanges = 1_000;

    /// <summary>Most sensors, datastreams or procedures in an announcement, each.</summary>
    public const int AnnouncedItems = 1_000;

    /// <summary>Most steps in a procedure.</summary>
    public const int ProcedureSteps = 32;

    /// <summary>Longest text of a single member (names, descriptions, sources), in Unicode characters.</summary>
    public const int TextLength = 2_000;

    /// <summary>Deepest nesting accepted.</summary>
    public const int Depth = 16;
}
