using MeetNet.Observations;

namespace MeetNet.Ingest.Reharmonise;

/// <summary>What is to be made again.</summary>
/// <param name="Owner">The bronhouder.</param>
/// <param name="Station">The station.</param>
/// <param name="Datastreams">Those meant; empty for all of the station. What is computed with one of them is meant too.</param>
/// <param name="From">First instant, by the begin of the phenomenon time.</param>
/// <param name="To">First instant after.</param>
/// <param name="DryRun">Compare only.</param>
internal sealed record ReharmoniseRequest(string Owner, string Station, IReadOnlyList<DatastreamId> Datastreams, DateTimeOffset From, DateTimeOffset To, bool DryRun);
