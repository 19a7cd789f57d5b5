namespace MeetNet.Observations.Coordinates;

/// <summary>An ellipsoid of revolution. Angles are radians, lengths metres.</summary>
/// <param name="A">Semi-major axis, m.</param>
/// <param name="InverseFlattening">1/f.</param>
internal sealed record Ellipsoid(double A, double InverseFlattening)
{
    /// <summary>Of ETRS89 (EPSG 7019).</summary>
    public static readonly Ellipsoid Grs80 = new(6_378_137, 298.257222101);

    /// <summary>Bessel 1841, of Amersfoort (EPSG 7004).</summary>
    public static readonly Ellipsoid Bessel1841 = new(6_377_397.155, 299.1528128);

    /// <summary>International 1924 (Hayford), of Belge 1972 (EPSG 7022).</summary>
    public static readonly Ellipsoid International1924 = new(6_378_388, 297);

    public double Flattening => 1 / InverseFlattening;

    /// <summary>First eccentricity squared.</summary>
    public double E2 => Flattening * (2 - Flattening);

    public double E => Math.Sqrt(E2);

    /// <summary>EPSG method 9602, geographic to geocentric.</summary>
    public Geocentric ToGeocentric(Geodetic place)
    {
        var (sine, cosine) = Math.SinCos(place.Latitude);
        var normal = A / Math.Sqrt(1 - (E2 * sine * sine));
        return new Geocentric(
            (normal + place.Height) * cosine * Math.Cos(place.Longitude),
            (normal + place.Height) * cosine * Math.Sin(place.Longitude),
            ((normal * (1 - E2)) + place.Height) * sine);
    }

    /// <summary>EPSG method 9602, geocentric to geographic: Bowring's formula, exact to well below a millimetre on the ground.</summary>
    public Geodetic ToGeodetic(Geocentric place)
    {
        var (p, b) = (Math.Sqrt((place.X * place.X) + (place.Y * place.Y)), A * (1 - Flattening));
        var q = Math.Atan2(place.Z * A, p * b);
        var (sine, cosine) = Math.SinCos(q);
        var latitude = Math.Atan2(place.Z + (E2 / (1 - E2) * b * sine * sine * sine), p - (E2 * A * cosine * cosine * cosine));
        var sineOfLatitude = Math.Sin(latitude);
        var normal = A / Math.Sqrt(1 - (E2 * sineOfLatitude * sineOfLatitude));
        return new Geodetic(latitude, Math.Atan2(place.Y, place.X), (p / Math.Cos(latitude)) - normal);
    }
}

/// <summary>Radians and metres above the ellipsoid.</summary>
internal readonly record struct Geodetic(double Latitude, double Longitude, double Height)
{
    public static Geodetic FromDegrees(double latitude, double longitude, double height = 0) =>
        new(latitude * Math.PI / 180, longitude * Math.PI / 180, height);
}

/// <summary>Earth-centred, earth-fixed, m.</summary>
internal readonly record struct Geocentric(double X, double Y, double Z);
