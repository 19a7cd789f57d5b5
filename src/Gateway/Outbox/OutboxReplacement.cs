using System.Globalization;
using MeetNet.Sqlite;

namespace MeetNet.Gateway.Outbox;

/// <param name="SetAside">Where the old file is now.</param>
/// <param name="Salvaged">Rows taken over, with new sequences.</param>
/// <param name="Unreadable">Rows found but not sound; rows on unreadable pages can't be counted.</param>
internal readonly record struct ReplacedOutbox(string SetAside, long Salvaged, long Unreadable);

/// <summary>
/// Puts a new outbox file, with a new epoch, in the place of a damaged or outdated one and takes over every row that can be
/// read, is sound and is not known to be delivered. Their sequences start at 1. A crash on the way loses nothing: the new
/// file takes its name only when it is complete, and <see cref="Finish"/> ends what was begun.
/// </summary>
internal static class OutboxReplacement
{
    /// <summary>Old files kept for a person to look at; the oldest go.</summary>
    private const int MaxSetAside = 3;

    private const int Batch = 1000;

    private static readonly string[] Words = ["corrupt", "replaced"];

    /// <summary>After this many failed attempts in a row to find the next readable row, the rest is given up.</summary>
    private const int MaxSkips = 64;

    /// <param name="word"><c>corrupt</c> or <c>replaced</c>: the old file becomes <c>path.word-utc</c>.</param>
    public static ReplacedOutbox Run(string path, string word, SqliteSynchronous synchronous, DateTimeOffset now)
    {
        var fresh = Fresh(path);
        var copy = new Salvage(0, 0);
        Remove(fresh);
        try
        {
            copy = Fill(fresh, path, synchronous);
        }
        catch (SqliteFault fault) when (fault.Kind == SqliteFaultKind.DiskFull)
        {
            // No room for a second file: start empty; what was readable is still in the old one.
            Remove(fresh);
        }
        var aside = SetAside(path, word, now);
        if (File.Exists(fresh))
        {
            File.Move(fresh, path);
        }
        return new ReplacedOutbox(aside, copy.Taken, copy.Unsound);
    }

    /// <summary>Ends a replacement that a crash interrupted; does nothing else.</summary>
    public static void Finish(string path)
    {
        var fresh = Fresh(path);
        if (!File.Exists(path) && File.Exists(fresh))
        {
            File.Move(fresh, path);
        }
        Remove(fresh);
    }

    private static string Fresh(string path) => path + ".new";

    private static Salvage Fill(string fresh, string old, SqliteSynchronous synchronous)
    {
        using var target = OutboxFile.Open(fresh, synchronous);
        var copy = new Salvage(0, 0);
        try
        {
            using var source = SqliteFile.OpenReader(old);
            copy = Copy(source, target);
        }
        catch (SqliteFault fault) when (fault.Kind is not (SqliteFaultKind.DiskFull or SqliteFaultKind.Constraint))
        {
            // Not readable (any more): what was copied so far stays.
            copy = copy with { Taken = target.Highest };
        }
        target.Close();
        return copy;
    }

    private static Salvage Copy(SqliteFile source, OutboxFile target)
    {
        var names = Tolerant(source, "SELECT id, text FROM name", row => (row.Int64(0), row.Text(1)))
            .DistinctBy(n => n.Item1).ToDictionary(n => n.Item1, n => n.Item2);
        var after = DeliveredThrough(source);
        using var rows = source.Prepare("SELECT sequence, datastream, procedure, created, fragment, crc FROM observation "
            + "WHERE sequence > ?1 ORDER BY sequence");
        var batch = new List<OutboxEntry>();
        var (created, unsound, skip) = (0L, 0L, 0);
        while (skip < MaxSkips)
        {
            try
            {
                rows.Bind(1, after);
                while (rows.Step())
                {
                    (after, skip) = (rows.Int64(0), 0);
                    if (Decode(rows, names) is not { } entry)
                    {
                        unsound++;
                        continue;
                    }
                    if (batch.Count == Batch || rows.Int64(3) != created)
                    {
                        Keep(target, batch, created);
                        created = rows.Int64(3);
                    }
                    batch.Add(entry);
                }
                break;
            }
            catch (SqliteFault fault) when (fault.Kind == SqliteFaultKind.Corrupt)
            {
                // An unreadable page: look for the next readable row in growing steps.
                after += 1L << Math.Min(skip++, 40);
            }
        }
        Keep(target, batch, created);
        return new Salvage(target.Highest, unsound);
    }

    private static void Keep(OutboxFile target, List<OutboxEntry> batch, long created)
    {
        if (batch.Count > 0)
        {
            target.Append(batch.ToArray(), created);
            batch.Clear();
        }
    }

    private static OutboxEntry? Decode(SqliteStatement row, Dictionary<long, string> names) =>
        names.TryGetValue(row.Int64(1), out var datastream) && names.TryGetValue(row.Int64(2), out var procedure)
        && row.Int64(5) == OutboxSchema.RowCrc(row.Int64(0), row.Int64(3), datastream, procedure, row.Bytes(4))
            ? new OutboxEntry(datastream, procedure, row.Bytes(4).ToArray())
            : null;

    /// <summary>The lowest cursor, where every cursor is sound; else 0: better repeated than lost.</summary>
    private static long DeliveredThrough(SqliteFile source)
    {
        var epochs = Tolerant(source, "SELECT value FROM meta WHERE key='epoch'", row => row.Text(0));
        if (epochs is not [var text] || !Observations.Wire.Epoch.TryParse(text, out var epoch))
        {
            return 0;
        }
        var cursors = Tolerant(source, "SELECT hub, acknowledged, crc FROM cursor", row => (row.Text(0), row.Int64(1), row.Int64(2)));
        return cursors.Count > 0 && cursors.TrueForAll(c => c.Item3 == OutboxSchema.CursorCrc(epoch, c.Item1, c.Item2))
            ? cursors.Min(c => c.Item2)
            : 0;
    }

    private static List<T> Tolerant<T>(SqliteFile source, string sql, Func<SqliteStatement, T> read)
    {
        var found = new List<T>();
        try
        {
            using var rows = source.Prepare(sql);
            while (rows.Step())
            {
                found.Add(read(rows));
            }
        }
        catch (SqliteFault fault) when (fault.Kind == SqliteFaultKind.Corrupt)
        {
            // What was read before the damage is worth having.
        }
        return found;
    }

    private static string SetAside(string path, string word, DateTimeOffset now)
    {
        var stem = string.Create(CultureInfo.InvariantCulture, $"{path}.{word}-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}");
        var aside = stem;
        for (var i = 2; File.Exists(aside); i++)
        {
            aside = string.Create(CultureInfo.InvariantCulture, $"{stem}-{i}");
        }
        // The log first: a file without its log would look whole and lack its last rows.
        if (new FileInfo(SqliteFile.WalOf(path)) is { Exists: true } log)
        {
            if (log.Length > 0)
            {
                log.MoveTo(SqliteFile.WalOf(aside));
            }
            else
            {
                log.Delete();
            }
        }
        File.Delete(path + "-shm");
        File.Move(path, aside);
        Prune(path);
        return aside;
    }

    private static void Prune(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var old = Words
            .SelectMany(word => Directory.GetFiles(folder, $"{Path.GetFileName(path)}.{word}-*"))
            .Where(file => !file.EndsWith("-wal", StringComparison.Ordinal) && !file.EndsWith("-shm", StringComparison.Ordinal))
            .OrderByDescending(File.GetLastWriteTimeUtc);
        foreach (var file in old.Skip(MaxSetAside).ToList())
        {
            Remove(file);
        }
    }

    private static void Remove(string path)
    {
        File.Delete(path);
        File.Delete(SqliteFile.WalOf(path));
        File.Delete(path + "-shm");
    }

    private readonly record struct Salvage(long Taken, long Unsound);
}
