using System.Collections.Immutable;
using MeetNet.Observations;
using MeetNet.Observations.Comparison;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Catalogue;

/// <summary>A station as it last announced itself.</summary>
/// <param name="Owner">The bronhouder.</param>
/// <param name="Station">Unique within its owner.</param>
/// <param name="Issued">When the gateway put the announcement together.</param>
/// <param name="Thing">Name, place, surface level, simulated or not.</param>
/// <param name="Sensors">Its instruments.</param>
internal sealed record StationEntry(string Owner, string Station, DateTimeOffset Issued, Thing Thing, ImmutableArray<Sensor> Sensors)
{
    public string Id => $"{Owner}/{Station}";
}

/// <summary>A datastream; one that its station announces no more is kept, because its observations are.</summary>
internal sealed record DatastreamEntry(Datastream Datastream, bool Announced)
{
    public string Id => Datastream.Id.ToString();
}

/// <summary>A version of a procedure. The same steps may come into force more than once.</summary>
internal readonly record struct ProcedureKey(string Id, DateTimeOffset ValidFrom);

/// <summary>
/// Everything that stations have announced, immutable: a reader holds one and sees nothing change under its hands.
/// </summary>
internal sealed record CatalogueModel
{
    public static readonly CatalogueModel Empty = new();

    /// <summary>By <c>owner/station</c>.</summary>
    public ImmutableSortedDictionary<string, StationEntry> Stations { get; init; } =
        ImmutableSortedDictionary.Create<string, StationEntry>(StringComparer.Ordinal);

    /// <summary>By <c>owner/station/sensor/property</c>.</summary>
    public ImmutableSortedDictionary<string, DatastreamEntry> Datastreams { get; init; } =
        ImmutableSortedDictionary.Create<string, DatastreamEntry>(StringComparer.Ordinal);

    /// <summary>Every version ever announced, by id, each list by its begin.</summary>
    public ImmutableDictionary<string, ImmutableArray<Procedure>> Procedures { get; init; } =
        ImmutableDictionary.Create<string, ImmutableArray<Procedure>>(StringComparer.Ordinal);

    /// <summary>When a version was first announced: from then on the gateway has worked with it. Of versions that were kept before this was, nothing is known.</summary>
    public ImmutableDictionary<ProcedureKey, DateTimeOffset> FirstAnnounced { get; init; } = ImmutableDictionary<ProcedureKey, DateTimeOffset>.Empty;

    /// <summary>The procedure with an id; null when no announcement had it.</summary>
    public Procedure? Procedure(string id) => Procedures.TryGetValue(id, out var versions) ? versions[0] : null;

    /// <summary>A datastream with what its owner announced; null when it was never announced.</summary>
    public ComparedDatastream? Compared(string datastream) =>
        Datastreams.TryGetValue(datastream, out var entry) && Stations.TryGetValue($"{entry.Datastream.Id.Owner}/{entry.Datastream.Id.Station}", out var station)
            ? new ComparedDatastream(entry.Datastream, station.Thing, Procedure(entry.Datastream.Procedure))
            : null;

    /// <summary>The versions of a datastream's procedure, by begin; of equal ones by when they were announced.</summary>
    public IEnumerable<Procedure> ProceduresOf(string datastream) => Procedures.Values
        .SelectMany(versions => versions)
        .Where(procedure => procedure.Datastream.ToString() == datastream)
        .OrderBy(procedure => procedure.ValidFrom).ThenBy(procedure => FirstAnnounced.GetValueOrDefault(new ProcedureKey(procedure.Id, procedure.ValidFrom)));

    /// <summary>
    /// With an announcement taken in. One that was issued before the one already known is an old one that came late, and changes
    /// nothing but the procedures: what an id means never changes, so that they can only add up.
    /// </summary>
    public CatalogueModel With(Announcement announcement)
    {
        var (procedures, first) = (Procedures, FirstAnnounced);
        foreach (var procedure in announcement.Procedures)
        {
            var versions = procedures.TryGetValue(procedure.Id, out var known) ? known : [];
            if (!versions.Any(version => version.ValidFrom == procedure.ValidFrom))
            {
                procedures = procedures.SetItem(procedure.Id, [.. versions.Add(procedure).OrderBy(version => version.ValidFrom)]);
                first = first.SetItem(new ProcedureKey(procedure.Id, procedure.ValidFrom), announcement.Issued);
            }
        }

        var station = new StationEntry(
            announcement.Owner, announcement.Station, announcement.Issued, announcement.Thing, [.. announcement.Sensors]);
        if (Stations.TryGetValue(station.Id, out var before) && before.Issued > station.Issued)
        {
            return this with { Procedures = procedures, FirstAnnounced = first };
        }

        var datastreams = Datastreams.ToBuilder();
        var prefix = station.Id + "/";
        foreach (var entry in Datastreams.Values.Where(entry => entry.Announced && entry.Id.StartsWith(prefix, StringComparison.Ordinal)))
        {
            datastreams[entry.Id] = entry with { Announced = false };
        }
        foreach (var datastream in announcement.Datastreams)
        {
            datastreams[datastream.Id.ToString()] = new DatastreamEntry(datastream, Announced: true);
        }
        return new CatalogueModel { Stations = Stations.SetItem(station.Id, station), Datastreams = datastreams.ToImmutable(), Procedures = procedures, FirstAnnounced = first };
    }
}
