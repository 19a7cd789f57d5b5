namespace MeetNet.Observations.Procedures;

/// <summary>The procedures of one datastream, one after the other.</summary>
public sealed class ProcedureVersions
{
    private readonly Procedure[] _procedures;

    /// <summary>The versions of a datastream's procedure.</summary>
    /// <exception cref="ArgumentException">There is none, or they are of more than one datastream, or two begin at the same time.</exception>
    public ProcedureVersions(IEnumerable<Procedure> procedures)
    {
        _procedures = [.. procedures.OrderBy(p => p.ValidFrom)];
        if (_procedures.Length == 0 || _procedures.Any(p => p.Datastream != _procedures[0].Datastream)
            || _procedures.Zip(_procedures.Skip(1)).Any(pair => pair.First.ValidFrom == pair.Second.ValidFrom))
        {
            throw new ArgumentException("Expected procedures of one datastream, each with its own begin.", nameof(procedures));
        }
    }

    /// <summary>All, by begin.</summary>
    public IReadOnlyList<Procedure> All => _procedures;

    /// <summary>
    /// The procedure for a phenomenon time: the last that begins at or before it. Before the first it is the first, whose
    /// calibration then says that it is not in force.
    /// </summary>
    public Procedure At(PhenomenonTime time)
    {
        for (var i = _procedures.Length - 1; i > 0; i--)
        {
            if (_procedures[i].ValidFrom <= time.Begin)
            {
                return _procedures[i];
            }
        }

        return _procedures[0];
    }
}
