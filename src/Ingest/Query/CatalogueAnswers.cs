using MeetNet.Ingest.Catalogue;
using MeetNet.Observations;
using MeetNet.Observations.Catalogue;

namespace MeetNet.Ingest.Query;

/// <summary>A station as <c>/api/stations</c> gives it.</summary>
internal sealed record StationAnswer(
    string Id, string Owner, string Station, LocalizedText Name, LocalizedText Description, bool Simulated, Location Location, SurfaceLevel? SurfaceLevel,
    string? Siting, DateTimeOffset Issued, IReadOnlyList<Sensor> Sensors, IReadOnlyList<string> Datastreams, GatewayAnswer? Gateway);

/// <summary>Whether a station's gateway is connected (<c>online</c>, <c>offline</c>), and since when it said so; null when it never said.</summary>
internal sealed record GatewayAnswer(string State, DateTimeOffset Since);

internal sealed record StationsAnswer(DateTimeOffset Time, string Hub, IReadOnlyList<StationAnswer> Stations);

/// <summary>A version of a datastream's procedure, without its steps: those are in <c>/api/explain</c>.</summary>
/// <param name="Id">Follows from the steps.</param>
/// <param name="ValidFrom">Phenomenon times from here on.</param>
/// <param name="AnnouncedFrom">Since when the gateway has said so: what it harmonised before was by an earlier version. Null when that was not kept.</param>
internal sealed record ProcedureAnswer(string Id, DateTimeOffset ValidFrom, DateTimeOffset? AnnouncedFrom);

/// <summary>A datastream as <c>/api/datastreams</c> gives it.</summary>
/// <param name="Announced">False: its station announces it no more; its observations are still there.</param>
internal sealed record DatastreamAnswer(
    string Id, string Owner, string Station, string Sensor, string ObservedProperty, LocalizedText Name, string FeatureOfInterest,
    UnitOfMeasurement Unit, TimeSpan? Interval, bool Simulated, bool Announced, string Procedure, IReadOnlyList<ProcedureAnswer> Procedures, string? Method);

/// <summary>What an observed property is, in its one canonical definition.</summary>
internal sealed record PropertyAnswer(
    LocalizedText Label, string Definition, UnitOfMeasurement Unit, int Decimals, string Medium, string? Datum, ReferenceConditions? Reference);

/// <summary>Conditions that a mass concentration is stated at: kelvin and pascal.</summary>
internal sealed record ReferenceConditions(double Temperature, double Pressure);

internal sealed record DatastreamsAnswer(
    DateTimeOffset Time, IReadOnlyList<DatastreamAnswer> Datastreams, IReadOnlyDictionary<string, PropertyAnswer> ObservedProperties);

/// <summary>The catalogue as answers.</summary>
internal static class CatalogueAnswers
{
    public static StationsAnswer Stations(CatalogueModel model, IReadOnlyDictionary<string, GatewayAnswer> gateways, string hub, DateTimeOffset now) => new(now, hub, [.. model.Stations.Values.Select(station => new StationAnswer(
        station.Id, station.Owner, station.Station, station.Thing.Name, station.Thing.Description, station.Thing.Simulated, station.Thing.Location, station.Thing.SurfaceLevel,
        station.Thing.Siting, station.Issued, station.Sensors, [.. model.Datastreams.Keys.Where(id => id.StartsWith(station.Id + "/", StringComparison.Ordinal))],
        gateways.GetValueOrDefault(station.Id)))]);

    public static DatastreamsAnswer Datastreams(CatalogueModel model, Func<DatastreamEntry, bool> wanted, DateTimeOffset now)
    {
        var datastreams = model.Datastreams.Values.Where(wanted).Select(entry => Datastream(model, entry)).ToList();
        var properties = datastreams.Select(datastream => datastream.ObservedProperty).Distinct()
            .Where(name => ObservedProperties.TryGet(name, out _))
            .ToDictionary(name => name, name => Property(ObservedProperties.Get(name)));
        return new DatastreamsAnswer(now, datastreams, properties);
    }

    private static DatastreamAnswer Datastream(CatalogueModel model, DatastreamEntry entry)
    {
        var (datastream, id) = (entry.Datastream, entry.Datastream.Id);
        return new DatastreamAnswer(
            entry.Id, id.Owner, id.Station, id.Sensor, id.Property, datastream.Name, datastream.FeatureOfInterest, datastream.UnitOfMeasurement, datastream.Interval,
            IsSimulated(model, id), entry.Announced, datastream.Procedure,
            [.. model.ProceduresOf(entry.Id).Select(procedure => new ProcedureAnswer(
                procedure.Id, procedure.ValidFrom, model.FirstAnnounced.TryGetValue(new ProcedureKey(procedure.Id, procedure.ValidFrom), out var first) ? first : null))], datastream.Method);
    }

    public static bool IsSimulated(CatalogueModel model, DatastreamId id) =>
        model.Stations.TryGetValue($"{id.Owner}/{id.Station}", out var station) && station.Thing.Simulated;

    private static PropertyAnswer Property(ObservedProperty property) => new(
        property.Label, property.Definition, property.UnitOfMeasurement, property.Decimals, property.Medium, property.VerticalDatum?.Code,
        property.GasReference is { } reference ? new ReferenceConditions(reference.Temperature, reference.Pressure) : null);
}
