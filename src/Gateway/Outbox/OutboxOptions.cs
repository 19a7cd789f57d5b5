using MeetNet.Sqlite;

namespace MeetNet.Gateway.Outbox;

/// <summary>What happens when the outbox is full.</summary>
internal enum WhenFull
{
    /// <summary>New observations are refused, counted and said; what was accepted stays until it is delivered.</summary>
    Refuse,

    /// <summary>The oldest observations are given up, counted and declared lost to the hubs that lack them.</summary>
    DropOldest,
}

/// <summary>The outbox's file, limits and policy.</summary>
internal sealed record OutboxOptions
{
    /// <summary>The SQLite file; its folder must exist.</summary>
    public required string Path { get; init; }

    /// <summary>Names of the hubs served; each gets a cursor of its own.</summary>
    public required IReadOnlyList<string> Hubs { get; init; }

    /// <summary>Bytes of the file in use at which it is full.</summary>
    public long MaxBytes { get; init; } = 512L << 20;

    /// <summary>Observations older than this are given up whatever the policy; null keeps them for ever.</summary>
    public TimeSpan? MaxAge { get; init; } = TimeSpan.FromDays(366);

    public WhenFull WhenFull { get; init; } = WhenFull.Refuse;

    /// <summary>
    /// How long observations stay after every hub has them, so that they can be made again from their raw values: as long as there is room for new ones. Null: not at all.
    /// </summary>
    public TimeSpan? KeepDelivered { get; init; }

    /// <summary>Free bytes of the file system below which nothing new is taken, so that deliveries can still be booked.</summary>
    public long MinFreeDisk { get; init; } = 32L << 20;

    /// <summary>
    /// Bytes set aside in a file beside the outbox: on a full disk even a DELETE needs room, for the write-ahead log and for
    /// emptying it (0.5 MiB each), and twice that to be safe.</summary>
    public int BallastBytes { get; init; } = 2 << 20;

    /// <summary>
    /// <c>outbox.synchronous: full|normal|off</c>. Anything but full loses accepted observations in a power cut; it exists so
    /// that a crash test can show that it would see the loss.
    /// </summary>
    public SqliteSynchronous Synchronous { get; init; } = SqliteSynchronous.Full;
}

/// <summary>Something about the outbox that a person should read.</summary>
/// <param name="IsLoss">Data was lost or is being refused: log it as an error, alarm.</param>
internal readonly record struct OutboxNotice(OutboxNoticeKind Kind, bool IsLoss, string Message);

internal enum OutboxNoticeKind
{
    Created,
    UncleanStop,
    Replaced,
    NewEpoch,
    HubAdded,
    HubDropped,
    Evicting,
    CorruptRow,
    MissingRows,
    Refusing,
    DiskFault,
    Recovered,
}
