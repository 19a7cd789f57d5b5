using System.Buffers.Binary;
using System.Text;
using MeetNet.Observations;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Gateway.Outbox;

/// <summary>The tables of an outbox file and the checksums over what must not change unseen.</summary>
internal static class OutboxSchema
{
    /// <summary>"MNob" (PRAGMA application_id).</summary>
    public const int ApplicationId = 0x4D4E6F62;

    public const int Version = 1;

    /// <summary>
    /// Pages of 4 KiB. What is in the log must fit into the file before the log can be used anew; on a full disk the ballast
    /// has to make room for that much, so it is kept small.
    /// </summary>
    private const int AutoCheckpoint = 128;

    // AUTOINCREMENT: a plain rowid starts again at 1 when the table is empty, and a hub would take the new rows for repeats.
    // No secondary index: each would be a second page to write per row.
    private const string Tables = """
        CREATE TABLE observation (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          datastream INTEGER NOT NULL,  -- name.id
          procedure INTEGER NOT NULL,   -- name.id
          created INTEGER NOT NULL,     -- when it was kept: UTC ticks of 100 ns since 0001
          fragment BLOB NOT NULL,       -- the row of the wire without its sequence
          crc INTEGER NOT NULL);        -- CRC-32C over all of the above
        CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
        CREATE TABLE cursor (hub TEXT PRIMARY KEY, acknowledged INTEGER NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE lost (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, reason TEXT NOT NULL);
        CREATE TABLE quarantine (
          sequence INTEGER PRIMARY KEY, datastream INTEGER, procedure INTEGER, created INTEGER, fragment BLOB, crc INTEGER);
        CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
        """;

    public static SqliteOptions Options(SqliteSynchronous synchronous, Func<Epoch> newEpoch) => new()
    {
        ApplicationId = ApplicationId,
        Version = Version,
        Synchronous = synchronous,
        AutoCheckpoint = AutoCheckpoint,
        Migrate = (file, _) =>
        {
            file.Execute(Tables);
            using var meta = file.Prepare("INSERT INTO meta (key, value) VALUES (?1, ?2)");
            meta.Bind(1, OutboxMeta.Epoch).Bind(2, newEpoch().ToString()).Run();
            foreach (var counter in OutboxMeta.Counters)
            {
                meta.Bind(1, counter).Bind(2, counter == OutboxMeta.Clean ? 1L : 0L).Run();
            }
        },
    };

    /// <summary>Covers the sequence and the names too: a flipped bit in a reference must not move a value to another datastream.</summary>
    public static uint RowCrc(long sequence, long created, string datastream, string procedure, ReadOnlySpan<byte> fragment)
    {
        Span<byte> head = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(head, sequence);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], created);
        var crc = Crc32C.Append(0, head);
        crc = AppendName(crc, datastream);
        crc = AppendName(crc, procedure);
        return Crc32C.Append(crc, fragment);
    }

    /// <summary>A cursor read too high would forget rows that a hub has not.</summary>
    public static uint CursorCrc(Epoch epoch, string hub, long acknowledged)
    {
        Span<byte> number = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(number, epoch.Value);
        BinaryPrimitives.WriteInt64LittleEndian(number[8..], acknowledged);
        return AppendName(Crc32C.Append(0, number), hub);
    }

    /// <summary>The time of a row; a damaged one is the year 1, which is no age.</summary>
    public static DateTimeOffset Time(long ticks) =>
        ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : default;

    private static uint AppendName(uint crc, string name)
    {
        Span<byte> utf8 = stackalloc byte[256];
        var length = Encoding.UTF8.GetMaxByteCount(name.Length) < utf8.Length ? Encoding.UTF8.GetBytes(name, utf8) : -1;
        utf8 = length >= 0 ? utf8[..length] : Encoding.UTF8.GetBytes(name);
        return Crc32C.Append(Crc32C.Append(crc, utf8), [0]);
    }
}

/// <summary>Keys of the table <c>meta</c>.</summary>
internal static class OutboxMeta
{
    public const string Epoch = "epoch";

    /// <summary>1 after an orderly stop, 0 while open.</summary>
    public const string Clean = "clean";

    /// <summary>Rows deleted after every hub had acknowledged them.</summary>
    public const string Delivered = "delivered";

    public const string Evicted = "evicted";

    public const string Corrupt = "corrupt";

    public const string Missing = "missing";

    /// <summary>Every sequence up to this one was deleted as delivered, or declared lost: a gap below is no surprise.</summary>
    public const string ForgottenThrough = "forgotten_through";

    public static IReadOnlyList<string> Counters { get; } = [Clean, Delivered, Evicted, Corrupt, Missing, ForgottenThrough];
}
