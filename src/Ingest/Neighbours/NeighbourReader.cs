using MeetNet.Observations;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Quality;
using MeetNet.Yaml;

namespace MeetNet.Ingest.Neighbours;

/// <summary>Reads <c>neighbours</c> of the ingest file.</summary>
internal static class NeighbourReader
{
    public static NeighbourOptions Read(YamlMap map)
    {
        var sides = (map.Optional("sides")?.List() ?? []).Select(side => (IReadOnlyList<string>)[.. side.List().Select(Owner)]).ToList();
        var tests = new List<NeighbourTest>();
        foreach (var value in map.List("tests"))
        {
            var entry = value.Map();
            var test = ReadTest(entry);
            if (tests.Any(other => other.Property == test.Property))
            {
                entry.Problem("property", $"'{test.Property}' is there twice");
            }
            tests.Add(test);
        }
        map.Done();
        return new NeighbourOptions(sides, tests);
    }

    private static string Owner(YamlValue value)
    {
        var name = value.String();
        if (name.Length > 0 && !Identifiers.IsName(name))
        {
            value.Problem($"'{name}' is not a name of an owner; allowed: {Identifiers.NamePattern}");
        }
        return name;
    }

    private static NeighbourTest ReadTest(YamlMap map)
    {
        var property = map.Require("property");
        var name = property.String();
        if (name.Length > 0 && !ObservedProperties.TryGet(name, out _))
        {
            property.Problem($"'{name}' is not an observed property; allowed: {string.Join(", ", ObservedProperties.All.Select(known => known.Name))}");
        }
        var window = map.Duration("window", TimeSpan.FromMinutes(1), Neighbour.LongestWindow);
        var suspect = map.Number("suspect", double.Epsilon);
        var least = map.Optional("minimumValues")?.Integer(1, Neighbour.MostValues) ?? 3;
        var within = map.Optional("within")?.Number(0.1, 500);
        var pairs = (map.Optional("pairs")?.List() ?? []).Select(pair => ReadPair(pair.Map(), name)).ToList();
        if (within is null && pairs.Count == 0)
        {
            map.Problem("a test needs 'within', how many kilometres the nearest station of the other side may be away, or 'pairs'");
        }
        map.Done();
        return new NeighbourTest(name, new Neighbour(window, suspect, least), within, pairs);
    }

    private static NeighbourPair ReadPair(YamlMap map, string property)
    {
        var pair = new NeighbourPair(Datastream(map.Require("a"), property), Datastream(map.Require("b"), property), map.Optional("difference")?.Number() ?? 0);
        map.Done();
        return pair;
    }

    private static string Datastream(YamlValue value, string property)
    {
        var name = value.String();
        if (name.Length > 0 && (!DatastreamId.TryParse(name, out var id) || id.Property != property))
        {
            value.Problem($"'{name}' is not a datastream of {property}; allowed: owner/station/sensor/{property}");
        }
        return name;
    }
}
