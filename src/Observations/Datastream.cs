namespace MeetNet.Observations;

/// <summary>One observed property as one sensor of one station gives it, in the canonical unit.</summary>
/// <param name="Id">Identity; its parts are the owner, the station, the sensor and the observed property.</param>
/// <param name="Name">What people call it.</param>
/// <param name="FeatureOfInterest">The medium sampled: <c>air</c>, <c>surface_water</c>, <c>groundwater</c>, <c>device</c> …</param>
/// <param name="UnitOfMeasurement">Unit of the results.</param>
/// <param name="Interval">Expected time between results; null when there is none to expect.</param>
/// <param name="Procedure">Id of the procedure in force.</param>
/// <param name="Method">Principle of measurement, as its owner states it: a name of the methods; null when it is not stated.</param>
public sealed record Datastream(
    DatastreamId Id,
    LocalizedText Name,
    string FeatureOfInterest,
    UnitOfMeasurement UnitOfMeasurement,
    TimeSpan? Interval,
    string Procedure,
    string? Method = null);

/// <summary>A unit as SensorThings writes it.</summary>
/// <param name="Name">In words, English.</param>
/// <param name="Symbol">For people, for instance <c>µg/m³</c>.</param>
/// <param name="Definition">UCUM code, for instance <c>ug/m3</c>.</param>
public sealed record UnitOfMeasurement(string Name, string Symbol, string Definition);
