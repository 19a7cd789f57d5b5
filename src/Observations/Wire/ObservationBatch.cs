namespace MeetNet.Observations.Wire;

/// <summary>The rows of one (datastream, procedure) in a batch.</summary>
/// <param name="Datastream"><c>owner/station/sensor/property</c>; a valid id.</param>
/// <param name="Procedure"><c>p-</c> and 16 hex digits.</param>
/// <param name="Rows">In the order of the message; at least one.</param>
public sealed record DatastreamRows(string Datastream, string Procedure, IReadOnlyList<ObservationRow> Rows);

/// <summary>
/// A batch of observations that passed its reader: every sequence from <see cref="First"/> to <see cref="Last"/> is in
/// exactly one row or exactly one lost range. Identified by owner, station, epoch and sequences.
/// </summary>
/// <param name="Owner">The bronhouder, as the message says; compare it with the topic by <see cref="Contradicts"/>.</param>
/// <param name="Station">The station, as the message says.</param>
/// <param name="Epoch">The outbox the sequences are of.</param>
/// <param name="First">First sequence, 1 or more.</param>
/// <param name="Last">Last sequence.</param>
/// <param name="Lost">Ranges that the gateway does not hold any more, ascending.</param>
/// <param name="Datastreams">Rows, by datastream and procedure.</param>
public sealed record ObservationBatch(
    string Owner,
    string Station,
    Epoch Epoch,
    long First,
    long Last,
    IReadOnlyList<LostRange> Lost,
    IReadOnlyList<DatastreamRows> Datastreams)
{
    /// <summary>Number of observations in the batch.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var group in Datastreams)
            {
                count += group.Rows.Count;
            }

            return count;
        }
    }

    /// <summary>Whether the message names another owner or station than its topic, in its head or in a datastream id.</summary>
    public bool Contradicts(WireTopic topic, out WireFault fault)
    {
        if (WireContradiction.Find(topic, WireKind.Obs, Owner, Station, null, out fault))
        {
            return true;
        }

        for (var i = 0; i < Datastreams.Count; i++)
        {
            if (WireContradiction.FindDatastream(topic, Datastreams[i].Datastream, $"$.datastreams[{i}].Datastream.@iot.id", out fault))
            {
                return true;
            }
        }

        return false;
    }
}
