using MeetNet.Sqlite;

namespace MeetNet.Gateway.Outbox;

/// <summary>What an outbox file takes up: pages in use and pages freed in it, which the next rows use first.</summary>
internal sealed class OutboxPages(SqliteFile file)
{
    private readonly SqliteStatement _all = file.Prepare("PRAGMA page_count");
    private readonly SqliteStatement _free = file.Prepare("PRAGMA freelist_count");
    private readonly long _size = file.Scalar("PRAGMA page_size");

    /// <summary>Bytes in use, as last measured.</summary>
    public long BytesInUse { get; private set; }

    public (long InUse, long Free) Measure()
    {
        var free = First(_free) * _size;
        BytesInUse = (First(_all) * _size) - free;
        return (BytesInUse, free);
    }

    private static long First(SqliteStatement statement)
    {
        var value = statement.Step() ? statement.Int64(0) : 0;
        statement.Reset();
        return value;
    }
}
