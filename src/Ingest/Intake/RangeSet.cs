using System.Buffers.Binary;
using MeetNet.Ingest.Facts;

namespace MeetNet.Ingest.Intake;

/// <summary>
/// A set of sequences, held as ascending ranges that neither touch nor overlap. A gateway sends in order, so that in
/// practice it is one range, and adding to its end costs nothing.
/// </summary>
internal sealed class RangeSet
{
    private readonly List<SequenceRange> _ranges = [];

    /// <summary>The ranges, ascending, with at least one missing sequence between any two.</summary>
    public IReadOnlyList<SequenceRange> Ranges => _ranges;

    /// <summary>How many sequences are in it.</summary>
    public long Count { get; private set; }

    public bool IsEmpty => _ranges.Count == 0;

    /// <summary>The highest sequence in it; 0 when empty.</summary>
    public long Highest => _ranges.Count == 0 ? 0 : _ranges[^1].Last;

    public void Add(SequenceRange added)
    {
        var at = FirstEndingAtOrAfter(added.First - 1);
        if (at == _ranges.Count)
        {
            _ranges.Add(added);
            Count += added.Count;
            return;
        }

        var (first, last) = added;
        var upTo = at;
        while (upTo < _ranges.Count && _ranges[upTo].First <= last + 1)
        {
            first = Math.Min(first, _ranges[upTo].First);
            last = Math.Max(last, _ranges[upTo].Last);
            Count -= _ranges[upTo].Count;
            upTo++;
        }
        var merged = new SequenceRange(first, last);
        Count += merged.Count;
        if (upTo == at)
        {
            _ranges.Insert(at, merged);
            return;
        }
        _ranges[at] = merged;
        _ranges.RemoveRange(at + 1, upTo - at - 1);
    }

    public void Remove(SequenceRange removed)
    {
        var at = FirstEndingAtOrAfter(removed.First);
        while (at < _ranges.Count && _ranges[at].First <= removed.Last)
        {
            var range = _ranges[at];
            _ranges.RemoveAt(at);
            Count -= range.Count;
            if (range.First < removed.First)
            {
                at = Put(at, new SequenceRange(range.First, removed.First - 1));
            }
            if (range.Last > removed.Last)
            {
                at = Put(at, new SequenceRange(removed.Last + 1, range.Last));
            }
        }
    }

    public bool Contains(long sequence)
    {
        var at = FirstEndingAtOrAfter(sequence);
        return at < _ranges.Count && _ranges[at].First <= sequence;
    }

    /// <summary>The end of the range that holds this sequence; null when none does.</summary>
    public long? EndOfRangeWith(long sequence)
    {
        var at = FirstEndingAtOrAfter(sequence);
        return at < _ranges.Count && _ranges[at].First <= sequence ? _ranges[at].Last : null;
    }

    /// <summary>Appends the parts of a range that are not in this set to a list, ascending.</summary>
    public void AppendMissing(SequenceRange wanted, List<SequenceRange> missing)
    {
        var next = wanted.First;
        for (var at = FirstEndingAtOrAfter(next); at < _ranges.Count && _ranges[at].First <= wanted.Last; at++)
        {
            if (_ranges[at].First > next)
            {
                missing.Add(new SequenceRange(next, _ranges[at].First - 1));
            }
            next = _ranges[at].Last + 1;
        }
        if (next <= wanted.Last)
        {
            missing.Add(new SequenceRange(next, wanted.Last));
        }
    }

    /// <summary>First and last of each range as little-endian 64-bit numbers, ascending.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[_ranges.Count * RangeBytes];
        for (var at = 0; at < _ranges.Count; at++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at * RangeBytes), _ranges[at].First);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((at * RangeBytes) + sizeof(long)), _ranges[at].Last);
        }
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static RangeSet FromBytes(ReadOnlySpan<byte> bytes)
    {
        var set = new RangeSet();
        for (; bytes.Length >= RangeBytes; bytes = bytes[RangeBytes..])
        {
            set.Add(new SequenceRange(BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[sizeof(long)..])));
        }
        return set;
    }

    private const int RangeBytes = 2 * sizeof(long);

    private int Put(int at, SequenceRange range)
    {
        _ranges.Insert(at, range);
        Count += range.Count;
        return at + 1;
    }

    /// <summary>Index of the first range whose last sequence is this one or a later one. The end is looked at first: that is where batches go.</summary>
    private int FirstEndingAtOrAfter(long sequence)
    {
        var count = _ranges.Count;
        if (count == 0 || _ranges[count - 1].Last < sequence)
        {
            return count;
        }
        var (low, high) = (0, count - 1);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (_ranges[middle].Last < sequence)
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
