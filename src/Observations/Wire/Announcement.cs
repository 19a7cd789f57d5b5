using System.Buffers;
using MeetNet.Observations.Procedures;

namespace MeetNet.Observations.Wire;

/// <summary>
/// What a station is: its sensors, its datastreams, and the procedures its observations name. Retained, so that a hub that
/// comes later knows too. The centre believes it and never decodes with a copy of its own.
/// </summary>
/// <param name="Owner">The bronhouder.</param>
/// <param name="Station">The station.</param>
/// <param name="Issued">When the gateway made it, UTC.</param>
/// <param name="Thing">The station itself.</param>
/// <param name="Sensors">Its sensors, each id once.</param>
/// <param name="Datastreams">Its datastreams, each id once, each of a sensor and with a procedure that is announced.</param>
/// <param name="Procedures">All procedures of its datastreams, also those of the past that waiting observations still name.</param>
public sealed record Announcement(
    string Owner,
    string Station,
    DateTimeOffset Issued,
    Thing Thing,
    IReadOnlyList<Sensor> Sensors,
    IReadOnlyList<Datastream> Datastreams,
    IReadOnlyList<Procedure> Procedures)
{
    /// <summary>
    /// Ids of the procedures by which the owner wants his datastreams to be harmonised, whenever that is done; the others only explain what was harmonised before.
    /// Empty when the gateway does not say.
    /// </summary>
    public IReadOnlyList<string> InForce { get; init; } = [];

    /// <summary>The versions in force of a datastream's procedure; null when the gateway does not say.</summary>
    public ProcedureVersions? VersionsOf(DatastreamId datastream)
    {
        var inForce = Procedures.Where(procedure => procedure.Datastream == datastream && InForce.Contains(procedure.Id)).ToList();
        return inForce.Count == 0 ? null : new ProcedureVersions(inForce);
    }

    /// <summary>Reads a message; never throws.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out Announcement message, out WireFault fault) =>
        WireEnvelope.TryRead(payload, AnnouncementReader.Read, out message, out fault);

    /// <summary>Writes the message.</summary>
    public void Write(IBufferWriter<byte> destination) =>
        WireEnvelope.Write(destination, json => AnnouncementWriter.Write(json, this));

    /// <summary>The message as bytes.</summary>
    public byte[] ToUtf8() => WireEnvelope.ToUtf8(json => AnnouncementWriter.Write(json, this));

    /// <summary>Whether the message names another owner or station than its topic, in its head or in a datastream id.</summary>
    public bool Contradicts(WireTopic topic, out WireFault fault)
    {
        if (WireContradiction.Find(topic, WireKind.Announcement, Owner, Station, null, out fault))
        {
            return true;
        }

        for (var i = 0; i < Datastreams.Count; i++)
        {
            if (WireContradiction.FindDatastream(topic, Datastreams[i].Id.ToString(), $"$.datastreams[{i}].@iot.id", out fault))
            {
                return true;
            }
        }

        for (var i = 0; i < Procedures.Count; i++)
        {
            if (WireContradiction.FindDatastream(topic, Procedures[i].Datastream.ToString(), $"$.procedures[{i}].datastream", out fault))
            {
                return true;
            }
        }

        return false;
    }
}
