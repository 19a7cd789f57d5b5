namespace MeetNet.Observations.Procedures;

/// <summary>How many observations came to which outcome, for people.</summary>
public sealed class RemakeCounts
{
    private readonly long[] _counts = new long[Enum.GetValues<RemakeOutcome>().Length];

    /// <summary>One more.</summary>
    public void Count(RemakeOutcome outcome) => _counts[(int)outcome]++;

    /// <summary>The number of an outcome.</summary>
    public long this[RemakeOutcome outcome] => _counts[(int)outcome];

    /// <summary>For instance <c>12 made again, 88 the same, 1 with nothing to make</c>.</summary>
    public override string ToString()
    {
        var parts = new List<string> { $"{this[RemakeOutcome.Remade]} made again", $"{this[RemakeOutcome.Same]} the same" };
        foreach (var (outcome, words) in Rest)
        {
            if (this[outcome] > 0)
            {
                parts.Add($"{this[outcome]} {words}");
            }
        }

        return string.Join(", ", parts);
    }

    private static readonly (RemakeOutcome Outcome, string Words)[] Rest =
    [
        (RemakeOutcome.NothingToMake, "without a raw value to use"), (RemakeOutcome.NoProcedure, "without a procedure in force"),
        (RemakeOutcome.OtherReading, "read by another profile or an unknown procedure"), (RemakeOutcome.NotComputable, "with a step that this version does not know"),
    ];
}
