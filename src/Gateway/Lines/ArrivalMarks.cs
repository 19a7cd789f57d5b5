namespace MeetNet.Gateway.Lines;

/// <summary>
/// When each byte of a line arrived: one mark per read, the last 1,024 of them. A frame is cut long after its bytes were
/// read when the consumer is behind; its time is that of its bytes, not that of the cutting. Thread-safe.
/// </summary>
internal sealed class ArrivalMarks
{
    /// <summary>With 64 KiB waiting at most, enough for reads of 64 bytes on average.</summary>
    public const int Limit = 1024;

    private readonly Lock _lock = new();
    private readonly (long End, ArrivalTime Time)[] _marks = new (long, ArrivalTime)[Limit];
    private long _count;

    /// <summary>Bytes up to (not including) this offset had arrived at that time.</summary>
    public void Add(long end, ArrivalTime time)
    {
        lock (_lock)
        {
            _marks[_count++ % Limit] = (end, time);
        }
    }

    /// <summary>When the byte arrived. Before the oldest mark: the oldest; not arrived yet: the newest.</summary>
    public ArrivalTime Find(long offset)
    {
        lock (_lock)
        {
            if (_count == 0)
            {
                return default;
            }
            var low = Math.Max(0, _count - Limit);
            var high = _count - 1;
            while (low < high)
            {
                var middle = low + ((high - low) / 2);
                if (_marks[middle % Limit].End > offset)
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }
            return _marks[low % Limit].Time;
        }
    }
}
