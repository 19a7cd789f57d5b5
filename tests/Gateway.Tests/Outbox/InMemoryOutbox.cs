using System.Security.Cryptography;
using MeetNet.Gateway.Outbox;
using MeetNet.Observations.Wire;

namespace MeetNet.Gateway.Tests.Outbox;

/// <summary>
/// An outbox without a disk, for tests of what uses one; it passes the same contract suite as the real one. Its
/// "bytes of the file" are those of its rows.
/// </summary>
internal sealed class InMemoryOutbox : IOutbox
{
    private const int EvictStep = 10;

    private readonly OutboxOptions _options;
    private readonly TimeProvider _time;
    private readonly EvictionPolicy _policy;
    private readonly Lock _lock = new();
    private readonly OutboxSignal _signal = new();
    private readonly Dictionary<string, long> _cursors;
    private readonly SortedDictionary<long, (OutboxRow Row, DateTimeOffset Created)> _rows = [];
    private readonly List<LostRange> _lost = [];
    private long _delivered;
    private long _evicted;

    public InMemoryOutbox(OutboxOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _policy = new EvictionPolicy(options);
        _cursors = options.Hubs.ToDictionary(h => h, _ => 0L);
    }

    public InMemoryOutbox(TimeProvider time, params string[] hubs)
        : this(new OutboxOptions { Path = "", Hubs = hubs }, time)
    {
    }

    /// <summary>When set, appending fails with this reason: a disk in trouble.</summary>
    public string? FailWith { get; set; }

    public Epoch Epoch { get; private set; } = NewEpoch();

    public OutboxSpan Span
    {
        get
        {
            lock (_lock)
            {
                return new OutboxSpan(_rows.Count == 0 ? Highest + 1 : _rows.Keys.First(), Highest);
            }
        }
    }

    public IReadOnlyCollection<string> Hubs => _options.Hubs;

    public OutboxBooks Books
    {
        get
        {
            lock (_lock)
            {
                var held = _rows.Keys.Count(s => s <= MinCursor);
                return new OutboxBooks(Highest, _delivered + held, _rows.Count - held, _evicted, 0, 0, Bytes);
            }
        }
    }

    private long Highest { get; set; }

    private long MinCursor => _cursors.Count == 0 ? 0 : _cursors.Values.Min();

    private long Bytes => _rows.Values.Sum(r => (long)r.Row.Size);

    public OutboxAppend Append(ReadOnlySpan<OutboxEntry> entries)
    {
        lock (_lock)
        {
            if (FailWith is { } reason)
            {
                return OutboxAppend.Failed(reason);
            }
            var usage = new OutboxUsage(Bytes, 0, long.MaxValue);
            while (_policy.Decide(usage) is var verdict and not RoomVerdict.Admit)
            {
                if (Forget(EvictStep) == 0 && (verdict == RoomVerdict.Refuse || Evict(EvictStep, _ => true) == 0))
                {
                    return OutboxAppend.Refused(_policy.Explain(usage));
                }
                usage = usage with { BytesInUse = Bytes };
            }
            var first = Highest + 1;
            foreach (var entry in entries)
            {
                Highest++;
                _rows.Add(Highest, (new OutboxRow(Highest, entry.Datastream, entry.Procedure, entry.Fragment.ToArray()), _time.GetUtcNow()));
            }
            _signal.Raise();
            return OutboxAppend.Kept(first, Highest);
        }
    }

    public OutboxRead ReadAfter(long sequence, int maxRows, int maxBytes)
    {
        lock (_lock)
        {
            var rows = new List<OutboxRow>();
            var lost = new List<LostRange>();
            var (next, bytes) = (sequence + 1, 0);
            while (next <= Highest && rows.Count + lost.Count < maxRows)
            {
                if (_rows.TryGetValue(next, out var held))
                {
                    if (rows.Count > 0 && bytes + held.Row.Size > maxBytes)
                    {
                        break;
                    }
                    rows.Add(held.Row);
                    bytes += held.Row.Size;
                    next++;
                }
                else
                {
                    var until = _rows.Keys.Where(s => s > next).Append(Highest + 1).First() - 1;
                    if (_lost.Find(l => l.First <= next && l.Last >= next) is { First: > 0 } known)
                    {
                        lost.Add(new LostRange(next, Math.Min(until, known.Last), known.Reason));
                    }
                    else
                    {
                        var knownNext = _lost.Where(l => l.First > next).Select(l => l.First - 1).Append(until).Min();
                        lost.Add(new LostRange(next, Math.Min(until, knownNext), LostReasons.NotHeld));
                    }
                    next = lost[^1].Last + 1;
                }
            }
            return new OutboxRead(Epoch, sequence, next - 1, rows, lost);
        }
    }

    public long Cursor(string hub)
    {
        lock (_lock)
        {
            return _cursors[hub];
        }
    }

    public CursorMove Acknowledge(string hub, Epoch epoch, long acknowledged) => Move(hub, epoch, acknowledged, mayGoBack: false);

    public CursorMove Rewind(string hub, Epoch epoch, long acknowledged) => Move(hub, epoch, acknowledged, mayGoBack: true);

    public void BeginNewEpoch(string reason)
    {
        lock (_lock)
        {
            var rows = _rows.Where(r => r.Key > MinCursor).Select(r => r.Value).ToList();
            _rows.Clear();
            _lost.Clear();
            (Highest, _delivered, _evicted) = (0, 0, 0);
            foreach (var hub in _options.Hubs)
            {
                _cursors[hub] = 0;
            }
            foreach (var (row, created) in rows)
            {
                Highest++;
                _rows.Add(Highest, (row with { Sequence = Highest }, created));
            }
            Epoch = NewEpoch();
        }
        _signal.Raise();
    }

    public Task WaitForMoreAsync(Epoch epoch, long sequence, CancellationToken cancellationToken) =>
        _signal.WaitAsync(() => Epoch != epoch || Span.Highest > sequence, cancellationToken);

    public bool Tidy()
    {
        lock (_lock)
        {
            var forgotten = Forget(EvictStep, _policy.MayForget(_time.GetUtcNow()));
            return forgotten == EvictStep
                || (_policy.Cutoff(_time.GetUtcNow()) is { } cutoff && Evict(EvictStep, c => EvictionPolicy.IsTooOld(c, cutoff)) > 0);
        }
    }

    public void Dispose()
    {
    }

    private static Epoch NewEpoch() => new(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));

    private CursorMove Move(string hub, Epoch epoch, long acknowledged, bool mayGoBack)
    {
        lock (_lock)
        {
            if (epoch != Epoch)
            {
                return CursorMove.OtherEpoch;
            }
            if (acknowledged > Highest)
            {
                return CursorMove.BeyondHighest;
            }
            var cursor = _cursors[hub];
            if (acknowledged == cursor)
            {
                return CursorMove.Unchanged;
            }
            if (acknowledged < cursor && !mayGoBack)
            {
                return CursorMove.Behind;
            }
            _cursors[hub] = acknowledged;
            return CursorMove.Moved;
        }
    }

    private int Forget(int limit, Func<DateTimeOffset, bool>? mayGo = null)
    {
        var delivered = _rows.TakeWhile(r => r.Key <= MinCursor && mayGo?.Invoke(r.Value.Created) != false).Take(limit).Select(r => r.Key).ToList();
        delivered.ForEach(s => _rows.Remove(s));
        _delivered += delivered.Count;
        return delivered.Count;
    }

    private int Evict(int limit, Func<DateTimeOffset, bool> isWanted)
    {
        var oldest = _rows.Where(r => r.Key > MinCursor).Take(limit).TakeWhile(r => isWanted(r.Value.Created)).Select(r => r.Key).ToList();
        foreach (var sequence in oldest)
        {
            _rows.Remove(sequence);
            OutboxGaps.Add(_lost, new LostRange(sequence, sequence, LostReasons.Evicted));
        }
        _evicted += oldest.Count;
        return oldest.Count;
    }
}
