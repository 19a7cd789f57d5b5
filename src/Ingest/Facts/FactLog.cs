using MeetNet.Observations;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Facts;

/// <summary>
/// The append-only log of everything that was accepted, as it came and in the order it was committed. Written by
/// <see cref="FactWriter"/> alone; read by any number of projections.
/// </summary>
internal sealed class FactLog(string path) : IFactLog, IDisposable
{
    /// <summary>Payload bytes of the newest facts held in memory.</summary>
    private const long TailBytes = 16L << 20;

    /// <summary>Payload bytes handed to a reader at once.</summary>
    private const long ReadBytes = 4L << 20;

    private readonly FactTail _tail = new(TailBytes);
    private readonly ReaderPool _readers = new(path);
    private long _head;
    private long _observations;
    private readonly TaskCompletionSource _opened = NewSignal();
    private long _damaged;
    private volatile TaskCompletionSource _changed = NewSignal();

    public long Head => Volatile.Read(ref _head);

    public long Observations => Volatile.Read(ref _observations);

    /// <summary>Facts read from the disk that were not what had been written.</summary>
    public long Damaged => Volatile.Read(ref _damaged);

    /// <summary>Whether it is known what the log holds.</summary>
    public bool IsOpen => _opened.Task.IsCompleted;

    public Task WaitOpenAsync(CancellationToken stopping) => _opened.Task.WaitAsync(stopping);

    public IReadOnlyList<Fact> ReadAfter(long position, int max)
    {
        // What is on the disk or in the tail a moment before Head has moved is not shown: a projection beyond Head would be taken for one of another log.
        var head = Head;
        if (position >= head)
        {
            return [];
        }
        return _tail.ReadAfter(position, max, ReadBytes, head) ?? _readers.Read(file => ReadFromDisk(file, position, head, max));
    }

    public long ObservationsThrough(long position)
    {
        if (position >= Head)
        {
            return Observations;
        }
        return position <= 0 ? 0 : _readers.Read(file =>
        {
            using var query = file.Prepare("SELECT observations_through FROM facts WHERE position <= ?1 ORDER BY position DESC LIMIT 1");
            return query.Bind(1, position).Step() ? query.Int64(0) : 0;
        });
    }

    public async Task WaitBeyondAsync(long position, CancellationToken stopping)
    {
        while (Head <= position)
        {
            var changed = _changed;
            if (Head > position)
            {
                return;
            }
            await changed.Task.WaitAsync(stopping);
        }
    }

    /// <summary>Takes over what the file holds, when it has been opened (again).</summary>
    public void Opened(long head, long observations)
    {
        _tail.Restart(head);
        MoveTo(head, observations);
        _opened.TrySetResult();
    }

    /// <summary>Shows facts that have been committed to the readers.</summary>
    public void Committed(IReadOnlyList<Fact> facts)
    {
        if (facts.Count > 0)
        {
            _tail.Add(facts);
            MoveTo(facts[^1].Position, facts[^1].ObservationsThrough);
        }
    }

    /// <summary>Reads something else of the same file, for the books.</summary>
    public T Read<T>(Func<SqliteFile, T> work) => _readers.Read(work);

    public void Dispose() => _readers.Dispose();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void MoveTo(long head, long observations)
    {
        Volatile.Write(ref _observations, observations);
        Volatile.Write(ref _head, head);
        Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
    }

    private List<Fact> ReadFromDisk(SqliteFile file, long position, long through, int max)
    {
        using var query = file.Prepare("""
            SELECT f.position, f.kind, o.owner, o.station, o.epoch, f.first, f.last, f.accepted, f.observations_through, f.received, f.crc, f.payload
            FROM facts f JOIN outboxes o ON o.id = f.outbox
            WHERE f.position > ?1 AND f.position <= ?2 ORDER BY f.position LIMIT ?3
            """);
        query.Bind(1, position).Bind(2, through).Bind(3, (long)max);
        var facts = new List<Fact>();
        var bytes = 0L;
        while (bytes < ReadBytes && query.Step())
        {
            var fact = ReadFact(query);
            bytes += fact.Payload.Length;
            facts.Add(fact);
        }
        return facts;
    }

    private Fact ReadFact(SqliteStatement row)
    {
        var payload = row.Bytes(11).ToArray();
        var damaged = Crc32C.Compute(payload) != (uint)row.Int64(10);
        if (damaged)
        {
            Interlocked.Increment(ref _damaged);
        }
        return new Fact
        {
            Position = row.Int64(0),
            Kind = (FactKind)row.Int32(1),
            Owner = row.Text(2),
            Station = row.Text(3),
            Epoch = row.Text(4),
            First = row.Int64(5),
            Last = row.Int64(6),
            Accepted = row.IsNull(7) ? null : AcceptedBytes.Read(row.Bytes(7)),
            ObservationsThrough = row.Int64(8),
            Received = new DateTimeOffset(row.Int64(9), TimeSpan.Zero),
            Payload = payload,
            IsDamaged = damaged,
        };
    }
}
