using MeetNet.Observations;
using MeetNet.Observations.Wire;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Import;

/// <summary>What the fact log holds of a station that was imported to before: what imported rows are compared with.</summary>
internal sealed class LoggedStation
{
    private readonly Dictionary<(string Datastream, PhenomenonTime Time), (string Procedure, ObservationRow Row)> _newest = [];

    /// <summary>The last announcement; null when there is none.</summary>
    public Announcement? Announcement { get; private set; }

    /// <summary>The highest sequence of the station's import outbox; 0 before the first.</summary>
    public long Last { get; private set; }

    /// <summary>Reads the log; false when a gateway sends, or has sent, for the station.</summary>
    public static bool TryRead(SqliteFile log, string owner, string station, out LoggedStation logged)
    {
        logged = new LoggedStation();
        using (var others = log.Prepare("SELECT count(*) FROM outboxes WHERE owner = ?1 AND station = ?2 AND epoch NOT IN ('', ?3)"))
        {
            others.Bind(1, owner).Bind(2, station).Bind(3, ImportedStation.Epoch.ToString());
            if (others.Step() && others.Int64(0) > 0)
            {
                return false;
            }
        }
        using (var announced = log.Prepare("""
            SELECT f.payload FROM stations s JOIN facts f ON f.position = s.announced_position WHERE s.owner = ?1 AND s.station = ?2
            """))
        {
            announced.Bind(1, owner).Bind(2, station);
            if (announced.Step())
            {
                if (!Announcement.TryRead(announced.Bytes(0), out var announcement, out _) || !announcement.Sensors.All(ImportedStation.IsImported))
                {
                    return false;
                }
                logged.Announcement = announcement;
            }
        }
        logged.ReadRows(log, owner, station);
        return true;
    }

    /// <summary>The newest revision of an observation; null when there is none.</summary>
    public (string Procedure, ObservationRow Row)? Newest(string datastream, PhenomenonTime time) =>
        _newest.TryGetValue((datastream, time), out var found) ? found : null;

    private void ReadRows(SqliteFile log, string owner, string station)
    {
        using var facts = log.Prepare("""
            SELECT f.payload FROM facts f JOIN outboxes o ON o.id = f.outbox
            WHERE o.owner = ?1 AND o.station = ?2 AND o.epoch = ?3 ORDER BY f.position
            """);
        facts.Bind(1, owner).Bind(2, station).Bind(3, ImportedStation.Epoch.ToString());
        while (facts.Step())
        {
            if (!BatchReader.TryRead(facts.Bytes(0), out var batch, out var fault))
            {
                // Its sequences are given out, and what it held can't be compared: a person has to look.
                throw new ImportException(0, $"a fact of {owner}/{station} in the log is damaged: {fault}");
            }
            Last = Math.Max(Last, batch.Last);
            foreach (var group in batch.Datastreams)
            {
                foreach (var row in group.Rows)
                {
                    if (!_newest.TryGetValue((group.Datastream, row.PhenomenonTime), out var known) || known.Row.Revision <= row.Revision)
                    {
                        _newest[(group.Datastream, row.PhenomenonTime)] = (group.Procedure, row);
                    }
                }
            }
        }
    }
}
