using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MeetNet.Observations.Coordinates;

/// <summary>
/// A plane system that stations are surveyed in, and the way between it and ETRS89. Parameters are those of EPSG v10; the way is the
/// Helmert transformation of the country, so that a place is within <see cref="Accuracy"/> of the one by the official grid.
/// </summary>
public sealed class CoordinateSystem
{
    private const double Degree = Math.PI / 180;

    private readonly Ellipsoid _ellipsoid;
    private readonly IMapProjection _projection;
    private readonly Helmert? _helmert;
    private readonly PlaneShift? _shift;
    private readonly (double South, double North, double West, double East) _area;

    private CoordinateSystem(
        string code, string name, Ellipsoid ellipsoid, IMapProjection projection, Helmert? helmert,
        (double South, double North, double West, double East) area, PlaneShift? shift = null)
    {
        (Code, Name, _ellipsoid, _projection, _helmert, _area, _shift) = (code, name, ellipsoid, projection, helmert, area, shift);
    }

    /// <summary>Amersfoort / RD New, the Netherlands.</summary>
    public static CoordinateSystem RdNew { get; } = new(
        "EPSG:28992", "RD New", Ellipsoid.Bessel1841,
        new ObliqueStereographic(
            Ellipsoid.Bessel1841, 52.1561605555556 * Degree, 5.38763888888889 * Degree, 0.9999079, 155_000, 463_000),
        Helmert.AmersfoortToEtrs89, (50.75, 53.7, 3.2, 7.22));

    /// <summary>Belge 1972 / Belgian Lambert 72.</summary>
    public static CoordinateSystem Lambert72 { get; } = new(
        "EPSG:31370", "Lambert 72", Ellipsoid.International1924,
        new LambertConformalConic(
            Ellipsoid.International1924, 90 * Degree, 4.36748666666667 * Degree, 51.1666672333333 * Degree, 49.8333339 * Degree, 150_000.013, 5_400_088.438),
        Helmert.Belge1972ToEtrs89, (49.5, 51.51, 2.5, 6.4), PlaneShift.BorderOf15928);

    /// <summary>ETRS89 / Belgian Lambert 2008.</summary>
    public static CoordinateSystem Lambert2008 { get; } = new(
        "EPSG:3812", "Lambert 2008", Ellipsoid.Grs80,
        new LambertConformalConic(
            Ellipsoid.Grs80, 50.797815 * Degree, 4.35921583333333 * Degree, 51.1666666666667 * Degree, 49.8333333333333 * Degree, 649_328, 665_262),
        null, (49.5, 51.51, 2.5, 6.4));

    /// <summary>ETRS89 / UTM zone 31N.</summary>
    public static CoordinateSystem Utm31 { get; } = new(
        "EPSG:25831", "UTM 31N", Ellipsoid.Grs80, new TransverseMercator(Ellipsoid.Grs80, 3 * Degree, 0.9996, 500_000, 0),
        null, (49.5, 53.7, 2.4, 6.6));

    /// <summary>All plane systems known.</summary>
    public static IReadOnlyList<CoordinateSystem> All { get; } = [RdNew, Lambert72, Lambert2008, Utm31];

    /// <summary>EPSG code, as in station files.</summary>
    public string Code { get; }

    /// <summary>What people call it.</summary>
    public string Name { get; }

    /// <summary>Name of the way to ETRS89: that of the Helmert parameters, with what is taken off in the border region, or <c>exact</c> when the system is itself of ETRS89.</summary>
    public string Transformation => _shift?.Id ?? _helmert?.Id ?? "exact";

    /// <summary>Metres, horizontally; 0.001 for a system that is itself of ETRS89.</summary>
    public double Accuracy => _shift?.Accuracy ?? _helmert?.Accuracy ?? 0.001;

    /// <summary>The system of that code; false when it is not known.</summary>
    public static bool TryGet(string? code, [NotNullWhen(true)] out CoordinateSystem? system)
    {
        system = All.FirstOrDefault(s => string.Equals(s.Code, code, StringComparison.Ordinal));
        return system is not null;
    }

    /// <summary>The plane coordinates of a place on the ellipsoid of ETRS89, in degrees.</summary>
    public (double X, double Y) FromEtrs89(double latitude, double longitude)
    {
        var (x, y) = _projection.Project(ToLocal(Geodetic.FromDegrees(latitude, longitude)));
        return _shift is { } shift ? (x + shift.X, y + shift.Y) : (x, y);
    }

    /// <summary>The place in degrees ETRS89, to 10⁻⁸ degree (a millimetre); whatever the numbers, also far off the area of the system.</summary>
    public (double Latitude, double Longitude) ToEtrs89(double x, double y)
    {
        var local = _shift is { } shift ? _projection.Unproject(x - shift.X, y - shift.Y) : _projection.Unproject(x, y);

        // A place on the ground is on the ellipsoid of ETRS89 here; on the local one it is as high as the two are apart.
        var height = _helmert is null ? 0 : -FromLocal(local).Height;
        var place = FromLocal(local with { Height = height });
        return (Round(place.Latitude), Round(place.Longitude));
    }

    /// <summary>
    /// The place of a station in the border region; false with what is probably wrong when it is not one: x and y swapped, another
    /// system than stated, degrees, or another region.
    /// </summary>
    public bool TryLocate(double x, double y, [NotNullWhen(true)] out Location? location, [NotNullWhen(false)] out string? problem)
    {
        (location, problem) = (null, null);
        if (IsPlausible(x, y))
        {
            var (latitude, longitude) = ToEtrs89(x, y);
            location = new Location(latitude, longitude, Location.Etrs89, new NativePosition(x, y, Code, Transformation, Accuracy));
            return true;
        }

        problem = string.Create(CultureInfo.InvariantCulture, $"{x} {y} in {Code} ({Name}) is outside the border region ({BorderRegion.Text}){Guess(x, y)}");
        return false;
    }

    private string Guess(double x, double y)
    {
        if (BorderRegion.Contains(x, y) || BorderRegion.Contains(y, x))
        {
            return $"; these seem to be degrees: state latitude and longitude, in {Location.Etrs89}";
        }

        if (IsPlausible(y, x))
        {
            return "; x and y seem to be swapped";
        }

        var other = All.FirstOrDefault(s => s != this && s.IsPlausible(x, y));
        var swapped = other is null ? All.FirstOrDefault(s => s != this && s.IsPlausible(y, x)) : null;
        return (other, swapped) switch
        {
            ({ } system, _) => $"; these seem to be coordinates in {system.Code} ({system.Name})",
            (_, { } system) => $"; these seem to be coordinates in {system.Code} ({system.Name}), with x and y swapped",
            _ => "",
        };
    }

    private bool IsPlausible(double x, double y)
    {
        // Beyond this no plane system of the region goes, and the formulas need not hold.
        if (!(x is > -1e7 and < 1e7 && y is > -1e7 and < 1e7))
        {
            return false;
        }

        var (latitude, longitude) = ToEtrs89(x, y);
        return BorderRegion.Contains(latitude, longitude)
            && latitude >= _area.South && latitude <= _area.North && longitude >= _area.West && longitude <= _area.East;
    }

    private Geodetic ToLocal(Geodetic place) =>
        _helmert is null ? place : _ellipsoid.ToGeodetic(_helmert.ApplyInverse(Ellipsoid.Grs80.ToGeocentric(place)));

    private Geodetic FromLocal(Geodetic place) =>
        _helmert is null ? place : Ellipsoid.Grs80.ToGeodetic(_helmert.Apply(_ellipsoid.ToGeocentric(place)));

    private static double Round(double radians) => Math.Round(radians / Degree, 8, MidpointRounding.AwayFromZero);
}
