namespace MeetNet.Observations.Coordinates;

/// <summary>From the ellipsoid to a plane and back; the height has no part in it.</summary>
internal interface IMapProjection
{
    (double X, double Y) Project(Geodetic place);

    Geodetic Unproject(double x, double y);
}
