namespace MeetNet.Ingest.Facts;

/// <summary>
/// The newest facts, kept in memory so that projections that keep up need neither the disk nor a second reading of the payload.
/// Bounded by bytes of payload. Thread-safe.
/// </summary>
internal sealed class FactTail(long limitBytes)
{
    private readonly Lock _lock = new();
    private readonly List<Fact> _facts = [];
    private int _start;
    private long _bytes;

    /// <summary>Position of the fact before the first that is held: a reader at this position or later is served from memory.</summary>
    private long _before;

    /// <summary>Begins anew after a position of which the log alone knows what comes before.</summary>
    public void Restart(long head)
    {
        lock (_lock)
        {
            _facts.Clear();
            (_start, _bytes, _before) = (0, 0, head);
        }
    }

    /// <summary>Adds committed facts, in order.</summary>
    public void Add(IReadOnlyList<Fact> facts)
    {
        lock (_lock)
        {
            foreach (var fact in facts)
            {
                _facts.Add(fact);
                _bytes += fact.Payload.Length;
            }
            while (_bytes > limitBytes && _start < _facts.Count)
            {
                _bytes -= _facts[_start].Payload.Length;
                _before = _facts[_start].Position;
                _facts[_start] = null!;
                _start++;
            }
            if (_start > 1_024 && _start > _facts.Count / 2)
            {
                _facts.RemoveRange(0, _start);
                _start = 0;
            }
        }
    }

    /// <summary>The next facts after a position; null when the reader is too far behind for the tail.</summary>
    /// <param name="through">The last position that may be shown.</param>
    public IReadOnlyList<Fact>? ReadAfter(long position, int max, long maxBytes, long through = long.MaxValue)
    {
        lock (_lock)
        {
            if (position < _before)
            {
                return null;
            }
            var at = FirstAfter(position);
            var until = at;
            for (var bytes = 0L; until < _facts.Count && _facts[until].Position <= through && until - at < max && (until == at || bytes < maxBytes); until++)
            {
                bytes += _facts[until].Payload.Length;
            }
            return _facts.GetRange(at, until - at);
        }
    }

    private int FirstAfter(long position)
    {
        var (low, high) = (_start, _facts.Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (_facts[middle].Position <= position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }
}
