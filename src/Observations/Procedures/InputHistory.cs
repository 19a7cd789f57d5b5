namespace MeetNet.Observations.Procedures;

/// <summary>The results of one datastream that others are computed with, by time: as they were, and as they are now.</summary>
internal sealed class InputHistory
{
    private readonly List<Entry> _entries = [];

    /// <summary>Adds the next by time.</summary>
    /// <param name="revisions">All revisions that there were.</param>
    /// <param name="last">What it is now.</param>
    public void Add(IReadOnlyList<Observation> revisions, in Observation last) => _entries.Add(new Entry(
        last.PhenomenonTime.End,
        revisions.Count == 1 ? revisions[0].Result : null,
        revisions.Count == 1 ? null : [.. revisions.Select(revision => revision.Result)],
        IsInput(last) ? last.Result : null));

    /// <summary>The good result nearest to a time: the last at or before it, else the first after.</summary>
    public double? Nearest(DateTimeOffset time, TimeSpan maximumAge) => Find(time, maximumAge, entry => entry.Now is not null)?.Now;

    /// <summary>What has become of the result that was used at a time; that one itself when it is not known here.</summary>
    public double? Renewed(DateTimeOffset time, TimeSpan maximumAge, double used) =>
        Find(time, maximumAge, entry => entry.Was(used)) is { } found ? found.Now : used;

    /// <summary>Of those that fit: the last at or before a time, else the first after it.</summary>
    private Entry? Find(DateTimeOffset time, TimeSpan maximumAge, Predicate<Entry> fits)
    {
        var after = FirstAfter(time);
        for (var i = after - 1; i >= 0 && time - _entries[i].At <= maximumAge; i--)
        {
            if (fits(_entries[i]))
            {
                return _entries[i];
            }
        }

        for (var i = after; i < _entries.Count && _entries[i].At - time <= maximumAge; i++)
        {
            if (fits(_entries[i]))
            {
                return _entries[i];
            }
        }

        return null;
    }

    private int FirstAfter(DateTimeOffset time)
    {
        var (low, high) = (0, _entries.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _entries[middle].At > time ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    /// <summary>A result that is not good is no input, as when it is measured.</summary>
    private static bool IsInput(in Observation observation) => observation.Quality.Flag is QartodFlag.Good or QartodFlag.NotEvaluated;

    private readonly record struct Entry(DateTimeOffset At, double? Only, double?[]? All, double? Now)
    {
        public bool Was(double value) => All is null ? Only == value : Array.Exists(All, one => one == value);
    }
}
