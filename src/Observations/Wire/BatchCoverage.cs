namespace MeetNet.Observations.Wire;

/// <summary>The rule that makes a batch a statement about a range: every sequence of it exactly once, held or lost.</summary>
internal static class BatchCoverage
{
    /// <summary>Whether rows and lost ranges (sorted by first) cover [first, last] exactly once. Sorts the sequences.</summary>
    public static bool IsExact(long first, long last, Span<long> sequences, ReadOnlySpan<LostRange> lost, out string problem)
    {
        problem = "";
        if (last < first)
        {
            problem = $"expected last not before first, found {first} to {last}";
            return false;
        }

        sequences.Sort();
        var (row, range, next) = (0, 0, first);
        while (row < sequences.Length || range < lost.Length)
        {
            var isRow = row < sequences.Length && (range >= lost.Length || sequences[row] <= lost[range].First);
            var (from, to) = isRow ? (sequences[row], sequences[row]) : (lost[range].First, lost[range].Last);
            row += isRow ? 1 : 0;
            range += isRow ? 0 : 1;
            if (from < first || to > last)
            {
                problem = $"expected sequences from {first} to {last} only, found {from} to {to}";
                return false;
            }

            if (from != next)
            {
                problem = from < next
                    ? $"expected each sequence once, found {from} again"
                    : $"expected each sequence from {first} to {last}, found no row and no lost range for {next}";
                return false;
            }

            next = to + 1;
        }

        if (next <= last)
        {
            problem = $"expected each sequence from {first} to {last}, found no row and no lost range for {next}";
        }

        return next > last;
    }
}
