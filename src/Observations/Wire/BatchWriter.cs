using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace MeetNet.Observations.Wire;

/// <summary>
/// Puts batches of one station together from rows that are already written (<see cref="BatchRow"/>), in sequence order
/// and without a gap: what the outbox does not hold any more must be declared lost, or the batch ends before it.
/// Use: <see cref="Begin"/>; <see cref="TryAdd"/> and <see cref="TryAddLost"/> until one says false or there is no more;
/// <see cref="Complete"/>. One instance serves one publisher and allocates nothing per row once it has its size.
/// Not thread-safe.
/// </summary>
public sealed class BatchWriter
{
    private readonly string _owner;
    private readonly string _station;
    private readonly int _maximumBytes;
    private readonly ArrayBufferWriter<byte> _fragments = new(64 * 1024);
    private readonly ArrayBufferWriter<byte> _message = new(64 * 1024);
    private readonly List<Row> _rows = new(WireLimits.BatchObservations);
    private readonly List<LostRange> _lost = [];
    private readonly List<Group> _groups = [];
    private readonly Dictionary<(string Datastream, string Procedure, bool HasInputs), int> _groupOf = [];
    private Epoch _epoch;
    private int _bytes;

    /// <summary>A writer for the batches of a station.</summary>
    /// <param name="owner">The bronhouder.</param>
    /// <param name="station">The station.</param>
    /// <param name="maximumBytes">Longest message to make; at most <see cref="WireLimits.AcceptedBytes"/>, at least 4 KiB.</param>
    public BatchWriter(string owner, string station, int maximumBytes = WireLimits.PublishedBatchBytes)
    {
        if (!Identifiers.IsName(owner) || !Identifiers.IsName(station))
        {
            throw new ArgumentException($"'{owner}/{station}' is not a station: expected {Identifiers.NamePattern} twice.", nameof(owner));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(maximumBytes, 4096);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumBytes, WireLimits.AcceptedBytes);
        (_owner, _station, _maximumBytes) = (owner, station, maximumBytes);
    }

    /// <summary>First sequence of the batch; 0 while it is empty.</summary>
    public long First { get; private set; }

    /// <summary>Last sequence of the batch; 0 while it is empty.</summary>
    public long Last { get; private set; }

    /// <summary>Observations in the batch.</summary>
    public int Count => _rows.Count;

    /// <summary>Whether there is nothing in the batch, not even a loss.</summary>
    public bool IsEmpty => Last == 0;

    /// <summary>Starts an empty batch.</summary>
    public void Begin(Epoch epoch)
    {
        _epoch = epoch;
        (First, Last) = (0, 0);
        _fragments.ResetWrittenCount();
        _rows.Clear();
        _lost.Clear();
        _groups.Clear();
        _groupOf.Clear();
        _bytes = HeadBytes + _owner.Length + _station.Length;
    }

    /// <summary>Adds a row; false when the batch is full and must be completed first.</summary>
    /// <param name="sequence">The sequence; in a batch that is not empty, the one after <see cref="Last"/>.</param>
    /// <param name="datastream">Datastream id.</param>
    /// <param name="procedure">Procedure id.</param>
    /// <param name="fragment">What <see cref="BatchRow.Write"/> wrote; copied.</param>
    /// <exception cref="ArgumentException">The sequence leaves a gap, or the row alone exceeds the batch.</exception>
    public bool TryAdd(long sequence, string datastream, string procedure, ReadOnlySpan<byte> fragment)
    {
        Require(sequence, sequence);
        // Rows of a group have the same components.
        var key = (datastream, procedure, BatchRow.HasInputs(fragment));
        var isNew = !_groupOf.TryGetValue(key, out var group);
        var cost = fragment.Length + RowBytes + (isNew ? GroupBytes + datastream.Length + procedure.Length : 0);
        if (_rows.Count >= WireLimits.BatchObservations || _bytes + cost > _maximumBytes)
        {
            return IsEmpty
                ? throw new ArgumentException($"A row of {fragment.Length} bytes exceeds the batch of {_maximumBytes}.", nameof(fragment))
                : false;
        }

        if (isNew)
        {
            group = _groups.Count;
            _groups.Add(new Group(datastream, procedure, key.Item3, -1, -1, 0));
            _groupOf.Add(key, group);
        }

        Link(group);
        _rows.Add(new Row(sequence, _fragments.WrittenCount, fragment.Length, -1));
        _fragments.Write(fragment);
        Extend(sequence, sequence, cost);
        return true;
    }

    /// <summary>Declares a closed range lost; false when the batch is full and must be completed first.</summary>
    /// <param name="first">First sequence; in a batch that is not empty, the one after <see cref="Last"/>.</param>
    /// <param name="last">Last sequence.</param>
    /// <param name="reason">One of <see cref="LostReasons"/>.</param>
    /// <exception cref="ArgumentException">The range leaves a gap or is none.</exception>
    public bool TryAddLost(long first, long last, string reason)
    {
        Require(first, last);
        if (!Identifiers.IsName(reason))
        {
            throw new ArgumentException($"'{reason}' is not a reason: expected {Identifiers.NamePattern}.", nameof(reason));
        }

        var cost = LostBytes + reason.Length;
        if (_lost.Count >= WireLimits.BatchLostRanges || _bytes + cost > _maximumBytes)
        {
            return false;
        }

        _lost.Add(new LostRange(first, last, reason));
        Extend(first, last, cost);
        return true;
    }

    /// <summary>Writes the message. The batch stays as it is until <see cref="Begin"/>.</summary>
    /// <exception cref="InvalidOperationException">The batch is empty.</exception>
    public void Complete(IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (IsEmpty)
        {
            throw new InvalidOperationException("An empty batch has no sequences and can not be sent.");
        }

        _message.ResetWrittenCount();
        WriteHead();
        WriteLost();
        Put(",\"datastreams\":["u8);
        for (var group = 0; group < _groups.Count; group++)
        {
            WriteGroup(group);
        }

        Put("]"u8);
        destination.Write(_message.WrittenSpan);
        WireEnvelope.WriteCrc(destination, Crc32C.Compute(_message.WrittenSpan));
    }

    // Upper bounds of what the text below takes besides the names: 20 digits for each 64-bit number.
    private const int HeadBytes = 192;
    private const int GroupBytes = 256;
    private const int RowBytes = 23;
    private const int LostBytes = 46;

    private void WriteHead()
    {
        Put("{\"v\":1,\"owner\":\""u8);
        Put(_owner);
        Put("\",\"station\":\""u8);
        Put(_station);
        Put("\",\"epoch\":\""u8);
        Utf8Formatter.TryFormat(_epoch.Value, _message.GetSpan(Epoch.Length), out var digits, new StandardFormat('x', Epoch.Length));
        _message.Advance(digits);
        Put("\",\"first\":"u8);
        Put(First);
        Put(",\"last\":"u8);
        Put(Last);
    }

    private void WriteLost()
    {
        for (var i = 0; i < _lost.Count; i++)
        {
            Put(i == 0 ? ",\"lost\":[["u8 : ",["u8);
            Put(_lost[i].First);
            Put(","u8);
            Put(_lost[i].Last);
            Put(",\""u8);
            Put(_lost[i].Reason);
            Put(i == _lost.Count - 1 ? "\"]]"u8 : "\"]"u8);
        }
    }

    private void WriteGroup(int index)
    {
        var group = _groups[index];
        Put(index == 0 ? "{\"Datastream\":{\"@iot.id\":\""u8 : ",{\"Datastream\":{\"@iot.id\":\""u8);
        Put(group.Datastream);
        Put("\"},\"procedure\":\""u8);
        Put(group.Procedure);
        Put("\",\"components\":[\"sequence\",\"phenomenonTime\",\"resultTime\",\"result\",\"resultQuality\",\"qualityTests\",\"raw\",\"revision\""u8);
        Put(group.HasInputs ? ",\"inputs\"],\"dataArray@iot.count\":"u8 : "],\"dataArray@iot.count\":"u8);
        Put(group.Count);
        Put(",\"dataArray\":["u8);
        for (var row = group.FirstRow; row >= 0; row = _rows[row].Next)
        {
            Put(row == group.FirstRow ? "["u8 : ",["u8);
            Put(_rows[row].Sequence);
            Put(","u8);
            Put(_fragments.WrittenSpan.Slice(_rows[row].Offset, _rows[row].Length));
        }

        Put("]}"u8);
    }

    private void Link(int index)
    {
        var group = _groups[index];
        var row = _rows.Count;
        if (group.FirstRow < 0)
        {
            _groups[index] = group with { FirstRow = row, LastRow = row, Count = 1 };
            return;
        }

        _rows[group.LastRow] = _rows[group.LastRow] with { Next = row };
        _groups[index] = group with { LastRow = row, Count = group.Count + 1 };
    }

    private void Extend(long first, long last, int cost)
    {
        First = IsEmpty ? first : First;
        Last = last;
        _bytes += cost;
    }

    private void Require(long first, long last)
    {
        if (first < 1 || last < first || last > WireLimits.HighestSequence || (!IsEmpty && first != Last + 1))
        {
            throw new ArgumentException(IsEmpty
                ? $"[{first}, {last}] is not a range of sequences."
                : $"[{first}, {last}] does not continue a batch that ends at {Last}: declare what is between as lost.", nameof(first));
        }
    }

    private void Put(ReadOnlySpan<byte> utf8) => _message.Write(utf8);

    private void Put(string ascii)
    {
        var span = _message.GetSpan(ascii.Length);
        _message.Advance(Encoding.ASCII.GetBytes(ascii, span));
    }

    private void Put(long number)
    {
        Utf8Formatter.TryFormat(number, _message.GetSpan(20), out var digits);
        _message.Advance(digits);
    }

    private readonly record struct Row(long Sequence, int Offset, int Length, int Next);

    private readonly record struct Group(string Datastream, string Procedure, bool HasInputs, int FirstRow, int LastRow, int Count);
}
