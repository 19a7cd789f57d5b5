using System.Collections.Immutable;
using MeetNet.Observations;
using MeetNet.Observations.Procedures;
using MeetNet.Sqlite;

namespace MeetNet.Ingest.Catalogue;

/// <summary>
/// The catalogue on disk: plain tables, so that a person with <c>sqlite3</c> can read it. One writer, the projection.
/// </summary>
internal sealed class CatalogueFile : IDisposable
{
    /// <summary>"MNca".</summary>
    private const int ApplicationId = 0x4D4E6361;

    private const string Schema = """
        CREATE TABLE cursor (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL) STRICT;
        INSERT INTO cursor VALUES (1, 0);
        CREATE TABLE stations (
            owner TEXT NOT NULL, station TEXT NOT NULL, issued TEXT NOT NULL,
            name_nl TEXT NOT NULL, name_en TEXT NOT NULL, description_nl TEXT NOT NULL, description_en TEXT NOT NULL,
            simulated INTEGER NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL, crs TEXT NOT NULL,
            surface_value REAL, surface_unit TEXT, surface_datum TEXT, surface_native_value REAL, surface_native_datum TEXT, surface_transformation TEXT,
            native_x REAL, native_y REAL, native_crs TEXT, native_transformation TEXT, native_accuracy REAL, siting TEXT,
            PRIMARY KEY (owner, station)) STRICT, WITHOUT ROWID;
        CREATE TABLE sensors (
            owner TEXT NOT NULL, station TEXT NOT NULL, place INTEGER NOT NULL, id TEXT NOT NULL,
            maker TEXT NOT NULL, model TEXT NOT NULL, serial_number TEXT NOT NULL, profile TEXT NOT NULL, profile_version TEXT NOT NULL,
            PRIMARY KEY (owner, station, place)) STRICT, WITHOUT ROWID;
        CREATE TABLE datastreams (
            id TEXT PRIMARY KEY, owner TEXT NOT NULL, station TEXT NOT NULL, sensor TEXT NOT NULL, property TEXT NOT NULL,
            name_nl TEXT NOT NULL, name_en TEXT NOT NULL, feature_of_interest TEXT NOT NULL,
            unit_name TEXT NOT NULL, unit_symbol TEXT NOT NULL, unit_definition TEXT NOT NULL,
            interval TEXT, procedure TEXT NOT NULL, announced INTEGER NOT NULL, method TEXT) STRICT, WITHOUT ROWID;
        CREATE TABLE procedures (
            id TEXT NOT NULL, valid_from TEXT NOT NULL, datastream TEXT NOT NULL, json TEXT NOT NULL, announced TEXT,
            PRIMARY KEY (id, valid_from)) STRICT, WITHOUT ROWID;
        """;

    /// <summary>From version 1, which did not keep where a station was surveyed.</summary>
    private const string NativePositions = """
        ALTER TABLE stations ADD COLUMN native_x REAL;
        ALTER TABLE stations ADD COLUMN native_y REAL;
        ALTER TABLE stations ADD COLUMN native_crs TEXT;
        ALTER TABLE stations ADD COLUMN native_transformation TEXT;
        ALTER TABLE stations ADD COLUMN native_accuracy REAL;
        """;

    /// <summary>From version 2, which did not keep what owners state for whoever compares.</summary>
    private const string ComparedFacts = """
        ALTER TABLE stations ADD COLUMN siting TEXT;
        ALTER TABLE datastreams ADD COLUMN method TEXT;
        """;

    /// <summary>From version 3, which did not keep when a procedure was first announced.</summary>
    private const string FirstAnnounced = "ALTER TABLE procedures ADD COLUMN announced TEXT;";

    private readonly SqliteFile _file;

    public CatalogueFile(string path)
    {
        _file = SqliteFile.OpenWriter(path, new SqliteOptions
        {
            ApplicationId = ApplicationId,
            Version = 4,
            Migrate = static (file, version) => file.Execute(version switch { 0 => Schema, 1 => NativePositions + ComparedFacts + FirstAnnounced, 2 => ComparedFacts + FirstAnnounced, _ => FirstAnnounced }),
            Synchronous = SqliteSynchronous.Normal,     // what a power cut takes of it is derived again from the log
        });
        Cursor = _file.Scalar("SELECT position FROM cursor");
    }

    public long Cursor { get; private set; }

    public CatalogueModel Load() => new()
    {
        Stations = LoadStations(),
        Datastreams = LoadDatastreams(),
        Procedures = LoadProcedures(),
        FirstAnnounced = LoadFirstAnnounced(),
    };

    /// <summary>Writes what differs between two models, and the cursor, in one transaction.</summary>
    public void Save(CatalogueModel before, CatalogueModel after, long cursor)
    {
        _file.Write(() =>
        {
            foreach (var station in after.Stations.Values.Where(station => !ReferenceEquals(before.Stations.GetValueOrDefault(station.Id), station)))
            {
                Save(station);
            }
            foreach (var datastream in after.Datastreams.Values.Where(entry => before.Datastreams.GetValueOrDefault(entry.Id) != entry))
            {
                Save(datastream);
            }
            foreach (var procedure in after.Procedures.Values.SelectMany(versions => versions).Where(procedure => !Has(before, procedure)))
            {
                Save(procedure, after.FirstAnnounced.GetValueOrDefault(new ProcedureKey(procedure.Id, procedure.ValidFrom)));
            }
            SaveCursor(cursor);
        });
        Cursor = cursor;
    }

    public void Reset()
    {
        _file.Write(() =>
        {
            _file.Execute("DELETE FROM stations; DELETE FROM sensors; DELETE FROM datastreams; DELETE FROM procedures");
            SaveCursor(0);
        });
        Cursor = 0;
    }

    public void Dispose() => _file.Dispose();

    private static bool Has(CatalogueModel model, Procedure procedure) =>
        model.Procedures.TryGetValue(procedure.Id, out var versions) && versions.Any(version => version.ValidFrom == procedure.ValidFrom);

    private void SaveCursor(long cursor)
    {
        using var update = _file.Prepare("UPDATE cursor SET position = ?1");
        update.Bind(1, cursor).Run();
    }

    private void Save(StationEntry entry)
    {
        var (thing, surface, native) = (entry.Thing, entry.Thing.SurfaceLevel, entry.Thing.Location.Native);
        using var station = _file.Prepare("INSERT OR REPLACE INTO stations VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23)");
        station.Bind(1, entry.Owner).Bind(2, entry.Station).Bind(3, Iso8601.Format(entry.Issued))
            .Bind(4, thing.Name.Nl).Bind(5, thing.Name.En).Bind(6, thing.Description.Nl).Bind(7, thing.Description.En)
            .Bind(8, thing.Simulated ? 1 : 0).Bind(9, thing.Location.Latitude).Bind(10, thing.Location.Longitude).Bind(11, thing.Location.Crs)
            .Bind(12, surface?.Value).Bind(13, surface?.Unit).Bind(14, surface?.Datum)
            .Bind(15, surface?.Native?.Value).Bind(16, surface?.Native?.Datum).Bind(17, surface?.Transformation)
            .Bind(18, native?.X).Bind(19, native?.Y).Bind(20, native?.Crs).Bind(21, native?.Transformation).Bind(22, native?.Accuracy)
            .Bind(23, thing.Siting)
            .Run();
        using var forget = _file.Prepare("DELETE FROM sensors WHERE owner = ?1 AND station = ?2");
        forget.Bind(1, entry.Owner).Bind(2, entry.Station).Run();
        using var insert = _file.Prepare("INSERT INTO sensors VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)");
        for (var place = 0; place < entry.Sensors.Length; place++)
        {
            var sensor = entry.Sensors[place];
            insert.Bind(1, entry.Owner).Bind(2, entry.Station).Bind(3, place).Bind(4, sensor.Id).Bind(5, sensor.Maker).Bind(6, sensor.Model)
                .Bind(7, sensor.SerialNumber).Bind(8, sensor.Profile).Bind(9, sensor.ProfileVersion).Run();
        }
    }

    private void Save(DatastreamEntry entry)
    {
        var (datastream, id) = (entry.Datastream, entry.Datastream.Id);
        using var insert = _file.Prepare("INSERT OR REPLACE INTO datastreams VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)");
        insert.Bind(1, entry.Id).Bind(2, id.Owner).Bind(3, id.Station).Bind(4, id.Sensor).Bind(5, id.Property)
            .Bind(6, datastream.Name.Nl).Bind(7, datastream.Name.En).Bind(8, datastream.FeatureOfInterest)
            .Bind(9, datastream.UnitOfMeasurement.Name).Bind(10, datastream.UnitOfMeasurement.Symbol).Bind(11, datastream.UnitOfMeasurement.Definition)
            .Bind(12, datastream.Interval is { } interval ? Iso8601.FormatDuration(interval) : null).Bind(13, datastream.Procedure).Bind(14, entry.Announced ? 1 : 0)
            .Bind(15, datastream.Method)
            .Run();
    }

    private void Save(Procedure procedure, DateTimeOffset announced)
    {
        using var insert = _file.Prepare("INSERT OR REPLACE INTO procedures VALUES (?1,?2,?3,?4,?5)");
        insert.Bind(1, procedure.Id).Bind(2, Iso8601.Format(procedure.ValidFrom)).Bind(3, procedure.Datastream.ToString()).BindText(4, procedure.ToUtf8()).Bind(5, Iso8601.Format(announced)).Run();
    }

    private ImmutableSortedDictionary<string, StationEntry> LoadStations()
    {
        var sensors = new Dictionary<string, List<Sensor>>(StringComparer.Ordinal);
        using (var rows = _file.Prepare("SELECT owner || '/' || station, id, maker, model, serial_number, profile, profile_version FROM sensors ORDER BY owner, station, place"))
        {
            while (rows.Step())
            {
                if (!sensors.TryGetValue(rows.Text(0), out var list))
                {
                    sensors[rows.Text(0)] = list = [];
                }
                list.Add(new Sensor(rows.Text(1), rows.Text(2), rows.Text(3), rows.Text(4), rows.Text(5), rows.Text(6)));
            }
        }

        var stations = ImmutableSortedDictionary.CreateBuilder<string, StationEntry>(StringComparer.Ordinal);
        using var row = _file.Prepare("SELECT * FROM stations");
        while (row.Step())
        {
            var native = row.IsNull(14) ? null : new NativeLevel(row.Double(14), row.Text(15));
            var surface = row.IsNull(11) ? null : new SurfaceLevel(row.Double(11), row.Text(12), row.Text(13), native, row.TextOrNull(16));
            var position = row.IsNull(17) ? null : new NativePosition(row.Double(17), row.Double(18), row.Text(19), row.Text(20), row.Double(21));
            var thing = new Thing(
                new LocalizedText(row.Text(3), row.Text(4)), new LocalizedText(row.Text(5), row.Text(6)), row.Int64(7) == 1,
                new Location(row.Double(8), row.Double(9), row.Text(10), position), surface, row.TextOrNull(22));
            var id = $"{row.Text(0)}/{row.Text(1)}";
            stations[id] = new StationEntry(row.Text(0), row.Text(1), Instant(row.Text(2)), thing, [.. sensors.GetValueOrDefault(id) ?? []]);
        }
        return stations.ToImmutable();
    }

    private ImmutableSortedDictionary<string, DatastreamEntry> LoadDatastreams()
    {
        var datastreams = ImmutableSortedDictionary.CreateBuilder<string, DatastreamEntry>(StringComparer.Ordinal);
        using var row = _file.Prepare("SELECT * FROM datastreams");
        while (row.Step())
        {
            TimeSpan? interval = Iso8601.TryParseDuration(row.TextOrNull(11), out var announced) ? announced : null;
            var datastream = new Datastream(
                DatastreamId.Create(row.Text(1), row.Text(2), row.Text(3), row.Text(4)), new LocalizedText(row.Text(5), row.Text(6)), row.Text(7),
                new UnitOfMeasurement(row.Text(8), row.Text(9), row.Text(10)), interval, row.Text(12), row.TextOrNull(14));
            datastreams[row.Text(0)] = new DatastreamEntry(datastream, row.Int64(13) == 1);
        }
        return datastreams.ToImmutable();
    }

    private ImmutableDictionary<string, ImmutableArray<Procedure>> LoadProcedures()
    {
        var procedures = ImmutableDictionary.CreateBuilder<string, ImmutableArray<Procedure>>(StringComparer.Ordinal);
        using var row = _file.Prepare("SELECT id, json FROM procedures ORDER BY id, valid_from");
        while (row.Step())
        {
            if (!Procedure.TryRead(row.Bytes(1), out var procedure, out var fault))
            {
                throw new SqliteFault(SqliteFaultKind.Corrupt, 0, $"{_file.Path}: procedure {row.Text(0)} can't be read: {fault}. Run: meetnet-ingest rebuild catalogue");
            }
            procedures[row.Text(0)] = procedures.TryGetValue(row.Text(0), out var versions) ? versions.Add(procedure) : [procedure];
        }
        return procedures.ToImmutable();
    }

    private ImmutableDictionary<ProcedureKey, DateTimeOffset> LoadFirstAnnounced()
    {
        var first = ImmutableDictionary.CreateBuilder<ProcedureKey, DateTimeOffset>();
        using var row = _file.Prepare("SELECT id, valid_from, announced FROM procedures WHERE announced IS NOT NULL");
        while (row.Step())
        {
            first.Add(new ProcedureKey(row.Text(0), Instant(row.Text(1))), Instant(row.Text(2)));
        }
        return first.ToImmutable();
    }

    private static DateTimeOffset Instant(string text) =>
        Iso8601.TryParse(text, out var instant) ? instant : throw new FormatException($"'{text}' is no instant.");
}
