namespace MeetNet.Observations.Coordinates;

/// <summary>UTM: EPSG method 9807, Transverse Mercator by Krüger's series (IOGP Guidance Note 7-2, section 3.5.1.1); below a millimetre in its zone.</summary>
internal sealed class TransverseMercator : IMapProjection
{
    private readonly double _e;
    private readonly double _longitude;
    private readonly double _scaledRadius;
    private readonly double _falseX;
    private readonly double _falseY;
    private readonly double[] _forward;
    private readonly double[] _inverse;

    public TransverseMercator(Ellipsoid ellipsoid, double longitude, double scale, double falseX, double falseY)
    {
        (_e, _longitude, _falseX, _falseY) = (ellipsoid.E, longitude, falseX, falseY);
        var n = ellipsoid.Flattening / (2 - ellipsoid.Flattening);
        var (n2, n3, n4) = (n * n, n * n * n, n * n * n * n);
        _scaledRadius = ellipsoid.A / (1 + n) * (1 + (n2 / 4) + (n4 / 64)) * scale;
        _forward =
        [
            (n / 2) - (2 * n2 / 3) + (5 * n3 / 16) + (41 * n4 / 180),
            (13 * n2 / 48) - (3 * n3 / 5) + (557 * n4 / 1440),
            (61 * n3 / 240) - (103 * n4 / 140),
            49561 * n4 / 161280,
        ];
        _inverse =
        [
            (n / 2) - (2 * n2 / 3) + (37 * n3 / 96) - (n4 / 360),
            (n2 / 48) + (n3 / 15) - (437 * n4 / 1440),
            (17 * n3 / 480) - (37 * n4 / 840),
            4397 * n4 / 161280,
        ];
    }

    public (double X, double Y) Project(Geodetic place)
    {
        var sine = Math.Sin(place.Latitude);
        var q = Math.Asinh(Math.Tan(place.Latitude)) - (_e * Math.Atanh(_e * sine));
        var beta = Math.Atan(Math.Sinh(q));
        var eta0 = Math.Atanh(Math.Cos(beta) * Math.Sin(place.Longitude - _longitude));
        var xi0 = Math.Asin(Math.Sin(beta) * Math.Cosh(eta0));
        var (xi, eta) = (xi0, eta0);
        for (var i = 0; i < _forward.Length; i++)
        {
            var k = 2 * (i + 1);
            xi += _forward[i] * Math.Sin(k * xi0) * Math.Cosh(k * eta0);
            eta += _forward[i] * Math.Cos(k * xi0) * Math.Sinh(k * eta0);
        }

        return (_falseX + (_scaledRadius * eta), _falseY + (_scaledRadius * xi));
    }

    public Geodetic Unproject(double x, double y)
    {
        var (eta0, xi0) = ((x - _falseX) / _scaledRadius, (y - _falseY) / _scaledRadius);
        var (eta, xi) = (eta0, xi0);
        for (var i = 0; i < _inverse.Length; i++)
        {
            var k = 2 * (i + 1);
            xi -= _inverse[i] * Math.Sin(k * xi0) * Math.Cosh(k * eta0);
            eta -= _inverse[i] * Math.Cos(k * xi0) * Math.Sinh(k * eta0);
        }

        var beta = Math.Asin(Math.Sin(xi) / Math.Cosh(eta));
        var target = Math.Asinh(Math.Tan(beta));
        var q = target;

        // Each turn gains a factor of the eccentricity squared, about 150.
        for (var turn = 0; turn < 8; turn++)
        {
            q = target + (_e * Math.Atanh(_e * Math.Tanh(q)));
        }

        return new Geodetic(Math.Atan(Math.Sinh(q)), _longitude + Math.Asin(Math.Tanh(eta) / Math.Cos(beta)), 0);
    }
}
