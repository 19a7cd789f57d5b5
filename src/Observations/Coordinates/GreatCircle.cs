namespace MeetNet.Observations.Coordinates;

/// <summary>How far places are apart.</summary>
public static class GreatCircle
{
    /// <summary>Mean radius of the Earth, m (IUGG 1980, R1).</summary>
    private const double Radius = 6_371_008.8;

    /// <summary>The distance over a sphere, m: right to 0.5 %, which is enough to say which station is near.</summary>
    public static double Metres(Location a, Location b)
    {
        var (north, east) = (Sine(a.Latitude - b.Latitude), Sine(a.Longitude - b.Longitude));
        var chord = (north * north) + (Math.Cos(double.DegreesToRadians(a.Latitude)) * Math.Cos(double.DegreesToRadians(b.Latitude)) * east * east);
        return 2 * Radius * Math.Asin(Math.Min(1, Math.Sqrt(chord)));

        // Haversine formula (Sinnott 1984): half the angle.
        static double Sine(double degrees) => Math.Sin(double.DegreesToRadians(degrees) / 2);
    }
}
