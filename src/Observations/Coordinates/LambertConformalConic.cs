namespace MeetNet.Observations.Coordinates;

/// <summary>The Lambert projections of Belgium: EPSG method 9802, Lambert Conic Conformal, two standard parallels (IOGP Guidance Note 7-2, section 3.1.1.1).</summary>
internal sealed class LambertConformalConic : IMapProjection
{
    private readonly double _e;
    private readonly double _n;
    private readonly double _scaledRadius;
    private readonly double _originRadius;
    private readonly double _longitude;
    private readonly double _falseX;
    private readonly double _falseY;

    public LambertConformalConic(
        Ellipsoid ellipsoid, double latitude, double longitude, double north, double south, double falseX, double falseY)
    {
        (_e, _longitude, _falseX, _falseY) = (ellipsoid.E, longitude, falseX, falseY);
        var (m1, m2) = (M(north), M(south));
        var (t1, t2) = (T(north), T(south));
        _n = (Math.Log(m1) - Math.Log(m2)) / (Math.Log(t1) - Math.Log(t2));
        _scaledRadius = ellipsoid.A * m1 / (_n * Math.Pow(t1, _n));
        _originRadius = Radius(latitude);
    }

    public (double X, double Y) Project(Geodetic place)
    {
        var (sine, cosine) = Math.SinCos(_n * (place.Longitude - _longitude));
        var radius = Radius(place.Latitude);
        return (_falseX + (radius * sine), _falseY + _originRadius - (radius * cosine));
    }

    public Geodetic Unproject(double x, double y)
    {
        var (east, south) = (x - _falseX, _originRadius - (y - _falseY));
        var t = Math.Pow(Math.Sqrt((east * east) + (south * south)) / _scaledRadius, 1 / _n);
        var latitude = (Math.PI / 2) - (2 * Math.Atan(t));

        // Each turn gains a factor of the eccentricity squared, about 150.
        for (var turn = 0; turn < 8; turn++)
        {
            var s = _e * Math.Sin(latitude);
            latitude = (Math.PI / 2) - (2 * Math.Atan(t * Math.Pow((1 - s) / (1 + s), _e / 2)));
        }

        return new Geodetic(latitude, (Math.Atan2(east, south) / _n) + _longitude, 0);
    }

    // At the pole, where Lambert 72 has its origin, the radius is zero but for the last bits.
    private double Radius(double latitude) => _scaledRadius * Math.Pow(Math.Max(T(latitude), 0), _n);

    private double M(double latitude)
    {
        var (sine, cosine) = Math.SinCos(latitude);
        return cosine / Math.Sqrt(1 - (_e * _e * sine * sine));
    }

    private double T(double latitude)
    {
        var s = _e * Math.Sin(latitude);
        return Math.Tan((Math.PI / 4) - (latitude / 2)) / Math.Pow((1 - s) / (1 + s), _e / 2);
    }
}
