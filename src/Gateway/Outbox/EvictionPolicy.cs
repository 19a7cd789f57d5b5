namespace MeetNet.Gateway.Outbox;

/// <summary>What an outbox takes up and what it still can.</summary>
/// <param name="BytesInUse">Of its file, freed pages not counted.</param>
/// <param name="BytesFree">Freed pages of its file, which the next rows use first.</param>
/// <param name="DiskFree">Of the file system, for this user.</param>
internal readonly record struct OutboxUsage(long BytesInUse, long BytesFree, long DiskFree);

internal enum RoomVerdict
{
    /// <summary>There is room.</summary>
    Admit,

    /// <summary>Give up some of the oldest rows, then ask again; with nothing to give up: refuse.</summary>
    MakeRoom,

    /// <summary>No room, and what is held is kept.</summary>
    Refuse,
}

/// <summary>Decides what happens when there is no room, and what is too old. Knows no file and no clock.</summary>
internal sealed class EvictionPolicy(OutboxOptions options)
{
    /// <summary>Free disk that appending to freed pages still needs: the write-ahead log (4 MiB) and as much again.</summary>
    public const long LogRoom = 8L << 20;

    /// <summary>Freed pages enough for a batch of 1,000 rows.</summary>
    public const long BatchRoom = 512L << 10;

    /// <summary>
    /// A box without a clock battery starts in 1970. Until its clock says something possible, nothing has an age: neither
    /// "now" nor the time of a row before this one is believed.
    /// </summary>
    public static readonly DateTimeOffset EarliestPlausible = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public RoomVerdict Decide(in OutboxUsage usage)
    {
        if (usage.BytesInUse >= options.MaxBytes)
        {
            return Full;
        }
        if (usage.DiskFree >= options.MinFreeDisk)
        {
            return RoomVerdict.Admit;
        }
        // The file must not grow, but rows may still take the place of rows that went.
        return usage.DiskFree < Math.Min(LogRoom, options.MinFreeDisk) ? RoomVerdict.Refuse
            : usage.BytesFree >= BatchRoom ? RoomVerdict.Admit
            : Full;
    }

    /// <summary>Why there is no room, for a person.</summary>
    public string Explain(in OutboxUsage usage) => usage.BytesInUse >= options.MaxBytes
        ? $"the outbox is full ({usage.BytesInUse >> 20} of {options.MaxBytes >> 20} MiB): no hub has acknowledged for long, or its limit is too low"
        : $"the disk is nearly full ({usage.DiskFree >> 20} MiB free, {options.MinFreeDisk >> 20} MiB are kept free): free some";

    /// <summary>Rows kept before this moment are too old; null when none is.</summary>
    public DateTimeOffset? Cutoff(DateTimeOffset now) =>
        options.MaxAge is { } age && now - age > EarliestPlausible ? now - age : null;

    /// <summary>Whether a row that every hub has may go, by the time that it was kept; with a clock that is wrong nothing is old.</summary>
    public Func<DateTimeOffset, bool> MayForget(DateTimeOffset now) => options.KeepDelivered is not { } keep ? _ => true
        : now - keep > EarliestPlausible ? created => created < now - keep
        : _ => false;

    /// <summary>A row of that time is too old. A row of an impossible time never is.</summary>
    public static bool IsTooOld(DateTimeOffset created, DateTimeOffset cutoff) => created >= EarliestPlausible && created < cutoff;

    private RoomVerdict Full => options.WhenFull == WhenFull.DropOldest ? RoomVerdict.MakeRoom : RoomVerdict.Refuse;
}
