using System.Text.Json;
using MeetNet.Observations.Procedures;

namespace MeetNet.Observations.Wire;

/// <summary>Reads announcements, and checks that what they name in one place they announce in another.</summary>
internal static class AnnouncementReader
{
    private static readonly WireMembers Members = new(
        "v", "owner", "station", "issued", "thing", "sensors", "datastreams", "procedures", "inForce?", "crc");

    private static readonly WireMembers SensorMembers = new(
        "id", "maker", "model", "serialNumber", "profile", "profileVersion");

    private static readonly WireMembers DatastreamMembers = new(
        "@iot.id", "name", "sensor", "observedProperty", "featureOfInterest", "unitOfMeasurement", "interval", "procedure", "method?");

    private static readonly WireMembers UnitMembers = new("name", "symbol", "definition");

    private delegate bool Item<T>(ref WireCursor cursor, out T item);

    public static bool Read(ref WireCursor cursor, out Announcement message)
    {
        message = null!;
        var (owner, station, issued, thing) = ("", "", default(DateTimeOffset), default(Thing));
        List<Sensor> sensors = [];
        List<Datastream> datastreams = [];
        List<Procedure> procedures = [];
        List<string> inForce = [];
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Members, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                1 => cursor.Name(out owner),
                2 => cursor.Name(out station),
                3 => cursor.Instant(out issued),
                4 => ThingReader.Read(ref cursor, out thing),
                5 => ReadList(ref cursor, ReadSensor, sensors),
                6 => ReadList(ref cursor, ReadDatastream, datastreams),
                7 => ReadList(ref cursor, ProcedureReader.Read, procedures),
                8 => ReadIds(ref cursor, inForce),
                _ => cursor.Ignore(),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(Members, seen))
        {
            return false;
        }

        if ((Disagreement(owner, station, sensors, datastreams, procedures) ?? Disagreement(inForce, procedures)) is { } problem)
        {
            return cursor.Fail(WireReasons.BadValue, problem);
        }

        message = new Announcement(owner, station, issued, thing!, sensors, datastreams, procedures) { InForce = inForce };
        return true;
    }

    /// <summary>In force is what was announced, and of one datastream not two from the same time on.</summary>
    private static string? Disagreement(List<string> inForce, List<Procedure> procedures)
    {
        var begins = new HashSet<(DatastreamId, DateTimeOffset)>();
        foreach (var id in inForce)
        {
            var procedure = procedures.Find(p => p.Id == id);
            if (procedure is null)
            {
                return $"expected the procedure '{id}' that is in force among the procedures";
            }

            if (!begins.Add((procedure.Datastream, procedure.ValidFrom)))
            {
                return $"expected the procedure '{id}' that is in force to begin at a time of its own";
            }
        }

        return null;
    }

    private static string? Disagreement(
        string owner, string station, List<Sensor> sensors, List<Datastream> datastreams, List<Procedure> procedures)
    {
        var sensorIds = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sensor in sensors)
        {
            if (!sensorIds.Add(sensor.Id))
            {
                return $"expected each sensor once, found '{sensor.Id}' again";
            }
        }

        var procedureIds = new HashSet<(string, DatastreamId)>();
        foreach (var procedure in procedures)
        {
            if (!procedureIds.Add((procedure.Id, procedure.Datastream)))
            {
                return $"expected each procedure once, found '{procedure.Id}' again";
            }
        }

        var datastreamIds = new HashSet<DatastreamId>();
        foreach (var datastream in datastreams)
        {
            var id = datastream.Id;
            var problem = !datastreamIds.Add(id) ? $"expected each datastream once, found '{id}' again"
                : !id.BelongsTo(owner, station) ? $"expected datastreams of '{owner}/{station}', found '{id}'"
                : !sensorIds.Contains(id.Sensor) ? $"expected the sensor '{id.Sensor}' of '{id}' among the sensors"
                : !procedureIds.Contains((datastream.Procedure, id)) ? $"expected the procedure '{datastream.Procedure}' of '{id}' among the procedures"
                : null;
            if (problem is not null)
            {
                return problem;
            }
        }

        foreach (var procedure in procedures)
        {
            if (!procedure.Datastream.BelongsTo(owner, station))
            {
                return $"expected procedures of '{owner}/{station}', found one of '{procedure.Datastream}'";
            }
        }

        return null;
    }

    private static bool ReadList<T>(ref WireCursor cursor, Item<T> read, List<T> list)
    {
        if (!cursor.EnterArray())
        {
            return false;
        }

        while (cursor.Read() && cursor.Token != JsonTokenType.EndArray)
        {
            if (cursor.Token != JsonTokenType.StartObject)
            {
                return cursor.Expected("an object");
            }

            if (list.Count == WireLimits.AnnouncedItems)
            {
                return cursor.Fail(WireReasons.TooLarge, $"expected at most {WireLimits.AnnouncedItems} items");
            }

            if (!read(ref cursor, out var item))
            {
                return false;
            }

            list.Add(item);
        }

        return true;
    }

    private static bool ReadIds(ref WireCursor cursor, List<string> ids)
    {
        if (!cursor.EnterArray())
        {
            return false;
        }

        // The end of the array is found by looking ahead on a copy: an id is read together with its token.
        for (var ahead = cursor; ahead.Read() && ahead.Token != JsonTokenType.EndArray; ahead = cursor)
        {
            if (ids.Count == WireLimits.AnnouncedItems)
            {
                return cursor.Fail(WireReasons.TooLarge, $"expected at most {WireLimits.AnnouncedItems} items");
            }

            if (!cursor.ProcedureId(out var id))
            {
                return false;
            }

            ids.Add(id);
        }

        return cursor.Read();
    }

    private static bool ReadSensor(ref WireCursor cursor, out Sensor sensor)
    {
        sensor = null!;
        var (id, maker, model, serial, profile, version) = ("", "", "", "", "", "");
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(SensorMembers, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => cursor.Name(out id),
                1 => cursor.Text(out maker),
                2 => cursor.Text(out model),
                3 => cursor.Text(out serial),
                4 => cursor.Text(out profile),
                _ => cursor.Text(out version),
            };
            if (!valid)
            {
                return false;
            }
        }

        sensor = new Sensor(id, maker, model, serial, profile, version);
        return cursor.Finished(SensorMembers, seen);
    }

    private static bool ReadDatastream(ref WireCursor cursor, out Datastream datastream)
    {
        datastream = null!;
        var (idText, sensor, property, feature, procedure, method) = ("", "", "", "", "", default(string));
        var (name, unit, interval) = (default(LocalizedText), default(UnitOfMeasurement), default(TimeSpan?));
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(DatastreamMembers, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => cursor.DatastreamId(out idText),
                1 => ThingReader.ReadText(ref cursor, out name),
                2 => cursor.Name(out sensor),
                3 => cursor.PropertyName(out property),
                4 => cursor.PropertyName(out feature),
                5 => ReadUnit(ref cursor, out unit),
                6 => cursor.DurationOrNull(out interval),
                7 => cursor.ProcedureId(out procedure),
                _ => cursor.Name(out method),
            };
            if (!valid)
            {
                return false;
            }
        }

        if (!cursor.Finished(DatastreamMembers, seen) || !DatastreamId.TryParse(idText, out var id))
        {
            return false;
        }

        if (!string.Equals(id.Sensor, sensor, StringComparison.Ordinal) || !string.Equals(id.Property, property, StringComparison.Ordinal))
        {
            return cursor.Fail(WireReasons.BadValue, $"expected the sensor and observed property of '{id}', found '{sensor}' and '{property}'");
        }

        datastream = new Datastream(id, name!, feature, unit!, interval, procedure, method);
        return true;
    }

    private static bool ReadUnit(ref WireCursor cursor, out UnitOfMeasurement? unit)
    {
        unit = null;
        if (!cursor.EnterObject())
        {
            return false;
        }

        var (name, symbol, definition) = ("", "", "");
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(UnitMembers, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => cursor.Text(out name),
                1 => cursor.Text(out symbol),
                _ => cursor.Text(out definition),
            };
            if (!valid)
            {
                return false;
            }
        }

        unit = new UnitOfMeasurement(name, symbol, definition);
        return cursor.Finished(UnitMembers, seen);
    }
}
