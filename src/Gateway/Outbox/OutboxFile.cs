using System.Globalization;
using System.Security.Cryptography;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Gateway.Outbox;

/// <summary>
/// The one writer connection of an outbox file: rows, cursors, lost ranges and counters, each change in one transaction.
/// No policy, no locks: its owner serialises. Every member may throw <see cref="SqliteFault"/>; nothing has changed then.
/// </summary>
internal sealed class OutboxFile : IDisposable
{
    /// <summary>Corrupt rows kept for a person to look at; the oldest go.</summary>
    private const int MaxQuarantined = 1000;

    private readonly SqliteFile _file;
    private readonly OutboxCursors _cursors;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _setMeta;
    private readonly SqliteStatement _oldest;
    private readonly SqliteStatement _delete;
    private readonly OutboxLosses _losses;
    private readonly SqliteStatement _lowest;
    private readonly SqliteStatement _count;
    private readonly OutboxPages _pages;
    private bool _isClosed;

    private OutboxFile(SqliteFile file)
    {
        _file = file;
        Epoch = Epoch.TryParse(file.ScalarText("SELECT value FROM meta WHERE key='epoch'") ?? "", out var epoch)
            ? epoch
            : throw new SqliteFault(SqliteFaultKind.Corrupt, 0, $"{file.Path}: its epoch is damaged");
        _insert = file.Prepare("INSERT INTO observation (sequence, datastream, procedure, created, fragment, crc) VALUES (?1,?2,?3,?4,?5,?6)");
        Names = new OutboxNames(file);
        _setMeta = file.Prepare("UPDATE meta SET value=?2 WHERE key=?1");
        _cursors = new OutboxCursors(file, Epoch);
        _oldest = file.Prepare("SELECT sequence, created FROM observation WHERE sequence > ?1 ORDER BY sequence LIMIT ?2");
        _delete = file.Prepare("DELETE FROM observation WHERE sequence BETWEEN ?1 AND ?2");
        _losses = new OutboxLosses(file);
        _lowest = file.Prepare("SELECT min(sequence) FROM observation WHERE sequence > 0");
        _count = file.Prepare("SELECT count(*) FROM observation WHERE sequence > ?1 AND sequence <= ?2");
        _pages = new OutboxPages(file);
    }

    public string Path => _file.Path;

    public bool IsNew => _file.IsNew;

    public bool StoppedUncleanly => _file.StoppedUncleanly;

    /// <summary>
    /// The file was open when its process ended, but its write-ahead log is gone: it was copied without it, or somebody
    /// tidied up. Sequences may have been issued that it does not know of.
    /// </summary>
    public bool LogIsMissing { get; private init; }

    public Epoch Epoch { get; }

    public long Highest { get; private set; }

    /// <summary>Highest + 1 when empty.</summary>
    public long Lowest { get; private set; }

    public OutboxCounters Counters { get; private set; }

    public IReadOnlyDictionary<string, long> Cursors => _cursors.All;

    /// <summary>The lowest acknowledged sequence; 0 without hubs, so that nothing is forgotten.</summary>
    public long MinCursor => _cursors.Min;

    public OutboxNames Names { get; }

    public static OutboxFile Open(string path, SqliteSynchronous synchronous)
    {
        var hadLog = File.Exists(SqliteFile.WalOf(path));
        var file = SqliteFile.OpenWriter(path, OutboxSchema.Options(synchronous, NewEpoch));
        try
        {
            var wasOpen = !file.IsNew && file.Scalar("SELECT value FROM meta WHERE key='clean'") == 0;
            var outbox = new OutboxFile(file) { LogIsMissing = wasOpen && !hadLog };
            outbox.Load(stoppedInOrder: !wasOpen);
            outbox.Write(() => outbox.SetMeta(OutboxMeta.Clean, 0));
            return outbox;
        }
        catch (SqliteFault fault) when (fault.Kind is SqliteFaultKind.Other or SqliteFaultKind.Constraint)
        {
            // It calls itself ours and of this version: a table or column that is missing is damage.
            file.Dispose();
            throw new SqliteFault(SqliteFaultKind.Corrupt, fault.Code, fault.Message);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Keeps the entries under the next sequences; on the disk when it returns.</summary>
    public void Append(ReadOnlySpan<OutboxEntry> entries, long created)
    {
        var sequence = Highest;
        _file.Begin();
        try
        {
            foreach (ref readonly var entry in entries)
            {
                sequence++;
                var fragment = entry.Fragment.Span;
                _insert.Bind(1, sequence)
                    .Bind(2, Names.IdOf(entry.Datastream))
                    .Bind(3, Names.IdOf(entry.Procedure))
                    .Bind(4, created)
                    .Bind(5, fragment)
                    .Bind(6, OutboxSchema.RowCrc(sequence, created, entry.Datastream, entry.Procedure, fragment))
                    .Run();
            }
            _file.Commit();
        }
        catch
        {
            _file.Rollback();
            Names.RolledBack();
            throw;
        }
        Names.Committed();
        Lowest = Lowest > Highest ? Highest + 1 : Lowest;
        Highest = sequence;
        Counters = Counters with { Held = Counters.Held + entries.Length };
    }

    public void SetCursor(string hub, long acknowledged)
    {
        var before = MinCursor;
        _cursors.Set(hub, acknowledged);
        CountAcknowledged(before);
    }

    public void DropHub(string hub)
    {
        var before = MinCursor;
        _cursors.Drop(hub);
        CountAcknowledged(before);
    }

    /// <summary>Deletes rows that every hub has acknowledged, at most so many.</summary>
    /// <param name="mayGo">Asked with each row's time; the first false ends it. Null: all.</param>
    /// <returns>Rows deleted.</returns>
    public int ForgetDelivered(int limit, Func<DateTimeOffset, bool>? mayGo = null)
    {
        var through = MinCursor;
        var last = 0L;
        var count = 0;
        var isKept = false;
        _oldest.Bind(1, 0).Bind(2, limit);
        while (_oldest.Step())
        {
            isKept = mayGo?.Invoke(OutboxSchema.Time(_oldest.Int64(1))) == false;
            if (_oldest.Int64(0) > through || isKept)
            {
                _oldest.Reset();
                break;
            }
            last = _oldest.Int64(0);
            count++;
        }
        if (count == 0)
        {
            return 0;
        }
        var forgotten = count < limit && !isKept ? through : last;
        Write(() =>
        {
            _delete.Bind(1, 0).Bind(2, last).Run();
            _losses.ForgetThrough(forgotten);
            SetMeta(OutboxMeta.Delivered, Counters.Delivered + count);
            SetMeta(OutboxMeta.ForgottenThrough, Math.Max(forgotten, Counters.ForgottenThrough));
        });
        Counters = Counters with
        {
            Delivered = Counters.Delivered + count,
            Held = Counters.Held - count,
            AcknowledgedHeld = Counters.AcknowledgedHeld - count,
            ForgottenThrough = Math.Max(forgotten, Counters.ForgottenThrough),
        };
        FindLowest();
        return count;
    }

    /// <summary>Gives up the oldest rows that not every hub has, at most so many, and books them as evicted.</summary>
    /// <param name="isWanted">Asked with each row's time; the first false ends it. Null: all.</param>
    public IReadOnlyList<LostRange> Evict(int limit, Func<DateTimeOffset, bool>? isWanted = null)
    {
        var sequences = new List<long>();
        _oldest.Bind(1, MinCursor).Bind(2, limit);
        while (_oldest.Step())
        {
            if (isWanted is not null && !isWanted(OutboxSchema.Time(_oldest.Int64(1))))
            {
                _oldest.Reset();
                break;
            }
            sequences.Add(_oldest.Int64(0));
        }
        var ranges = OutboxGaps.Ranges(sequences, LostReasons.Evicted);
        TakeOut(ranges, OutboxMeta.Evicted, Counters.Evicted + sequences.Count);
        Counters = Counters with { Evicted = Counters.Evicted + sequences.Count };
        return ranges;
    }

    /// <summary>Moves rows aside whose CRC failed; rows that are gone already are left out.</summary>
    /// <returns>Rows moved.</returns>
    public int Quarantine(IEnumerable<long> sequences)
    {
        var held = sequences.Order().Where(s => Count(s - 1, s) == 1).ToList();
        var ranges = OutboxGaps.Ranges(held, LostReasons.Corrupt);
        TakeOut(ranges, OutboxMeta.Corrupt, Counters.Corrupt + held.Count, range =>
        {
            using var keep = _file.Prepare("INSERT OR REPLACE INTO quarantine SELECT * FROM observation WHERE sequence BETWEEN ?1 AND ?2");
            keep.Bind(1, range.First).Bind(2, range.Last).Run();
            using var trim = _file.Prepare("DELETE FROM quarantine WHERE sequence NOT IN (SELECT sequence FROM quarantine ORDER BY sequence DESC LIMIT ?1)");
            trim.Bind(1, MaxQuarantined).Run();
        });
        Counters = Counters with { Corrupt = Counters.Corrupt + held.Count };
        return held.Count;
    }

    /// <summary>Books what is neither held, nor lost for a known reason, nor delivered: gaps that a reader came upon.</summary>
    /// <returns>Sequences booked.</returns>
    public long BookMissing(long first, long last)
    {
        first = Math.Max(first, Counters.ForgottenThrough + 1);
        var gaps = first > last ? [] : OutboxGaps.Missing(_file, first, last);
        var count = gaps.Sum(g => g.Last - g.First + 1);
        if (count > 0)
        {
            Write(() =>
            {
                foreach (var gap in gaps)
                {
                    _losses.Add(gap);
                }
                SetMeta(OutboxMeta.Missing, Counters.Missing + count);
            });
            Counters = Counters with { Missing = Counters.Missing + count, Held = Counters.Held - count };
        }
        return count;
    }

    /// <summary>
    /// Takes back what was never acknowledged: a commit that failed by an error of the disk may be found in the log after all
    /// when the file is opened again. Whoever gave those rows was told "failed" and gives them again; nobody has read them.
    /// </summary>
    public void TakeBackAfter(long highest)
    {
        if (Highest <= highest)
        {
            return;
        }
        Write(() =>
        {
            _delete.Bind(1, highest + 1).Bind(2, Highest).Run();
            _file.Execute(string.Create(CultureInfo.InvariantCulture, $"UPDATE sqlite_sequence SET seq={highest} WHERE name='observation'"));
        });
        Counters = Counters with { Held = Counters.Held - (Highest - highest) };
        Highest = highest;
        FindLowest();
    }

    /// <summary>Bytes of the file in use, as last measured.</summary>
    public long BytesInUse => _pages.BytesInUse;

    /// <summary>Bytes of the file in use, and freed in it.</summary>
    public (long InUse, long Free) MeasureBytes() => _pages.Measure();

    /// <summary>Empties the write-ahead log into the file, as far as there is room.</summary>
    public void EmptyLog()
    {
        try
        {
            _file.Checkpoint();
        }
        catch (SqliteFault fault) when (fault.Kind == SqliteFaultKind.DiskFull)
        {
            // As far as there was room.
        }
    }

    /// <summary>Closes in order: the next opening knows that nothing is missing.</summary>
    public void Close()
    {
        try
        {
            Write(() => SetMeta(OutboxMeta.Clean, 1));
            _isClosed = true;
            _file.Dispose();
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Closes as a crash would: the log stays, for a file that is to be replaced or opened again.</summary>
    public void Dispose()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _file.KeepLogOnClose();
            _file.Dispose();
        }
    }

    private static Epoch NewEpoch() => new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));

    private void Load(bool stoppedInOrder)
    {
        Highest = Math.Max(_file.Scalar("SELECT seq FROM sqlite_sequence WHERE name='observation'"), OutboxGaps.HighestKnown(_file));
        FindLowest();
        _cursors.Load(Lowest, Highest);
        var counters = new OutboxCounters(0, Count(0, MinCursor), Meta(OutboxMeta.Delivered), Meta(OutboxMeta.Evicted),
            Meta(OutboxMeta.Corrupt), Meta(OutboxMeta.Missing), Meta(OutboxMeta.ForgottenThrough));
        // Counting reads the whole file, which takes a while on an SD card: only where something may have gone.
        MeasureBytes();
        Counters = counters with { Held = stoppedInOrder ? Highest - counters.Sum : Count(0, long.MaxValue) };
        if (Counters.Sum != Highest)
        {
            var held = Counters.Held;
            BookMissing(1, Highest);
            Counters = Counters with { Held = held };
        }
    }

    private void TakeOut(List<LostRange> ranges, string counter, long value, Action<LostRange>? first = null)
    {
        if (ranges.Count == 0)
        {
            return;
        }
        var min = MinCursor;
        var (acknowledged, taken) = (0L, 0L);
        Write(() =>
        {
            foreach (var range in ranges)
            {
                first?.Invoke(range);
                acknowledged += Count(range.First - 1, Math.Min(range.Last, min));
                _delete.Bind(1, range.First).Bind(2, range.Last).Run();
                taken += _file.Changes;
                _losses.Add(range);
            }
            SetMeta(counter, value);
        });
        Counters = Counters with { Held = Counters.Held - taken, AcknowledgedHeld = Counters.AcknowledgedHeld - acknowledged };
        FindLowest();
    }

    private void CountAcknowledged(long before)
    {
        var now = MinCursor;
        var change = now >= before ? Count(before, now) : -Count(now, before);
        Counters = Counters with { AcknowledgedHeld = Counters.AcknowledgedHeld + change };
    }

    private void FindLowest()
    {
        var lowest = First(_lowest);
        Lowest = lowest == 0 ? Highest + 1 : lowest;
    }

    private long Count(long after, long through)
    {
        _count.Bind(1, after).Bind(2, through);
        return First(_count);
    }

    private static long First(SqliteStatement statement)
    {
        var value = statement.Step() ? statement.Int64(0) : 0;
        statement.Reset();
        return value;
    }

    private long Meta(string key)
    {
        using var read = _file.Prepare("SELECT value FROM meta WHERE key=?1");
        return First(read.Bind(1, key));
    }

    private void SetMeta(string key, long value) => _setMeta.Bind(1, key).Bind(2, value).Run();

    private void Write(Action work) => _file.Write(work);
}
