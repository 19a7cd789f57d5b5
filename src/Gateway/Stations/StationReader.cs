using MeetNet.Observations;
using MeetNet.Observations.Catalogue;
using MeetNet.Observations.Coordinates;
using MeetNet.Observations.Datums;
using MeetNet.Yaml;

namespace MeetNet.Gateway.Stations;

/// <summary>
/// Reads a station file (schema: firmware-config/schemas/station.schema.json) with the profiles it names, and composes the procedures of its datastreams.
/// Everything wrong is reported at once, each with its place.
/// </summary>
internal static class StationReader
{
    public static (Station? Station, IReadOnlyList<YamlProblem> Problems) Read(string path, string profilesFolder, ConfigurationPaths paths)
    {
        var map = YamlReader.Load(path, out var problems);
        var owner = Name(map, "owner", "owner");
        var name = Name(map, "station", "station");
        var location = ReadLocation(map.Map("location"));
        var thing = new Thing(
            Text(map.Map("name")), Text(map.Map("description")), map.Boolean("simulated"), location,
            map.Optional("surfaceLevel") is { IsNull: false } level ? ReadSurfaceLevel(level.Map(), location) : null,
            map.Optional("siting")?.Choice([.. SitingClasses.All]));
        var lines = new LineReader(paths).Read(map.List("lines"));
        var instruments = new InstrumentReader(owner, name, location, thing.SurfaceLevel, new ProfileShelf(profilesFolder), problems).Read(map.List("instruments"), lines);
        map.Done();
        LineChecks.Check(lines, instruments);
        if (problems.Count > 0)
        {
            return (null, [.. problems.OrderBy(p => p.File != path).ThenBy(p => p.Line).ThenBy(p => p.Column)]);
        }

        var station = new Station
        {
            Owner = owner,
            Name = name,
            Thing = thing,
            Lines = LineChecks.Bind(lines, instruments, paths),
            Instruments = [.. instruments.Select(i => i.Instrument!)],
        };
        return (station, problems);
    }

    /// <summary>A name of the alphabet of identities; the text as it is when it is not one, after saying so.</summary>
    internal static string Name(YamlMap map, string key, string what)
    {
        var value = map.Require(key);
        var text = value.String();
        if (text.Length > 0 && !Identifiers.IsName(text))
        {
            value.Problem($"'{text}' is not a name of {(what[0] is 'o' or 'i' ? "an" : "a")} {what}; allowed: {Identifiers.NamePattern}");
        }

        return text;
    }

    private static LocalizedText Text(YamlMap map)
    {
        var text = new LocalizedText(map.String("nl"), map.String("en"));
        map.Done();
        return text;
    }

    /// <summary>Degrees ETRS89, or metres in a plane system: those are transformed, and kept beside it.</summary>
    private static Location ReadLocation(YamlMap map)
    {
        var crs = map.Choice("crs", [Location.Etrs89, .. CoordinateSystem.All.Select(s => s.Code)]);
        var degrees = !CoordinateSystem.TryGet(crs, out var system);
        var (north, east) = degrees ? ("latitude", "longitude") : ("y", "x");
        var (y, x) = degrees ? (map.Number(north, -90, 90), map.Number(east, -180, 180)) : (map.Number(north), map.Number(east));
        foreach (var other in degrees ? ["x", "y"] : new[] { "latitude", "longitude" })
        {
            map.Optional(other)?.Problem($"a place in {crs} has '{north}' and '{east}': leave '{other}' out");
        }

        map.Done();
        if (system is not null && map.Has(north) && map.Has(east))
        {
            if (system.TryLocate(x, y, out var location, out var problem))
            {
                return location;
            }

            map.Problem(east, problem);
        }
        else if (degrees && map.Has(north) && map.Has(east) && !BorderRegion.Contains(y, x))
        {
            var swapped = BorderRegion.Contains(x, y) ? "; latitude and longitude seem to be swapped" : string.Empty;
            map.Problem(north, string.Create(
                System.Globalization.CultureInfo.InvariantCulture, $"{y} N {x} E is outside the border region ({BorderRegion.Text}){swapped}"));
        }

        return new Location(degrees ? y : 0, degrees ? x : 0, Location.Etrs89);
    }

    private static SurfaceLevel? ReadSurfaceLevel(YamlMap map, Location location)
    {
        var value = map.Number("value", -100, 1000);
        var unit = map.Choice("unit", "m");
        var datum = Datum(map, VerticalDatum.Nap, VerticalDatum.Taw);
        var transformation = datum is null ? null : Transformation(map, datum);
        // Asked for in any case: with a wrong datum it is not unknown, it only can't be judged.
        map.Has("transformation");
        map.Done();
        if (datum is null || (datum != VerticalDatum.Nap && transformation is null))
        {
            return null;
        }

        if (transformation is null)
        {
            return new SurfaceLevel(value, unit, VerticalDatum.Nap.Code, null, null);
        }

        if (!transformation.TryShift(location.Latitude, location.Longitude, out var shift))
        {
            map.Problem("transformation", $"'{transformation.Id}' has no value at this location: it is outside the table of the border region");
        }

        return new SurfaceLevel(value + shift, unit, VerticalDatum.Nap.Code, new NativeLevel(value, datum.Code), transformation.Id);
    }

    /// <summary>The datum named under <c>datum</c>; null after saying that it is none of those allowed.</summary>
    private static VerticalDatum? Datum(YamlMap map, params ReadOnlySpan<VerticalDatum> allowed)
    {
        var value = map.Require("datum");
        var code = value.String();
        foreach (var datum in allowed)
        {
            if (datum.Code == code)
            {
                return datum;
            }
        }

        if (code.Length > 0)
        {
            value.Problem($"'{code}' is not a datum of a surface level; allowed: {string.Join(", ", allowed.ToArray().Select(d => d.Code))}");
        }

        return null;
    }

    /// <summary>The transformation to NAP named under <c>transformation</c>; null when none is needed, or after saying what is wrong.</summary>
    private static VerticalTransformation? Transformation(YamlMap map, VerticalDatum from)
    {
        var value = map.Optional("transformation");
        if (from == VerticalDatum.Nap)
        {
            value?.Problem($"a height above {from.Code} needs no 'transformation'");
            return null;
        }

        var allowed = string.Join(", ", VerticalTransformation.Between(from, VerticalDatum.Nap));
        if (value is null)
        {
            map.Problem($"a height above {from.Code} needs a 'transformation' to {VerticalDatum.Nap.Code}: there is more than one defensible number. Allowed: {allowed}");
            return null;
        }

        var id = value.String();
        if (VerticalTransformation.TryGet(id, from, VerticalDatum.Nap, out var transformation))
        {
            return transformation;
        }

        value.Problem($"'{id}' is not a transformation from {from.Code} to {VerticalDatum.Nap.Code}; allowed: {allowed}");
        return null;
    }
}
