namespace MeetNet.Observations.Wire;

/// <summary>A closed range of sequences that the gateway does not hold any more.</summary>
/// <param name="First">First sequence.</param>
/// <param name="Last">Last sequence, not before the first.</param>
/// <param name="Reason">One of <see cref="LostReasons"/>; readers accept any name of <c>[a-z0-9-]{1,40}</c>.</param>
public readonly record struct LostRange(long First, long Last, string Reason);

/// <summary>Why an observation was lost.</summary>
public static class LostReasons
{
    /// <summary>The outbox was full and its oldest rows had to go.</summary>
    public const string Evicted = "evicted";

    /// <summary>The row's checksum no longer agrees.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>The outbox has no such row, for instance after an older copy of it was put back.</summary>
    public const string NotHeld = "not-held";
}
