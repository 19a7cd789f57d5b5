namespace MeetNet.Yaml;

/// <summary>The word somebody probably meant.</summary>
internal static class NearestName
{
    /// <summary>What is allowed, with the nearest candidate first when one is near.</summary>
    public static string Hint(string? word, IReadOnlyList<string> candidates)
    {
        var all = string.Join(", ", candidates);
        return word is not null && Of(word, candidates) is { } near ? $"did you mean '{near}'? Allowed: {all}" : $"allowed: {all}";
    }

    /// <summary>The nearest candidate within a third of its length (edit distance), or null. '-', '_' and case don't count.</summary>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        var folded = Fold(word);
        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var distance = Distance(folded, Fold(candidate));
            if (distance < bestDistance && distance <= Math.Max(1, candidate.Length / 3))
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    private static string Fold(string word) =>
        word.Replace("-", string.Empty, StringComparison.Ordinal).Replace("_", string.Empty, StringComparison.Ordinal).ToUpperInvariant();

    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
