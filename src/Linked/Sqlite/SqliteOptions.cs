namespace MeetNet.Sqlite;

/// <summary>How hard a commit is pushed to the disk (PRAGMA synchronous).</summary>
internal enum SqliteSynchronous
{
    /// <summary>No fsync at all: a power cut loses data and may damage the file. For tests that must see the loss.</summary>
    Off,

    /// <summary>fsync at checkpoints only: a power cut loses the last commits (12 of 20 simulated cuts did).</summary>
    Normal,

    /// <summary>fsync at every commit: what was committed survives a power cut. The default.</summary>
    Full,
}

/// <summary>How a writer opens its file.</summary>
internal sealed record SqliteOptions
{
    /// <summary>PRAGMA application_id: marks the file as ours, so that another program's file is never written to.</summary>
    public required int ApplicationId { get; init; }

    /// <summary>PRAGMA user_version that this program writes. A file with a higher one is refused.</summary>
    public required int Version { get; init; }

    /// <summary>Brings the schema from the given version (0: an empty file) to <see cref="Version"/>; runs in one transaction.</summary>
    public required Action<SqliteFile, int> Migrate { get; init; }

    public SqliteSynchronous Synchronous { get; init; } = SqliteSynchronous.Full;

    /// <summary>How long to wait for another connection's lock.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The write-ahead log is cut back to this many bytes after a checkpoint.</summary>
    public long JournalSizeLimit { get; init; } = 4 << 20;

    /// <summary>Pages in the write-ahead log at which a commit copies them into the file (SQLite's own default: 1000).</summary>
    public int AutoCheckpoint { get; init; } = 1000;

    /// <summary>Overwrite deleted rows with zeros. Off: these files hold measurements, and it rewrites every page.</summary>
    public bool SecureDelete { get; init; }

    /// <summary>Read the whole file (PRAGMA quick_check) when the last stop was not an orderly one.</summary>
    public bool CheckAfterUncleanStop { get; init; } = true;
}
