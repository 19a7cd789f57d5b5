using System.Diagnostics.CodeAnalysis;
using MeetNet.Observations;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Wire;

namespace MeetNet.Ingest.Import;

/// <summary>
/// The station that imported series are of, announced as a gateway would: each series with its procedure, so that every number is harmonised and explained like a live one.
/// It begins as it was announced before, and more can be added.
/// </summary>
internal sealed class ImportedStation
{
    /// <summary>Begin of the profile names of imported sensors, which no device has.</summary>
    public const string ProfilePrefix = "import/";

    /// <summary>The one outbox of an imported station: "import" in ASCII. A gateway draws its epoch at random.</summary>
    public static readonly Epoch Epoch = new(0x696D_706F_7274_0000);

    /// <summary>How the source's columns are read; higher when a format comes to be read differently.</summary>
    private const string ProfileVersion = "2";

    // Directive 2008/50/EC annex VI.C, Besluit kwaliteit leefomgeving art. 2.1a: 293 K and 101.3 kPa. For other gases no law says.
    private static readonly HashSet<string> Statutory = new(StringComparer.Ordinal) { "so2", "no2", "nox", "c6h6", "co", "o3" };

    private readonly ImportOptions _options;
    private readonly ISeriesFormat _format;
    private readonly Thing _thing;
    private readonly Dictionary<string, Sensor> _sensors = new(StringComparer.Ordinal);
    private readonly Dictionary<DatastreamId, Datastream> _datastreams = [];
    private readonly Dictionary<string, Procedure> _procedures = new(StringComparer.Ordinal);
    private readonly Dictionary<SourceSeries, Procedure> _ofSeries = [];

    /// <exception cref="ImportException">It was never imported to, and its place is not stated.</exception>
    public ImportedStation(ImportOptions options, ISeriesFormat format, Announcement? before)
    {
        (_options, _format) = (options, format);
        var place = options.Place ?? before?.Thing.Location
            ?? throw new ImportException(0, $"{options.Owner}/{options.Station} is new: state with --place where it is");
        var name = options.Name is { } stated ? new LocalizedText(stated, stated) : before?.Thing.Name ?? new LocalizedText(options.Station, options.Station);
        _thing = new Thing(name, new LocalizedText("Ingelezen gepubliceerde reeksen", "Imported published series"), false, place, before?.Thing.SurfaceLevel, options.Siting ?? before?.Thing.Siting);
        foreach (var sensor in before?.Sensors ?? [])
        {
            _sensors.Add(sensor.Id, sensor);
        }
        foreach (var datastream in before?.Datastreams ?? [])
        {
            _datastreams.Add(datastream.Id, datastream);
        }
        foreach (var procedure in before?.Procedures ?? [])
        {
            _procedures.Add(procedure.Id, procedure);
        }
    }

    /// <summary>Whether a sensor's values were imported: nothing is expected of it.</summary>
    public static bool IsImported(Sensor sensor) => sensor.Profile.StartsWith(ProfilePrefix, StringComparison.Ordinal);

    /// <summary>The procedure of a series, adding the datastream when it is new; false with what is wrong or has to be stated.</summary>
    public bool TryProcedure(SourceSeries series, [NotNullWhen(true)] out Procedure? procedure, out string problem)
    {
        problem = "";
        if (_ofSeries.TryGetValue(series, out procedure))
        {
            return true;
        }
        if (!ObservedProperties.TryGet(series.Property, out var property))
        {
            problem = $"'{series.Property}' is not an observed property; known are {string.Join(", ", ObservedProperties.All.Select(known => known.Name))}";
            return false;
        }
        if (_options.Method is { } method && !(MeasuringMethods.TryGet(method, out var known) && known.Properties.Contains(property.Name)))
        {
            problem = $"--method: '{method}' is not a method of measuring {property.Name}; allowed: {string.Join(", ", MeasuringMethods.All.Where(other => other.Properties.Contains(property.Name)).Select(other => other.Name))}";
            return false;
        }
        var id = DatastreamId.Create(_options.Owner, _options.Station, _options.Sensor, series.Property);
        var request = new ProcedureRequest
        {
            Datastream = id,
            RawUnit = series.Unit,
            Field = series.Field.Length == 0 ? "value" : series.Field,
            Profile = ProfilePrefix + _format.Name,
            ProfileVersion = ProfileVersion,
            // A published series is what it is from its beginning; that a source changes is shown by another series.
            ValidFrom = DateTimeOffset.UnixEpoch.AddYears(-70),
            Gas = property.Gas is { } gas ? gas.Name : null,
            GasReference = property.GasReference is null ? null : Statutory.Contains(property.Name) ? GasReference.Eu20C1013 : _options.Reference,
            Datum = series.Datum,
            Transformation = _options.Transformation,
            Location = _thing.Location,
            SurfaceLevel = _thing.SurfaceLevel,
            Stamp = series.Stamp,
        };
        if (!ProcedureBuilder.TryBuild(request, out var versions, out var problems))
        {
            problem = string.Join("; ", problems.Select(found => $"{SettingOf(found.Setting)}: {found.Message}"));
            return false;
        }
        procedure = versions.All[0];
        _ofSeries.Add(series, procedure);
        _procedures[procedure.Id] = procedure;
        _sensors[_options.Sensor] = new Sensor(_options.Sensor, _format.Name, "published series", "none", ProfilePrefix + _format.Name, ProfileVersion);
        var interval = series.Stamp.Period == TimeSpan.Zero ? (TimeSpan?)null : series.Stamp.Period;
        _datastreams[id] = new Datastream(id, property.Label, property.Medium, property.UnitOfMeasurement, interval, procedure.Id, _options.Method ?? _datastreams.GetValueOrDefault(id)?.Method);
        return true;
    }

    /// <summary>What a gateway of this station would announce.</summary>
    public Announcement Announce(DateTimeOffset issued) =>
        new(_options.Owner, _options.Station, issued, _thing, [.. _sensors.Values], [.. _datastreams.Values], [.. _procedures.Values]);

    private static string SettingOf(ProcedureSetting setting) => setting switch
    {
        ProcedureSetting.GasReference => "--reference",
        ProcedureSetting.Datum => "--datum",
        ProcedureSetting.Transformation => "--transformation",
        ProcedureSetting.RawUnit => "--unit",
        ProcedureSetting.Location => "--place",
        _ => setting.ToString(),
    };
}
