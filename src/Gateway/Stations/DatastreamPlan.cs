using MeetNet.Observations;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Time;

namespace MeetNet.Gateway.Stations;

/// <summary>What becomes of one field of an instrument.</summary>
internal sealed record DatastreamPlan
{
    public required DatastreamId Id { get; init; }

    /// <summary>Index in the profile's fields.</summary>
    public required int Field { get; init; }

    public required ObservedProperty Property { get; init; }

    /// <summary>Principle of measurement as the station file states it; null when it doesn't.</summary>
    public required string? Method { get; init; }

    /// <summary>How the device stamps its values; null: the gateway stamps them when they arrive.</summary>
    public required StampConvention? Stamp { get; init; }

    /// <summary>From raw to canonical, for each period of validity.</summary>
    public required ProcedureVersions Procedures { get; init; }

    /// <summary>Expected time between results.</summary>
    public required TimeSpan Interval { get; init; }
}
