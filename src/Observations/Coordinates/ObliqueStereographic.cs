namespace MeetNet.Observations.Coordinates;

/// <summary>The double projection of the Netherlands: EPSG method 9809, Oblique Stereographic (IOGP Guidance Note 7-2, section 3.3.1.1).</summary>
internal sealed class ObliqueStereographic : IMapProjection
{
    private readonly double _e;
    private readonly double _n;
    private readonly double _c;
    private readonly double _sphereOrigin;
    private readonly double _longitude;
    private readonly double _twiceScaledRadius;
    private readonly double _falseX;
    private readonly double _falseY;

    public ObliqueStereographic(Ellipsoid ellipsoid, double latitude, double longitude, double scale, double falseX, double falseY)
    {
        var (sine, cosine) = Math.SinCos(latitude);
        var e2 = ellipsoid.E2;
        (_e, _longitude, _falseX, _falseY) = (ellipsoid.E, longitude, falseX, falseY);
        var meridian = ellipsoid.A * (1 - e2) / Math.Pow(1 - (e2 * sine * sine), 1.5);
        var normal = ellipsoid.A / Math.Sqrt(1 - (e2 * sine * sine));
        _twiceScaledRadius = 2 * Math.Sqrt(meridian * normal) * scale;
        _n = Math.Sqrt(1 + (e2 * Math.Pow(cosine, 4) / (1 - e2)));
        var w1 = Conformal(sine, 1);
        var sphere = (w1 - 1) / (w1 + 1);
        _c = (_n + sine) * (1 - sphere) / ((_n - sine) * (1 + sphere));
        var w2 = _c * w1;
        _sphereOrigin = Math.Asin((w2 - 1) / (w2 + 1));
    }

    public (double X, double Y) Project(Geodetic place)
    {
        var w = Conformal(Math.Sin(place.Latitude), _c);
        var (sine, cosine) = Math.SinCos(Math.Asin((w - 1) / (w + 1)));
        var (sine0, cosine0) = Math.SinCos(_sphereOrigin);
        var (sineOfTurn, cosineOfTurn) = Math.SinCos(_n * (place.Longitude - _longitude));
        var b = 1 + (sine * sine0) + (cosine * cosine0 * cosineOfTurn);
        return (_falseX + (_twiceScaledRadius * cosine * sineOfTurn / b),
            _falseY + (_twiceScaledRadius * ((sine * cosine0) - (cosine * sine0 * cosineOfTurn)) / b));
    }

    public Geodetic Unproject(double x, double y)
    {
        var (east, north) = (x - _falseX, y - _falseY);
        var g = _twiceScaledRadius * Math.Tan((Math.PI / 4) - (_sphereOrigin / 2));
        var h = (_twiceScaledRadius * 2 * Math.Tan(_sphereOrigin)) + g;
        var i = Math.Atan2(east, h + north);
        var j = Math.Atan2(east, g - north) - i;
        var sphere = _sphereOrigin + (2 * Math.Atan((north - (east * Math.Tan(j / 2))) / _twiceScaledRadius));
        var sine = Math.Sin(sphere);
        var target = 0.5 * Math.Log((1 + sine) / (_c * (1 - sine))) / _n;
        var latitude = (2 * Math.Atan(Math.Exp(target))) - (Math.PI / 2);

        // Newton's method; it doubles the digits each time, and the first guess has three.
        for (var turn = 0; turn < 4; turn++)
        {
            var s = _e * Math.Sin(latitude);
            var isometric = Math.Log(Math.Tan((latitude / 2) + (Math.PI / 4)) * Math.Pow((1 - s) / (1 + s), _e / 2));
            latitude -= (isometric - target) * Math.Cos(latitude) * (1 - (s * s)) / (1 - (_e * _e));
        }

        return new Geodetic(latitude, ((j + (2 * i)) / _n) + _longitude, 0);
    }

    private double Conformal(double sine, double c) =>
        c * Math.Pow((1 + sine) / (1 - sine) * Math.Pow((1 - (_e * sine)) / (1 + (_e * sine)), _e), _n);
}
