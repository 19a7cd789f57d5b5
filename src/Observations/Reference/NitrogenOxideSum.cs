namespace MeetNet.Observations.Reference;

/// <summary>The two datastreams that NOx is the sum of.</summary>
/// <param name="No">Datastream of <c>no</c>, of the same station.</param>
/// <param name="No2">Datastream of <c>no2</c>, of the same station.</param>
/// <param name="MaximumAge">How far their results may be from the phenomenon time.</param>
public sealed record NitrogenOxideSum(DatastreamId No, DatastreamId No2, TimeSpan MaximumAge);
