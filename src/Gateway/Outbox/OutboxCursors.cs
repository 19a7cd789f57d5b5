using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Gateway.Outbox;

/// <summary>What each hub has acknowledged, in memory and on file; every change within the writer's transaction.</summary>
internal sealed class OutboxCursors(SqliteFile file, Epoch epoch)
{
    private readonly SortedDictionary<string, long> _byHub = new(StringComparer.Ordinal);

    private readonly SqliteStatement _set = file.Prepare("INSERT INTO cursor (hub, acknowledged, crc) VALUES (?1,?2,?3) "
        + "ON CONFLICT (hub) DO UPDATE SET acknowledged=?2, crc=?3");

    private readonly SqliteStatement _drop = file.Prepare("DELETE FROM cursor WHERE hub=?1");

    public IReadOnlyDictionary<string, long> All => _byHub;

    /// <summary>The lowest; 0 without hubs, so that nothing is forgotten.</summary>
    public long Min => _byHub.Count == 0 ? 0 : _byHub.Values.Min();

    /// <summary>
    /// A damaged cursor starts over at what is held: a hub drops repeats, but can't make up for what was forgotten.
    /// </summary>
    public void Load(long lowest, long highest)
    {
        using var cursors = file.Prepare("SELECT hub, acknowledged, crc FROM cursor");
        while (cursors.Step())
        {
            var (hub, acknowledged) = (cursors.Text(0), cursors.Int64(1));
            var isSound = cursors.Int64(2) == OutboxSchema.CursorCrc(epoch, hub, acknowledged) && acknowledged <= highest;
            _byHub[hub] = isSound ? acknowledged : Math.Max(0, lowest - 1);
        }
    }

    public void Set(string hub, long acknowledged)
    {
        file.Write(() => _set.Bind(1, hub).Bind(2, acknowledged).Bind(3, OutboxSchema.CursorCrc(epoch, hub, acknowledged)).Run());
        _byHub[hub] = acknowledged;
    }

    public void Drop(string hub)
    {
        file.Write(() => _drop.Bind(1, hub).Run());
        _byHub.Remove(hub);
    }
}
