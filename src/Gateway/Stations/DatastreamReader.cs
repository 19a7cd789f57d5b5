using MeetNet.Devices;
using MeetNet.Devices.Profiles;
using MeetNet.Observations;
using MeetNet.Observations.Calibration;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Datums;
using MeetNet.Observations.Procedures;
using MeetNet.Observations.Quality;
using MeetNet.Observations.Reference;
using MeetNet.Observations.Time;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Stations;

/// <summary>Reads the datastreams of one instrument and has their procedures built; what the builder objects to is reported at the key that it is about.</summary>
internal sealed class DatastreamReader(
    string owner, string station, string sensor, Location location, SurfaceLevel? surface, DeviceProfile? profile, IReadOnlyList<InstrumentPlacement> instruments, TimeSpan interval)
{
    public IReadOnlyList<DatastreamPlan> Read(IReadOnlyList<YamlValue> values, YamlMap instrument)
    {
        var plans = new List<DatastreamPlan>();
        if (values.Count == 0)
        {
            instrument.Problem("datastreams", "an instrument without a datastream measures for nobody: name at least one of its fields");
        }

        foreach (var value in values)
        {
            var map = value.Map();
            if (ReadOne(map) is { } plan)
            {
                if (plans.Any(p => p.Id == plan.Id))
                {
                    map.Problem("property", $"the datastream '{plan.Id}' is there twice; a second instrument of its kind is a second sensor");
                }

                plans.Add(plan);
            }
        }

        return plans;
    }

    private DatastreamPlan? ReadOne(YamlMap map)
    {
        var field = Field(map.Require("field"));
        var property = Property(map.Require("property"));
        var unit = Unit(map, field);
        var method = map.Optional("method") is { } stated ? Method(stated, property) : null;
        var reference = map.Optional("gasReference") is { } gasReference ? Reference(gasReference) : null;
        var datum = map.Optional("datum")?.String();
        var transformation = map.Optional("transformation")?.String();
        var zeroValues = map.Optional("zeros")?.List() ?? [];
        var zeros = zeroValues.Select(z => Zero(z.Map())).ToList();
        var direction = map.Optional("direction") is { } way ? Direction(way) : null;
        var column = map.Optional("column")?.Map() is { } columnMap ? Column(columnMap) : null;
        var barometer = map.Optional("barometer")?.Map() is { } barometerMap ? Barometer(barometerMap) : null;
        var ambient = map.Optional("gasAmbient")?.Map() is { } ambientMap ? Ambient(ambientMap) : null;
        var calibrationValues = map.Optional("calibrations")?.List() ?? [];
        var calibrations = calibrationValues.Select(c => CalibrationReader.Calibration(c.Map())).ToList();
        var checkValues = map.Optional("checks")?.List() ?? [];
        var checks = checkValues.Select(c => CalibrationReader.Check(c.Map(), unit)).ToList();
        var statedAs = map.Optional("statedAs")?.String();
        var growth = map.Optional("humidityCorrection")?.Map() is { } growthMap ? Growth(growthMap) : null;
        var sum = map.Optional("sumOf")?.Map() is { } sumMap ? Sum(sumMap) : null;
        var range = map.Optional("grossRange")?.Map() is { } rangeMap ? Range(rangeMap) : null;
        var stamp = map.Optional("stamp")?.Map() is { } stampMap ? Stamp(stampMap) : null;
        var apart = stamp is { Period: var period } && period > interval ? period : interval;
        var tests = map.Optional("tests")?.Map() is { } testMap ? QualityTestReader.Read(testMap, apart) : [];
        map.Done();
        if (profile is null || field < 0 || property is null || unit is null || calibrations.Any(c => c is null) || checks.Any(c => c is null) || !Identifiers.IsName(owner) || !Identifiers.IsName(station) || !Identifiers.IsName(sensor))
        {
            return null;
        }

        var id = DatastreamId.Create(owner, station, sensor, property.Name);
        var request = new ProcedureRequest
        {
            Datastream = id,
            RawUnit = unit,
            Field = profile.Fields[field].Name,
            Profile = profile.Id,
            ProfileVersion = profile.Version.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ValidFrom = instruments[0].From,
            Instruments = instruments,
            StatedAs = statedAs,
            ParticleGrowth = growth,
            NitrogenOxides = sum,
            Gas = property.Gas?.Name,
            GasReference = reference,
            Datum = datum,
            Transformation = transformation,
            Zeros = zeros,
            Direction = direction,
            Column = column,
            Barometer = barometer,
            Ambient = ambient,
            SurfaceLevel = surface,
            Location = location,
            Calibrations = [.. calibrations.OfType<InstrumentCalibration>()],
            Checks = [.. checks.OfType<CalibrationCheck>()],
            GrossRange = range,
            Tests = tests,
            Stamp = stamp,
            TimeSource = stamp is not null ? TimeSource.DeviceStamp : ProfileShelf.DriverOf(profile).Carrier == Carrier.Message ? TimeSource.NetworkReception : TimeSource.GatewayArrival,
        };
        if (!ProcedureBuilder.TryBuild(request, out var procedures, out var problems))
        {
            foreach (var problem in problems)
            {
                Report(map, new() { [ProcedureSetting.Calibration] = calibrationValues, [ProcedureSetting.Check] = checkValues, [ProcedureSetting.Zero] = zeroValues }, problem);
            }

            return null;
        }

        return new DatastreamPlan
        {
            Id = id,
            Field = field,
            Property = property,
            Method = method,
            Stamp = stamp,
            Procedures = procedures,
            Interval = apart,
        };
    }

    private int Field(YamlValue value)
    {
        var name = value.String();
        var index = profile?.FieldIndex(name) ?? -1;
        if (profile is not null && index < 0 && name.Length > 0)
        {
            value.Problem($"the profile {profile.Id} has no field '{name}'; allowed: {string.Join(", ", profile.Fields.Select(f => f.Name))}");
        }

        return index;
    }

    private static ObservedProperty? Property(YamlValue value)
    {
        var name = value.String();
        if (ObservedProperties.TryGet(name, out var property) || name.Length == 0)
        {
            return property;
        }

        value.Problem($"'{name}' is not an observed property; allowed: {string.Join(", ", ObservedProperties.All.Select(p => p.Name))}");
        return null;
    }

    private static string? Method(YamlValue value, ObservedProperty? property)
    {
        var name = value.String();
        if (property is null || name.Length == 0 || (MeasuringMethods.TryGet(name, out var method) && method.Properties.Contains(property.Name)))
        {
            return name;
        }

        var allowed = MeasuringMethods.All.Where(known => known.Properties.Contains(property.Name)).Select(known => known.Name).DefaultIfEmpty("none is listed: leave it out");
        value.Problem($"'{name}' is not a method of measuring {property.Name}; allowed: {string.Join(", ", allowed)}");
        return null;
    }

    /// <summary>The unit of the raw value: the profile's, or the station file's where the profile says that it is a setting of the instrument.</summary>
    private string? Unit(YamlMap map, int field)
    {
        var value = map.Optional("unit");
        if (profile is null || field < 0)
        {
            return value?.String();
        }

        var known = profile.Fields[field];
        if (known.Unit is not null)
        {
            value?.Problem($"the profile {profile.Id} says that '{known.Name}' is in {known.Unit}: leave 'unit' out");
            return known.Unit;
        }

        if (value is null)
        {
            map.Problem($"missing key 'unit': the unit of '{known.Name}' is a setting of the instrument and not in its frames; state what is set (UCUM, for example [ppb] or ug/m3)");
            return null;
        }

        return value.String();
    }

    private static GasReference? Reference(YamlValue value)
    {
        if (value.IsMap)
        {
            var map = value.Map();
            var reference = new GasReference(map.Number("temperature"), map.Number("pressure"));
            map.Done();
            return reference;
        }

        var name = value.String();
        if (GasReference.TryGetNamed(name, out var named) || name.Length == 0)
        {
            return named;
        }

        value.Problem($"'{name}' is not a reference state; allowed: {string.Join(", ", GasReference.Named.Keys)}, or temperature (K) and pressure (Pa)");
        return null;
    }

    private static LocalZero Zero(YamlMap map)
    {
        var zero = new LocalZero(
            map.Number("level"), map.String("datum"), map.Optional("accuracy")?.Number(0), map.String("source"), map.Optional("validFrom")?.Instant(),
            map.Optional("below")?.Number(0) ?? 0);
        map.Done();
        return zero;
    }

    private static CountDirection? Direction(YamlValue value) => value.Choice("up", "down") == "down" ? CountDirection.Down : CountDirection.Up;

    /// <summary>Fresh water of a temperature, or water of a stated density; gravity is that of the latitude unless it is stated.</summary>
    private WaterColumn? Column(YamlMap map)
    {
        var temperature = map.Optional("temperature")?.Number(WaterColumn.MinimumTemperature, WaterColumn.MaximumTemperature);
        var density = map.Optional("density")?.Number(WaterColumn.MinimumDensity, WaterColumn.MaximumDensity);
        var gravity = map.Optional("gravity")?.Number(WaterColumn.MinimumGravity, WaterColumn.MaximumGravity);
        var source = map.Optional("source")?.String();
        map.Done();
        if (temperature is null == density is null || density is null == source is not null)
        {
            map.Problem("a column of water needs its 'temperature' (fresh water), or its 'density' and the 'source' of it");
            return null;
        }

        return temperature is { } fresh
            ? WaterColumn.Fresh(fresh, location.Latitude, gravity)
            : WaterColumn.OfDensity(density!.Value, source!, location.Latitude, gravity);
    }

    private Barometer? Barometer(YamlMap map)
    {
        var from = Input(map.Require("sensor"), "air_pressure");
        var age = map.Duration("maximumAge", TimeSpan.FromSeconds(1), AirInputs.LongestAge);
        var higher = map.Optional("higher")?.Number(-AirInputs.HighestDifference, AirInputs.HighestDifference) ?? 0;
        var source = map.Optional("source")?.String();
        map.Done();
        return from is { } datastream ? new Barometer(datastream, age, higher, source) : null;
    }

    private AmbientAir? Ambient(YamlMap map)
    {
        var temperature = Input(map.Require("temperature"), "air_temperature");
        var pressure = Input(map.Require("pressure"), "air_pressure");
        var age = map.Duration("maximumAge", TimeSpan.FromSeconds(1), AirInputs.LongestAge);
        var fallback = map.Optional("fallback") is { } stated ? Reference(stated) : default(GasReference?);
        map.Done();
        return temperature is { } warmth && pressure is { } weight ? new AmbientAir(warmth, weight, age, fallback) : null;
    }

    /// <summary>The datastream of a property of another instrument of the station; whether it is there is known when all are read.</summary>
    private DatastreamId? Input(YamlValue value, string wanted)
    {
        var name = value.String();
        if (Identifiers.IsName(name) && Identifiers.IsName(owner) && Identifiers.IsName(station))
        {
            return DatastreamId.Create(owner, station, name, wanted);
        }

        if (name.Length > 0 && !Identifiers.IsName(name))
        {
            value.Problem($"'{name}' is not a name of a sensor; allowed: {Identifiers.NamePattern}");
        }

        return null;
    }

    private ParticleGrowth? Growth(YamlMap map)
    {
        var from = Input(map.Require("humidity"), "relative_humidity");
        var age = map.Duration("maximumAge", TimeSpan.FromSeconds(1), AirInputs.LongestAge);
        var (kappa, density, maximum) = (map.Number("kappa"), map.Number("density"), map.Number("maximumHumidity"));
        var (fallback, source) = (map.Optional("fallback")?.Number(0), map.String("source"));
        map.Done();
        return from is { } humidity ? new ParticleGrowth(humidity, age, kappa, density, maximum, fallback, source) : null;
    }

    private NitrogenOxideSum? Sum(YamlMap map)
    {
        var no = Input(map.Require("no"), "no");
        var no2 = Input(map.Require("no2"), "no2");
        var age = map.Duration("maximumAge", TimeSpan.FromSeconds(1), AirInputs.LongestAge);
        map.Done();
        return no is { } monoxide && no2 is { } dioxide ? new NitrogenOxideSum(monoxide, dioxide, age) : null;
    }

    private static GrossRange Range(YamlMap map)
    {
        var range = new GrossRange(Span(map.Require("fail")) ?? default, map.Optional("suspect") is { } suspect ? Span(suspect) : null);
        map.Done();
        return range;
    }

    /// <summary>A closed range; null when it is none, which has been reported.</summary>
    internal static ValueSpan? Span(YamlValue value)
    {
        var bounds = value.List();
        if (bounds.Count == 2)
        {
            return new ValueSpan(bounds[0].Number(), bounds[1].Number());
        }

        if (value.IsList)
        {
            value.Problem($"'{value.Name}' must be a lowest and a highest value, for example [-5, 500]");
        }

        return null;
    }

    private static StampConvention? Stamp(YamlMap map)
    {
        // A choice is always one of the names: a wrong word has been reported and stands for the first.
        _ = StampConvention.TryParsePosition(map.Choice("position", [.. StampConvention.PositionNames]), out var position);
        _ = StampConvention.TryParseZone(map.Choice("zone", [.. StampConvention.ZoneNames]), out var zone);
        var period = map.Optional("period")?.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)) ?? TimeSpan.Zero;
        map.Done();
        if (position == StampPosition.Instant != (period == TimeSpan.Zero))
        {
            map.Problem(position == StampPosition.Instant
                ? "an instant has no 'period'"
                : "missing key 'period': how long the interval is whose begin, end or centre is stamped");
            return null;
        }

        return new StampConvention(position, zone, period);
    }

    /// <summary>At the entry of the list that the problem is about, at the key, or at the datastream.</summary>
    private static void Report(YamlMap map, Dictionary<ProcedureSetting, IReadOnlyList<YamlValue>> lists, ProcedureProblem problem)
    {
        var key = problem.Setting switch
        {
            ProcedureSetting.ObservedProperty => "property",
            ProcedureSetting.RawUnit => map.Has("unit") ? "unit" : "field",
            ProcedureSetting.Gas => "property",
            ProcedureSetting.GasReference => "gasReference",
            ProcedureSetting.Datum => "datum",
            ProcedureSetting.Transformation => "transformation",
            ProcedureSetting.Zero => "zeros",
            ProcedureSetting.Direction => "direction",
            ProcedureSetting.Column => "column",
            ProcedureSetting.Barometer => "barometer",
            ProcedureSetting.Ambient => "gasAmbient",
            ProcedureSetting.GrossRange => "grossRange",
            ProcedureSetting.StatedAs => "statedAs",
            ProcedureSetting.ParticleGrowth => "humidityCorrection",
            ProcedureSetting.NitrogenOxides => "sumOf",
            _ => null,
        };
        if (lists.TryGetValue(problem.Setting, out var list) && problem.Index < list.Count)
        {
            list[problem.Index].Problem(problem.Message);
        }
        else if (key is not null)
        {
            map.Problem(key, problem.Message);
        }
        else
        {
            map.Problem(problem.Message);
        }
    }
}
