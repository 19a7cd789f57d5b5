using System.Globalization;
using MeetNet.Ingest.Catalogue;
using MeetNet.Observations;
using MeetNet.Observations.Comparison;
using MeetNet.Observations.Coordinates;
using MeetNet.Observations.Procedures;

namespace MeetNet.Ingest.Neighbours;

/// <summary>What the values of one datastream are held beside.</summary>
/// <param name="Test">The test of its property.</param>
/// <param name="Datastreams">The neighbour: all comparable datastreams of the property at one station, so that a new instrument there goes on where the old one ended.</param>
/// <param name="Difference">How much more than the neighbour it usually has.</param>
/// <param name="Metres">How far the neighbour is away.</param>
internal sealed record ChosenNeighbour(NeighbourTest Test, IReadOnlyList<string> Datastreams, double Difference, double Metres)
{
    /// <summary>The same for the same choice: by it a stored assessment is known to be of another one.</summary>
    public string Fingerprint => string.Create(
        CultureInfo.InvariantCulture, $"{Test.Test.Window.Ticks} {Test.Test.Suspect:R} {Test.Test.MinimumValues} {Difference:R} {string.Join(' ', Datastreams)}");
}

/// <summary>
/// Chooses for each datastream its neighbour on the other side: the one of a pair that somebody stated, else the nearest station within the distance that measures the same property in a comparable way.
/// Follows from the announcements and the options alone.
/// </summary>
internal static class NeighbourChoice
{
    public static IReadOnlyDictionary<string, ChosenNeighbour> Of(CatalogueModel model, NeighbourOptions options)
    {
        var chosen = new Dictionary<string, ChosenNeighbour>(StringComparer.Ordinal);
        foreach (var test in options.Tests)
        {
            var all = model.Datastreams.Values.Where(entry => entry.Datastream.Id.Property == test.Property).Select(entry => model.Compared(entry.Id)).OfType<ComparedDatastream>().ToList();
            foreach (var own in all)
            {
                if ((Paired(own, all, test) ?? Nearest(own, all, test, options)) is { } neighbour)
                {
                    chosen.Add(own.Datastream.Id.ToString(), neighbour);
                }
            }
        }
        return chosen;
    }

    private static ChosenNeighbour? Paired(ComparedDatastream own, List<ComparedDatastream> all, NeighbourTest test)
    {
        var id = own.Datastream.Id.ToString();
        foreach (var pair in test.Pairs)
        {
            var (other, difference) = pair.A == id ? (pair.B, pair.Difference) : pair.B == id ? (pair.A, -pair.Difference) : (null, 0);
            if (all.Find(candidate => candidate.Datastream.Id.ToString() == other) is { } found)
            {
                return new ChosenNeighbour(test, [other!], difference, Metres(own, found));
            }
        }
        return null;
    }

    private static ChosenNeighbour? Nearest(ComparedDatastream own, List<ComparedDatastream> all, NeighbourTest test, NeighbourOptions options)
    {
        if (test.WithinKilometres is not { } within || PeriodOf(own) > test.Test.Window)
        {
            return null;
        }
        var nearest = all
            .Where(other => !options.IsSameSide(own.Datastream.Id.Owner, other.Datastream.Id.Owner) && PeriodOf(other) <= test.Test.Window && IsComparable(own, other))
            .GroupBy(other => $"{other.Datastream.Id.Owner}/{other.Datastream.Id.Station}")
            .Select(station => (Metres: Metres(own, station.First()), Station: station))
            .Where(candidate => candidate.Metres <= within * 1_000)
            .OrderBy(candidate => candidate.Metres).ThenBy(candidate => candidate.Station.Key, StringComparer.Ordinal)
            .FirstOrDefault();
        return nearest.Station is null
            ? null
            : new ChosenNeighbour(test, [.. nearest.Station.Select(other => other.Datastream.Id.ToString()).Order(StringComparer.Ordinal)], 0, nearest.Metres);
    }

    /// <summary>Only what is in force for a time depends on the moment, and that is never more than a remark.</summary>
    private static bool IsComparable(ComparedDatastream own, ComparedDatastream other) =>
        ComparabilityStatement.Of(own, other, DateTimeOffset.UnixEpoch).Verdict != ComparabilityVerdict.NotComparable;

    /// <summary>A mean over longer than the window can't be held beside what happened in it.</summary>
    private static TimeSpan PeriodOf(ComparedDatastream side) => side.Procedure?.Steps.OfType<StampStep>().FirstOrDefault()?.Convention.Period ?? TimeSpan.Zero;

    private static double Metres(ComparedDatastream own, ComparedDatastream other) => GreatCircle.Metres(own.Thing.Location, other.Thing.Location);
}
