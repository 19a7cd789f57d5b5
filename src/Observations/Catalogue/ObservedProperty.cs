using MeetNet.Observations.Aggregation;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Units;

namespace MeetNet.Observations.Catalogue;

/// <summary>What is measured, in its one canonical definition: every result of it, from either side, is in this form.</summary>
/// <param name="Name">Name in ids: <c>nh3</c>, <c>water_level</c>.</param>
/// <param name="Definition">URI of a public vocabulary.</param>
/// <param name="Label">What people call it.</param>
/// <param name="Unit">Canonical unit.</param>
/// <param name="UnitName">The unit in words, English.</param>
/// <param name="Symbol">The unit for people: <c>µg/m³</c>.</param>
/// <param name="PhysicalRange">Closed range outside which a result can not be real, in the canonical unit.</param>
/// <param name="Decimals">Decimals worth showing; results are stored unrounded.</param>
/// <param name="Medium">What is sampled: <c>air</c>, <c>surface_water</c>, <c>groundwater</c>, <c>device</c>.</param>
/// <param name="Gas">For a gas: which; null otherwise.</param>
/// <param name="GasReference">For a mass concentration of a gas: the temperature and pressure it is stated at; null otherwise.</param>
/// <param name="GasReferenceSource">Who states those reference conditions, to follow the words "reference conditions"; null when there are none.</param>
/// <param name="VerticalDatum">For a height: what it is counted from; null otherwise. From the surface it counts downward: a depth.</param>
/// <param name="Aggregation">How results come together in an hour, a day, a year.</param>
public sealed record ObservedProperty(
    string Name,
    string Definition,
    LocalizedText Label,
    Unit Unit,
    string UnitName,
    string Symbol,
    ValueSpan PhysicalRange,
    int Decimals,
    string Medium,
    Gas? Gas,
    GasReference? GasReference,
    string? GasReferenceSource,
    VerticalDatum? VerticalDatum,
    AggregateStatistic Aggregation)
{
    /// <summary>The unit as SensorThings writes it.</summary>
    public UnitOfMeasurement UnitOfMeasurement => new(UnitName, Symbol, Unit.Code);
}
