using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Gateway.Outbox;

/// <summary>What a read found beside what it returned.</summary>
/// <param name="Corrupt">Sequences whose CRC failed: to be quarantined.</param>
/// <param name="HasUnknown">Some of the lost ranges had no reason on file: to be booked.</param>
internal readonly record struct ReadFindings(IReadOnlyList<long> Corrupt, bool HasUnknown);

/// <summary>The reading connection of an outbox file, so that a delivery does not wait behind a slow commit. One thread at a time.</summary>
internal sealed class OutboxReader : IDisposable
{
    private readonly SqliteFile _file;
    private readonly OutboxNames _names;
    private readonly Epoch _epoch;
    private readonly SqliteStatement _rows;
    private readonly SqliteStatement _lost;

    public OutboxReader(string path, OutboxNames names, Epoch epoch)
    {
        _file = SqliteFile.OpenReader(path);
        _names = names;
        _epoch = epoch;
        try
        {
            _rows = _file.Prepare("SELECT sequence, datastream, procedure, created, fragment, crc FROM observation "
                + "WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence LIMIT ?3");
            _lost = _file.Prepare("SELECT first, last, reason FROM lost WHERE last > ?1 AND first <= ?2 ORDER BY first LIMIT ?3");
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Whether it reads with these names: a reopened file has others.</summary>
    public bool Knows(OutboxNames names) => ReferenceEquals(_names, names);

    /// <summary>See <see cref="IOutbox.ReadAfter"/>.</summary>
    /// <param name="highest">The highest sequence issued, known before this call: nothing above it is spoken of.</param>
    /// <param name="forgottenThrough">Up to here a gap is no surprise.</param>
    /// <exception cref="SqliteFault">
    /// Among others <see cref="SqliteFaultKind.Corrupt"/> when rows are out of order, or are gone for no known reason and the
    /// structure of the file turns out damaged: a flipped bit in one key hides sound rows.</exception>
    public OutboxRead Read(long after, long highest, long forgottenThrough, int maxRows, int maxBytes, out ReadFindings findings)
    {
        // Both tables from one snapshot: an eviction between the two reads would look like rows that vanished.
        _file.Execute("BEGIN");
        try
        {
            var known = KnownLost(after, highest, maxRows);
            var read = ReadRows(after, highest, maxRows, maxBytes, known, out findings);
            if (findings.HasUnknown && read.Through > forgottenThrough)
            {
                _rows.Reset();
                _file.QuickCheck();
            }
            return read;
        }
        finally
        {
            _rows.Reset();
            _file.Rollback();
        }
    }

    public void Dispose() => _file.Dispose();

    private OutboxRead ReadRows(long after, long highest, int maxRows, int maxBytes, List<LostRange> known, out ReadFindings findings)
    {
        var rows = new List<OutboxRow>();
        var lost = new List<LostRange>();
        var corrupt = new List<long>();
        var hasUnknown = false;
        // Lost ranges beyond the ones fetched are not known of here: end before them.
        var limit = known.Count == maxRows ? Math.Min(highest, known[^1].Last) : highest;
        var (next, bytes, isFull) = (after + 1, 0, false);
        _rows.Bind(1, after).Bind(2, limit).Bind(3, maxRows);
        while (!isFull && _rows.Step())
        {
            var row = Decode(out var isSound);
            if (row.Sequence < next)
            {
                throw new SqliteFault(SqliteFaultKind.Corrupt, 0, $"{_file.Path}: row {row.Sequence} is out of order");
            }
            if (row.Sequence > next)
            {
                hasUnknown |= OutboxGaps.Declare(lost, next, row.Sequence - 1, known);
                next = row.Sequence;
            }
            if (rows.Count + lost.Count >= maxRows || (rows.Count > 0 && bytes + row.Size > maxBytes))
            {
                isFull = true;
            }
            else if (isSound)
            {
                rows.Add(row);
                bytes += row.Size;
                next++;
            }
            else
            {
                corrupt.Add(row.Sequence);
                OutboxGaps.Add(lost, new LostRange(row.Sequence, row.Sequence, LostReasons.Corrupt));
                next++;
            }
        }
        // All rows up to the limit were seen only if the query was not cut off.
        if (!isFull && rows.Count + corrupt.Count < maxRows && next <= limit)
        {
            hasUnknown |= OutboxGaps.Declare(lost, next, limit, known);
            next = limit + 1;
        }
        // A gap may have fallen into more pieces than there was room for.
        while (rows.Count + lost.Count > maxRows)
        {
            if (rows.Count > 0 && rows[^1].Sequence > lost[^1].First)
            {
                next = rows[^1].Sequence;
                rows.RemoveAt(rows.Count - 1);
            }
            else
            {
                next = lost[^1].First;
                lost.RemoveAt(lost.Count - 1);
            }
        }
        findings = new ReadFindings(corrupt, hasUnknown);
        return new OutboxRead(_epoch, after, next - 1, rows, lost);
    }

    private OutboxRow Decode(out bool isSound)
    {
        var sequence = _rows.Int64(0);
        var fragment = _rows.Bytes(4);
        isSound = _names.TryGet(_rows.Int64(1), out var datastream) & _names.TryGet(_rows.Int64(2), out var procedure)
            && _rows.Int64(5) == OutboxSchema.RowCrc(sequence, _rows.Int64(3), datastream, procedure, fragment);
        return new OutboxRow(sequence, datastream, procedure, isSound ? fragment.ToArray() : default);
    }

    private List<LostRange> KnownLost(long after, long highest, int limit)
    {
        var known = new List<LostRange>();
        _lost.Bind(1, after).Bind(2, highest).Bind(3, limit);
        while (_lost.Step())
        {
            known.Add(new LostRange(_lost.Int64(0), _lost.Int64(1), _lost.Text(2)));
        }
        return known;
    }
}
