using System.Text.Json;
using MeetNet.Devices;
using MeetNet.Gateway.Acquisition;
using MeetNet.Gateway.Lines;
using MeetNet.Gateway.Stations;
using MeetNet.Sqlite;

namespace MeetNet.Gateway.Clock;

/// <summary>A set of readings on the disk.</summary>
/// <param name="Id">Its place in the order of arrival.</param>
/// <param name="Boot">The run of the machine that it arrived in.</param>
/// <param name="Monotonic">When, since some moment of that run.</param>
/// <param name="Set">As it arrived, without a receipt; null when the station has no such instrument any more.</param>
internal sealed record UndatedSet(long Id, string Boot, TimeSpan Monotonic, ReadingSet? Set);

/// <summary>
/// The sets of readings that arrived while the time was not known, in a file, so that they survive a power cut: with the monotonic time of their arrival, from which the time follows as soon as it is known.
/// The file is made when it is first needed. Not thread-safe.
/// </summary>
internal sealed class UndatedSets : IDisposable
{
    /// <summary>"MNun" in ASCII (PRAGMA application_id).</summary>
    private const int ApplicationId = 0x4D4E756E;

    private const string Tables = """
        CREATE TABLE sets(id INTEGER PRIMARY KEY AUTOINCREMENT, boot TEXT NOT NULL, monotonic INTEGER NOT NULL, utc INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE TABLE offsets(boot TEXT PRIMARY KEY, ticks INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """;

    private readonly string _path;
    private readonly Dictionary<string, Instrument> _instruments;
    private SqliteFile? _file;

    /// <param name="path">Of the file; opened now when it is there.</param>
    /// <exception cref="SqliteFault">It can't be opened.</exception>
    public UndatedSets(string path, Station station)
    {
        _path = path;
        _instruments = station.Instruments.ToDictionary(i => i.Sensor, StringComparer.Ordinal);
        if (File.Exists(path))
        {
            _file = OpenOrSetAside();
            Count = _file?.Scalar("SELECT COUNT(*) FROM sets") ?? 0;
        }
    }

    /// <summary>Where a damaged file was put; null when it was not.</summary>
    public string? SetAside { get; private set; }

    /// <summary>Sets that wait.</summary>
    public long Count { get; private set; }

    /// <summary>Keeps the sets in one transaction; when it returns they are on the disk.</summary>
    public void Keep(string boot, IReadOnlyList<(ReadingSet Set, TimeSpan Monotonic)> sets)
    {
        var file = _file ??= Open();
        file.Write(() =>
        {
            using var insert = file.Prepare("INSERT INTO sets(boot, monotonic, utc, body) VALUES(?1, ?2, ?3, ?4)");
            foreach (var (set, monotonic) in sets)
            {
                insert.Bind(1, boot).Bind(2, monotonic.Ticks).Bind(3, set.SampledAt.Utc.Ticks).Bind(4, Body.Write(set)).Run();
            }
        });
        Count += sets.Count;
    }

    /// <summary>The first sets after one, in the order of arrival.</summary>
    public IReadOnlyList<UndatedSet> After(long id, int limit)
    {
        var sets = new List<UndatedSet>();
        if (_file is { } file)
        {
            using var select = file.Prepare("SELECT id, boot, monotonic, utc, body FROM sets WHERE id > ?1 ORDER BY id LIMIT ?2");
            select.Bind(1, id).Bind(2, limit);
            while (select.Step())
            {
                sets.Add(new UndatedSet(
                    select.Int64(0), select.Text(1), TimeSpan.FromTicks(select.Int64(2)),
                    Body.Read(select.Bytes(4), _instruments, new ArrivalTime(0, new DateTimeOffset(select.Int64(3), TimeSpan.Zero)))));
            }
        }

        return sets;
    }

    /// <summary>Forgets the sets up to one.</summary>
    public void Forget(long through)
    {
        if (_file is { } file)
        {
            using var delete = file.Prepare("DELETE FROM sets WHERE id <= ?1");
            delete.Bind(1, through).Run();
            Count -= file.Changes;
        }
    }

    /// <summary>
    /// How far the wall clock was from the monotonic one of a run of the machine, once it was known; null when it never was. The first word stays, so that a set that comes to the outbox twice,
    /// because the gateway ended in between, has the same time both times.
    /// </summary>
    public TimeSpan? OffsetOf(string boot)
    {
        if (_file is not { } file)
        {
            return null;
        }

        using var select = file.Prepare("SELECT ticks FROM offsets WHERE boot = ?1");
        return select.Bind(1, boot).Step() ? TimeSpan.FromTicks(select.Int64(0)) : null;
    }

    /// <inheritdoc cref="OffsetOf"/>
    public void Remember(string boot, TimeSpan offset)
    {
        if (_file is { } file)
        {
            using var insert = file.Prepare("INSERT INTO offsets(boot, ticks) VALUES(?1, ?2) ON CONFLICT DO NOTHING");
            insert.Bind(1, boot).Bind(2, offset.Ticks).Run();
        }
    }

    public void Dispose() => _file?.Dispose();

    private SqliteFile? OpenOrSetAside()
    {
        try
        {
            return Open();
        }
        catch (SqliteFault fault) when (fault.Kind == SqliteFaultKind.Corrupt)
        {
            SetAside = _path + ".damaged";
            File.Move(_path, SetAside, overwrite: true);
            File.Delete(SqliteFile.WalOf(_path));
            return null;
        }
    }

    private SqliteFile Open() => SqliteFile.OpenWriter(
        _path, new SqliteOptions { ApplicationId = ApplicationId, Version = 1, Migrate = (file, _) => file.Execute(Tables) });

    /// <summary>A set as it stands in the file; fields by name, for a profile may have another order after an update.</summary>
    private sealed record Body(string Sensor, Reading[] Readings, DeviceTime? DeviceTime, DateTimeOffset? NetworkTime, string? Reason)
    {
        public static byte[] Write(in ReadingSet set)
        {
            var fields = set.Instrument.Profile.Fields;
            var readings = new Reading[set.Readings.Length];
            for (var i = 0; i < readings.Length; i++)
            {
                var reading = set.Readings.Span[i];
                readings[i] = new Reading(fields[reading.Field].Name, double.IsFinite(reading.Value) ? reading.Value : null, reading.Status, reading.Time);
            }

            return JsonSerializer.SerializeToUtf8Bytes(new Body(set.Instrument.Sensor, readings, set.DeviceTime, set.NetworkTime, set.Reason));
        }

        public static ReadingSet? Read(ReadOnlySpan<byte> json, Dictionary<string, Instrument> instruments, ArrivalTime arrival)
        {
            var body = JsonSerializer.Deserialize<Body>(json)!;
            if (!instruments.TryGetValue(body.Sensor, out var instrument))
            {
                return null;
            }

            var readings = body.Readings.Where(r => instrument.Profile.FieldIndex(r.Field) >= 0)
                .Select(r => new RawReading(instrument.Profile.FieldIndex(r.Field), r.Value ?? double.NaN, r.Status) { Time = r.Time }).ToArray();
            return new ReadingSet(instrument, arrival, readings, body.DeviceTime, body.NetworkTime, body.Reason);
        }
    }

    private sealed record Reading(string Field, double? Value, ReadingStatus Status, DeviceTime? Time);
}
