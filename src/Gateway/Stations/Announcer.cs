using System.Text;
using MeetNet.Observations;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Wire;

namespace MeetNet.Gateway.Stations;

/// <summary>
/// What the station says of itself: its sensors, datastreams and procedures. Procedures of earlier station files are remembered in the data folder and
/// announced too: observations that wait in the outbox still name them.
/// </summary>
internal sealed class Announcer
{
    private const string FileName = "procedures.jsonl";

    /// <summary>Half of what an announcement may hold; the oldest are forgotten first.</summary>
    private const int Remembered = WireLimits.AnnouncedItems / 2;

    private readonly Station _station;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<Procedure> _procedures;

    private Announcer(Station station, TimeProvider time, IReadOnlyList<Procedure> procedures)
    {
        _station = station;
        _time = time;
        _procedures = procedures;
    }

    /// <summary>Reads what was announced before, adds what is new, and keeps both.</summary>
    public static Announcer Open(Station station, string dataFolder, TimeProvider time)
    {
        var path = Path.Combine(dataFolder, FileName);
        var present = station.Datastreams.SelectMany(d => d.Procedures.All).ToList();
        var before = Earlier(path).Where(p => p.Datastream.BelongsTo(station.Owner, station.Name) && present.All(n => n.Id != p.Id)).TakeLast(Remembered);
        IReadOnlyList<Procedure> all = [.. before, .. present];
        var written = path + ".new";
        File.WriteAllLines(written, all.Select(p => Encoding.UTF8.GetString(p.ToUtf8())));
        File.Move(written, path, overwrite: true);
        return new Announcer(station, time, all);
    }

    /// <summary>Every procedure that observations of this gateway may name: those of the station file, and those remembered.</summary>
    public IReadOnlyList<Procedure> Procedures => _procedures;

    /// <summary>The announcement, as bytes.</summary>
    public byte[] Make() => new Announcement(
        _station.Owner,
        _station.Name,
        _time.GetUtcNow(),
        _station.Thing,
        [.. _station.Instruments.Select(i => new Sensor(
            i.Sensor, i.Profile.Maker, i.Profile.Model, i.SerialNumber, i.Profile.Id,
            i.Profile.Version.ToString(System.Globalization.CultureInfo.InvariantCulture)))],
        [.. _station.Datastreams.Select(Describe)],
        _procedures)
    {
        InForce = [.. _station.Datastreams.SelectMany(d => d.Procedures.All).Select(procedure => procedure.Id)],
    }.ToUtf8();

    private Datastream Describe(DatastreamPlan plan) => new(
        plan.Id,
        new LocalizedText($"{plan.Property.Label.Nl} ({plan.Id.Sensor})", $"{plan.Property.Label.En} ({plan.Id.Sensor})"),
        plan.Property.Medium,
        plan.Property.UnitOfMeasurement,
        plan.Interval,
        plan.Procedures.At(PhenomenonTime.Instant(_time.GetUtcNow())).Id,
        plan.Method);

    /// <summary>A line that can't be read (cut short by a power cut) is of no use and does no harm: its procedure was announced when it was new.</summary>
    private static IEnumerable<Procedure> Earlier(string path)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        foreach (var line in File.ReadLines(path))
        {
            if (Procedure.TryRead(Encoding.UTF8.GetBytes(line), out var procedure, out _))
            {
                yield return procedure;
            }
        }
    }
}
