using MeetNet.Sqlite;

namespace MeetNet.Ingest.Facts;

/// <summary>
/// The tables of <c>facts.db</c>. The log, the ledger of sequences and the rejected messages share one file because they change in one
/// transaction: what is acknowledged is either logged, declared lost, or kept with the reason it was refused for.
/// </summary>
internal static class FactSchema
{
    public const string FileName = "facts.db";

    /// <summary>"MNfl" in ASCII.</summary>
    private const int ApplicationId = 0x4D4E666C;

    private const int Version = 1;

    /// <summary>A file larger than this is not read from end to end after an unclean stop: every fact carries its own CRC.</summary>
    private const long CheckedBytes = 256L << 20;

    public static SqliteOptions Options(string path, SqliteSynchronous synchronous) => new()
    {
        ApplicationId = ApplicationId,
        Version = Version,
        Synchronous = synchronous,
        Migrate = (file, _) => file.Execute(Tables),
        JournalSizeLimit = 64L << 20,
        CheckAfterUncleanStop = new FileInfo(path) is not { Exists: true, Length: > CheckedBytes },
    };

    // Times are 100 ns ticks since 0001-01-01 UTC (System.DateTimeOffset.Ticks). `accepted` holds pairs of little-endian 64-bit
    // sequences and is NULL when every sequence of the batch counts.
    private const string Tables = """
        CREATE TABLE outboxes(
            id INTEGER PRIMARY KEY,
            owner TEXT NOT NULL,
            station TEXT NOT NULL,
            epoch TEXT NOT NULL,
            acknowledged INTEGER NOT NULL DEFAULT 0,
            logged BLOB NOT NULL DEFAULT x'',
            lost BLOB NOT NULL DEFAULT x'',
            rejected BLOB NOT NULL DEFAULT x'',
            hello_highest INTEGER NOT NULL DEFAULT 0,
            duplicate_batches INTEGER NOT NULL DEFAULT 0,
            duplicate_observations INTEGER NOT NULL DEFAULT 0,
            conflicts INTEGER NOT NULL DEFAULT 0,
            last_heard INTEGER NOT NULL DEFAULT 0,
            UNIQUE(owner, station, epoch)) STRICT;

        CREATE TABLE facts(
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL,
            outbox INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            accepted BLOB,
            observations_through INTEGER NOT NULL,
            received INTEGER NOT NULL,
            crc INTEGER NOT NULL,
            payload BLOB NOT NULL) STRICT;
        CREATE INDEX facts_by_sequence ON facts(outbox, last);
        CREATE TRIGGER facts_are_never_changed BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, 'facts are immutable'); END;
        CREATE TRIGGER facts_are_never_deleted BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'facts are immutable'); END;

        CREATE VIEW facts_readable AS
            SELECT f.position, CASE f.kind WHEN 1 THEN 'obs' WHEN 2 THEN 'announcement' END AS kind, o.owner, o.station, o.epoch,
                f.first, f.last, f.accepted IS NULL AS whole, f.received, CAST(f.payload AS TEXT) AS payload
            FROM facts f JOIN outboxes o ON o.id = f.outbox;

        CREATE TABLE stations(
            owner TEXT NOT NULL,
            station TEXT NOT NULL,
            announced_position INTEGER,
            announced_digest BLOB,
            state TEXT,
            state_at INTEGER,
            state_received INTEGER,
            PRIMARY KEY(owner, station)) STRICT, WITHOUT ROWID;

        CREATE TABLE rejects(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            received INTEGER NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            topic TEXT NOT NULL,
            settled INTEGER NOT NULL,
            payload BLOB NOT NULL) STRICT;

        CREATE TABLE reject_counts(reason TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE totals(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """;
}
