using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Gateway.Outbox;

/// <summary>Arithmetic of sequences that are not there.</summary>
internal static class OutboxGaps
{
    /// <summary>The sequences, which ascend, as ranges.</summary>
    public static List<LostRange> Ranges(IEnumerable<long> sequences, string reason)
    {
        var ranges = new List<LostRange>();
        foreach (var sequence in sequences)
        {
            Add(ranges, new LostRange(sequence, sequence, reason));
        }
        return ranges;
    }

    /// <summary>Adds a range behind the others, joining it with its neighbour of the same reason.</summary>
    public static void Add(List<LostRange> ranges, LostRange range)
    {
        if (ranges.Count > 0 && ranges[^1].Last == range.First - 1 && ranges[^1].Reason == range.Reason)
        {
            ranges[^1] = ranges[^1] with { Last = range.Last };
        }
        else
        {
            ranges.Add(range);
        }
    }

    /// <summary>
    /// Declares all of [first, last] lost: for the reason known where one is, else as not held.
    /// </summary>
    /// <param name="known">Ascending, may reach beyond the range on both sides.</param>
    /// <returns>True when some of it is not on file as lost.</returns>
    public static bool Declare(List<LostRange> into, long first, long last, IEnumerable<LostRange> known)
    {
        var hasUnknown = false;
        var next = first;
        foreach (var range in known)
        {
            var (begin, end) = (Math.Max(range.First, next), Math.Min(range.Last, last));
            if (begin > end)
            {
                continue;
            }
            if (begin > next)
            {
                hasUnknown = true;
                Add(into, new LostRange(next, begin - 1, LostReasons.NotHeld));
            }
            Add(into, new LostRange(begin, end, range.Reason));
            next = end + 1;
        }
        if (next <= last)
        {
            hasUnknown = true;
            Add(into, new LostRange(next, last, LostReasons.NotHeld));
        }
        return hasUnknown;
    }

    /// <summary>What of [first, last] is neither a row nor declared lost, in this file.</summary>
    public static List<LostRange> Missing(SqliteFile file, long first, long last)
    {
        var missing = new List<LostRange>();
        using var known = file.Prepare("""
            SELECT sequence, sequence FROM observation WHERE sequence BETWEEN ?1 AND ?2
            UNION ALL SELECT first, last FROM lost WHERE last >= ?1 AND first <= ?2 ORDER BY 1
            """);
        known.Bind(1, first).Bind(2, last);
        var next = first;
        while (known.Step())
        {
            if (known.Int64(0) > next)
            {
                missing.Add(new LostRange(next, known.Int64(0) - 1, LostReasons.NotHeld));
            }
            next = Math.Max(next, known.Int64(1) + 1);
        }
        if (next <= last)
        {
            missing.Add(new LostRange(next, last, LostReasons.NotHeld));
        }
        return missing;
    }

    /// <summary>The highest sequence that anything in the file speaks of: a damaged counter must not give one out again.</summary>
    public static long HighestKnown(SqliteFile file) => file.Scalar("""
        SELECT max(coalesce((SELECT max(sequence) FROM observation), 0),
                   coalesce((SELECT max(last) FROM lost), 0),
                   coalesce((SELECT value FROM meta WHERE key='forgotten_through'), 0))
        """);
}
