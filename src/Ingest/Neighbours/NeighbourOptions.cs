using MeetNet.Observations.Quality;

namespace MeetNet.Ingest.Neighbours;

/// <summary>Two datastreams that somebody made neighbours.</summary>
/// <param name="A">Id of the one.</param>
/// <param name="B">Id of the other.</param>
/// <param name="Difference">How much more A usually has than B, in the canonical unit.</param>
internal sealed record NeighbourPair(string A, string B, double Difference);

/// <summary>The neighbour test of one observed property.</summary>
/// <param name="Property">Its name.</param>
/// <param name="Test">Window and thresholds.</param>
/// <param name="WithinKilometres">How far the nearest station of the other side may be; null: only pairs.</param>
/// <param name="Pairs">These first, and whatever the distance.</param>
internal sealed record NeighbourTest(string Property, Neighbour Test, double? WithinKilometres, IReadOnlyList<NeighbourPair> Pairs);

/// <summary>The neighbour tests of a hub.</summary>
/// <param name="Sides">Owners that are of one side; an owner that is not named is a side of its own.</param>
/// <param name="Tests">At most one for each property.</param>
internal sealed record NeighbourOptions(IReadOnlyList<IReadOnlyList<string>> Sides, IReadOnlyList<NeighbourTest> Tests)
{
    /// <summary>Whether the two owners stand on the same side.</summary>
    public bool IsSameSide(string owner, string other) => owner == other || Sides.Any(side => side.Contains(owner) && side.Contains(other));
}
