using MeetNet.Gateway.Stations;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Time;

namespace MeetNet.Gateway.Harmonisation;

/// <summary>One datastream at work: its plan, and what is remembered from one observation to the next.</summary>
internal sealed class DatastreamWork(DatastreamPlan plan)
{
    public DatastreamPlan Plan { get; } = plan;

    /// <summary>The id as it is written; made once, for it is in every observation.</summary>
    public string Id { get; } = plan.Id.ToString();

    /// <summary>Null when its procedures have no tests that need more than one value.</summary>
    public DatastreamTests? Tests { get; } = plan.Procedures.All.Any(DatastreamTests.AreIn) ? new DatastreamTests() : null;

    /// <summary>Null when the device does not stamp its values.</summary>
    public StampSequence? Stamps { get; } = plan.Stamp is { } convention ? new StampSequence(convention, plan.Interval) : null;

    /// <summary>Whether it has been told that the device's stamps can't be placed in time.</summary>
    public bool ToldUnusable { get; set; }
}
