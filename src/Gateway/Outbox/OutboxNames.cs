using System.Collections.Concurrent;
using MeetNet.Sqlite;

namespace MeetNet.Gateway.Outbox;

/// <summary>
/// Datastream and procedure ids, each stored once and known by a number in the rows. Written on the writer's thread, read on
/// any: <see cref="TryGet"/> knows a name as soon as the rows that use it are committed.
/// </summary>
internal sealed class OutboxNames
{
    private readonly ConcurrentDictionary<long, string> _byId = new();
    private readonly Dictionary<string, long> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _new = [];
    private readonly SqliteStatement _insert;

    public OutboxNames(SqliteFile file)
    {
        _insert = file.Prepare("INSERT INTO name (id, text) VALUES (?1, ?2)");
        using var names = file.Prepare("SELECT id, text FROM name");
        while (names.Step())
        {
            _byId[names.Int64(0)] = names.Text(1);
            _ids[names.Text(1)] = names.Int64(0);
        }
    }

    public bool TryGet(long id, out string name) => _byId.TryGetValue(id, out name!);

    /// <summary>The number of a name, given now where it is new; within a transaction.</summary>
    public long IdOf(string name)
    {
        if (_ids.TryGetValue(name, out var id))
        {
            return id;
        }
        for (id = _byId.Count + _new.Count + 1; _byId.ContainsKey(id); id++)
        {
            // A damaged table may have holes; never take a number that rows refer to.
        }
        _insert.Bind(1, id).Bind(2, name).Run();
        _new.Add(name);
        return _ids[name] = id;
    }

    public void Committed()
    {
        foreach (var name in _new)
        {
            _byId[_ids[name]] = name;
        }
        _new.Clear();
    }

    public void RolledBack()
    {
        foreach (var name in _new)
        {
            _ids.Remove(name);
        }
        _new.Clear();
    }
}
