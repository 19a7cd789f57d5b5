using System.Buffers;
using MeetNet.Ingest.Tests.Facts;
using MeetNet.Observations;
using MeetNet.Observations.Calibration;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Tests.Query;

/// <summary>A station of one side of the border, as its gateway announces it and sends for it: the raw values go through its real procedures.</summary>
internal sealed class BorderStation
{
    private readonly MemoryFactLog _log;
    private readonly Epoch _epoch;
    private readonly Dictionary<string, ProcedureVersions> _procedures = new(StringComparer.Ordinal);
    private readonly List<Procedure> _earlier = [];
    private long _sequence;

    public BorderStation(MemoryFactLog log, string owner, string name, ulong epoch)
    {
        (_log, Owner, Name, _epoch) = (log, owner, name, new Epoch(epoch));
    }

    public static readonly DateTimeOffset InService = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string Owner { get; }

    public string Name { get; }

    public LocalizedText Title { get; init; } = new("Station", "Station");

    public SurfaceLevel? SurfaceLevel { get; set; } = new(15.27, "m", "NAP", null, null);

    public bool Simulated { get; init; } = true;

    public string? Siting { get; set; }

    public Location Place { get; init; } = new(51.39, 4.44, Location.Etrs89, new NativePosition(154_959.12, 231_144.55, "EPSG:31370", "helmert-15928", 0.2));

    public List<Datastream> Datastreams { get; } = [];

    public string Id(string sensor, string property) => $"{Owner}/{Name}/{sensor}/{property}";

    /// <summary>The Flemish side: ppb, m TAW.</summary>
    public static BorderStation Heath(MemoryFactLog log)
    {
        var station = new BorderStation(log, "vmm", "kalmthoutse-heide", 0xb1)
        {
            Title = new("Kalmthoutse Heide", "Kalmthout Heath"),
            SurfaceLevel = new(15.27, "m", "NAP", new NativeLevel(17.60, "TAW"), "taw-const-2.33"),
        };
        station.Add("level-1", "groundwater_level", "m", TimeSpan.FromSeconds(10), datum: "TAW", transformation: "taw-const-2.33");
        station.Add("surface-1", "water_level", "m", TimeSpan.FromHours(1), datum: "TAW", transformation: "taw-const-2.33");
        station.Add("nh3-1", "nh3", "[ppb]", TimeSpan.FromSeconds(10), gas: true);
        station.Add("pm-1", "pm2_5", "ug/m3", TimeSpan.FromSeconds(10));
        station.Add("pm-1", "pm10", "ug/m3", TimeSpan.FromSeconds(10));
        return station;
    }

    /// <summary>The Dutch side: cm NAP, µg/m³.</summary>
    public static BorderStation Ridge(MemoryFactLog log)
    {
        var station = new BorderStation(log, "noord-brabant", "brabantse-wal", 0x41)
        {
            Title = new("Brabantse Wal", "Brabantse Wal"),
            Place = new(51.43, 4.32, Location.Etrs89),
        };
        station.Add("level-1", "groundwater_level", "cm", TimeSpan.FromSeconds(10), datum: "NAP");
        station.Add("surface-1", "water_level", "cm", TimeSpan.FromMinutes(10), datum: "NAP");
        station.Add("nh3-1", "nh3", "ug/m3", TimeSpan.FromSeconds(10), gas: true);
        station.Add("pm-1", "pm2_5", "ug/m3", TimeSpan.FromSeconds(10));
        station.Add("pm-1", "pm10", "ug/m3", TimeSpan.FromSeconds(10));
        return station;
    }

    public void Add(string sensor, string property, string rawUnit, TimeSpan? interval, bool gas = false, string? datum = null, string? transformation = null, string? barometer = null, IReadOnlyList<QualityTest>? tests = null)
    {
        var id = DatastreamId.Create(Owner, Name, sensor, property);
        var known = ObservedProperties.Get(property);
        var request = new ProcedureRequest
        {
            Datastream = id,
            RawUnit = rawUnit,
            Field = "value",
            Profile = "example/one",
            ProfileVersion = "1",
            ValidFrom = InService,
            Gas = gas ? property : null,
            GasReference = gas ? GasReference.Eu20C1013 : null,
            Datum = datum,
            Transformation = transformation,
            Location = Place,
            Column = barometer is null ? null : WaterColumn.Fresh(11, Place.Latitude),
            Barometer = barometer is null ? null : new Barometer(DatastreamId.Create(Owner, Name, barometer, "air_pressure"), TimeSpan.FromHours(1), 0),
            Tests = tests ?? [],
            Calibrations = gas && rawUnit == "[ppb]" ? [new LinearCalibration(1.02, -0.3, rawUnit, InService, null, "certificate 2026-17")] : [],
        };
        if (!ProcedureBuilder.TryBuild(request, out var versions, out var problems))
        {
            throw new InvalidOperationException(string.Join(", ", problems));
        }
        _procedures[id.ToString()] = versions;
        Datastreams.Add(new Datastream(id, known.Label, known.Medium, known.UnitOfMeasurement, interval, versions.All[^1].Id));
    }

    public Announcement Announcement(DateTimeOffset issued) => new(
        Owner, Name, issued,
        new Thing(Title, new("Proefstation", "Station on trial"), Simulated, Place, SurfaceLevel, Siting),
        [.. Datastreams.Select(d => d.Id.Sensor).Distinct().Select(sensor => new Sensor(sensor, "Example", "One", $"SN-{sensor}", "example/one", "1"))],
        Datastreams,
        [.. _earlier, .. Datastreams.SelectMany(d => _procedures[d.Id.ToString()].All)])
    {
        InForce = [.. Datastreams.SelectMany(d => _procedures[d.Id.ToString()].All).Select(p => p.Id)],
    };

    /// <summary>Another calibration of a gas in ppb, entered late: from a date on, beside the one that was there until then.</summary>
    public void Calibrate(string sensor, string property, double slope, DateTimeOffset from)
    {
        var id = DatastreamId.Create(Owner, Name, sensor, property);
        var before = _procedures[id.ToString()];
        _earlier.AddRange(before.All);
        var request = new ProcedureRequest
        {
            Datastream = id, RawUnit = "[ppb]", Field = "value", Profile = "example/one", ProfileVersion = "1", ValidFrom = InService, Gas = property, GasReference = GasReference.Eu20C1013,
            Calibrations = [new LinearCalibration(1.02, -0.3, "[ppb]", InService, from, "certificate 2026-17"), new LinearCalibration(slope, 0, "[ppb]", from, null, "certificate 2026-18")],
        };
        if (!ProcedureBuilder.TryBuild(request, out var versions, out var problems))
        {
            throw new InvalidOperationException(string.Join(", ", problems));
        }
        _procedures[id.ToString()] = versions;
        var at = Datastreams.FindIndex(d => d.Id == id);
        Datastreams[at] = Datastreams[at] with { Procedure = versions.All[^1].Id };
    }

    public void Announce(DateTimeOffset received) => _log.AddAnnouncement(Owner, Name, Announcement(received).ToUtf8(), received);

    /// <summary>What the harmoniser makes of a raw value; null: the device gave none.</summary>
    public Observation Observe(string sensor, string property, double? raw, PhenomenonTime time, ResultQuality? quality = null, int revision = 0, ProcedureInputs inputs = default)
    {
        var id = Id(sensor, property);
        var procedure = _procedures[id].At(time);
        var made = raw is { } number ? procedure.Apply(number, time, inputs) : new ProcedureResult(null, ResultQuality.Missing(QualityTests.DeviceMissing));
        var judged = quality is { } forced ? forced : made.Quality;
        return new Observation(id, procedure.Id, time, time.End, judged.Flag == QartodFlag.Missing ? null : made.Value, judged, raw, revision, inputs);
    }

    public Observation Observe(string sensor, string property, double? raw, DateTimeOffset instant, ResultQuality? quality = null) =>
        Observe(sensor, property, raw, PhenomenonTime.Instant(instant), quality);

    /// <summary>What the datastream's tests make of observations that follow each other, corrections included.</summary>
    public IReadOnlyList<Observation> Judge(params IReadOnlyList<Observation> observations)
    {
        var (tests, judged) = (new DatastreamTests(), new List<Observation>());
        foreach (var observation in observations)
        {
            var outcome = tests.Judge(observation, _procedures[observation.DatastreamId].At(observation.PhenomenonTime), out var correction);
            judged.AddRange(correction is { } corrected ? [corrected, outcome] : [outcome]);
        }
        return judged;
    }

    /// <summary>Sends one batch.</summary>
    public void Send(DateTimeOffset received, params IReadOnlyList<Observation> observations)
    {
        foreach (var chunk in observations.Chunk(WireLimits.BatchObservations))
        {
            var first = _sequence + 1;
            var writer = new BatchWriter(Owner, Name, WireLimits.AcceptedBytes);
            writer.Begin(_epoch);
            var fragment = new ArrayBufferWriter<byte>();
            foreach (var observation in chunk)
            {
                fragment.ResetWrittenCount();
                BatchRow.Write(fragment, observation);
                Assert.True(writer.TryAdd(++_sequence, observation.DatastreamId, observation.ProcedureId, fragment.WrittenSpan));
            }
            var message = new ArrayBufferWriter<byte>();
            writer.Complete(message);
            _log.AddBatch(Owner, Name, _epoch.ToString(), first, _sequence, chunk.Length, message.WrittenMemory, received);
        }
    }
}
